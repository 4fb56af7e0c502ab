import Causality

/// What the running agent last wrote down about itself, for `status` in another process.
public struct AgentHealth: Codable, Hashable, Sendable {
    public struct Problem: Codable, Hashable, Sendable {
        public var code: String
        public var message: String
        public var remedy: String

        public init(code: String, message: String, remedy: String) {
            self.code = code
            self.message = message
            self.remedy = remedy
        }
    }

    public struct Source: Codable, Hashable, Sendable {
        public var name: String
        public var file: String
        public var problem: Problem?
        /// Milliseconds since 1970 by this machine's clock.
        public var lastDrain: UInt64?
        public var lastChanges: Int?
        /// A drain is under way, and has come to so many changes.
        public var changesBeingRead: UInt64?

        public init(name: String, file: String) {
            self.name = name
            self.file = file
        }
    }

    /// Milliseconds since 1970 by this machine's clock, when this was written.
    public var time: UInt64 = 0
    public var queued: UInt64 = 0
    public var line: [Problem] = []
    public var isConnected = false
    /// The hub's clock at its last valid answers.
    public var lastPush: UInt64?
    public var lastPull: UInt64?
    public var sources: [Source] = []
    /// Capture does not get on.
    public var silence: Problem?
    /// What was last found; `nil` in what an earlier version wrote down.
    public var agreement: LineReport.Agreement?

    public init() {}

    public mutating func take(_ report: LineReport) {
        queued = report.queued
        lastPush = report.lastPush?.milliseconds ?? lastPush
        lastPull = report.lastPull?.milliseconds ?? lastPull
        take(report.agreement)
        let failure = report.pushFailure ?? report.pullFailure
        isConnected = failure == nil && report.lastPull != nil
        line = (failure.map { [Problem(code: $0.kind.rawValue, message: $0.message, remedy: $0.remedy)] } ?? [])
        if let failure = report.storeFailure {
            line.append(Problem(code: failure.kind.rawValue, message: failure.message, remedy: failure.remedy))
        }
        for (_, refused) in report.refusals.sorted(by: { $0.key < $1.key }) {
            line.append(Problem(code: refused.code, message: refused.message, remedy: refused.remedy))
        }
        if report.isStalled {
            line.append(
                Problem(
                    code: "queue-stalled", message: "The hub answers, but \(report.queued) changes have not been acknowledged for a while.",
                    remedy: "Look at the hub's status; the agent goes on trying."))
        }
        if report.isViewStalled {
            line.append(
                Problem(
                    code: "view-stalled",
                    message: "The hub answers, but the news that it sends has not led on for a while: the view is old.",
                    remedy: "Look at the hub's status, and update both sides; the agent goes on trying. What is to be sent is not touched.")
            )
        }
        if report.hubRestored {
            line.append(
                Problem(
                    code: "hub-restored", message: "The hub was restored from a backup and is being sent what it lacks.",
                    remedy: "Nothing to do here; it ends by itself."))
        }
        if let differing = agreement?.differing, !differing.isEmpty {
            let parts = differing.sorted { $0.key < $1.key }.map(\.key).joined(separator: ", ")
            line.append(
                Problem(
                    code: "view-differs", message: "The local view is not the hub's: it differs in \(parts).",
                    remedy:
                        "It is mended by itself; if it stays or comes back, check this machine's disk. What is to be sent is not touched."))
        }
    }

    /// What an earlier life of the agent found stays true, with its time.
    private mutating func take(_ new: LineReport.Agreement) {
        var merged = new
        if new.equalAt == nil { (merged.equalAt, merged.isWhole) = (agreement?.equalAt, agreement?.isWhole) }
        if new.repairedAt == nil { (merged.repairedAt, merged.repaired) = (agreement?.repairedAt, agreement?.repaired ?? [:]) }
        agreement = merged
    }
}

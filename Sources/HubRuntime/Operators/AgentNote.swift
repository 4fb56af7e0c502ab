import Causality
import ChangeSets

/// What the hub has noticed of one agent, question by question: whether its view is the hub's, what waits there, and whether
/// anything moves.
///
/// A pure value. Nothing of it decides what is admitted or sent. It is kept now and then beside the agent's row, not in the
/// journal, so that a hub that starts still says what it said.
struct AgentNote: Codable, Hashable, Sendable {
    /// A site that answers and does not get on for so long is a fault.
    static let stallMilliseconds: UInt64 = 15 * 60_000
    /// After a silence of so long everything is timed anew: nothing could move meanwhile, and whoever is silent is told as such.
    static let silenceMilliseconds: UInt64 = 5 * 60_000
    /// Repairs are warned of for so long.
    static let repairShownMilliseconds: UInt64 = 24 * 3_600_000

    // Times are the hub's, in milliseconds.
    /// Its last question for news.
    private(set) var asked: UInt64 = 0
    /// `nil`: it tells nothing, being of an earlier version.
    private(set) var waiting: UInt64?
    private(set) var waitingSince: UInt64?
    /// Everything in scope up to this number of the line was served, as far as the hub knows.
    private(set) var served: UInt64 = 0

    private(set) var equalAt: UInt64?
    /// Whether nothing waited there when that was told: then all that both have is the same, and not the view alone.
    private(set) var isWhole: Bool?
    private(set) var differsSince: UInt64?
    /// Names of topics.
    private(set) var differsIn: [String] = []
    private(set) var repairedAt: UInt64?
    private(set) var repaired: [String: UInt64] = [:]
    /// Since when its agent reads nothing of its application, as it says itself.
    private(set) var silentSince: UInt64?

    /// Set when the hub goes back, until the agent has shown that nothing is lacking; `nil`: no. No clock is asked about that, since the
    /// hub's may have been wrong before.
    private var mayBeLacking: Bool?

    /// The last digest that it was given, until it tells its own.
    private var given: Given?
    /// Since when its queue is not empty and nothing of it was admitted.
    private var queueSince: UInt64?
    private var admitted: UInt64 = 0
    /// Since when it asks on from the same place although it was given entries.
    private var stuckSince: UInt64?
    private var cursor: UInt64?
    private var gaveEntries = false

    private struct Given: Codable, Hashable, Sendable {
        var view: AgentReport.View
        var at: UInt64
    }

    /// - Parameter admitted: how many changes of the site's replicas the hub has.
    mutating func asked(cursor position: Position?, report: AgentReport?, admitted now: UInt64, at time: Timestamp) {
        let time = time.milliseconds
        // A recovery asks how far the hub has come, and nothing else.
        guard report != nil || waiting == nil else {
            asked = max(asked, time)
            return
        }
        let wasSilent = time > asked + Self.silenceMilliseconds
        watchQueue(report, admitted: now, restarts: wasSilent, at: time)
        watchCursor(position?.number, restarts: wasSilent, at: time)
        silentSince = (report?.silentMilliseconds).map { time - min(time, $0) }
        if let report { judge(report) }
        // An agent of an earlier version says no more than that it asked. What is equal was proved since the hub went back.
        if waiting == nil || waiting == 0 && equalAt != nil { mayBeLacking = nil }
        asked = max(asked, time)
    }

    /// What an agent tells may be anything; it is counted with, and never decided by.
    private static func bounded(_ told: UInt64) -> UInt64 { min(told, 1 << 48) }

    private mutating func watchQueue(_ report: AgentReport?, admitted now: UInt64, restarts: Bool, at time: UInt64) {
        waiting = (report?.waiting).map(Self.bounded)
        waitingSince = report?.waiting ?? 0 > 0 ? report?.waitingMilliseconds.map { time - min(time, $0) } : nil
        if report?.waiting ?? 0 == 0 {
            queueSince = nil
        } else if queueSince == nil || restarts || admitted != now {
            queueSince = time
        }
        admitted = now
    }

    private mutating func watchCursor(_ number: UInt64?, restarts: Bool, at time: UInt64) {
        if restarts || cursor != number || !gaveEntries {
            stuckSince = nil
        } else if stuckSince == nil {
            stuckSince = asked
        }
        // A hub that was restored, and an agent that loads anew, go back.
        if cursor != number || !gaveEntries { served = number ?? 0 }
        cursor = number
        gaveEntries = false
    }

    private mutating func judge(_ report: AgentReport) {
        if let told = report.repaired, Self.bounded(told.at) != repairedAt {
            // It is shown on a terminal: nothing but what it can be about.
            let known = told.entries.filter { entry in Topic.allCases.contains { $0.name == entry.key } }
            (repairedAt, repaired) = (Self.bounded(told.at), known.mapValues(Self.bounded))
        }
        guard let given, let own = report.view, own.position == given.view.position else { return }
        let differing =
            given.view.topics.filter { !own.topics.contains($0) }
            + own.topics.filter { part in
                part.entries > 0 && !given.view.topics.contains { $0.topic == part.topic }
            }
        if differing.isEmpty {
            (equalAt, isWhole, differsSince, differsIn) = (given.at, waiting == 0, nil, [])
        } else {
            differsSince = differsSince ?? given.at
            differsIn = differing.map(\.topic.name)
        }
        self.given = nil
    }

    /// A page was given, or would be empty and is held.
    mutating func gave(_ page: FeedPage) {
        if !page.restart, page.again == nil, !page.entries.isEmpty { gaveEntries = true }
        if page.entries.isEmpty, !page.restart, let head = page.consistentAt { served = max(served, head.number) }
        if let digest = page.digest, let position = page.consistentAt {
            given = Given(view: AgentReport.View(position: position, digest: digest), at: page.time.milliseconds)
        }
    }

    /// The hub is where it was at an earlier time: nothing is proved of the line that goes on from there, and what the agent sent after
    /// that time may be lacking.
    mutating func hubWentBack() {
        (equalAt, isWhole, differsSince, differsIn, given) = (nil, nil, nil, [], nil)
        mayBeLacking = true
    }

    // MARK: what people are told

    private func answers(at now: Timestamp) -> Bool { now.milliseconds <= asked + Self.silenceMilliseconds }

    /// It answers, has changes to send, and none of them has come for long.
    func isQueueStalled(at now: Timestamp) -> Bool {
        answers(at: now) && queueSince.map { asked >= $0 + Self.stallMilliseconds } ?? false
    }

    /// It answers, is given news, and does not take it for long.
    func isViewStalled(at now: Timestamp) -> Bool {
        answers(at: now) && stuckSince.map { asked >= $0 + Self.stallMilliseconds } ?? false
    }

    /// It answers, and nothing that its application writes is read.
    func isCaptureStalled(at now: Timestamp) -> Bool { answers(at: now) && silentSince != nil }

    func isStalled(at now: Timestamp) -> Bool { isQueueStalled(at: now) || isViewStalled(at: now) || isCaptureStalled(at: now) }

    func wasRepaired(at now: Timestamp) -> Bool {
        repairedAt.map { now.milliseconds <= Self.bounded($0) + Self.repairShownMilliseconds } ?? false
    }

    /// What of it is worth keeping at once.
    var verdict: [String] { ["\(isAway)", "\(equalAt != nil)", "\(differsSince ?? 0)", "\(repairedAt ?? 0)"] + differsIn }

    /// The hub went back, and may still lack what the agent had sent: until, once since then, its view is this hub's and nothing waits
    /// there. What waits later is news.
    var isAway: Bool { mayBeLacking ?? false }

    func warnings(at now: Timestamp) -> [String] {
        var warnings: [String] = []
        if isQueueStalled(at: now), let queueSince {
            warnings.append(
                "It answers, but none of its \(waiting ?? 0) waiting changes has come for \((asked - queueSince) / 60_000) minutes: "
                    + "`tributary-agent status` there says why.")
        }
        if isViewStalled(at: now), let stuckSince {
            warnings.append(
                "It answers, but has not taken the news that it is given for \((asked - stuckSince) / 60_000) minutes: "
                    + "`tributary-agent status` there says why.")
        }
        if isCaptureStalled(at: now), let silentSince {
            warnings.append(
                "It answers, but its agent has read nothing of the application for \((asked - silentSince) / 60_000) minutes: "
                    + "`tributary-agent status` there says why.")
        }
        if differsSince != nil {
            warnings.append("Its view differs from the hub's in \(differsIn.joined(separator: ", ")); it is repaired by itself.")
        }
        if wasRepaired(at: now) { warnings.append("Its view was repaired: \(repairedText). Check that machine's disk.") }
        return warnings
    }

    var repairedText: String { AgentReport.Repaired.text(repaired) }
}

import Capture
import ChangeSets
import GRDB

/// What `tributary-agent status` shows: read from the agent's file, whether or not the agent runs.
public struct AgentStatus: Codable, Hashable, Sendable {
    public var site: String?
    public var hub: String?
    public var isRunning: Bool
    /// Changes that the hub has not acknowledged.
    public var queued: UInt64
    public var isConnected: Bool
    public var lastPush: UInt64?
    public var lastPull: UInt64?
    public var profiles: Int
    public var stockFigures: Int
    public var viewAsOf: UInt64?
    public var isLoadingView: Bool
    /// Whether the view was found to be the hub's; `nil`: never asked.
    public var agreement: LineReport.Agreement?
    public var sources: [AgentHealth.Source]
    /// Rows that could not be read, or not whole.
    public var rowsSetAside: [Rows]
    public var problems: [AgentHealth.Problem]
    /// What a hub that was restored lost for good, the latest last.
    public var lost: [LostChanges]
    /// Where the agent answers programs on this machine.
    public var loopback: String?
    /// Programs on this machine post here, or have done so.
    public var takesPosts = false

    public struct Rows: Codable, Hashable, Sendable {
        public var source: String
        public var table: String
        public var count: Int
        /// The key of one of them, where it is nothing but numbers.
        public var example: String?
        public var problem: AgentHealth.Problem
    }

    public var isWell: Bool { problems.isEmpty && rowsSetAside.isEmpty && sources.allSatisfy { $0.problem == nil } }

    public static func read(folder: DataFolder) throws -> AgentStatus {
        let database = try folder.open(makes: false)
        let settings = AgentSettings(queue: database.queue)
        let membership: Membership? = try settings.read(.membership)
        let health: AgentHealth = try settings.read(.health) ?? AgentHealth()
        let view = LocalReplica(queue: database.queue)
        let cursor = try view.cursor()
        let counts = try view.counts()
        let standings = try Outbox(queue: database.queue, journal: Journal(database), key: SigningKey()).standings()
        let isRunning = folder.isLocked
        var status = AgentStatus(
            site: membership?.site, hub: membership?.hubAddress, isRunning: isRunning,
            queued: standings.reduce(0) { $0 + ($1.sealed > $1.acknowledged ? $1.sealed - $1.acknowledged : 0) },
            isConnected: isRunning && health.isConnected, lastPush: health.lastPush, lastPull: health.lastPull,
            profiles: counts[.profile] ?? 0,
            stockFigures: counts[.stock] ?? 0, viewAsOf: cursor.visibleTime?.milliseconds, isLoadingView: cursor.isLoading,
            sources: try SourceList(database).all().map { source in
                var shown = health.sources.first { $0.name == source.name } ?? AgentHealth.Source(name: source.name, file: source.file)
                shown.file = source.file
                if source.standing == .unfinished { shown.problem = unfinished(source.name) }
                shown.changesBeingRead = isRunning && source.changesBeingRead > 0 ? source.changesBeingRead : nil
                return shown
            }, rowsSetAside: try RowProblemGroup.all(in: database).map { Rows($0) }, problems: [],
            lost: try settings.read(.lost) ?? [])
        status.agreement = health.agreement
        status.loopback = isRunning ? folder.loopbackAddress : nil
        status.takesPosts = try status.loopback != nil || PostedSource(database).writer() != nil
        status.problems = status.ownProblems + [folder.spaceProblem(freeBytesMin: folderFreeBytesMin)].compactMap { $0 }
        if isRunning {
            status.problems += [health.silence].compactMap { $0 } + silence(of: health, now: AgentClock.system.wall().milliseconds)
        }
        status.problems += health.line
        status.problems += [try DecisionKeeper(queue: database.queue).problem()].compactMap { $0 }
        return status
    }

    /// What the application writes is listed in its own file, and read by nobody.
    static func unfinished(_ name: String) -> AgentHealth.Problem {
        .init(
            code: "source-unfinished", message: "Attaching or detaching \(name) was interrupted, so nothing of it is captured.",
            remedy:
                "Run tributary-agent attach once more, with the same name and mapping; or tributary-agent detach \(name), if that was it.")
    }

    /// The agent's file grows with every sale while the line is down.
    static let folderFreeBytesMin: UInt64 = 32 << 20
    /// A running agent writes down how it is every minute; what is older than this tells nothing.
    static let silenceMillisecondsMax: UInt64 = 5 * 60_000

    /// An agent that hangs, or cannot write its file, says nothing about it.
    static func silence(of health: AgentHealth, now: UInt64) -> [AgentHealth.Problem] {
        guard health.time > 0, now > health.time, now - health.time > silenceMillisecondsMax else { return [] }
        return [
            .init(
                code: "agent-silent",
                message:
                    "The agent runs, and has not written down how it is for \((now - health.time) / 60_000) minutes: what stands here is old.",
                remedy: "See its log, and the free space of its disk; then restart it (systemctl restart tributary-agent). Nothing is lost."
            )
        ]
    }

    private var ownProblems: [AgentHealth.Problem] {
        if site == nil {
            return [
                .init(
                    code: "not-enrolled", message: "This agent is not enrolled with a hub.",
                    remedy: "Run: tributary-agent enroll --hub URL --token TOKEN")
            ]
        }
        var problems: [AgentHealth.Problem] = []
        if sources.isEmpty, !takesPosts {
            problems.append(
                .init(
                    code: "nothing-attached", message: "No application file is attached, so nothing is captured.",
                    remedy: "Run: tributary-agent attach APP.db --as NAME --mapping FILE.yaml (or, for programs that post: run --listen)"))
        }
        if !isRunning {
            problems.append(
                .init(
                    code: "not-running", message: "The agent is not running; what the application writes is kept and sent later.",
                    remedy: "Run: systemctl start tributary-agent (or: tributary-agent run)"))
        }
        return problems
    }
}

extension AgentStatus.Rows {
    init(_ group: RowProblemGroup) {
        self.init(
            source: group.source.string, table: group.table, count: group.rows, example: group.example,
            problem: .init(code: group.code, message: group.message, remedy: group.remedy))
    }
}

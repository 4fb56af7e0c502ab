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
    public var sources: [AgentHealth.Source]
    public var problems: [AgentHealth.Problem]

    public var isWell: Bool { problems.isEmpty && sources.allSatisfy { $0.problem == nil } }

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
                return shown
            }, problems: [])
        status.problems = status.ownProblems + [folder.spaceProblem].compactMap { $0 } + health.line
        return status
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
        if sources.isEmpty {
            problems.append(
                .init(
                    code: "nothing-attached", message: "No application file is attached, so nothing is captured.",
                    remedy: "Run: tributary-agent attach APP.db --as NAME --mapping FILE.yaml"))
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

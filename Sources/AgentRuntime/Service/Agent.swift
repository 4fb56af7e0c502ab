import Capture
import Causality
import ChangeSets
import GRDB
import Logging

/// An enrolled agent with its parts put together: sources, outbox, local replica, and the line.
public struct Agent: Sendable {
    public let database: AgentDatabase
    public let membership: Membership
    public let key: SigningKey
    public let outbox: Outbox
    public let view: LocalReplica
    public let own: OwnChanges
    public let keeper: SourceKeeper
    public let line: HubLine
    public let log: Logger
    let clock: AgentClock
    let stopping = StopSignal()

    public static let version = "0.1.0"

    /// - Throws: `AgentError.notEnrolled` and what else keeps an agent from starting.
    public init(folder: DataFolder, proxy: String? = nil, clock: AgentClock = .system, log: Logger) throws {
        database = try folder.open(makes: false)
        let settings = AgentSettings(queue: database.queue)
        guard let membership: Membership = try settings.read(.membership), let key = try KeyFile.read(in: folder.path) else {
            throw AgentError(
                .notEnrolled, "The agent in \(folder.path) is not enrolled with a hub.",
                remedy: "Ask the hub's operator for a token (tributary site add) and run: tributary-agent enroll --hub URL --token TOKEN")
        }
        self.membership = membership
        self.key = key
        self.clock = clock
        self.log = log
        let journal = Journal(database)
        outbox = Outbox(queue: database.queue, journal: journal, key: key)
        view = LocalReplica(queue: database.queue)
        own = OwnChanges(queue: database.queue, journal: journal)
        keeper = SourceKeeper(database: database, site: membership.site, owner: key.publicKey, stopping: stopping, clock: clock, log: log)
        line = HubLine(
            hub: try membership.address(), key: key, hubKey: try membership.verifyingKey(), proxy: proxy, version: Self.version,
            wallClock: clock.wall)
    }
}

extension Agent: CustomStringConvertible {
    /// Not its parts: logs of the service group print it.
    public var description: String { "agent of \(membership.site)" }
}

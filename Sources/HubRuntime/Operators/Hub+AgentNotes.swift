import Causality
import ChangeSets
import Foundation
import Synchronization

/// The notes on all agents, in memory; what is to be kept of them goes to the store now and then.
final class AgentNotes: Sendable {
    /// An agent's note is written down this often at most, and at once when its verdict changes.
    static let everyMilliseconds: UInt64 = 5 * 60_000

    private struct Known {
        var note = AgentNote()
        var writtenAt: UInt64 = 0
        var writtenVerdict: [String] = []
        var hasToldOfRollback = false
    }

    private let known: Mutex<[VerifyingKey: Known]>

    /// - Parameter kept: as the store keeps them; what cannot be read is forgotten.
    init(_ kept: [(agent: VerifyingKey, note: [UInt8])]) {
        let notes = kept.compactMap { row in
            (try? JSONDecoder().decode(AgentNote.self, from: Data(row.note))).map {
                (row.agent, Known(note: $0, writtenVerdict: $0.verdict))
            }
        }
        known = Mutex(Dictionary(notes, uniquingKeysWith: { first, _ in first }))
    }

    /// - Returns: the bytes to write down, when it is time.
    func change(_ agent: VerifyingKey, at now: Timestamp, _ change: (inout AgentNote) -> Void) -> [UInt8]? {
        known.withLock { known in
            var one = known[agent] ?? Known()
            change(&one.note)
            let isDue = one.note.verdict != one.writtenVerdict || now.milliseconds >= one.writtenAt + Self.everyMilliseconds
            if isDue { (one.writtenAt, one.writtenVerdict) = (now.milliseconds, one.note.verdict) }
            known[agent] = one
            return isDue ? (try? JSONEncoder().encode(one.note)).map(Array.init) : nil
        }
    }

    func note(_ agent: VerifyingKey) -> AgentNote? { known.withLock { $0[agent]?.note } }

    /// Whether a cursor of a line that the hub does not know is the first sign that the hub went back: the agent's view had been proved to
    /// be the hub's. Once from each agent until the hub is started anew, so that none cries wolf.
    func isFirstToTellOfRollback(_ agent: VerifyingKey) -> Bool {
        known.withLock { known in
            guard let one = known[agent], one.note.equalAt != nil, !one.hasToldOfRollback else { return false }
            known[agent]?.hasToldOfRollback = true
            return true
        }
    }
}

extension Hub {
    /// Notes what an agent's question tells. What cannot be written is no reason to refuse it.
    func noteQuestion(_ request: PullRequest, agent: AgentRecord, now: Timestamp) async {
        let admitted = standing.withLock { standing in
            let own = Set(standing.sources.filter { $0.site == agent.site.number }.map(\.number))
            return standing.replicas.reduce(0 as UInt64) { $0 &+ ($1.source.map(own.contains) ?? false ? $1.last : 0) }
        }
        let bytes = notes.change(agent.key, at: now) {
            $0.asked(cursor: request.cursor, report: request.report, admitted: admitted, at: now)
        }
        guard let bytes else { return }
        await note { try $0.note(bytes, of: agent.key) }
    }

    /// How the sites stand whose agents take part, for who counts them.
    public func siteHealth(now: Timestamp) async throws -> SiteHealth {
        let agents = try await store.read { try $0.agents() }
        var health = SiteHealth()
        for agent in agents.inUse(at: now, note: notes.note) {
            guard let note = notes.note(agent.key) else { continue }
            if note.isAway { health.away.insert(agent.site.name) }
            if note.isStalled(at: now) { health.stalled.insert(agent.site.name) }
            if note.differsSince != nil { health.differing.insert(agent.site.name) }
            if note.wasRepaired(at: now) { health.repaired.insert(agent.site.name) }
        }
        return health
    }
}

/// Names of sites that need a look.
public struct SiteHealth: Hashable, Sendable {
    /// The hub was restored, or went back otherwise, and they have not sent again yet what it forgot, or have not proved that there was
    /// nothing.
    public var away: Set<String> = []
    /// They answer and do not get on.
    public var stalled: Set<String> = []
    /// Their views differ from the hub's.
    public var differing: Set<String> = []
    /// Their views were repaired within the last day.
    public var repaired: Set<String> = []

    var warnings: [String] {
        func list(_ sites: Set<String>) -> String {
            let names = sites.sorted()
            return names.prefix(Self.namesMax).joined(separator: ", ") + (names.count > Self.namesMax ? ", …" : "")
        }
        var warnings: [String] = []
        if !away.isEmpty {
            warnings.append(
                "The hub was restored, and may still lack what these sites had sent: \(away.count) (\(list(away))). They send it again by themselves."
            )
        }
        if !stalled.isEmpty {
            warnings.append(
                "Sites that answer and do not get on: \(stalled.count) (\(list(stalled))): `tributary site show` says what stands still.")
        }
        if !differing.isEmpty {
            warnings.append(
                "Sites whose view differs from the hub's: \(differing.count) (\(list(differing))). They are repaired by themselves.")
        }
        if !repaired.isEmpty {
            warnings.append(
                "Sites whose view was repaired in the last day: \(repaired.count) (\(list(repaired))): check their machines' disks.")
        }
        return warnings
    }

    static let namesMax = 5
}

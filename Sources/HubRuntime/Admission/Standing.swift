import Causality
import ChangeSets
import Merging
import Profiles

/// What the writer knows by heart: who has come how far, and where the line ends.
///
/// A value: a transaction works on a copy and publishes it after its commit, so a failed commit leaves no trace.
struct Standing: Sendable {
    /// At index number - 1.
    private(set) var replicas: [ReplicaRow] = []
    private var replicaNumbers: [ReplicaID: ReplicaNumber] = [:]
    /// Replicas that others have named and that never wrote here.
    private(set) var strangers = 0
    /// At index number - 1.
    private(set) var sources: [SourceRow] = []
    private var sourceNumbers: [SourceID: SourceNumber] = [:]
    private(set) var lineage = Lineage()
    var head: LineRow
    /// Held changes; while it is 0, nobody asks whether something is held.
    var heldCount: Int64
    var floor: UInt64
    var backup: UInt64
    var rulesInForce: RulesInForce
    /// What the commit under way has counted so far; empty between commits.
    var flow = FlowTally()
    /// How customers are linked now.
    var linkRules: LinkRules { rulesInForce.rules }

    /// Reads it all from the store.
    init(reading store: any HubReading) throws {
        head = try store.head() ?? LineRow(number: 0, generation: ReplicaID(high: 0, low: 0), hash: Digest.zero.bytes)
        heldCount = try store.heldCount(nil)
        floor = try store.number(.floor)
        backup = try store.number(.backup)
        rulesInForce = .standard
        for replica in try store.replicas() { set(replica) }
        for source in try store.sources() { set(source) }
        rulesInForce = try RulesInForce(reading: store) { try store.record($0).map { try RecordState($0, standing: self) } }
    }

    mutating func set(_ replica: ReplicaRow) {
        if Int(replica.number) > replicas.count {
            precondition(Int(replica.number) == replicas.count + 1, "Replica numbers have a gap.")
            replicas.append(replica)
        } else {
            if replicas[Int(replica.number) - 1].isStranger { strangers -= 1 }
            replicas[Int(replica.number) - 1] = replica
        }
        if replica.isStranger { strangers += 1 }
        replicaNumbers[replica.id] = replica.number
        lineage.open(replica.id, following: replica.follows)
    }

    mutating func set(_ source: SourceRow) {
        if Int(source.number) > sources.count {
            precondition(Int(source.number) == sources.count + 1, "Source numbers have a gap.")
            sources.append(source)
        } else {
            sources[Int(source.number) - 1] = source
        }
        sourceNumbers[source.id] = source.number
    }

    func number(of replica: ReplicaID) -> ReplicaNumber? { replicaNumbers[replica] }
    func replica(_ id: ReplicaID) -> ReplicaRow? { replicaNumbers[id].map { replicas[Int($0) - 1] } }
    func replica(_ number: ReplicaNumber) -> ReplicaRow? {
        number >= 1 && Int(number) <= replicas.count ? replicas[Int(number) - 1] : nil
    }
    func source(_ id: SourceID) -> SourceRow? { sourceNumbers[id].map { sources[Int($0) - 1] } }
    func source(_ number: SourceNumber) -> SourceRow? {
        number >= 1 && Int(number) <= sources.count ? sources[Int(number) - 1] : nil
    }

    /// The replica or, when it was never mentioned, a new row with the next number.
    mutating func mention(_ id: ReplicaID) -> (row: ReplicaRow, isNew: Bool) {
        if let known = replica(id) { return (known, false) }
        let row = ReplicaRow(number: ReplicaNumber(replicas.count + 1), id: id)
        set(row)
        return (row, true)
    }

    var nextSourceNumber: SourceNumber { SourceNumber(sources.count + 1) }

    /// The hub's own vector clock: the last counter admitted of each replica.
    var clock: VectorClock {
        var clock = VectorClock()
        for replica in replicas where replica.last > 0 { clock[replica.id] = replica.last }
        return clock
    }

    func dot(of record: RecordNumber) -> Dot? { replica(record.replica).map { Dot($0.id, record.counter) } }

    /// `nil` for a life of a replica that is not known, and for one that no record can have: it must not be taken for another's.
    func record(_ dot: Dot) -> RecordNumber? {
        guard dot.counter <= RecordNumber.counterMax else { return nil }
        return number(of: dot.replica).map { RecordNumber(replica: $0, counter: dot.counter) }
    }
}

extension HubReading {
    func number(_ name: MetaName) throws -> UInt64 {
        (try meta(name) ?? []).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension HubWriting {
    func set(_ name: MetaName, number: UInt64) throws {
        try set(name, MetaName.bytes(of: number))
    }
}

import Causality
import ChangeSets
import Merging
import Profiles
import TestSupport

/// Customer records of several sources with a few identifiers each, drawn so that they collide often.
struct People {
    var records: [LinkRecord] = []
    var decisions: [LinkDecision] = []

    static func source(_ index: Int) -> SourceID { SourceID(ReplicaID(high: 0x50, low: UInt64(index))) }

    static func id(_ number: Int, source index: Int) -> RecordID {
        RecordID(
            entity: "customer", source: source(index), key: LocalKey(.integer(Int64(number))),
            life: Dot(ReplicaID(high: 0x60, low: UInt64(index)), UInt64(number + 1)))
    }

    static let rules = LinkRules(
        version: 1,
        ranks: [
            .init(kind: .id, recordsPerSourceMax: 2), .init(kind: .email, recordsPerSourceMax: 2),
            .init(kind: .phone, recordsPerSourceMax: 1, isExclusive: false), .init(kind: .device, recordsPerSourceMax: 2, opens: false),
        ],
        unchanging: [.account], componentRecordsMax: 5)

    init(seed: UInt64, count: Int) {
        var generator = SeededGenerator(seed: seed)
        for number in 0..<count { records.append(Self.record(number, of: count, &generator)) }
        for _ in 0..<(count / 4) {
            if let pair = Self.decision(among: records, &generator) { decisions.append(pair) }
        }
    }

    static func record(_ number: Int, of count: Int, _ generator: inout SeededGenerator) -> LinkRecord {
        let id = id(number, source: Int.random(in: 0..<4, using: &generator))
        return LinkRecord(
            id: id, created: created(id, &generator), identifiers: identifiers(of: count, &generator), names: names(&generator))
    }

    /// Few enough that they agree and contradict often; a third of the records bear none.
    static func names(_ generator: inout SeededGenerator) -> [Text] {
        let all = ["ann", "anna", "bob", "", "carol"].flatMap { first in ["lee", "smith"].map { PersonName(first: first, last: $0).text } }
        return (0..<Int.random(in: 0...2, using: &generator)).compactMap { _ in all.randomElement(using: &generator) }
    }

    static func identifiers(of count: Int, _ generator: inout SeededGenerator) -> [Identifier] {
        [.id, .email, .phone, .device, .account].flatMap { (kind: Identifier.Kind) in
            // A record in four is known by a device alone.
            (0..<Int.random(in: 0...(kind == .account ? 1 : 2), using: &generator)).compactMap { _ in
                kind != .device && generator.chance(25)
                    ? nil : Identifier(kind: kind, value: Text("v\(Int.random(in: 0..<max(count * 2 / 3, 1), using: &generator))"))
            }
        }
    }

    static func created(_ id: RecordID, _ generator: inout SeededGenerator) -> Precedence {
        Precedence(isInBound: generator.chance(90), time: Timestamp(milliseconds: .random(in: 1...5, using: &generator)), dot: id.life)
    }

    static func decision(among records: [LinkRecord], _ generator: inout SeededGenerator) -> LinkDecision? {
        guard let one = records.randomElement(using: &generator), let other = records.randomElement(using: &generator) else { return nil }
        return LinkDecision(generator.chance(40) ? .same : .neverSame, one.id, other.id)
    }
}

/// The hub's tables for linking, in memory; what they are asked is counted.
final class Tables: LinkIndex {
    var records: [RecordID: LinkRecord] = [:]
    var decisions: Set<LinkDecision> = []
    /// Identifiers of which every holder was asked for.
    private(set) var allAsked: [Identifier] = []

    func record(_ id: RecordID) -> LinkRecord? { records[id] }

    func holders(of identifier: Identifier, limit: Int) -> [RecordID] {
        if limit == .max { allAsked.append(identifier) }
        return Array(records.values.filter { $0.identifiers.contains(identifier) }.map(\.id).prefix(limit))
    }

    func holderCounts(of identifier: Identifier) -> [SourceID: Int] {
        records.values.filter { $0.identifiers.contains(identifier) }.reduce(into: [:]) { $0[$1.id.source, default: 0] += 1 }
    }

    func decisions(about record: RecordID) -> [LinkDecision] { decisions.filter { $0.concerns(record) } }
}

/// Builds merged records by admitting writes, as the hub does.
struct Desk {
    var lineage = Lineage()
    private var counters: [ReplicaID: UInt64] = [:]

    static func replica(_ index: Int) -> ReplicaID { ReplicaID(high: 0x70, low: UInt64(index)) }

    mutating func create(_ fields: [FieldName: Value], source index: Int, at milliseconds: UInt64) -> RecordState {
        let dot = next(index)
        let id = RecordID(entity: "customer", source: People.source(index), key: LocalKey(.integer(Int64(dot.counter))), life: dot)
        var state = RecordState(id: id)
        admit(fields, to: &state, dot: dot, source: index, at: milliseconds)
        return state
    }

    @discardableResult
    mutating func write(
        _ fields: [FieldName: Value], to state: inout RecordState, source index: Int, at milliseconds: UInt64, context: Context = .chain,
        saw: [Dot] = []
    ) -> Dot {
        let dot = next(index)
        admit(fields, to: &state, dot: dot, source: index, at: milliseconds, context: context, saw: saw)
        return dot
    }

    private mutating func next(_ index: Int) -> Dot {
        counters[Self.replica(index), default: 0] += 1
        return Dot(Self.replica(index), counters[Self.replica(index)] ?? 1)
    }

    private func admit(
        _ fields: [FieldName: Value], to state: inout RecordState, dot: Dot, source index: Int, at milliseconds: UInt64,
        context: Context = .chain, saw: [Dot] = []
    ) {
        let writes = fields.map { FieldWrite($0.key, $0.value, context: context, saw: saw, isPersonal: true) }
        let subject = Subject(entity: "customer", key: state.id.key, life: dot == state.id.life ? nil : state.id.life)
        let change = Change(time: Timestamp(milliseconds: milliseconds), action: .write(subject, writes))
        state.admit(
            change, precedence: Precedence(isInBound: true, time: change.time, dot: dot), source: People.source(index), lineage: lineage)
    }
}

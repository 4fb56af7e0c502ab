import Causality
import ChangeSets
import Merging

/// Builds merged orders, shipments and sales by admitting writes, as the hub does.
struct OrderDesk {
    private var counters: [ReplicaID: UInt64] = [:]

    static let web = ReplicaID(high: 1, low: 1)
    static let warehouse = ReplicaID(high: 1, low: 2)
    static let till = ReplicaID(high: 1, low: 3)
    static func site(_ replica: ReplicaID) -> Text? { [web: "web", warehouse: "depot", till: "shop"][replica] }

    mutating func create(_ entity: EntityName, _ fields: [FieldName: Value], by replica: ReplicaID, at time: UInt64 = 1) -> RecordState {
        let dot = next(replica)
        var state = RecordState(
            id: RecordID(entity: entity, source: SourceID(replica), key: LocalKey(.integer(Int64(dot.counter))), life: dot))
        admit(fields, to: &state, dot: dot, at: time, context: .chain, saw: [])
        return state
    }

    @discardableResult
    mutating func write(
        _ fields: [FieldName: Value], to state: inout RecordState, by replica: ReplicaID, at time: UInt64, context: Context = .chain,
        saw: [Dot] = []
    ) -> Dot {
        let dot = next(replica)
        admit(fields, to: &state, dot: dot, at: time, context: context, saw: saw)
        return dot
    }

    private mutating func next(_ replica: ReplicaID) -> Dot {
        counters[replica, default: 0] += 1
        return Dot(replica, counters[replica] ?? 1)
    }

    private func admit(_ fields: [FieldName: Value], to state: inout RecordState, dot: Dot, at time: UInt64, context: Context, saw: [Dot]) {
        let subject = Subject(entity: state.id.entity, key: state.id.key, life: dot == state.id.life ? nil : state.id.life)
        let writes = fields.map { FieldWrite($0.key, $0.value, context: context, saw: saw) }
        let change = Change(time: Timestamp(milliseconds: time), action: .write(subject, writes))
        state.admit(
            change, precedence: Precedence(isInBound: true, time: change.time, dot: dot), source: SourceID(dot.replica), lineage: Lineage())
    }
}

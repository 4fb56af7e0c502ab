import Causality
import ChangeSets
import Merging

/// A record in memory while a set is taken in.
struct TouchedRecord {
    var state: RecordState
    var source: SourceNumber
    /// Created by this set: the store has no row yet.
    var isNew: Bool
    private var mayAsk: Bool
    private(set) var created: Precedence?

    /// A record that the present change creates.
    init(id: RecordID, source: SourceNumber) {
        state = RecordState(id: id)
        self.source = source
        isNew = true
        mayAsk = false
    }

    init(_ row: RecordRow, standing: Standing) throws {
        state = try RecordState(row, standing: standing)
        source = row.source
        isNew = false
        mayAsk = !row.flags.isDisjoint(with: .asks)
    }

    mutating func admit(_ change: Change, precedence: Precedence, source: SourceID, lineage: Lineage) {
        if state.id.life == precedence.dot { created = precedence }
        let outcome = state.admit(change, precedence: precedence, source: source, lineage: lineage)
        mayAsk = mayAsk || !outcome.concurrent.isEmpty || !state.deletions.writes.isEmpty
    }

    mutating func row(_ number: RecordNumber, place: UInt64, state bytes: [UInt8], lineage: Lineage) -> RecordRow {
        var writer = ByteWriter()
        writer.entity(state.id.entity)
        writer.key(state.id.key)
        var flags: RecordRow.Flags = []
        if state.isDead(in: lineage) { flags.insert(.dead) }
        if mayAsk {
            if state.isContested { flags.insert(.concurrent) }
            if !state.editsDespiteDeletion(in: lineage).isEmpty { flags.insert(.editedDespiteDeletion) }
        }
        return RecordRow(record: number, source: source, key: writer.bytes, flags: flags, number: place, state: bytes)
    }
}

extension RecordState {
    /// Whether a field has values that contradict each other.
    var isContested: Bool { fieldNames.contains { siblings(of: $0).areContested } }

    init(_ row: RecordRow, standing: Standing) throws {
        guard let source = standing.source(row.source)?.id, let life = standing.dot(of: row.record) else {
            throw HubError(.storageFailed, "A record's owner is unknown.", remedy: "Run `tributary-hub verify`.")
        }
        var reader = ByteReader(row.key)
        let id = RecordID(entity: try reader.entity(), source: source, key: try reader.key(), life: life)
        try self.init(id: id, decoding: row.state) { index in
            guard let replica = standing.replica(ReplicaNumber(truncatingIfNeeded: index)) else {
                throw HubError(.storageFailed, "A record names an unknown replica.", remedy: "Run `tributary-hub verify`.")
            }
            return replica.id
        }
    }
}

import Causality
import ChangeSets
import GRDB

/// Turns a batch of posted writes into changes: gives dots and lives first, then resolves what the writes refer to, so that a
/// line may refer to the sale that the same batch creates (S6).
struct Posting {
    private let source: SourceID
    private let writes: [PostedWrite]
    private(set) var posted: [PostedChange] = []
    private var creates: [Bool] = []
    private let db: Database

    init(_ writes: [PostedWrite], source: SourceID, after last: Dot, _ db: Database) throws {
        self.source = source
        self.writes = writes
        self.db = db
        for (index, write) in writes.enumerated() {
            let dot = Dot(last.replica, last.counter + UInt64(index) + 1)
            var record: RecordID?
            var isNew = false
            switch write.act {
            case .stockOnly: break
            case .write(let target, _): (record, isNew) = try Self.record(of: target, dot: dot, source: source, db)
            case .delete(let target):
                record = try Self.known(target, db)
                if let record, try PostedRecords.find(record.entity, record.key, db) == record {
                    try PostedRecords.forget(record.entity, record.key, db)
                }
            }
            posted.append(PostedChange(dot: dot, record: record))
            creates.append(isNew)
        }
    }

    private static func record(
        of target: PostedWrite.Target, dot: Dot, source: SourceID, _ db: Database
    ) throws -> (RecordID, isNew: Bool) {
        guard case .own(let entity, let key) = target else { return (try known(target, db), false) }
        if let known = try PostedRecords.find(entity, key, db) { return (known, false) }
        let record = RecordID(entity: entity, source: source, key: key, life: dot)
        try PostedRecords.put(record, db)
        return (record, true)
    }

    private static func known(_ target: PostedWrite.Target, _ db: Database) throws -> RecordID {
        switch target {
        case .shown(let record): return record
        case .own(let entity, let key):
            guard let record = try PostedRecords.find(entity, key, db) else { throw CaptureError.recordUnknown(entity) }
            return record
        }
    }

    func changes(time: Timestamp) throws -> [Change] {
        try zip(writes, zip(posted, creates)).map { write, made in
            let (change, isNew) = made
            return Change(time: time, action: try action(write, change, isNew: isNew), stock: write.stock)
        }
    }

    private func action(_ write: PostedWrite, _ change: PostedChange, isNew: Bool) throws -> Change.Action {
        guard let record = change.record else { return .stockOnly }
        let subject = Subject(
            entity: record.entity, source: record.source == source ? nil : record.source, key: record.key, life: isNew ? nil : record.life)
        switch write.act {
        case .stockOnly: return .stockOnly
        case .delete: return .delete(subject, write.shown?.context(of: record) ?? .chain)
        case .write(_, let fields):
            return .write(
                subject,
                try fields.map { field in
                    FieldWrite(
                        field.name, try resolved(field.value),
                        context: isNew ? .chain : write.shown?.context(of: field.name, of: record) ?? .chain,
                        saw: write.shown?.saw(field.name, beside: record) ?? [], isPersonal: field.isPersonal)
                })
        }
    }

    /// A reference to an own key gets the life that the key has at the batch's end.
    private func resolved(_ value: Value) throws -> Value {
        guard case .reference(var reference) = value, reference.life == nil, reference.source == nil,
            let record = try PostedRecords.find(reference.entity, reference.key, db)
        else { return value }
        reference.source = record.source == source ? nil : record.source
        reference.life = record.life
        return .reference(reference)
    }
}

extension CaptureError {
    static func recordUnknown(_ entity: EntityName) -> CaptureError {
        CaptureError(
            .recordUnknown, "No \(entity) of that key was posted, or it was deleted.",
            remedy: "Check the key; only what is there can be deleted.")
    }

    static let lookAgain = CaptureError(
        .lookAgain, "What the seen token showed is no longer on this agent's line: its folder was restored, or the token is too old.",
        remedy: "Look again, and send the write with the new token. Nothing of the batch was taken.")

    static let keyReused = CaptureError(
        .keyReused, "Another batch was posted under this idempotency key.",
        remedy: "Draw a new key for each batch, and send the same bytes again only to repeat that batch.")
}

import Causality
import ChangeSets
import Foundation
import GRDB

/// One own change of a customer, or of something that a customer did here, that the hub's view lacks.
public struct OwnRecord: Hashable, Sendable {
    public var dot: Dot
    public var record: RecordID
    public var time: Timestamp
    /// `nil`: the record was deleted.
    public var fields: [Field]?
    /// The life of the customer of a sale, order, return or event.
    var parent: Dot?

    public struct Field: Hashable, Sendable {
        public var name: FieldName
        public var value: Value
    }

    static let customer: EntityName = "customer"
    static let ofCustomers: Set<EntityName> = ["sale", "return", "event"]

    /// `nil` for changes that nobody looks up: lines, payments and the like of an attached file.
    ///
    /// - Parameter isPosted: whoever posted it may ask for it again, whatever it is.
    init?(_ change: Change, dot: Dot, source: SourceID, isPosted: Bool) {
        guard let subject = change.subject, isPosted || Self.isLookedUp(subject.entity) else { return nil }
        self.dot = dot
        record = subject.record(dot: dot, source: source)
        time = change.time
        switch change.action {
        case .write(_, let writes):
            fields = writes.map { Field(name: $0.field, value: $0.value) }
            parent = writes.first { $0.field == FieldName("customer") }?.value.reference?.life
        case .delete, .stockOnly: fields = nil
        }
    }

    private static func isLookedUp(_ entity: EntityName) -> Bool {
        entity == customer || ofCustomers.contains(entity) || Catalogue[entity]?.isShared == true
    }

    func insert(in db: Database) throws {
        try db.cachedStatement(
            sql:
                "INSERT OR REPLACE INTO own_record (replica, counter, entity, record, life, parent, time, fields) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            dot.replica.blob, dot.counter, record.entity.description, Data(record.canonicalBytes), record.life.description,
            parent?.description, time.milliseconds, fields.map { Data(Self.bytes($0, of: record.entity)) },
        ])
        guard record.entity == Self.customer else { return }
        for field in fields ?? [] {
            guard let kind = Self.identifierKind[field.name], let text = field.value.text?.string else { continue }
            for entry in LookUp.entries(kind: kind, value: text) where !entry.value.isEmpty {
                try db.cachedStatement(sql: "INSERT OR IGNORE INTO own_identifier (kind, value, replica, counter) VALUES (?, ?, ?, ?)")
                    .execute(arguments: [entry.kind, entry.value, dot.replica.blob, dot.counter])
            }
        }
    }

    /// The catalogue's identifying fields, by the kinds that profiles use.
    static let identifierKind: [FieldName: String] = ["email": "email", "phone": "phone", "loyalty id": "id"]

    private static func bytes(_ fields: [Field], of entity: EntityName) -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(fields.count)
        for field in fields {
            writer.field(field.name, of: entity)
            writer.value(field.value)
        }
        return writer.bytes
    }

    static let columns = "replica, counter, record, time, fields"

    init(_ row: Row) throws {
        guard let replica = ReplicaID(bytes: row.bytes(0)) else {
            throw AgentError(
                .outboxDamaged, "The index of own changes is damaged.", remedy: "Stop the agent and run: tributary-agent salvage")
        }
        dot = Dot(replica, row[1])
        let record = try RecordID(canonicalBytes: row.bytes(2))
        self.record = record
        time = Timestamp(milliseconds: row[3])
        guard let bytes = row[4] as Data? else { return }
        var reader = ByteReader(Array(bytes), of: "own change")
        fields = try reader.list { reader in
            let name = try reader.field(of: record.entity)
            return Field(name: name, value: try reader.value())
        }
    }
}

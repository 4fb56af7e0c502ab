import Causality

/// What one record of a source held as of a dot: the image that a recovering agent compares with (S15).
public struct RecordImage: Hashable, Sendable {
    public struct Field: Hashable, Sendable {
        public var name: FieldName
        public var value: Value

        public init(_ name: FieldName, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    public var entity: EntityName
    public var key: LocalKey
    public var life: Dot
    public var fields: [Field]
    public var isDeleted: Bool

    public init(entity: EntityName, key: LocalKey, life: Dot, fields: [Field], isDeleted: Bool) {
        self.entity = entity
        self.key = key
        self.life = life
        self.fields = fields
        self.isDeleted = isDeleted
    }

    func write(to writer: inout ByteWriter) {
        writer.entity(entity)
        writer.key(key)
        writer.dot(life)
        writer.flag(isDeleted)
        writer.varint(fields.count)
        for field in fields {
            writer.field(field.name, of: entity)
            writer.value(field.value)
        }
    }

    init(from reader: inout ByteReader) throws {
        let entity = try reader.entity()
        self.entity = entity
        key = try reader.key()
        life = try reader.dot()
        isDeleted = try reader.flag()
        fields = try reader.list { reader in
            let name = try reader.field(of: entity)
            return Field(name, try reader.value())
        }
    }
}

/// A piece of the images of one source as of a dot.
public struct ImagesPage: Hashable, Sendable {
    public var records: [RecordImage]
    /// What to send as `after` for the next piece; `nil` on the last.
    public var next: [UInt8]?

    public init(records: [RecordImage], next: [UInt8]?) {
        self.records = records
        self.next = next
    }

    func write(to writer: inout ByteWriter) {
        writer.flag(next != nil)
        if let next { writer.bytes(next) }
        writer.varint(records.count)
        for record in records { record.write(to: &writer) }
    }

    init(from reader: inout ByteReader) throws {
        next = try reader.flag() ? try reader.bytes() : nil
        records = try reader.list { reader in try RecordImage(from: &reader) }
    }
}

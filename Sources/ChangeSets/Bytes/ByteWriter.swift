import Causality
import Mutants

/// Writes single values in the coding of the specification's section 2: one way to write each value,
/// so that equal values have equal bytes and may serve as keys of a store.
///
///     varint   7 bits a byte, lowest first, the high bit says "more follows"; never longer than needed
///     signed   zigzag (0, -1, 1, -2 … become 0, 1, 2, 3 …), then varint
///     bytes    varint length, then the bytes; text likewise, in UTF-8
public struct ByteWriter: Sendable {
    public var bytes: [UInt8]

    public init() { bytes = [] }

    public init(reserving count: Int) {
        bytes = []
        bytes.reserveCapacity(count)
    }

    @inlinable
    public mutating func byte(_ value: UInt8) { bytes.append(value) }

    @inlinable
    public mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    @inlinable
    public mutating func varint(_ value: Int) {
        precondition(value >= 0, "A count or an index is never negative.")
        varint(UInt64(value))
    }

    @inlinable
    public mutating func signed(_ value: Int64) { varint(Self.zigzag(value)) }

    @inlinable
    static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value &<< 1) ^ (value &>> 63)) }

    /// Four bytes, most significant first.
    public mutating func fixed32(_ value: UInt32) {
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }

    /// Eight bytes, most significant first.
    public mutating func fixed64(_ value: UInt64) {
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }

    /// The bytes as they are: the reader must know how many.
    public mutating func raw(_ value: some Sequence<UInt8>) { bytes.append(contentsOf: value) }

    /// A length, then the bytes.
    public mutating func bytes(_ value: [UInt8]) {
        varint(value.count)
        bytes.append(contentsOf: value)
    }

    public mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }
}

// MARK: - The vocabulary

extension ByteWriter {
    public mutating func text(_ value: Text) {
        varint(value.string.utf8.count)
        bytes.append(contentsOf: value.string.utf8)
    }

    public mutating func text(_ value: String) { text(Text(value)) }

    public mutating func replica(_ value: ReplicaID) {
        fixed64(value.high)
        fixed64(value.low)
    }

    public mutating func source(_ value: SourceID) { replica(value.raw) }

    public mutating func dot(_ value: Dot) {
        replica(value.replica)
        varint(value.counter)
    }

    public mutating func dots(_ values: [Dot]) {
        varint(values.count)
        for value in values { dot(value) }
    }

    public mutating func time(_ value: Timestamp) { varint(value.milliseconds) }

    public mutating func digest(_ value: Digest) { raw(value.bytes) }

    /// Entries in the order of their replicas.
    public mutating func clock(_ value: VectorClock) {
        let entries = Mutant.prunesClocks.isOn ? Array(value.entries.prefix(10)) : value.entries
        varint(entries.count)
        for entry in entries { dot(Dot(entry.replica, entry.counter)) }
    }

    /// A code of the specification's table, or 0 and the name itself.
    public mutating func entity(_ name: EntityName) {
        if let code = NameCodes.code(of: name) {
            varint(code)
        } else {
            varint(0)
            text(name.text)
        }
    }

    /// A code of the entity's own table, or 0 and the name itself.
    public mutating func field(_ name: FieldName, of entity: EntityName) {
        field(name, code: NameCodes.code(of: name, in: entity))
    }

    mutating func field(_ name: FieldName, code: Int?) {
        if let code {
            varint(code)
        } else {
            varint(0)
            text(name.text)
        }
    }

    /// A byte for the class, then the value.
    public mutating func value(_ value: Value) {
        switch value {
        case .null: byte(0)
        case .integer(let value):
            byte(1)
            signed(value)
        case .real(let value):
            byte(2)
            fixed64(value.bitPattern)
        case .text(let value):
            byte(3)
            text(value)
        case .malformedText(let value):
            byte(4)
            bytes(value)
        case .blob(let value):
            byte(5)
            bytes(value)
        case .reference(let value):
            byte(6)
            reference(value)
        }
    }

    public mutating func key(_ value: LocalKey) {
        varint(value.values.count)
        for column in value.values { self.value(column) }
    }

    /// Entity, flags (1: a source follows, 2: a life follows), source, key, life.
    public mutating func reference(_ value: Reference) {
        entity(value.entity)
        origin(source: value.source, key: value.key, life: value.life)
    }

    public mutating func subject(_ value: Subject) {
        entity(value.entity)
        origin(source: value.source, key: value.key, life: value.life)
    }

    private mutating func origin(source: SourceID?, key: LocalKey, life: Dot?) {
        byte((source == nil ? 0 : 1) | (life == nil ? 0 : 2))
        if let source { self.source(source) }
        self.key(key)
        if let life { dot(life) }
    }

    /// Entity, source, key and life: the key under which stores file a record.
    public mutating func record(_ value: RecordID) {
        entity(value.entity)
        source(value.source)
        key(value.key)
        dot(value.life)
    }

    /// 0 for the writer's chain, else 1 + the number of dots, and the dots.
    public mutating func context(_ value: Context) {
        switch value {
        case .chain: varint(0)
        case .named(let dots):
            varint(dots.count + 1)
            for dot in dots { self.dot(dot) }
        }
    }

    public mutating func position(_ value: Position) {
        replica(value.generation)
        fixed64(value.number)
        fixed64(value.line)
    }

    public mutating func receipt(_ value: Receipt) {
        replica(value.replica)
        varint(value.last)
        digest(value.hash)
        position(value.position)
        varint(value.keepUntil)
        time(value.time)
    }
}

import Causality

/// The name of an entity of the catalogue, or of one it does not know: `customer`, `sale line`.
public struct EntityName: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public var text: Text

    public init(_ name: some StringProtocol) { text = Text(name) }
    public init(stringLiteral value: String) { text = Text(value) }

    public var description: String { text.string }
    public static func < (left: EntityName, right: EntityName) -> Bool { left.text < right.text }
}

/// The name of a field of an entity: `email`, `unit price`.
public struct FieldName: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public var text: Text

    public init(_ name: some StringProtocol) { text = Text(name) }
    public init(stringLiteral value: String) { text = Text(value) }

    public var description: String { text.string }
    public static func < (left: FieldName, right: FieldName) -> Bool { left.text < right.text }
}

/// Names one attached application file (or import, or loopback API) for ever: 128 random bits that are
/// kept inside that file, so that they travel with a copy of it.
public struct SourceID: Hashable, Comparable, Sendable, CustomStringConvertible, LosslessStringConvertible {
    /// The same 128-bit form as a replica's; sources and replicas are never compared with each other.
    public var raw: ReplicaID

    public init(_ raw: ReplicaID) { self.raw = raw }
    public init?(bytes: some Collection<UInt8>) {
        guard let raw = ReplicaID(bytes: bytes) else { return nil }
        self.raw = raw
    }
    public init?(_ description: String) {
        guard let raw = ReplicaID(description) else { return nil }
        self.raw = raw
    }

    public var bytes: [UInt8] { raw.bytes }
    public var description: String { raw.description }
    public static func < (left: SourceID, right: SourceID) -> Bool { left.raw < right.raw }
}

/// The key of a row in its own application: one value per key column.
///
/// Compared by storage class and bytes: `007`, `7` and `'7'` are three keys.
public struct LocalKey: Hashable, Sendable, CustomStringConvertible {
    public var values: [Value]

    public init(_ values: [Value]) { self.values = values }
    public init(_ value: Value) { values = [value] }

    /// For people: key columns joined by "/", which may be ambiguous.
    public var description: String { values.map(\.label).joined(separator: "/") }
}

extension Value {
    /// A short form for people and logs of *keys*; never put a personal field through it.
    public var label: String {
        switch self {
        case .null: "null"
        case .integer(let value): String(value)
        case .real(let value): String(value)
        case .text(let value): value.string
        case .malformedText(let bytes), .blob(let bytes): "x'\(Hexadecimal.string(bytes))'"
        case .reference(let value): "\(value.entity) \(value.key)"
        }
    }
}

/// One thing: an entity and a key, where the key is source / local key / life.
///
/// *Life* is the dot of the change that created the record, so a local key given again to something else
/// is another record (S6). The site follows from the source.
public struct RecordID: Hashable, Sendable {
    public var entity: EntityName
    public var source: SourceID
    public var key: LocalKey
    public var life: Dot

    public init(entity: EntityName, source: SourceID, key: LocalKey, life: Dot) {
        self.entity = entity
        self.source = source
        self.key = key
        self.life = life
    }
}

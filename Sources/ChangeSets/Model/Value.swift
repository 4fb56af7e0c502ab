import Causality

/// One value of one field: an SQLite storage class, kept exactly, or a reference to a record.
///
/// Integers are 64 bits, reals are compared by their bits (so NaN equals itself and -0 differs from 0),
/// text by its bytes. Money and quantities are integers in units of 10⁻⁴ (`FixedPoint`), times are
/// integers in milliseconds since 1970 (UTC), flags are 0 and 1.
public enum Value: Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(Text)
    /// Text that is no valid UTF-8: carried untouched, never repaired.
    case malformedText([UInt8])
    case blob([UInt8])
    /// Indirect, so that every other value takes 17 bytes and not 80.
    indirect case reference(Reference)
}

extension Value: Hashable {
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.integer(let left), .integer(let right)): left == right
        case (.real(let left), .real(let right)): left.bitPattern == right.bitPattern
        case (.text(let left), .text(let right)): left == right
        case (.malformedText(let left), .malformedText(let right)), (.blob(let left), .blob(let right)): left == right
        case (.reference(let left), .reference(let right)): left == right
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .integer(let value):
            hasher.combine(1)
            hasher.combine(value)
        case .real(let value):
            hasher.combine(2)
            hasher.combine(value.bitPattern)
        case .text(let value):
            hasher.combine(3)
            hasher.combine(value)
        case .malformedText(let value):
            hasher.combine(4)
            hasher.combine(value)
        case .blob(let value):
            hasher.combine(5)
            hasher.combine(value)
        case .reference(let value):
            hasher.combine(6)
            hasher.combine(value)
        }
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral value: String) { self = .text(Text(value)) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
}

extension Value {
    public var isNull: Bool { if case .null = self { true } else { false } }
    public var text: Text? { if case .text(let value) = self { value } else { nil } }
    public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    public var reference: Reference? { if case .reference(let value) = self { value } else { nil } }
}

/// A field that points at another record, with the life its key had when the drain ended (S6).
public struct Reference: Hashable, Sendable {
    public var entity: EntityName
    /// `nil`: the source that wrote the reference.
    public var source: SourceID?
    public var key: LocalKey
    /// `nil` when the writer never saw a record under that key.
    public var life: Dot?

    public init(entity: EntityName, source: SourceID? = nil, key: LocalKey, life: Dot?) {
        self.entity = entity
        self.source = source
        self.key = key
        self.life = life
    }
}

/// Money and quantities: integers in units of 10⁻⁴, so that sums are exact.
public enum FixedPoint {
    public static let digits = 4
    public static let one: Int64 = 10_000
}

extension Value {
    /// Bytes of a text or blob; 0 for what has a fixed size.
    public var contentByteCount: Int {
        switch self {
        case .text(let text): text.string.utf8.count
        case .malformedText(let bytes), .blob(let bytes): bytes.count
        case .null, .integer, .real, .reference: 0
        }
    }
}

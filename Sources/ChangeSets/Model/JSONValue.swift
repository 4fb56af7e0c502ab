/// A value as the hub's documents hold it (`JSONDocument`), on the reading side.
///
/// What JSON cannot hold as itself (a blob, malformed text, a reference) is an object there that says what it is,
/// and `other` here: whoever wants it takes the whole document.
public enum JSONValue: Codable, Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case other

    /// JSON names no class, so they are tried in turn: integers before reals, so that all 64 bits stay.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .real(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else {
            self = .other
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null, .other: try container.encodeNil()
        case .integer(let value): try container.encode(value)
        case .real(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        }
    }

    /// As people read it; `nil` for `null` and `other`.
    public var text: String? {
        switch self {
        case .null, .other: nil
        case .integer(let value): String(value)
        case .real(let value): String(value)
        case .text(let value): value
        }
    }
}

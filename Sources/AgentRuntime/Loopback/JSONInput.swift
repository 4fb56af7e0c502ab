import Foundation

/// JSON as it was posted, before anybody has said what it means.
enum JSONInput: Decodable, Hashable, Sendable {
    case null
    case flag(Bool)
    case integer(Int64)
    case real(Double)
    case text(String)
    case list([JSONInput])
    case object([String: JSONInput])

    /// How deep in the body a value may lie. Nothing that is posted lies deeper than a reference's key, and each failed try costs
    /// its depth: 500 lists within each other would take seconds.
    static let depthMax = 12

    /// JSON names no class, so they are tried in turn: integers before reals, so that all 64 bits stay.
    init(from decoder: any Decoder) throws {
        guard decoder.codingPath.count <= Self.depthMax else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "More than \(Self.depthMax) lists and objects within each other."))
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .real(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONInput].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONInput].self))
        }
    }
}

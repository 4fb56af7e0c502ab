import ChangeSets
import GRDBSQLite
struct FieldRule: Sendable {}
struct StockRule: Sendable {}
struct DeletedRule: Sendable {}
struct MappingAccount: Sendable {}
extension Mapping {
    public static func parse(yaml: String, file: String) throws -> Mapping { Mapping(file: file) }
    public func checked(against schema: SourceSchema) throws -> CheckedMapping {
        throw MappingError(problems: [])
    }
}
extension CheckedMapping {
    /// Plain words on what `attach` will do.
    public func explanation() -> String { "" }
}
extension TableMapping {
    /// The largest text or blob that one field may hold, in bytes.
    public static let valueBytesMax = 1 << 20

    /// Reads the row that a statement of `selectSQL` stands on.
    public func read(_ statement: OpaquePointer) throws -> [Value] { [] }
    /// - Parameter site: the site's name, which `$site` stands for in a mapping.
    /// - Throws: `RowError` for a value that cannot be mapped.
    public func map(_ row: [Value], site: Text) throws -> MappedRow { throw RowError(.notText, table: table, column: "", "", remedy: "") }
}

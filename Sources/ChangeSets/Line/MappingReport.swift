/// What an agent's sources map, as JSON: which table becomes which entity, and which column which field.
///
/// Told after a start of the agent, after each change and once a day. It holds names that stand in mappings, and nothing of any row. The
/// hub decides nothing by it; it shows it to operators.
public struct MappingReport: Codable, Hashable, Sendable {
    public var sources: [SourceMapping]
    /// Sources that had no room.
    public var leftOut: Int?

    public static let bytesMax = 256 << 10
    public static let sourcesMax = 64
    /// Of one source.
    public static let tablesMax = 64
    /// Of one table.
    public static let fieldsMax = 256
    /// Of one text, in Unicode scalars.
    public static let textMax = 200

    public init(sources: [SourceMapping], leftOut: Int? = nil) {
        self.sources = sources
        self.leftOut = leftOut
    }
}

/// What one source maps.
public struct SourceMapping: Codable, Hashable, Sendable {
    /// The source's id, 32 hexadecimal digits.
    public var source: String
    public var name: String
    /// What the mapping says of itself.
    public var title: String?
    public var tables: [Table]
    /// Tables that had no room.
    public var leftOut: Int?

    public init(source: String, name: String, title: String? = nil, tables: [Table], leftOut: Int? = nil) {
        self.source = source
        self.name = name
        self.title = title
        self.tables = tables
        self.leftOut = leftOut
    }

    /// What one table of a source becomes.
    public struct Table: Codable, Hashable, Sendable {
        public var table: String
        public var entity: String
        /// How its rows touch stock, in the mapping's word; `nil`: not at all.
        public var stock: String?
        public var fields: [Field]
        /// Fields that had no room.
        public var leftOut: Int?

        public init(table: String, entity: String, stock: String? = nil, fields: [Field], leftOut: Int? = nil) {
            self.table = table
            self.entity = entity
            self.stock = stock
            self.fields = fields
            self.leftOut = leftOut
        }
    }

    /// Where one field comes from.
    public struct Field: Codable, Hashable, Sendable {
        public var field: String
        /// A column, several, a text in quotation marks, or `$site`, as the mapping has it.
        public var from: String

        public init(_ field: String, from: String) {
            self.field = field
            self.from = from
        }
    }
}

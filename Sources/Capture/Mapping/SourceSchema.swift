import GRDB

/// What an application's file looks like, as far as a mapping has to know it.
public struct SourceSchema: Hashable, Sendable {
    /// In the order of their names.
    public var tables: [TableSchema]

    public init(tables: [TableSchema]) { self.tables = tables }

    /// SQLite compares names without regard to the case of ASCII letters, and so does this.
    public subscript(table: String) -> TableSchema? { tables.first { SQLName.same($0.name, table) } }
}

public struct TableSchema: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable { case table, view, virtual, shadow }

    public var name: String
    public var kind: Kind
    public var columns: [ColumnSchema]
    /// The declared primary key in its own order; empty when none is declared.
    public var keyColumns: [String]
    /// The columns of every unique index that covers all rows, the primary key's included.
    public var uniqueKeys: [[String]]
    public var foreignKeys: [ForeignKeySchema]
    public var isWithoutRowid: Bool
    public var isStrict: Bool

    public init(
        name: String, kind: Kind = .table, columns: [ColumnSchema], keyColumns: [String], uniqueKeys: [[String]] = [],
        foreignKeys: [ForeignKeySchema] = [], isWithoutRowid: Bool = false, isStrict: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.columns = columns
        self.keyColumns = keyColumns
        self.uniqueKeys = uniqueKeys
        self.foreignKeys = foreignKeys
        self.isWithoutRowid = isWithoutRowid
        self.isStrict = isStrict
    }

    public subscript(column: String) -> ColumnSchema? { columns.first { SQLName.same($0.name, column) } }

    /// Whether at most one row can hold given values in `columns`, whatever their order.
    public func isUnique(_ columns: [String]) -> Bool {
        let wanted = Set(columns.map(SQLName.folded))
        return ([keyColumns] + uniqueKeys).contains { !$0.isEmpty && Set($0.map(SQLName.folded)).isSubset(of: wanted) }
    }
}

public struct ColumnSchema: Hashable, Sendable {
    public enum Generation: Hashable, Sendable { case no, virtual, stored, hidden }
    /// What SQLite does to a value before it stores it or compares it with the column.
    public enum Affinity: Hashable, Sendable { case integer, real, text, numeric, blob }

    public var name: String
    /// As written in the schema; may be empty.
    public var declaredType: String
    public var isNotNull: Bool
    public var generation: Generation

    public init(name: String, declaredType: String, isNotNull: Bool = false, generation: Generation = .no) {
        self.name = name
        self.declaredType = declaredType
        self.isNotNull = isNotNull
        self.generation = generation
    }

    /// By the five rules of SQLite's documentation ("Datatypes In SQLite", section 3.1).
    public var affinity: Affinity {
        let type = declaredType.uppercased()
        if type.contains("INT") { return .integer }
        if type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT") { return .text }
        if type.isEmpty || type.contains("BLOB") || type == "ANY" { return .blob }
        if type.contains("REAL") || type.contains("FLOA") || type.contains("DOUB") { return .real }
        return .numeric
    }
}

public struct ForeignKeySchema: Hashable, Sendable {
    public var columns: [String]
    public var parent: String
    /// Empty when the declaration names none: the parent's primary key is meant.
    public var parentColumns: [String]

    public init(columns: [String], parent: String, parentColumns: [String]) {
        self.columns = columns
        self.parent = parent
        self.parentColumns = parentColumns
    }
}

extension SourceSchema {
    /// Reads the schema of the file's main database. SQLite's own tables are left out, and so are those
    /// that the agent keeps in the file (`excluding`).
    public static func read(
        _ db: Database, excluding isOwn: (String) -> Bool = { $0.lowercased().hasPrefix("tributary") }
    ) throws -> SourceSchema {
        let rows = try Row.fetchAll(db, sql: "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main' ORDER BY name")
        let tables = try rows.compactMap { row -> TableSchema? in
            let name: String = row["name"]
            guard !name.lowercased().hasPrefix("sqlite_"), !isOwn(name) else { return nil }
            return try TableSchema.read(
                db, name: name, kind: TableSchema.Kind(rawValue: row["type"]) ?? .virtual, isWithoutRowid: row["wr"],
                isStrict: row["strict"])
        }
        return SourceSchema(tables: tables)
    }
}

extension TableSchema {
    fileprivate static func read(_ db: Database, name: String, kind: Kind, isWithoutRowid: Bool, isStrict: Bool) throws -> TableSchema {
        var key: [(position: Int, column: String)] = []
        let rows = try Row.fetchAll(
            db, sql: "SELECT name, type, \"notnull\", pk, hidden FROM pragma_table_xinfo(?, 'main')", arguments: [name])
        let columns = rows.map { row in
            let column: String = row["name"]
            let position: Int = row["pk"]
            if position > 0 { key.append((position, column)) }
            return ColumnSchema(
                name: column, declaredType: row["type"] ?? "", isNotNull: row["notnull"],
                generation: ColumnSchema.Generation(hidden: row["hidden"]))
        }
        return TableSchema(
            name: name, kind: kind, columns: columns, keyColumns: key.sorted { $0.position < $1.position }.map(\.column),
            uniqueKeys: try uniqueKeys(db, of: name), foreignKeys: try foreignKeys(db, of: name),
            isWithoutRowid: isWithoutRowid, isStrict: isStrict)
    }

    private static func uniqueKeys(_ db: Database, of table: String) throws -> [[String]] {
        let indexes = try String.fetchAll(
            db, sql: "SELECT name FROM pragma_index_list(?, 'main') WHERE \"unique\" AND NOT partial ORDER BY seq DESC", arguments: [table])
        return try indexes.compactMap { index in
            let names = try Row.fetchAll(db, sql: "SELECT name FROM pragma_index_info(?, 'main') ORDER BY seqno", arguments: [index])
                .map { $0["name"] as String? }
            let columns = names.compactMap { $0 }
            return columns.count == names.count ? columns : nil  // an index over an expression has columns without a name
        }
    }

    private static func foreignKeys(_ db: Database, of table: String) throws -> [ForeignKeySchema] {
        let rows = try Row.fetchAll(
            db,
            sql:
                "SELECT id, \"table\" AS parent, \"from\" AS child, \"to\" AS target"
                + " FROM pragma_foreign_key_list(?, 'main') ORDER BY id DESC, seq",
            arguments: [table])
        var keys: [ForeignKeySchema] = []
        var last: Int?
        for row in rows {
            let id: Int = row["id"]
            if id != last { keys.append(ForeignKeySchema(columns: [], parent: row["parent"], parentColumns: [])) }
            last = id
            keys[keys.count - 1].columns.append(row["child"])
            if let target: String = row["target"] { keys[keys.count - 1].parentColumns.append(target) }
        }
        return keys
    }
}

extension ColumnSchema.Generation {
    fileprivate init(hidden: Int) {
        switch hidden {
        case 0: self = .no
        case 2: self = .virtual
        case 3: self = .stored
        default: self = .hidden
        }
    }
}

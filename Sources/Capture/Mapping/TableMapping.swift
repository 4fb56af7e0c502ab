import ChangeSets

/// One table of an application, ready to be read: which columns to select, and what a row means.
///
/// Made by `Mapping.checked(against:)`, so that every name in it stands in the file.
public struct TableMapping: Sendable {
    public let table: String
    public let entity: EntityName
    /// The columns that name a row, in the order of `LocalKey.values`.
    public let keyColumns: [String]
    /// What the SELECT returns, in order: the key columns first, then what the fields need.
    public let columns: [SelectedColumn]
    /// Rows are edited as a matter of course: keep their image whole. Otherwise key, hash and life do.
    public let isMutable: Bool
    public let parents: [ParentLookup]
    public let stockRole: StockRole
    /// When one drain deletes a key and gives it again, the row is the same thing if these fields agree (S6).
    /// Empty: it is an edit.
    public let sameIf: [FieldName]
    public let deletion: DeletionMeaning
    /// The fields that `map` returns, in order.
    public let fieldNames: [FieldName]
    public let personalFields: [FieldName]
    public let isWithoutRowid: Bool

    let fields: [FieldRule]
    let stock: StockRule?
    let deleted: DeletedRule?
}

/// One column of the SELECT.
public struct SelectedColumn: Hashable, Sendable {
    /// As the mapping writes it: `email`, or `person.email` for a parent's.
    public let name: String
    /// The expression, safe to stand in a SELECT of this table.
    public let sql: String
    /// The column as STRICT tables and affinity leave it; a parent's column has the parent's.
    public let affinity: ColumnSchema.Affinity
}

/// A row of another table whose values stand in this table's records: when it changes, its children are read again.
public struct ParentLookup: Hashable, Sendable {
    /// The parent's name in the mapping.
    public let name: String
    public let table: String
    /// The parent's key columns, in the order in which it is watched.
    public let keyColumns: [String]
    /// The columns of this table that hold the key, in the same order; empty when another parent stands between.
    public let childColumns: [String]
    /// A condition on this table's rows (alias `t`), with `?1`, `?2`, … for the parent's key values.
    let childCondition: String
}

/// Which rows a SELECT asks for.
public enum RowSelection: Hashable, Sendable {
    case all
    /// The row of one key; parameters: the key's values.
    case key
    /// The rows whose key follows, in key order; parameters: the key's values, then the number of rows at most.
    case after
    /// The first rows in key order; parameter: the number of rows at most. Rows with NULL in their key come first,
    /// and `.after` cannot go on from one.
    case first
    /// The rows whose key equals one by the table's own collation; parameters: the key's values.
    case alike
    /// The rows that take values from one row of a parent; parameters: the parent's key values.
    case children(of: ParentLookup)
}

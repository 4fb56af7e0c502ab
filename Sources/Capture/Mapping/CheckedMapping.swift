import ChangeSets

/// A mapping that fits the file it was checked against.
public struct CheckedMapping: Sendable {
    /// In the order of the mapping, which is the order of what has no log row (S19).
    public let tables: [TableMapping]
    /// Worth an operator's look, but no reason to refuse.
    public let warnings: [MappingProblem]
    /// Every table that needs triggers: the mapped ones, then parents that are not mapped themselves.
    public let watchedTables: [WatchedTable]

    /// By location: the site that counts it first (S32).
    let poolOpeners: [Text: Text]

    let account: MappingAccount

    /// Pools whose opening stock another site tells: what the file holds at the first reading says nothing of them.
    func poolsOpenedElsewhere(than site: Text) -> Set<Text> { Set(poolOpeners.filter { $0.value != site }.keys) }

    public subscript(table: String) -> TableMapping? { tables.first { SQLName.same($0.table, table) } }
}

/// A table whose inserts, updates and deletes are logged, by these key columns.
public struct WatchedTable: Hashable, Sendable {
    public let name: String
    public let keyColumns: [String]
    /// The mapping makes records of its rows; otherwise it is watched for its children only.
    public let isMapped: Bool
    public let isWithoutRowid: Bool
}

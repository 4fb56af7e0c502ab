extension TableMapping {
    /// The SELECT that `read` and `map` understand. Rows of `.all`, `.after` and `.first` come in key order.
    ///
    /// Nothing in it relies on affinity: columns and parents' values come back in the storage class they have in the file.
    ///
    /// - Parameter indices: of `columns`, where only some are wanted; `read` takes all.
    public func selectSQL(_ rows: RowSelection = .all, columns indices: [Int]? = nil) -> String {
        let selected = indices.map { $0.map { columns[$0] } } ?? columns
        let select = "SELECT \(selected.map(\.sql).joined(separator: ", ")) FROM \"main\".\(SQLName.quoted(table)) AS \"t\""
        let key = keyColumns.map { "\"t\".\(SQLName.quoted($0))" }
        let order = " ORDER BY \(key.joined(separator: ", "))"
        switch rows {
        case .all:
            return select + order
        case .first:
            return select + order + " LIMIT ?1"
        case .after:
            let values = key.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
            return select + " WHERE (\(key.joined(separator: ", "))) > (\(values))" + order + " LIMIT ?\(key.count + 1)"
        case .key:
            return select + " WHERE " + SQLName.equality(key)
        case .alike:
            return select + " WHERE " + key.enumerated().map { "\($1) IS ?\($0 + 1)" }.joined(separator: " AND ")
        case .children(let parent):
            return select + " WHERE " + parent.childCondition + order
        }
    }
}

extension SQLName {
    /// Rows whose key is exactly the parameters: the first comparison finds them by the index whatever its
    /// collation, the second drops those that a `NOCASE` column calls equal. NULL equals NULL.
    static func equality(_ columns: [String]) -> String {
        columns.enumerated().map { "\($1) IS ?\($0 + 1) AND \($1) COLLATE BINARY IS ?\($0 + 1)" }.joined(separator: " AND ")
    }
}

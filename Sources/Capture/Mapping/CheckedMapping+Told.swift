import ChangeSets

extension CheckedMapping {
    /// What the hub is told of the mapping: names of tables, columns, entities and fields, and nothing of any row.
    func told(of source: SourceID, _ name: Text) -> SourceMapping {
        SourceMapping(source: source.description, name: name.string, title: account.about, tables: account.tables.map(\.told))
    }
}

extension CapturedSource {
    /// What the hub is told of what this source maps.
    public var told: SourceMapping { mapping.told(of: id, name) }
}

extension TableAccount {
    fileprivate var told: SourceMapping.Table {
        SourceMapping.Table(
            table: table, entity: entity, stock: stockRole,
            fields: fields.map { SourceMapping.Field($0.name, from: $0.written) } + stockParts)
    }
}

extension ValueSection {
    /// Where the value comes from, nearly as the mapping has it.
    var written: String {
        let reading = (unit ?? pattern).map { " as \($0.text)" } ?? ""
        let otherwise = fallback.map { " default \($0.text)" } ?? ""
        switch source {
        case .site: return "$site"
        case .constant(let word): return "\"\(word.text)\""
        case .columns(let words): return words.map(\.text).joined(separator: ", ") + reading + otherwise
        }
    }
}

extension StockSection {
    /// What the stock's own section says, by name: `stock quantity`.
    var told: [SourceMapping.Field] {
        let parts = [
            ("sku", sku), ("location", location), ("quantity", quantity), ("kind", kind), ("note", note), ("counterpart", counterpart),
            ("expires", expires),
        ]
        return parts.compactMap { name, value in value.map { SourceMapping.Field("stock \(name)", from: $0.written) } }
    }
}

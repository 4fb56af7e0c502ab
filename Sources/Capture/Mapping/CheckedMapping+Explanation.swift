import ChangeSets

/// What a checked mapping was found to do, kept for its explanation.
struct MappingAccount: Sendable {
    var about: String?
    var tables: [TableAccount]
    /// Tables of the file that the mapping does not mention.
    var otherTables: [String]
    var leftOutTables: [String]
}

struct TableAccount: Sendable {
    struct Field: Sendable {
        var name: String
        var source: String
        /// The same as the mapping has it.
        var written: String
        var isPersonal: Bool
    }

    var table: String
    var entity: String
    var key: [String]
    var fields: [Field] = []
    var isMutable = true
    var parents: [String] = []
    var stock: String?
    /// The mapping's word for what rows are to the stock, and what its `stock:` says of columns.
    var stockRole: String?
    var stockParts: [SourceMapping.Field] = []
    var deletedWhen: String?
    var deletion = DeletionMeaning.delete
    var sameIf: [String] = []
    var leftOut: [String] = []
    var unmentioned: [String] = []
}

extension CheckedMapping {
    /// Plain words on what `attach` will do: what is captured from each table, what of it is personal, what
    /// moves stock, what is left out, and which triggers it will create.
    public func explanation() -> String {
        var lines = account.about.map { [$0, ""] } ?? []
        for table in account.tables { lines += table.lines + [""] }
        for (location, opener) in poolOpeners.sorted(by: { $0.key < $1.key }) {
            lines.append("\(location) is a pool: \(opener) tells what is there at first, the other sites only what they move from now on.")
        }
        if !account.leftOutTables.isEmpty { lines.append("Left out on purpose: \(account.leftOutTables.joined(separator: ", ")).") }
        if !account.otherTables.isEmpty {
            lines.append("Not captured, because the mapping does not name them: \(account.otherTables.joined(separator: ", ")).")
        }
        lines.append(triggers)
        lines += warnings.map(\.description)
        return lines.joined(separator: "\n") + "\n"
    }

    private var triggers: String {
        let names = watchedTables.map(\.name).joined(separator: ", ")
        return "Creates \(counted(3 * watchedTables.count, "trigger")) in the file, three on each of \(names)."
            + " They write the table, the key and the kind of change to a log of the agent's, and nothing else."
    }
}

extension TableAccount {
    fileprivate var lines: [String] {
        var lines = ["\(table) → \(entity), named by \(key.joined(separator: ", "))"]
        let personal = fields.filter(\.isPersonal).count
        lines.append("  \(counted(fields.count, "field")), \(personal == 0 ? "none" : String(personal)) of them personal:")
        let width = fields.map(\.name.count).max() ?? 0
        lines += fields.map { field in
            let gap = String(repeating: " ", count: width - field.name.count)
            return "    \(field.name)\(gap)  \(field.source)\(field.isPersonal ? "  (personal)" : "")"
        }
        if let stock { lines.append("  \(stock)") }
        if !parents.isEmpty {
            lines.append("  When a row of \(parents.joined(separator: " or ")) changes, the rows that take values from it are read again.")
        }
        lines.append(
            "  \(isMutable ? "Rows are edited: of an edit, the changed fields are sent." : "Rows are facts: an edit sends the row again.")")
        if let deletedWhen { lines.append("  A row counts as deleted when \(deletedWhen).") }
        lines.append("  \(deletionWords)")
        if !sameIf.isEmpty {
            lines.append("  A key given again names the same \(entity) if \(sameIf.joined(separator: " and ")) stayed the same.")
        }
        if !leftOut.isEmpty { lines.append("  Left out on purpose: \(leftOut.joined(separator: ", ")).") }
        if !unmentioned.isEmpty { lines.append("  Not captured: \(unmentioned.joined(separator: ", ")).") }
        return lines
    }

    private var deletionWords: String {
        switch deletion {
        case .delete: "Deleting a row deletes the \(entity)."
        case .void: "Deleting a row means that the \(entity) never happened\(stock == nil ? "" : ": what it moved is taken back")."
        case .archived: "Deleting a row changes nothing: the \(entity) stays."
        }
    }
}

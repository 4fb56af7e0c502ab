import ChangeSets

/// Checks one table's section and makes its `TableMapping`.
struct TableChecker {
    let whole: MappingChecker
    let table: MappingChecker.MappedTable
    var problems: MappingProblems
    /// What the table moves, once its `stock:` is understood.
    var share: StockShare?

    var parents: [ResolvedParent] = []
    var columns: [SelectedColumn] = []
    var account: TableAccount

    /// A parent with the columns that lead to it and the alias that its columns are selected under.
    struct ResolvedParent {
        let name: String
        let alias: String
        let schema: TableSchema
        let key: [String]
        /// Columns of this table, or of `through` when that is set.
        let by: [String]
        /// Another parent, by its place.
        let through: Int?
    }

    /// A column that the mapping names: of the table itself, or of a parent.
    struct ResolvedColumn {
        let name: String
        let schema: ColumnSchema
        let parent: Int?
        let place: MappingProblem.Place
    }

    var section: TableSection { table.section }
    var entity: Catalogue.Entity? { section.isOwnEntity ? nil : Catalogue[table.entity] }
    var singular: String { section.entity.text }

    init(_ whole: MappingChecker, _ table: MappingChecker.MappedTable) {
        self.whole = whole
        self.table = table
        problems = whole.problems
        account = TableAccount(table: table.schema.name, entity: table.section.entity.text, key: table.key)
    }

    mutating func checked() -> (TableMapping, TableAccount)? {
        for name in table.key {
            guard let column = table.schema[name] else { continue }
            _ = select(ResolvedColumn(name: name, schema: column, parent: nil, place: section.name.place))
        }
        for parent in section.parents { if let parent = resolve(parent) { parents.append(parent) } }
        let fields = fieldRules()
        let stock = section.stock.flatMap { stockRule($0, fields) }
        let deleted = section.deleted.flatMap { deletedRule($0) }
        let sameIf = sameIfFields()
        let deletion = deletion()
        let isMutable = flag(section.isMutable, "mutable") ?? (!isFact || stock?.role == .level)
        checkLeftOut()
        account.isMutable = isMutable
        account.deletion = deletion
        account.sameIf = sameIf.map(\.text.string)
        account.parents = parents.map(\.schema.name)
        let mapping = TableMapping(
            table: table.schema.name, entity: table.entity, keyColumns: table.key, columns: columns, isMutable: isMutable,
            parents: parents.indices.map(lookup), stockRole: stock?.role ?? .none, sameIf: sameIf, deletion: deletion,
            fieldNames: fields.map(\.name), personalFields: fields.filter(\.isPersonal).map(\.name),
            isWithoutRowid: table.schema.isWithoutRowid,
            fields: fields, stock: stock, deleted: deleted)
        return (mapping, account)
    }

    /// What happened, and is not edited as a matter of course.
    private static let facts: Set<EntityName> = ["sale", "sale line", "payment", "return", "stock movement", "count", "event"]
    private var isFact: Bool { !section.isOwnEntity && Self.facts.contains(table.entity) }
}

// MARK: Parents and columns

extension TableChecker {
    private mutating func resolve(_ parent: ParentSection) -> ResolvedParent? {
        guard let by = path(parent) else { return nil }
        let child = by.through.map { parents[$0].schema } ?? table.schema
        let foreignKey = child.foreignKeys.first { Set($0.columns.map(SQLName.folded)) == Set(by.columns.map(SQLName.folded)) }
        guard let schema = parentTable(parent, foreignKey) else { return nil }
        guard schema.kind == .table else {
            problems.add(
                .notATable, at: (parent.table ?? parent.name).place, "`\(schema.name)` is no table, and its changes cannot be captured.",
                remedy: "Look the value up in the table that it reads from.")
            return nil
        }
        let watchedKey = whole.mapped.values.first { $0.schema.name == schema.name }?.key ?? schema.keyColumns
        let key = parentKey(parent, schema, foreignKey, by: by.columns, watchedKey: watchedKey)
        guard let key else { return nil }
        // The parent is watched by its key in that order: bring the columns that lead to it into the same.
        let pairs = zip(key, by.columns)
        let ordered = watchedKey.compactMap { name in pairs.first { SQLName.same($0.0, name) }?.1 }
        return ResolvedParent(
            name: parent.name.text, alias: "p\(parents.count + 1)", schema: schema, key: watchedKey, by: ordered, through: by.through)
    }

    /// The columns of `by:`, all of this table or all of one parent that stands before.
    private mutating func path(_ parent: ParentSection) -> (columns: [String], through: Int?)? {
        let columns = parent.by.compactMap { resolve($0) }
        guard columns.count == parent.by.count, let first = columns.first else { return nil }
        guard columns.allSatisfy({ $0.parent == first.parent }) else {
            problems.add(
                .badValue, at: parent.by[0].place, "The columns that lead to parent `\(parent.name.text)` stand in different tables.",
                remedy: "Name columns of one table.")
            return nil
        }
        return (columns.map(\.schema.name), first.parent)
    }

    private mutating func parentTable(_ parent: ParentSection, _ foreignKey: ForeignKeySchema?) -> TableSchema? {
        if let word = parent.table { return withProblems { $0.table(word) } }
        if let foreignKey, let schema = whole.schema[foreignKey.parent] { return schema }
        let by = parent.by.map(\.text).joined(separator: ", ")
        problems.add(
            .missingOption, at: parent.by[0].place, "No foreign key of `\(table.schema.name)` says which table `\(by)` points at.",
            remedy: "Write `\(parent.name.text): {table: TABLE, by: \(parent.by.count == 1 ? by : "[\(by)]")}`.")
        return nil
    }

    /// The parent's columns that `by` holds the values of, in the order of `by`.
    private mutating func parentKey(
        _ parent: ParentSection, _ schema: TableSchema, _ foreignKey: ForeignKeySchema?, by: [String], watchedKey: [String]
    ) -> [String]? {
        var key: [String]
        if let words = parent.key {
            let columns = words.compactMap { word in withProblems { $0.column(word, of: schema) } }
            guard columns.count == words.count else { return nil }
            key = columns.map(\.name)
        } else if let foreignKey, SQLName.same(foreignKey.parent, schema.name), !foreignKey.parentColumns.isEmpty {
            key = by.compactMap { name in
                foreignKey.columns.firstIndex { SQLName.same($0, name) }.map { foreignKey.parentColumns[$0] }
            }
        } else {
            key = watchedKey
        }
        let place = (parent.key?.first ?? parent.name).place
        guard !watchedKey.isEmpty else {
            problems.add(
                .noKey, at: place, "Parent table `\(schema.name)` declares no primary key, so that its changes cannot be followed.",
                remedy: "Map it in a section of its own with `key:`, or take the value from another table.")
            return nil
        }
        guard key.count == by.count else {
            problems.add(
                .badValue, at: parent.by[0].place,
                "`\(schema.name)` is named by \(counted(key.count, "column")) (\(key.joined(separator: ", "))), but `by:` has \(by.count).",
                remedy: "Give one column for each of them, in the same order.")
            return nil
        }
        guard Set(key.map(SQLName.folded)) == Set(watchedKey.map(SQLName.folded)) else {
            problems.add(
                .keyNotUnique, at: place,
                "`\(schema.name)` is watched by its key \(watchedKey.joined(separator: ", ")), not by \(key.joined(separator: ", ")).",
                remedy: "Lead to it by its key, or map it in a section of its own with that `key:`.")
            return nil
        }
        return key
    }

    /// A column of this table, or `parent.column`.
    mutating func resolve(_ word: Word) -> ResolvedColumn? {
        if let column = table.schema[word.text] {
            return ResolvedColumn(name: word.text, schema: column, parent: nil, place: word.place)
        }
        guard let dot = word.text.firstIndex(of: ".") else {
            _ = withProblems { [schema = table.schema] in $0.column(word, of: schema) }
            return nil
        }
        let prefix = String(word.text[..<dot])
        guard let index = parents.firstIndex(where: { $0.name == prefix }) else {
            if section.parents.contains(where: { $0.name.text == prefix && $0.name.place < word.place }) { return nil }  // said already
            problems.addUnknown(
                .unknownParent, Word(text: prefix, place: word.place), among: section.parents.map(\.name.text),
                "Table `\(table.schema.name)` has no parent `\(prefix)`.", otherwise: "Declare it under `parents:`, before it is used.")
            return nil
        }
        var name = word
        name.text = String(word.text[word.text.index(after: dot)...])
        let parent = parents[index].schema
        guard let column = withProblems({ $0.column(name, of: parent) }) else { return nil }
        return ResolvedColumn(name: word.text, schema: column, parent: index, place: word.place)
    }

    /// The place of the column in the SELECT.
    mutating func select(_ column: ResolvedColumn) -> Int {
        let isKey = columns.count < table.key.count
        let sql = expression(column, bounded: !isKey)
        if let index = columns.firstIndex(where: { $0.sql == sql }) { return index }
        if column.parent == nil, let index = table.key.firstIndex(of: column.schema.name), index < columns.count { return index }
        columns.append(SelectedColumn(name: column.name, sql: sql, affinity: column.schema.affinity))
        return columns.count - 1
    }

    private func expression(_ column: ResolvedColumn, bounded: Bool) -> String {
        guard let parent = column.parent else { return leaf("t", column.schema, bounded) }
        return lookup(parent) { leaf($0, column.schema, bounded) }
    }

    /// A huge blob would be read into memory only to be refused: SQLite knows its length without reading it,
    /// and a blob of zeros is not made until somebody asks for its bytes.
    private func leaf(_ alias: String, _ column: ColumnSchema, _ bounded: Bool) -> String {
        let name = "\"\(alias)\".\(SQLName.quoted(column.name))"
        guard bounded, column.affinity == .blob || column.affinity == .text else { return name }
        let most = TableMapping.valueBytesMax
        return "CASE WHEN typeof(\(name)) = 'blob' AND length(\(name)) > \(most) THEN zeroblob(\(most + 1)) ELSE \(name) END"
    }

    private func lookup(_ index: Int, _ leaf: (String) -> String) -> String {
        let parent = parents[index]
        let conditions = zip(parent.key, parent.by).map { key, by in
            let value =
                parent.through.map { through in lookup(through) { "\"\($0)\".\(SQLName.quoted(by))" } } ?? "\"t\".\(SQLName.quoted(by))"
            return "\"\(parent.alias)\".\(SQLName.quoted(key)) = \(value)"
        }
        let from = "\"main\".\(SQLName.quoted(parent.schema.name)) AS \"\(parent.alias)\""
        return "(SELECT \(leaf(parent.alias)) FROM \(from) WHERE \(conditions.joined(separator: " AND ")))"
    }

    /// How a change of the parent finds its children: through the parents between, by rows that are there now.
    private func lookup(_ index: Int) -> ParentLookup {
        func list(_ alias: String, _ names: [String]) -> [String] { names.map { "\"\(alias)\".\(SQLName.quoted($0))" } }
        func alias(_ through: Int?) -> String { through.map { parents[$0].alias } ?? "t" }
        let parent = parents[index]
        var condition = list(alias(parent.through), parent.by).enumerated().map { "\($1) = ?\($0 + 1)" }.joined(separator: " AND ")
        var through = parent.through
        while let place = through {
            let between = parents[place]
            let child = list(alias(between.through), between.by).joined(separator: ", ")
            let key = list(between.alias, between.key).joined(separator: ", ")
            let rows = "\"main\".\(SQLName.quoted(between.schema.name)) AS \"\(between.alias)\""
            condition = "(\(child)) IN (SELECT \(key) FROM \(rows) WHERE \(condition))"
            through = between.through
        }
        return ParentLookup(
            name: parent.name, table: parent.schema.name, keyColumns: parent.key, childColumns: parent.through == nil ? parent.by : [],
            childCondition: condition)
    }

    /// Runs a look-up of the whole mapping's checker and keeps the problems it finds.
    mutating func withProblems<Result>(_ body: (inout MappingChecker) -> Result) -> Result {
        var checker = whole
        checker.problems = problems
        let result = body(&checker)
        problems = checker.problems
        return result
    }
}

// MARK: Options of the table

extension TableChecker {
    mutating func flag(_ word: Word?, _ option: String) -> Bool? {
        guard let word else { return nil }
        if ["yes", "true"].contains(word.text.lowercased()) { return true }
        if ["no", "false"].contains(word.text.lowercased()) { return false }
        problems.add(
            .badValue, at: word.place, "`\(option)` is `yes` or `no`, not `\(word.text)`.",
            remedy: "Write `\(option): yes` or `\(option): no`.")
        return nil
    }

    private mutating func deletion() -> DeletionMeaning {
        let allowed: [DeletionMeaning] = isFact ? [.void, .archived] : [.delete, .archived]
        guard let word = section.onDelete else {
            if isFact {
                problems.add(
                    .missingOption, at: section.name.place,
                    "Table `\(table.schema.name)` does not say what it means when the application deletes a \(singular).",
                    remedy:
                        "Add `on delete: void` (it never happened, and its stock movement is taken back)"
                        + " or `on delete: archived` (only the row was tidied away)."
                )
            }
            return isFact ? .void : .delete
        }
        if let meaning = DeletionMeaning(rawValue: word.text), section.isOwnEntity || allowed.contains(meaning) { return meaning }
        problems.add(
            .badValue, at: word.place, "`on delete: \(word.text)` means nothing for a \(singular).",
            remedy: "Write \(allowed.map { "on delete: \($0.rawValue)" }.alternatives()).")
        return .delete
    }

    private mutating func sameIfFields() -> [FieldName] {
        let mapped = section.fields.map(\.name.text)
        guard let words = section.sameIf else {
            return (TableChecker.identifiers[table.entity] ?? []).filter { mapped.contains($0.text.string) }
        }
        for word in words where !mapped.contains(word.text) {
            problems.addUnknown(
                .unknownField, word, among: mapped, "`same if` names `\(word.text)`, which this table does not map.",
                otherwise: "It maps \(mapped.alternatives()).")
        }
        return words.map { FieldName($0.text) }
    }

    /// The fields that tell whether a key given again names the same thing (S6).
    private static let identifiers: [EntityName: [FieldName]] = [
        "customer": ["email", "phone", "loyalty id", "number"],
        "item": ["sku", "barcode"],
        "sale": ["number"], "return": ["number"], "order": ["number"], "transfer": ["number"], "reservation": ["number"],
        "shipment": ["tracking number", "order number"],
    ]

    private mutating func deletedRule(_ section: DeletedSection) -> DeletedRule? {
        guard let column = resolve(section.column) else { return nil }
        let index = select(column)
        account.deletedWhen =
            section.when.isEmpty ? "\(column.name) says yes" : "\(column.name) is \(section.when.map(\.text).joined(separator: " or "))"
        if section.when.isEmpty { return DeletedRule(column: index, test: .isYes) }
        if section.when.count == 1, section.when[0].text == "set", section.when[0].isPlain {
            return DeletedRule(column: index, test: .isSet)
        }
        return DeletedRule(column: index, test: .isOne(of: section.when.flatMap(\.matches)))
    }

    private mutating func checkLeftOut() {
        var leftOut: [String] = []
        for word in section.leftOut {
            guard let column = withProblems({ [schema = table.schema] in $0.column(word, of: schema) }) else { continue }
            if columns.contains(where: { $0.name == column.name }) {
                problems.add(
                    .badValue, at: word.place, "Column `\(column.name)` is left out and mapped at once.",
                    remedy: "Take it out of one of the two.")
            }
            leftOut.append(column.name)
        }
        account.leftOut = leftOut
        let used = Set(columns.map { SQLName.folded($0.name) }).union(
            parents.filter { $0.through == nil }.flatMap(\.by).map(SQLName.folded))
        account.unmentioned = table.schema.columns.map(\.name).filter { !used.contains(SQLName.folded($0)) && !leftOut.contains($0) }
    }
}

extension Word {
    /// The stored values that a word of the mapping stands for: `1` is an integer, a real or a text, `null` is NULL.
    var matches: [Value] {
        var values: [Value] = isPlain && ["null", "~"].contains(text) ? [.null] : [.text(Text(text))]
        if isPlain, let number = Int64(text) {
            values += [.integer(number), .real(Double(number))]
        } else if isPlain, let number = Double(text), number.isFinite {
            values.append(.real(number))
        }
        return values
    }
}

func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

import ChangeSets

extension Mapping {
    /// Holds the mapping against an application's file.
    ///
    /// - Throws: `MappingError` with all that does not fit, warnings among it.
    public func checked(against schema: SourceSchema) throws -> CheckedMapping {
        var checker = MappingChecker(mapping: self, schema: schema)
        return try checker.checked()
    }
}

/// Looks up what a mapping names and makes the rules that rows are read by.
struct MappingChecker {
    let mapping: Mapping
    let schema: SourceSchema
    var problems = MappingProblems()
    var zone: ZoneTable?
    /// The mapped tables that the file has, by the section's place in the mapping.
    var mapped: [Int: MappedTable] = [:]

    /// A mapped table as it stands in the file, with the columns that name its rows.
    struct MappedTable {
        let section: TableSection
        let schema: TableSchema
        let key: [String]
        var entity: EntityName { EntityName(section.entity.text) }
    }

    init(mapping: Mapping, schema: SourceSchema) {
        self.mapping = mapping
        self.schema = schema
    }

    mutating func checked() throws -> CheckedMapping {
        zone = mapping.zone.flatMap { zone($0) }
        checkCurrency()
        var leftOut: [String] = []
        for word in mapping.leftOutTables { if let table = table(word) { leftOut.append(table.name) } }
        for (index, section) in mapping.tables.enumerated() { mapped[index] = resolve(section) }
        checkEntities()
        if mapping.tables.isEmpty {
            let start = MappingProblem.Place(file: mapping.file, line: 1, column: 1)
            problems.add(.missingOption, at: start, "`tables:` is empty.", remedy: "Add a section for every table to capture.")
        }
        var tables: [TableMapping] = []
        var accounts: [TableAccount] = []
        var shares: [StockShare] = []
        for index in mapping.tables.indices {
            guard let table = mapped[index] else { continue }
            var checker = TableChecker(self, table)
            let result = checker.checked()
            problems = checker.problems
            if let share = checker.share { shares.append(share) }
            if let (mapping, account) = result {
                tables.append(mapping)
                accounts.append(account)
            }
        }
        checkShares(shares)
        try problems.throwErrors()
        let account = MappingAccount(
            about: mapping.about, tables: accounts, otherTables: otherTables(besides: leftOut), leftOutTables: leftOut)
        let pools = mapping.pools.map { (Text($0.location.text), Text($0.opener.text)) }
        return CheckedMapping(
            tables: tables, warnings: problems.ordered, watchedTables: watched(tables),
            poolOpeners: Dictionary(pools, uniquingKeysWith: { _, last in last }), account: account)
    }

    /// Every mapped table with the key it is watched by; `nil` where that cannot be known.
    private mutating func resolve(_ section: TableSection) -> MappedTable? {
        if let twin = mapped.values.first(where: { SQLName.same($0.schema.name, section.name.text) }) {
            problems.add(
                .badValue, at: section.name.place, "Table `\(twin.schema.name)` has two sections.",
                remedy: "SQLite takes both names for one table: put all its fields into one section.")
            return nil
        }
        guard let table = table(section.name) else { return nil }
        guard table.kind == .table else {
            problems.add(
                .notATable, at: section.name.place,
                "`\(table.name)` is a \(table.kind == .view ? "view" : "virtual table"), and its changes cannot be captured.",
                remedy: "Map the tables that it reads from.")
            return nil
        }
        guard let words = section.key else {
            guard table.keyColumns.isEmpty else { return MappedTable(section: section, schema: table, key: table.keyColumns) }
            problems.add(
                .noKey, at: section.name.place, "Table `\(table.name)` declares no primary key, so that nothing names its rows for ever.",
                remedy: "Add `key: [COLUMN, ...]` with columns that name a row and never change.")
            return nil
        }
        let key = words.compactMap { column($0, of: table)?.name }
        guard key.count == words.count, !key.isEmpty else { return nil }
        if !table.isUnique(key) {
            problems.add(
                .keyNotUnique, .warning, at: words[0].place,
                "Nothing in the file keeps two rows of `\(table.name)` from having the same \(key.joined(separator: ", ")).",
                remedy: "Be sure that the application never does that: rows with the same key are taken for one.")
        }
        return MappedTable(section: section, schema: table, key: key)
    }

    private mutating func checkEntities() {
        for section in mapping.tables where !section.isOwnEntity && Catalogue[EntityName(section.entity.text)] == nil {
            problems.addUnknown(
                .unknownEntity, section.entity, among: Catalogue.entities.map(\.name.text.string),
                "The catalogue has no entity `\(section.entity.text)`.",
                otherwise: "It has \(Catalogue.entities.map(\.name.text.string).alternatives()). One of your own is named by `own entity:`."
            )
        }
    }

    private mutating func checkCurrency() {
        guard let word = mapping.currency else { return }
        let isCode = word.text.utf8.count == 3 && word.text.utf8.allSatisfy { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }
        if !isCode {
            problems.add(
                .badValue, at: word.place, "`\(word.text)` is no currency code.",
                remedy: "Write three capital letters, such as `GBP` or `EUR`.")
        }
    }

    /// One site's share of a (SKU, location) has one source of movements (S32). Counts move nothing.
    private mutating func checkShares(_ shares: [StockShare]) {
        for (index, share) in shares.enumerated() {
            guard let rival = shares[..<index].first(where: { $0.mayOverlap(share) }) else { continue }
            problems.add(
                .stockTwice, at: share.place,
                "`\(share.table)` (\(share.role.word)) and `\(rival.table)` (\(rival.role.word)) would both move the stock of "
                    + "\(share.location.map { "location `\($0)`" } ?? "the same location").",
                remedy: "A location's stock has one source: take `stock:` out of one of the two, or give them different constant locations."
            )
        }
    }

    private func otherTables(besides leftOut: [String]) -> [String] {
        schema.tables.filter { table in
            table.kind == .table && !mapped.values.contains { $0.schema.name == table.name } && !leftOut.contains(table.name)
        }.map(\.name)
    }

    private func watched(_ tables: [TableMapping]) -> [WatchedTable] {
        var watched = tables.map {
            WatchedTable(name: $0.table, keyColumns: $0.keyColumns, isMapped: true, isWithoutRowid: $0.isWithoutRowid)
        }
        for parent in tables.flatMap(\.parents) where !watched.contains(where: { $0.name == parent.table }) {
            watched.append(
                WatchedTable(
                    name: parent.table, keyColumns: parent.keyColumns, isMapped: false,
                    isWithoutRowid: schema[parent.table]?.isWithoutRowid ?? false))
        }
        return watched
    }
}

/// What a table moves: the whole of one location, or any location that its rows name.
struct StockShare {
    var table: String
    var role: StockRole
    var place: MappingProblem.Place
    /// `nil`: the rows say where.
    var location: String?

    func mayOverlap(_ other: StockShare) -> Bool {
        guard role != .counts, other.role != .counts else { return false }
        guard let location, let rival = other.location else { return true }
        return location == rival
    }
}

// MARK: Names

extension MappingChecker {
    mutating func table(_ word: Word) -> TableSchema? {
        if let table = schema[word.text] { return table }
        let names = schema.tables.map(\.name)
        problems.addUnknown(
            .unknownTable, word, among: names, "The file has no table `\(word.text)`.",
            otherwise: names.isEmpty
                ? "The file has no tables at all: check that it is the application's." : "It has \(names.alternatives()).")
        return nil
    }

    mutating func column(_ word: Word, of table: TableSchema) -> ColumnSchema? {
        if let column = table[word.text] { return column }
        let names = table.columns.map(\.name)
        problems.addUnknown(
            .unknownColumn, word, among: names, "Table `\(table.name)` has no column `\(word.text)`.",
            otherwise: "It has \(names.alternatives()).")
        return nil
    }

    mutating func zone(_ word: Word) -> ZoneTable? {
        if let zone = ZoneTable(word.text) { return zone }
        problems.add(
            .badValue, at: word.place, "`\(word.text)` is no time zone.",
            remedy: "Write `UTC`, an offset such as `+01:00`, or a name such as `Europe/London`.")
        return nil
    }
}

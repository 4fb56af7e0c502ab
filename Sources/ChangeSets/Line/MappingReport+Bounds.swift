extension MappingReport {
    /// The same cut down to what a hub takes. What was cut says so: a text by its last character, a list by `leftOut`.
    public func bounded() -> MappingReport {
        var room = Room()
        room.take(sources.prefix(Self.sourcesMax).flatMap(\.heading))
        var bounded = MappingReport(sources: [], leftOut: Self.rest(sources.count, Self.sourcesMax, leftOut))
        for source in sources.prefix(Self.sourcesMax) { bounded.sources.append(source.bounded(&room)) }
        return bounded
    }

    /// Which bound it is over, in words for who sent it; `nil`: none.
    public var excess: String? {
        guard sources.count <= Self.sourcesMax else { return "more than \(Self.sourcesMax) sources" }
        for source in sources {
            guard source.tables.count <= Self.tablesMax else { return "more than \(Self.tablesMax) tables of a source" }
            guard source.tables.allSatisfy({ $0.fields.count <= Self.fieldsMax }) else {
                return "more than \(Self.fieldsMax) fields of a table"
            }
            guard source.texts.allSatisfy({ $0.unicodeScalars.count <= Self.textMax }) else {
                return "a text of more than \(Self.textMax) characters"
            }
        }
        let counts = [leftOut] + sources.flatMap { [$0.leftOut] + $0.tables.map(\.leftOut) }
        return counts.allSatisfy { $0.map { (0...Self.leftOutMax).contains($0) } ?? true } ? nil : "an absurd count of what was left out"
    }

    static let leftOutMax = 1_000_000

    static func rest(_ count: Int, _ most: Int, _ before: Int?) -> Int? {
        let rest = max(0, count - most) + (before ?? 0)
        return rest > 0 ? min(rest, leftOutMax) : nil
    }

    /// One line of at most `textMax` scalars.
    static func line(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars.prefix(textMax + 1)).map { scalar -> Unicode.Scalar in
            scalar.properties.generalCategory == .control ? " " : scalar
        }
        if scalars.count > textMax { scalars = scalars.prefix(textMax - 1) + ["…"] }
        return String(String.UnicodeScalarView(scalars))
    }

    /// The bytes that are left of a report.
    struct Room {
        private(set) var bytes = MappingReport.bytesMax - 1_000

        /// What names and punctuation of one member cost at most.
        static let memberBytes = 24

        mutating func take(_ texts: [String]) { bytes -= Self.cost(texts) }

        /// - Returns: whether they fitted.
        mutating func takes(_ texts: [String]) -> Bool {
            let cost = Self.cost(texts)
            guard cost <= bytes else { return false }
            bytes -= cost
            return true
        }

        /// As JSON writes them at most, each line being one of `line`.
        private static func cost(_ texts: [String]) -> Int {
            texts.reduce(0) { sum, text in
                sum + memberBytes
                    + text.utf8.reduce(0) { $0 + ([UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/")].contains($1) ? 2 : 1) }
            }
        }
    }
}

extension SourceMapping {
    /// All that a source tells besides its tables, with room for two counts.
    fileprivate var heading: [String] { [source, MappingReport.line(name), MappingReport.line(title ?? ""), "", ""] }

    fileprivate var texts: [String] {
        [source, name, title ?? ""]
            + tables.flatMap { table in [table.table, table.entity, table.stock ?? ""] + table.fields.flatMap { [$0.field, $0.from] } }
    }

    fileprivate func bounded(_ room: inout MappingReport.Room) -> SourceMapping {
        var kept: [Table] = []
        for table in tables.prefix(MappingReport.tablesMax) {
            guard let table = table.bounded(&room) else { break }
            kept.append(table)
        }
        return SourceMapping(
            source: MappingReport.line(source), name: MappingReport.line(name), title: title.map(MappingReport.line), tables: kept,
            leftOut: MappingReport.rest(tables.count, kept.count, leftOut))
    }
}

extension SourceMapping.Table {
    /// `nil`: no room for its name.
    fileprivate func bounded(_ room: inout MappingReport.Room) -> SourceMapping.Table? {
        var table = SourceMapping.Table(
            table: MappingReport.line(table), entity: MappingReport.line(entity), stock: stock.map(MappingReport.line), fields: [])
        guard room.takes([table.table, table.entity, table.stock ?? "", "", ""]) else { return nil }
        for field in fields.prefix(MappingReport.fieldsMax) {
            let field = SourceMapping.Field(MappingReport.line(field.field), from: MappingReport.line(field.from))
            guard room.takes([field.field, field.from]) else { break }
            table.fields.append(field)
        }
        table.leftOut = MappingReport.rest(fields.count, table.fields.count, leftOut)
        return table
    }
}

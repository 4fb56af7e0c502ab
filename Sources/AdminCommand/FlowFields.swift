import Complaints
import Foundation

// Of one entity what came of each field, table by table.
extension FlowCommand {
    /// A field that a table names, or that came all the same.
    private struct Line {
        let field, column: String
        let came: Flow.Came?
    }

    static func fieldTables(_ mapping: Flow.Mapping, now: Date, _ widthMax: Int?) -> [String] {
        let came = Dictionary((mapping.fields ?? []).map { (Array($0.field.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        var blocks: [String] = []
        func add(_ title: String, _ lines: [Line]) {
            guard !lines.isEmpty else { return }
            let table = table(of: lines, isCounted: mapping.fields != nil, now: now)
            blocks += ["  " + TerminalText.line(title), table.text(widthMax: widthMax, indentedBy: 4, wrapsLast: true)]
        }
        for mapped in mapping.tables {
            add(
                (mapped.table.isEmpty ? "no table told" : mapped.table) + (mapped.stock.map { " (stock: \($0))" } ?? ""),
                mapped.fields.map { Line(field: $0.field, column: own($0.from), came: came[Array($0.field.utf8)]) })
        }
        let told = Set(mapping.tables.flatMap(\.fields).map { Array($0.field.utf8) })
        let others = (mapping.fields ?? []).filter { !told.contains(Array($0.field.utf8)) }
        add("not mapped now", others.filter(\.isFormer).map { Line(field: $0.field, column: "-", came: $0) })
        add("no table told", others.filter { !$0.isFormer }.map { Line(field: $0.field, column: "-", came: $0) })
        return blocks
    }

    private static func table(of lines: [Line], isCounted: Bool, now: Date) -> Table {
        guard isCounted else {
            var table = Table("FIELD", "COLUMN")
            for line in lines { table.add(line.field, line.column) }
            return table
        }
        let quiet = lines.map { $0.came.map(Self.quiet) ?? "-" }
        let isAnyQuiet = quiet.contains { $0 != "-" }
        var table = Table(["FIELD", "COLUMN", ">CHANGES", ">EVER ASIDE", "LAST"] + (isAnyQuiet ? ["QUIET"] : []) + ["FEEDS"])
        for (line, quiet) in zip(lines, quiet) {
            let last = line.came?.last.map { Readable.age($0, now: now) } ?? "-"
            var cells = [line.field, line.column]
            cells += line.came.map { [String($0.changes), String($0.aside), last] } ?? ["-", "-", "-"]
            if isAnyQuiet { cells.append(quiet) }
            cells.append(line.came.map(feeds) ?? "-")
            table.add(cells)
        }
        return table
    }
}

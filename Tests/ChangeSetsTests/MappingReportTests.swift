import Foundation
import Testing

@testable import ChangeSets

@Suite("Bounds of what is told of mappings")
struct MappingReportTests {
    private func report(sources: Int = 1, tables: Int = 1, fields: Int = 1, text: String = "t") -> MappingReport {
        let field = SourceMapping.Field(text, from: text)
        let table = SourceMapping.Table(table: text, entity: text, stock: text, fields: Array(repeating: field, count: fields))
        let id = String(repeating: "0", count: 32)
        let source = SourceMapping(source: id, name: text, title: text, tables: Array(repeating: table, count: tables))
        return MappingReport(sources: Array(repeating: source, count: sources))
    }

    private func bytes(_ report: MappingReport) throws -> Int { try JSONEncoder().encode(report).count }

    @Test("what is within the bounds is told as it is, and taken")
    func within() {
        for most in [
            report(sources: MappingReport.sourcesMax), report(tables: MappingReport.tablesMax), report(fields: MappingReport.fieldsMax),
            report(text: String(repeating: "x", count: MappingReport.textMax)),
        ] {
            #expect(most.bounded() == most && most.excess == nil)
        }
    }

    @Test("one more of anything is cut, and says so; a hub refuses what was not cut")
    func beyond() {
        let sources = report(sources: MappingReport.sourcesMax + 1)
        #expect(sources.excess != nil && sources.bounded().excess == nil)
        #expect(sources.bounded().sources.count == MappingReport.sourcesMax && sources.bounded().leftOut == 1)
        let tables = report(tables: MappingReport.tablesMax + 2)
        #expect(tables.excess != nil && tables.bounded().excess == nil)
        #expect(tables.bounded().sources[0].tables.count == MappingReport.tablesMax && tables.bounded().sources[0].leftOut == 2)
        let fields = report(fields: MappingReport.fieldsMax + 3)
        #expect(fields.excess != nil && fields.bounded().excess == nil)
        let table = fields.bounded().sources[0].tables[0]
        #expect(table.fields.count == MappingReport.fieldsMax && table.leftOut == 3)
        let text = report(text: String(repeating: "x", count: MappingReport.textMax + 1))
        #expect(text.excess != nil && text.bounded().excess == nil)
        #expect(text.bounded().sources[0].name == String(repeating: "x", count: MappingReport.textMax - 1) + "…")
        for absurd in [-1, MappingReport.leftOutMax + 1] {
            var report = report()
            report.sources[0].leftOut = absurd
            #expect(report.excess != nil)
        }
    }

    @Test(
        "however large mappings are, what is told of them fits into a request",
        arguments: ["x", "\"", "\\", "/", "\u{1F6D2}", "\u{1}", "e\u{301}", "\u{2028}", "é"])
    func fits(letter: String) throws {
        let text = String(repeating: letter, count: 1_000)
        let large = report(sources: 100, tables: 100, fields: 300, text: text)
        let cut = large.bounded()
        #expect(try bytes(cut) <= MappingReport.bytesMax)
        #expect(cut.excess == nil && cut.sources.count == MappingReport.sourcesMax)
        // What has room is not left out: most of it is used.
        #expect(try bytes(cut) > MappingReport.bytesMax / 3)
        let first = cut.sources[0]
        #expect(!first.tables.isEmpty && first.tables.count + (first.leftOut ?? 0) == 100)
        for table in cut.sources.flatMap(\.tables) { #expect(table.fields.count + (table.leftOut ?? 0) == 300) }
    }

    @Test("a name on several lines is told on one")
    func lines() {
        #expect(report(text: "a\nb\u{7}\u{85}").bounded().sources[0].name == "a b  ")
    }
}

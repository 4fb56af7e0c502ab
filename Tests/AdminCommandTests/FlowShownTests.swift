import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary flow shows")
struct FlowShownTests {
    private static let came = #"""
        ,"fieldSources":200,"fields":[
         {"entity":"customer","field":"email","views":["customer","timeline"],"isGolden":true,"isFormer":false,"changes":4321,"aside":2,
          "since":1600000000000,"last":1700000000000,"sources":9,"freshSources":2,"silentSites":["shop-7","shop-8"]},
         {"entity":"customer","field":"fax","views":["customer"],"isGolden":true,"isFormer":true,"changes":1,"aside":0,
          "since":1600000000000,"last":1700000000000,"sources":1,"freshSources":1,"silentSites":[]}]
        """#

    private func flow(entity: String? = nil, sources: Int = 1, title: String = "A till", came: String = "") throws -> FlowCommand.Flow {
        let counts = #"{"today":1,"week":7,"aside":2,"held":3,"last":1700000000000}"#
        let all = (1...sources).map { #"{"site":"shop-\#($0)","name":"till","counts":\#(counts)}"# }.joined(separator: ",")
        let document = #"""
            {"at":1700000000000,\#(entity.map { #""entity":"\#($0)","# } ?? "")"leftOut":0,"isHeldCut":false,
             "entities":[{"entity":"customer","counts":\#(counts),"stock":0,"views":["customer","timeline"],"sources":1},
                         {"entity":"","counts":\#(counts),"stock":0,"views":[],"sources":1}],
             "views":[{"view":"stock","entities":["","item"],"week":12,"held":3,"last":1700000000000,"behind":1},
                      {"view":"orders","entities":["order"],"week":2,"held":0}],
             "mappings":[{"version":"0123456789abcdef","title":"\#(title)","counts":\#(counts),"sources":[\#(all)],
                "tables":[{"table":"people","entity":"customer","stock":"counts","fields":[{"field":"email","from":"mail"}],"leftOut":2}],
                "entities":[{"entity":"customer","counts":\#(counts),"stock":0}]\#(came)}]}
            """#
        return try JSONDecoder().decode(FlowCommand.Flow.self, from: Data(document.utf8))
    }

    @Test("entities stand with what they feed, views with what arrives there, mappings with their tables")
    func tables() throws {
        let all = FlowCommand.text(of: try flow(), widthMax: nil)
        #expect(all.contains("customer, timeline") && all.contains("(stock only)") && all.contains("A till  0123456789abcdef"))
        #expect(all.contains("shop-1/till") && !all.contains("mail"))
        let views = all.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let last = Readable.time(1_700_000_000_000).split(separator: " ").map(String.init)
        #expect(views.contains(["stock", "(stock", "only),", "item", "12", "3"] + last + ["1"]))
        #expect(views.contains(["orders", "order", "2", "0", "-", "-"]))
        let row = try #require(all.split(separator: "\n").first { $0.contains("people") })
        #expect(row.split(separator: " ").map(String.init) == ["people", "customer", "3", "7", "counts"])
    }

    @Test("of one entity each field stands with its column, the views that it feeds, how much came and when, and who sends it no more")
    func fields() throws {
        let text = FlowCommand.text(of: try flow(entity: "customer", came: Self.came), widthMax: nil)
        func cells(_ word: String) throws -> [String] {
            try #require(text.split(separator: "\n").first { $0.contains(word) }).split(separator: " ").map(String.init)
        }
        #expect(
            try cells("email") == ["email", "mail", "4321", "2", "now", "shop-7,", "shop-8,", "7", "in", "all", "customer*,", "timeline"])
        // What comes everywhere has no column for who does not send it.
        #expect(try cells("fax") == ["fax", "-", "1", "0", "now", "customer*"])
        #expect(text.contains("\n  people (stock: counts)\n    FIELD  COLUMN  CHANGES  EVER ASIDE  LAST  QUIET"))
        #expect(text.contains("\n  not mapped now\n    FIELD  COLUMN  CHANGES  EVER ASIDE  LAST  FEEDS"))
        #expect(text.contains("fields of the 200 sources that brought most"))
        // A hub that does not count them tells what is mapped.
        let mapped = FlowCommand.text(of: try flow(entity: "customer"), widthMax: nil)
        #expect(mapped.hasSuffix("\n  people (stock: counts)\n    FIELD  COLUMN\n    email  mail"))
    }

    @Test("in a narrow terminal the views that a field feeds go on below it, and no line is too long")
    func narrow() throws {
        let text = FlowCommand.text(of: try flow(entity: "customer", came: Self.came), widthMax: 80)
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 })
        let row = try #require(lines.firstIndex { $0.contains("4321") })
        #expect(lines[row].hasSuffix("  customer*,") && lines[row + 1].split(separator: " ") == ["timeline"])
    }

    @Test("an entity of which nothing flows is told with what does, as mappings call it")
    func unknownEntity() throws {
        let empty = #"{"at":1,"entity":"Customer","leftOut":0,"isHeldCut":false,"entities":[],"mappings":[]}"#
        let flow = try JSONDecoder().decode(FlowCommand.Flow.self, from: Data(empty.utf8))
        #expect(FlowCommand.text(of: flow) == "Nothing of that entity flows.")
        #expect(
            FlowCommand.text(of: flow, known: ["customer", "sale line"])
                == "Nothing of that entity flows. Entities are called as in mappings: customer, sale line.")
    }

    @Test("many sources of one mapping are counted, not listed")
    func many() throws {
        let text = FlowCommand.text(of: try flow(sources: FlowCommand.sourcesMax + 2), widthMax: nil)
        #expect(text.contains("shop-5/till, and 2 more") && !text.contains("shop-6"))
    }

    @Test("what stands in a mapping cannot take the terminal over")
    func controls() throws {
        let text = FlowCommand.text(of: try flow(title: "a\u{7F}b"), widthMax: nil)
        #expect(text.contains("a\u{FFFD}b"))
    }

    @Test("without anything that flows it is said what to do")
    func nothing() throws {
        let empty = #"{"at":1,"leftOut":0,"isHeldCut":false,"entities":[],"mappings":[]}"#
        #expect(
            FlowCommand.text(of: try JSONDecoder().decode(FlowCommand.Flow.self, from: Data(empty.utf8))).contains("tributary-agent attach")
        )
    }
}

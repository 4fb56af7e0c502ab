import Foundation
import Testing

@testable import AdminCommand

@Suite("What tributary flow shows")
struct FlowShownTests {
    private func flow(entity: String? = nil, sources: Int = 1, title: String = "A till") throws -> FlowCommand.Flow {
        let counts = #"{"today":1,"week":7,"aside":2,"held":3,"last":1700000000000}"#
        let all = (1...sources).map { #"{"site":"shop-\#($0)","name":"till","counts":\#(counts)}"# }.joined(separator: ",")
        let document = #"""
            {"at":1700000000000,\#(entity.map { #""entity":"\#($0)","# } ?? "")"leftOut":0,"isHeldCut":false,
             "entities":[{"entity":"customer","counts":\#(counts),"stock":0,"views":["customer","timeline"],"sources":1},
                         {"entity":"","counts":\#(counts),"stock":0,"views":[],"sources":1}],
             "mappings":[{"version":"0123456789abcdef","title":"\#(title)","counts":\#(counts),"sources":[\#(all)],
                "tables":[{"table":"people","entity":"customer","stock":"counts","fields":[{"field":"email","from":"mail"}],"leftOut":2}],
                "entities":[{"entity":"customer","counts":\#(counts),"stock":0}]}]}
            """#
        return try JSONDecoder().decode(FlowCommand.Flow.self, from: Data(document.utf8))
    }

    @Test("entities stand with what they feed, mappings with their tables; of one entity each field's column")
    func tables() throws {
        let all = FlowCommand.text(of: try flow(), widthMax: nil)
        #expect(all.contains("customer, timeline") && all.contains("(stock only)") && all.contains("A till  0123456789abcdef"))
        #expect(all.contains("shop-1/till") && !all.contains("mail"))
        let row = try #require(all.split(separator: "\n").first { $0.contains("people") })
        #expect(row.split(separator: " ").map(String.init) == ["people", "customer", "3", "7", "counts"])
        let one = FlowCommand.text(of: try flow(entity: "customer"), widthMax: nil)
        #expect(
            one.split(separator: "\n").contains {
                $0.split(separator: " ").map(String.init) == ["people", "customer", "email", "mail", "counts"]
            })
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

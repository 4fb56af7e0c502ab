import Foundation
import Testing

@Suite("Data flow, between the real programs", .serialized)
struct FlowTests {
    @Test("what a till's mapping says is shown at the hub once its agent runs; when the till is detached, the next sync says so")
    func told() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        try programs.join("shop-1", at: hub.address)
        try programs.makeTill("shop-1.db")
        try programs.attach("shop-1.db", to: "shop-1")
        try programs.sell("shop-1.db", number: "S-1", sku: "MUG", quantity: 2)
        func flow(_ arguments: String...) throws -> String {
            try programs.run("tributary", all: ["flow"] + arguments + ["--data", programs.path("hub")]).output
        }
        #expect(try flow().contains("tributary-agent attach"))

        let agent = try await programs.startAgent(programs.path("shop-1"))
        #expect(
            try await programs.eventually {
                let shown = try flow()
                return shown.contains("A small till") && shown.contains("sale_lines") && shown.contains("shop-1/till")
            })
        #expect(try await programs.eventually { try flow("--entity", "sale line").contains("unit_price") })
        #expect(try await programs.eventually { try flow("--json").contains(#""entity":"sale line""#) })
        #expect(try await agent.endPolitely() == 0)

        let folder = programs.path("shop-1")
        #expect(try programs.run("tributary-agent", "detach", "till", "--data", folder).status == 0)
        #expect(try programs.run("tributary-agent", "sync", "--data", folder).status == 0)
        let left = try flow()
        #expect(!left.contains("A small till") && left.contains("no mapping told") && left.contains("sale line"), "\(left)")
        #expect(try await hub.process.endPolitely() == 0)
    }
}

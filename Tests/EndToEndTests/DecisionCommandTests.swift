import Foundation
import Testing

@Suite("An operator at the command line")
struct DecisionCommandTests {
    @Test(
        "decides an oversell, keeps something back, sets a policy, looks back, takes it all back; the shop sees it; what is wrong is said in two lines"
    )
    func decides() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        try programs.join("shop-1", at: hub.address)
        try programs.makeTill("till.db")
        try programs.attach("till.db", to: "shop-1")
        try programs.sell("till.db", number: "S1", sku: "A1", quantity: 2)
        try #require(try programs.run("tributary-agent", "sync", "--data", programs.path("shop-1")).status == 0)
        func ask(_ arguments: String...) throws -> RealPrograms.Outcome {
            try programs.run("tributary", all: arguments + ["--data", programs.path("hub")])
        }
        let listed = try ask("conflict", "list", "--kind", "oversell").output
        let id = String(listed.prefix(8))
        #expect(listed.contains("A1 at shop-1 is oversold by 2"))
        #expect(try ask("conflict", "show", id).output.contains("--value PIECES | --accept"))
        let before = Date()
        try await Task.sleep(for: .seconds(1))
        let decided = try ask("conflict", "resolve", id, "--value", "5.5", "--by", "ann", "--note", "counted")
        #expect(decided.status == 0 && decided.output.contains("value, 5.5"), "\(decided.complaint)")
        #expect(try programs.stock("A1") == "A1: 5.5 on hand")
        #expect(try ask("stock", "safety", "*", "shop-1", "1").status == 0)
        #expect(try ask("policy", "set", "customer", "phone", "ranked: shop-1").status == 0)
        try #require(try programs.run("tributary-agent", "sync", "--data", programs.path("shop-1")).status == 0)
        let found = try programs.run("tributary-agent", "find", "stock", "--sku", "A1", "--data", programs.path("shop-1")).output
        #expect(found.contains("5.5 on hand, 4.5 available"))
        let then = try ask("stock", "show", "A1", "--as-of", before.formatted(.iso8601)).output
        #expect(then.hasPrefix("A1: -2 on hand"), "\(then)")
        #expect(try ask("conflict", "undo", id).status == 0)
        #expect(try programs.stock("A1") == "A1: -2 on hand")
        let audit = try ask("audit", "list").output
        #expect(audit.contains("ann  value: 5.5") && audit.contains("\"counted\"") && audit.contains("undone"))
        for wrong in [
            ["conflict", "resolve", "deadbeef", "--accept"], ["conflict", "resolve", id, "--take", "shop-1"],
            ["conflict", "resolve", id, "--value", "5x"], ["conflict", "undo", "deadbeef"], ["quarantine", "replay", "deadbeef"],
            ["policy", "set", "customer", "phone", "newest"], ["stock", "safety", "A1", "shop-1", "99999999999999"],
            ["stock", "show", "A1", "--as-of", "yesterday"],
        ] {
            let outcome = try programs.run("tributary", all: wrong + ["--data", programs.path("hub")])
            #expect(outcome.status == 1 && outcome.complaintLines.count == 2, "\(wrong): \(outcome.status) \(outcome.complaint)")
        }
        #expect(try await hub.process.endPolitely() == 0)
    }
}

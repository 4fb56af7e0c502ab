import Foundation
import Testing

@Suite("A restored hub gets its operators' morning back")
struct ReturnedDecisionTests {
    @Test("S24: with the first site that comes, as it was decided and by whom; and once, whoever comes next")
    func comesBack() async throws {
        let programs = try RealPrograms()
        var hub = try await programs.startHub()
        let listen = String(hub.address.dropFirst("http://".count))
        func sync(_ site: String) throws {
            let outcome = try programs.run("tributary-agent", "sync", "--data", programs.path(site))
            try #require(outcome.status == 0, "\(outcome.complaint)")
        }
        func told(_ command: String...) throws -> String {
            let outcome = try programs.run("tributary", all: command + ["--data", programs.path("hub")])
            try #require(outcome.status == 0, "\(outcome.complaint)")
            return outcome.output
        }
        for site in ["shop-1", "shop-2"] {
            try programs.join(site, at: hub.address)
            try programs.makeTill("\(site).db")
            try programs.attach("\(site).db", to: site)
            try programs.sell("\(site).db", number: "S1", sku: "A1", quantity: 2)
            try sync(site)
        }
        let copy = programs.path("copy.db")
        try #require(try programs.run("tributary-hub", "backup", copy, "--data", programs.path("hub")).status == 0)
        _ = try told("stock", "safety", "*", "shop-1", "1")
        _ = try told("policy", "set", "customer", "phone", "longest")
        let decided = try told("audit", "list")
        for site in ["shop-1", "shop-2"] { try sync(site) }
        #expect(try await hub.process.endPolitely() == 0)

        try #require(try programs.run("tributary-hub", "restore", copy, "--data", programs.path("hub")).status == 0)
        hub = try await programs.serveHub(listen: listen)
        #expect(try !told("policy", "list").contains("longest"))
        try sync("shop-1")
        #expect(try told("policy", "list").contains("longest"))
        #expect(try told("audit", "list") == decided)
        try sync("shop-2")
        #expect(try told("audit", "list") == decided)
        #expect(try !told("status").contains("kept for the hub"))
        let status = try programs.run("tributary-agent", "status", "--data", programs.path("shop-2"))
        #expect(!status.output.contains("does not take back"))
        #expect(try await hub.process.endPolitely() == 0)
        #expect(try programs.run("tributary-hub", "verify", "--data", programs.path("hub")).status == 0)
    }
}

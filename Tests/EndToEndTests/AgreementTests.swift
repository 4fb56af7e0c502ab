import Foundation
import Testing

@Suite("Agreement, between the real programs", .serialized)
struct AgreementTests {
    @Test("both sides say equal; rows that the agent's file lost or changed are found, mended and reported on both sides")
    func mended() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        try programs.join("shop-1", at: hub.address)
        try programs.makeTill("shop-1.db")
        try programs.attach("shop-1.db", to: "shop-1")
        for number in 1...5 { try programs.sell("shop-1.db", number: "S-\(number)", sku: "SKU\(number)", quantity: number) }
        func status() throws -> String { try programs.run("tributary-agent", "status", "--data", programs.path("shop-1")).output }
        func list() throws -> String { try programs.run("tributary", "site", "list", "--data", programs.path("hub")).output }

        var agent = try await programs.startAgent(programs.path("shop-1"))
        #expect(
            try await programs.eventually {
                let text = try status()
                return text.contains("5 stock figures") && text.contains("Equal to the hub at ") && text.contains("All is well.")
            })
        #expect(try await agent.endPolitely() == 0)

        try programs.sql(
            "shop-1/agent.db",
            """
            DELETE FROM view_entry WHERE id = (SELECT min(id) FROM view_entry WHERE topic = 3);
            UPDATE view_entry SET body = x'7B7D' WHERE id = (SELECT max(id) FROM view_entry WHERE topic = 3);
            """)
        agent = try await programs.startAgent(programs.path("shop-1"))
        #expect(try await programs.eventually { try status().contains("Repaired 2 entries of stock at ") })
        #expect(try await programs.eventually { try status().contains("All is well.") })
        let found = try programs.run("tributary-agent", "find", "stock", "--sku", "SKU5", "--data", programs.path("shop-1"))
        #expect(found.output.contains("-5"), "\(found.output)")
        // The hub is told with the next question, which a sale brings forward.
        try programs.sell("shop-1.db", number: "S-6", sku: "SKU6", quantity: 6)
        #expect(
            try await programs.eventually {
                let shown = try programs.run("tributary", "site", "show", "shop-1", "--data", programs.path("hub")).output
                return shown.contains("repaired 2 entries of stock at ") && shown.contains("equal to the hub")
            })
        #expect(try list().contains("WAITING"))
        let hubStatus = try programs.run("tributary", "status", "--data", programs.path("hub")).output
        #expect(hubStatus.contains("Sites whose view was repaired in the last day: 1 (shop-1)"), "\(hubStatus)")
        #expect(try await agent.endPolitely() == 0)
        #expect(try await hub.process.endPolitely() == 0)
    }

    @Test("sync alone proves the view, and mends it")
    func once() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        try programs.join("shop-1", at: hub.address)
        try programs.makeTill("shop-1.db")
        try programs.attach("shop-1.db", to: "shop-1")
        try programs.sell("shop-1.db", number: "S-1", sku: "SKU1", quantity: 1)
        #expect(try programs.run("tributary-agent", "sync", "--data", programs.path("shop-1")).status == 0)
        #expect(try programs.run("tributary-agent", "sync", "--data", programs.path("shop-1")).status == 0)
        func status() throws -> String { try programs.run("tributary-agent", "status", "--data", programs.path("shop-1")).output }
        #expect(try status().contains("Equal to the hub at "))
        try programs.sql("shop-1/agent.db", "DELETE FROM view_entry WHERE topic = 3")
        #expect(try programs.run("tributary-agent", "sync", "--data", programs.path("shop-1")).status == 0)
        #expect(try status().contains("Repaired 1 entry of stock at ") && status().contains("1 stock figures"))
        #expect(try await hub.process.endPolitely() == 0)
    }

    @Test("a restored hub says which sites have still to send again what it forgot, until they have")
    func restoredHub() async throws {
        let programs = try RealPrograms()
        var hub = try await programs.startHub()
        let listen = String(hub.address.dropFirst("http://".count))
        try programs.join("shop-1", at: hub.address)
        try programs.makeTill("shop-1.db")
        try programs.attach("shop-1.db", to: "shop-1")
        func sync() throws { #expect(try programs.run("tributary-agent", "sync", "--data", programs.path("shop-1")).status == 0) }
        func told(_ command: String...) throws -> String {
            try programs.run("tributary", all: command + ["--data", programs.path("hub")]).output
        }
        try programs.sell("shop-1.db", number: "S-1", sku: "SKU1", quantity: 1)
        try sync()
        let copy = programs.path("copy.db")
        #expect(try programs.run("tributary-hub", "backup", copy, "--data", programs.path("hub")).status == 0)
        try programs.sell("shop-1.db", number: "S-2", sku: "SKU1", quantity: 2)
        try sync()
        #expect(try !told("site", "list").contains("The hub was restored"))
        #expect(try await hub.process.endPolitely() == 0)

        let restored = try programs.run("tributary-hub", "restore", copy, "--data", programs.path("hub"))
        #expect(restored.status == 0 && restored.output.contains("tributary site list"))
        hub = try await programs.serveHub(listen: listen)
        #expect(try told("site", "list").contains("The hub was restored, and may still lack what this site had sent"))
        #expect(try told("status").contains("what these sites had sent: 1 (shop-1)"))
        let agent = try await programs.startAgent(programs.path("shop-1"))
        #expect(try await programs.eventually { try told("stock", "show", "SKU1").contains("-3") })
        // What the agent found out is told with its next question, which a sale brings forward.
        #expect(
            try await programs.eventually {
                try programs.run("tributary-agent", "status", "--data", programs.path("shop-1")).output.contains("Equal to the hub at ")
            })
        try programs.sell("shop-1.db", number: "S-3", sku: "SKU1", quantity: 3)
        #expect(try await programs.eventually { try !told("site", "list").contains("The hub was restored") })
        #expect(try !told("status").contains("The hub was restored"))
        #expect(try await agent.endPolitely() == 0)
        #expect(try await hub.process.endPolitely() == 0)
    }
}

import Foundation
import Testing

@Suite("SIGTERM and SIGINT, in every state of the daemons", .serialized)
struct StoppingTests {
    @Test("an agent ends with 0 while it reads and sends a backlog, in a long poll, and without a hub; nothing is lost")
    func agent() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        try programs.join("shop-1", at: hub.address)
        try programs.makeTill("till.db")
        try programs.sql(
            "till.db",
            """
            INSERT INTO sales (number, sold_at) VALUES ('S-1', '2026-11-20 10:00:00');
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            INSERT INTO sale_lines (sale_id, sku, quantity, unit_price) SELECT 1, 'A' || (i % 100), 1, '1' FROM n
            """)
        try programs.attach("till.db", to: "shop-1")
        let shop = programs.path("shop-1")
        for signal in [SIGTERM, SIGINT, SIGTERM, SIGINT] {
            let agent = try await programs.startAgent(shop)
            try await Task.sleep(for: .milliseconds(200))
            #expect(try await agent.endPolitely(signal) == 0)
        }
        let last = try await programs.startAgent(shop)
        let isThere = try await programs.eventually {
            try programs.run("tributary", "stock", "show", "A7", "--data", programs.path("hub")).output.contains("A7: -200 on hand")
                && programs.run("tributary-agent", "status", "--data", shop).output.contains("To send: 0 changes")
        }
        #expect(isThere)
        // It waits for news now, and so does the hub for it to go.
        #expect(try await hub.process.endPolitely(SIGINT) == 0)
        #expect(try await last.endPolitely() == 0)
        let alone = try await programs.startAgent(shop)
        let isDown = try await programs.eventually {
            try programs.run("tributary-agent", "status", "--data", shop).output.contains("could not be reached")
        }
        #expect(isDown)
        #expect(try await alone.endPolitely(SIGINT) == 0)
        #expect(try programs.run("tributary-hub", "verify", "--data", programs.path("hub")).status == 0)
    }
}

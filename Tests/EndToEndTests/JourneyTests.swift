import Foundation
import Testing

@Suite("The real programs, from a till's file to another shop's counter", .serialized)
struct JourneyTests {
    @Test("one sale reaches the hub's view and another shop's find customer; both daemons stop cleanly on SIGTERM; verify agrees")
    func oneSale() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        for site in ["shop-1", "shop-2"] {
            try programs.join(site, at: hub.address)
            try programs.makeTill("\(site).db")
            try programs.attach("\(site).db", to: site)
        }
        let agents = try ["shop-1", "shop-2"].map { try programs.start("tributary-agent", "run", "--data", programs.path($0)) }
        try programs.sql(
            "shop-1.db",
            """
            BEGIN;
            INSERT INTO customers (name, email) VALUES ('Ada Lovelace', 'ada@example.com');
            INSERT INTO sales (number, sold_at, customer_id) VALUES ('S-1', '2026-11-20 10:00:00', 1);
            INSERT INTO sale_lines (sale_id, sku, description, quantity, unit_price) VALUES (1, '85123A', 'HEART HOLDER', 6, '2.55');
            COMMIT;
            """)
        let atHub = try await programs.eventually {
            let found = try programs.run("tributary", "profile", "find", "--email", "ADA@example.com", "--data", programs.path("hub"))
            return found.status == 0 && found.output.contains("Ada Lovelace") && found.output.contains("15.30 GBP")
        }
        #expect(atHub)
        let elsewhere = try await programs.eventually {
            let found = try programs.run(
                "tributary-agent", "find", "customer", "--email", "ada@example.com", "--data", programs.path("shop-2"))
            return found.status == 0 && found.output.contains("Ada Lovelace") && found.output.contains("S-1")
        }
        #expect(elsewhere)
        let stock = try programs.run("tributary", "stock", "show", "85123A", "--data", programs.path("hub"))
        #expect(stock.output.contains("85123A: -6 on hand") && stock.output.contains("shop-1"))

        for agent in agents { #expect(try await agent.endPolitely() == 0) }
        let offline = try programs.run(
            "tributary-agent", "find", "customer", "--email", "ada@example.com", "--data", programs.path("shop-2"))
        #expect(offline.status == 0 && offline.output.contains("Ada Lovelace"))
        #expect(try await hub.process.endPolitely() == 0)
        #expect(!FileManager.default.fileExists(atPath: programs.path("hub/hub.address")))
        let verified = try programs.run("tributary-hub", "verify", "--data", programs.path("hub"))
        #expect(verified.status == 0 && verified.output.contains("State and views are what the journal says."), "\(verified.complaint)")
    }

    @Test("some days of a real retailer through four tills with lines cut at random: every figure is what plain SQL says")
    func someDays() async throws {
        let programs = try RealPrograms()
        let journey = try programs.run("tributary-demo", "journey", "--days", "2", "--csv", "../shared/data/online-retail-uci")
        #expect(journey.status == 0 && journey.output.contains("All 3 claims held."), "\(journey.output)\n\(journey.complaint)")
    }

    @Test("a backup is taken while the hub runs, and a restored hub has what it had")
    func backup() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        try programs.join("shop-1", at: hub.address)
        let taken = try programs.run("tributary-hub", "backup", programs.path("copy.db"), "--data", programs.path("hub"))
        #expect(taken.status == 0 && taken.output.contains("was read back whole"), "\(taken.complaint)")
        let again = try programs.run("tributary-hub", "backup", programs.path("copy.db"), "--data", programs.path("hub"))
        #expect(again.status == 1 && again.complaintLines.count == 2 && again.complaint.contains("exists already"))
        let running = try programs.run("tributary-hub", "restore", programs.path("copy.db"), "--data", programs.path("hub"))
        #expect(running.status == 1 && running.complaint.contains("A hub runs on"))
        #expect(try await hub.process.endPolitely() == 0)
        let back = try programs.run("tributary-hub", "restore", programs.path("copy.db"), "--data", programs.path("hub"))
        #expect(back.status == 0 && back.output.contains("/hub.db.before-restore: delete it"))
        let restored = try await programs.serveHub()
        #expect(try programs.run("tributary", "site", "list", "--data", programs.path("hub")).output.contains("shop-1"))
        #expect(try await restored.process.endPolitely() == 0)
    }
}

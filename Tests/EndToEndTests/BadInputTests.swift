import Foundation
import Testing

@Suite("Bad input, with the real programs: told in words that help, and nothing is lost", .serialized)
struct BadInputTests {
    @Test("what cannot be attached is refused in two lines, before anything is written")
    func attach() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        try programs.join("shop-1", at: hub.address)
        try programs.makeTill("till.db")
        let mapping = RealPrograms.repository.appending(path: "agent/mappings/simple-shop.yaml").path
        try "hello".write(toFile: programs.path("notes.txt"), atomically: true, encoding: .utf8)
        try "".write(toFile: programs.path("empty.db"), atomically: true, encoding: .utf8)
        try programs.sql("keyless.db", "CREATE TABLE log (a, b)")
        try "mapping: 1\ntables:\n  log: {entity: event, on delete: void, fields: {kind: a}}\n"
            .write(toFile: programs.path("keyless.yaml"), atomically: true, encoding: .utf8)
        try String(contentsOfFile: mapping, encoding: .utf8).replacing("email: email", with: "email: emial")
            .write(toFile: programs.path("typo.yaml"), atomically: true, encoding: .utf8)
        let cases = [
            ("nowhere.db", mapping, "There is no file"), (".", mapping, "is a folder"), ("empty.db", mapping, "is empty"),
            ("notes.txt", mapping, "not an SQLite database"), ("till.db", programs.path("nowhere.yaml"), "cannot be read"),
            ("till.db", programs.path("typo.yaml"), "typo.yaml:11:14: Table `customers` has no column `emial`."),
            ("keyless.db", programs.path("keyless.yaml"), "declares no primary key"),
        ]
        for (file, mapping, words) in cases {
            let refused = try programs.run(
                "tributary-agent", "attach", programs.path(file), "--as", "till", "--mapping", mapping, "--data", programs.path("shop-1"))
            #expect(refused.status == 1 && refused.complaintLines.count == 2, "\(file): \(refused.complaint)")
            #expect(refused.complaint.hasPrefix("tributary-agent: ") && refused.complaint.contains(words), "\(file): \(refused.complaint)")
        }
        let unknown = try programs.run("tributary-agent", "run", "--data", programs.path("shopp-1"))
        #expect(unknown.status == 1 && unknown.complaint.contains("There is no agent"))
        #expect(!FileManager.default.fileExists(atPath: programs.path("shopp-1")))
        #expect(try programs.run("tributary-agent", "status", "--data", programs.path("shop-1")).output.contains("No application file"))
        #expect(try await hub.process.endPolitely() == 0)
    }

    @Test(
        "text for a number, an infinity, bad UTF-8, a 100 MB blob: the rest of the row is sent, status names the rows, mending them is all")
    func rows() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        try programs.join("shop-1", at: hub.address)
        try programs.makeTill("till.db")
        try programs.attach("till.db", to: "shop-1")
        try programs.sell("till.db", number: "S-1", sku: "A1", quantity: 1)
        try programs.sql(
            "till.db",
            """
            INSERT INTO sale_lines (sale_id, sku, description, quantity, unit_price) VALUES
                (1, 'A1', 'x', 2, 'two pounds'), (1, 'A1', 'x', 4, 9e999), (1, 'A1', zeroblob(104857600), 8, '1'),
                (1, 'A1', CAST(x'ff41' AS TEXT), 16, '1'), (1, 'A1', 'x', 'many', '1'), (1, CAST(x'ff41' AS TEXT), 'x', 32, '1');
            """)
        #expect(try programs.run("tributary-agent", "sync", "--data", programs.path("shop-1")).status == 0)
        #expect(try programs.stock("A1") == "A1: -31 on hand")
        let status = try programs.run("tributary-agent", "status", "--data", programs.path("shop-1"))
        #expect(status.status == 1)
        for words in [
            "2 rows of sale_lines (one has the key 2): sale_lines.unit_price holds text or a blob where a number is mapped. The rest of",
            "sale_lines.description holds more than 1048576 bytes",
            "1 row of sale_lines (key 6): sale_lines.quantity holds text", "sale_lines.sku holds text that is no valid UTF-8",
        ] { #expect(status.output.contains(words), "\(words) in \(status.output)") }
        try programs.sql(
            "till.db",
            """
            UPDATE sale_lines SET unit_price = '2', description = 'x', sku = 'A1', quantity = CASE quantity WHEN 'many' THEN 64 ELSE quantity END
            """)
        #expect(try programs.run("tributary-agent", "sync", "--data", programs.path("shop-1")).status == 0)
        #expect(try programs.stock("A1") == "A1: -127 on hand")
        #expect(!(try programs.run("tributary-agent", "status", "--data", programs.path("shop-1")).output.contains("sale_lines")))
        #expect(try await hub.process.endPolitely() == 0)
        #expect(try programs.run("tributary-hub", "verify", "--data", programs.path("hub")).status == 0)
    }

    @Test("a column renamed, a table dropped after attach: the source waits and says where, and goes on by itself once the mapping fits")
    func schema() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        try programs.join("shop-1", at: hub.address)
        try programs.makeTill("till.db")
        try programs.attach("till.db", to: "shop-1")
        try programs.sell("till.db", number: "S-1", sku: "A1", quantity: 1)
        let shop = programs.path("shop-1")
        #expect(try programs.run("tributary-agent", "sync", "--data", shop).status == 0)
        let changes = [
            (
                "ALTER TABLE sale_lines RENAME COLUMN unit_price TO price", "ALTER TABLE sale_lines RENAME COLUMN price TO unit_price",
                "unit_price"
            ),
            ("ALTER TABLE stock_counts RENAME TO counts", "ALTER TABLE counts RENAME TO stock_counts", "stock_counts"),
        ]
        for (index, (change, back, name)) in changes.enumerated() {
            try programs.sql("till.db", change)
            try programs.sql("till.db", "INSERT INTO customers (name) VALUES ('Ada \(index)')")
            let waits = try programs.run("tributary-agent", "sync", "--data", shop)
            #expect(waits.status == 1 && waits.output.contains(name), "\(waits.output)\(waits.complaint)")
            let status = try programs.run("tributary-agent", "status", "--data", shop)
            #expect(
                status.status == 1 && status.output.contains(name) && status.output.contains("read again by itself"), "\(status.output)")
            try programs.sql("till.db", back)
            #expect(try programs.run("tributary-agent", "sync", "--data", shop).status == 0)
            #expect(
                try programs.run("tributary", "profile", "find", "--name", "Ada \(index)", "--data", programs.path("hub")).output.contains(
                    "Ada"))
        }
        #expect(try await hub.process.endPolitely() == 0)
    }

    @Test("nobody at the hub's address, then another web server, then the hub: nothing counts as sent before the hub has it")
    func wrongAddress() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        try programs.join("shop-1", at: hub.address)
        try programs.makeTill("till.db")
        try programs.attach("till.db", to: "shop-1")
        try programs.sell("till.db", number: "S-1", sku: "A1", quantity: 3)
        #expect(try await hub.process.endPolitely() == 0)
        let shop = programs.path("shop-1")
        let nobody = try programs.run("tributary-agent", "sync", "--data", shop)
        #expect(nobody.status == 1 && nobody.complaint.contains("could not be reached"))
        let port = try #require(UInt16(hub.address.split(separator: ":").last ?? ""))
        do {
            let portal = try Portal(port: port)
            let fooled = try programs.run("tributary-agent", "sync", "--data", shop)
            #expect(fooled.status == 1 && fooled.complaint.contains("Not the hub answered"))
            withExtendedLifetime(portal) {}
        }
        #expect(try programs.run("tributary-agent", "status", "--data", shop).output.contains("To send: 2 changes"))
        let back = try await programs.serveHub(listen: "127.0.0.1:\(port)")
        #expect(try programs.run("tributary-agent", "sync", "--data", shop).status == 0)
        #expect(try programs.stock("A1") == "A1: -3 on hand")
        #expect(try await back.process.endPolitely() == 0)
    }

    @Test("a revoked site keeps what it sells, says what to do, and sends it after enrolling again in the same folder")
    func revoked() async throws {
        let programs = try RealPrograms()
        let hub = try await programs.startHub()
        try programs.join("shop-1", at: hub.address)
        try programs.makeTill("till.db")
        try programs.attach("till.db", to: "shop-1")
        #expect(try programs.run("tributary", "site", "revoke", "shop-1", "--data", programs.path("hub")).status == 0)
        try programs.sell("till.db", number: "S-1", sku: "A1", quantity: 3)
        let refused = try programs.run("tributary-agent", "sync", "--data", programs.path("shop-1"))
        #expect(
            refused.status == 1 && refused.complaint.contains("was revoked"), "\(refused.complaint)")
        #expect(refused.complaint.contains("tributary site add shop-1"))
        try programs.join("shop-1", at: hub.address)
        #expect(try programs.run("tributary-agent", "sync", "--data", programs.path("shop-1")).status == 0)
        #expect(try programs.stock("A1") == "A1: -3 on hand")
        #expect(try await hub.process.endPolitely() == 0)
    }
}

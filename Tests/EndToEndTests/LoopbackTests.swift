import Foundation
import Testing

@Suite("Programs beside an agent")
struct LoopbackTests {
    @Test("Law 2: what was answered is on disk, whatever kills the agent; the same batch again has no second effect (law 1)")
    func durable() async throws {
        let shop = try await WebShop()
        let order = #"{"writes":[{"entity":"order","key":1,"fields":{"number":"W1","state":"placed"}}]}"#
        let first = try shop.post(order, key: "one")
        kill(shop.agent.processIdentifier, SIGKILL)
        shop.agent.waitUntilExit()
        try await shop.startAgent()
        #expect(try shop.post(order, key: "one").text == first.text)
        #expect(try shop.post(order.replacing("W1", with: "W2"), key: "one").code == "idempotency-key-reused")
        #expect(try await shop.atHub("W1", "order W1: placed"))
        #expect(try shop.orders("W1").count == 1)
        try await shop.stop()
    }

    @Test("the examples in curl and Python do what they say")
    func examples() async throws {
        let shop = try await WebShop()
        let folder = shop.programs.path("web")
        for _ in 0..<2 {
            let curl = try shop.program("loopback.sh", folder)
            #expect(curl.status == 0, "\(curl.output) \(curl.complaint)")
        }
        #expect(try await shop.atHub("W1001", "order W1001: cancelled"))
        _ = try shop.post(#"{"writes":[{"stock":{"kind":"receipt","sku":"S","location":"Leeds","quantity":"5"}}]}"#)
        // The profile comes back with the news, a moment after the hub has what was posted.
        try #require(
            try await shop.programs.eventually { try shop.customers("ada@example.com").contains { $0["profile"] is [String: Any] } })
        let python = try shop.program("loopback.py", folder, "ada@example.com", "S", "Leeds", "7")
        #expect(python.status == 0 && python.output.contains("counted as"), "\(python.output) \(python.complaint)")
        #expect(python.output.contains("Ada Byron"))
        #expect(try await shop.programs.eventually { try shop.programs.stock("S") == "S: 7 on hand" })
        #expect(try shop.listConflicts() == "No conflicts.\n")
        try await shop.stop()
    }

    @Test("S2: a write with a token replaces what was shown and nothing else; a blind one stands beside what it did not know")
    func knowledge() async throws {
        let shop = try await WebShop()
        try shop.programs.join("depot", at: shop.hub.address, kind: "warehouse")
        let depot = try await shop.startAgent("depot")
        _ = try shop.post(
            #"{"writes":[{"entity":"order","key":1,"fields":{"number":"W1","state":"placed","total":"10.50","currency":"GBP"}}]}"#)
        // The warehouse is shown the order, and takes it on.
        try #require(try await shop.programs.eventually { try shop.orders("W1", at: "depot").count == 1 })
        let shown = try #require(try shop.orders("W1", at: "depot").first)
        func write(_ state: String, _ shown: [String: Any]) -> String {
            #"{"writes":[{"record":"\#(shown["record"] ?? "")","fields":{"state":"\#(state)"},"seen":"\#(shown["seen"] ?? "")"}]}"#
        }
        #expect(try shop.post(write("picking", shown), at: "depot").status == 200)
        #expect(try await shop.atHub("W1", "order W1: picking"))
        #expect(try shop.listConflicts() == "No conflicts.\n")
        // It ships, while the web, which was last shown "picking", cancels without having heard of it.
        try #require(
            try await shop.programs.eventually {
                ((try shop.orders("W1").first?["order"] as? [String: Any])?["state"] as? String) == "picking"
            })
        let seen = try #require(try shop.orders("W1").first)
        let late = try #require(try shop.orders("W1", at: "depot").first)
        #expect(try shop.post(write("shipped", late), at: "depot").status == 200)
        #expect(try shop.post(write("cancelled", seen)).status == 200)
        #expect(try await shop.programs.eventually { try shop.listConflicts().contains("W1") })
        #expect(try await depot.endPolitely() == 0)
        try await shop.stop()
    }

    @Test("S13: a token of a future that the agent's folder has lost is answered \"look again\"")
    func lostFuture() async throws {
        let shop = try await WebShop()
        #expect(try await shop.hub.process.endPolitely() == 0)
        func customer(_ name: String, _ extra: String = "") -> String {
            #"{"writes":[{"entity":"customer","key":"C","fields":{"name":"\#(name)","email":"c@example.com"}\#(extra)}]}"#
        }
        _ = try shop.post(customer("A"))
        let early = try shop.seen(of: "c@example.com")
        try await shop.copyFolder(to: "backup")
        _ = try shop.post(customer("B"))
        let late = try shop.seen(of: "c@example.com")
        #expect(try shop.post(customer("C", #","seen":"\#(late)""#)).status == 200)
        try await shop.copyFolder(from: "backup")
        #expect(try shop.post(customer("D", #","seen":"\#(late)""#)).code == "look-again")
        #expect(try shop.post(customer("E", #","seen":"\#(early)""#)).status == 200)
        #expect(try shop.post(customer("F", #","seen":"\#(early.dropLast(9))""#)).code == "look-again")
        #expect(try await shop.agent.endPolitely() == 0)
    }

    @Test("Law 8: a restored folder is noticed: what it posts meanwhile gets names of its own, and both histories are kept (S22)")
    func restoredFolder() async throws {
        let shop = try await WebShop()
        func order(_ number: Int, _ state: String = "placed") -> String {
            #"{"writes":[{"entity":"order","key":\#(number),"fields":{"number":"W\#(number)","state":"\#(state)"}}]}"#
        }
        _ = try shop.post(order(1))
        #expect(try await shop.atHub("W1", "order W1: placed"))
        try await shop.copyFolder(to: "backup")
        _ = try shop.post(order(2))
        #expect(try await shop.atHub("W2", "order W2: placed"))
        // Without the hub, the restored folder gives the names of the lost future once more.
        #expect(try await shop.hub.process.endPolitely() == 0)
        try await shop.copyFolder(from: "backup")
        _ = try shop.post(order(3))
        _ = try shop.post(order(1, "paid"))
        _ = try shop.post(order(3, "picking"))
        try await shop.restartHub()
        #expect(try await shop.atHub("W3", "order W3: picking"))
        #expect(try await shop.atHub("W1", "order W1: paid"))
        #expect(try await shop.atHub("W2", "order W2: placed"))
        // Keys of the lost future are known again: an edit finds its record.
        _ = try shop.post(order(2, "paid"))
        #expect(try await shop.atHub("W2", "order W2: paid"))
        _ = try shop.post(order(3, "shipped"))
        #expect(try await shop.atHub("W3", "order W3: shipped"))
        for number in 1...3 { #expect(try shop.showOrder("W\(number)").components(separatedBy: "order W").count == 2) }
        #expect(try shop.listConflicts().contains("copy") == false)
        try await shop.stop()
    }

    @Test("S32: a location's stock has one source of movements; a count may come from elsewhere, knowing what it includes")
    func onePileOneSource() async throws {
        let shop = try await WebShop()
        try await shop.stopAgent()
        try shop.programs.makeTill("till.db")
        try shop.programs.attach("till.db", to: "web")
        try await shop.startAgent()
        try shop.programs.sell("till.db", number: "S1", sku: "A", quantity: 2)
        func stock(_ kind: String, _ quantity: String, _ seen: String = "") -> String {
            #"{"writes":[{"stock":{"kind":"\#(kind)","sku":"A","location":"web","quantity":"\#(quantity)"}\#(seen)}]}"#
        }
        #expect(try shop.post(stock("sale", "1")).code == "stock-moved-elsewhere")
        #expect(try shop.post(stock("count", "9")).code == "stock-moved-elsewhere")
        #expect(try shop.post(stock("reservation", "1")).status == 200)
        // The sale has been read, and the shop's own view has it, from the hub or as its own.
        try #require(try await shop.programs.eventually { try shop.programs.stock("A").contains("-2 on hand") })
        try #require(try await shop.programs.eventually { try shop.onHand("A") == -2 })
        let shown = try #require(try shop.stock("A").first { $0["location"] as? String == "web" })
        // Sold after the look: it is not in the count.
        try shop.programs.sell("till.db", number: "S2", sku: "A", quantity: 1)
        try #require(try await shop.programs.eventually { try shop.programs.stock("A").contains("-3 on hand") })
        #expect(try shop.post(stock("count", "9", #","seen":"\#(shown["seen"] ?? "")""#)).status == 200)
        #expect(
            try await shop.programs.eventually { try shop.programs.stock("A") == "A: 8 on hand" },
            "9 counted, 1 sold since")
        try await shop.stop()
    }

    @Test("who may not ask, and what cannot be read, is told so in JSON, and nothing is taken")
    func badInput() async throws {
        let shop = try await WebShop()
        let good = #"{"entity":"order","key":1,"fields":{"state":"placed"}}"#
        let wrong: [(String, String)] = [
            ("", "post-invalid"), ("{}", "post-invalid"), (#"{"writes":[]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"entity":"order","fields":{"state":"x"}}]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"entity":"order","key":2.5,"fields":{"state":"x"}}]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"entity":"order","key":2,"fields":{"total":12.5}}]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"entity":"order","key":2,"fields":{"total":"12.50001"}}]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"entity":"order","key":2,"fields":{"total":"99999999999999999999"}}]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"entity":"order","key":2,"fields":{"at":"yesterday"}}]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"entity":"order","key":2,"fields":{"customer":"C"}}]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"entity":"order","key":2,"fields":{}}]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"record":"nonsense","fields":{"state":"x"}}]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"entity":"order","key":2,"delete":true}]}"#, "record-unknown"),
            (#"{"writes":[\#(good),{"stock":{"kind":"theft","sku":"A","location":"L","quantity":"1"}}]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"stock":{"kind":"sale","sku":"A","location":"L","quantity":"-1"}}]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"stock":{"kind":"sale","sku":"A","location":"L","quantity":1}}]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"stock":{"kind":"sale","sku":"","location":"L","quantity":"1"}}]}"#, "post-invalid"),
            (#"{"writes":[\#(good),{"entity":"order","key":2,"fields":{"state":"x"},"seen":"AAAA"}]}"#, "look-again"),
        ]
        for (body, code) in wrong { #expect(try shop.post(body).code == code, "\(body)") }
        #expect(try shop.post("{\"writes\":[\(good)]}", key: "").code == "post-invalid")
        #expect(try shop.ask("/v1/customers/search", "{}").code == "request-malformed")
        #expect(try shop.ask("/v1/nothing", "{}").code == "path-unknown")
        #expect(try shop.ask("/v1/records/search", #"{"entity":"order","key":1,"source":"till"}"#).code == "source-unknown")
        #expect(try shop.ask("/v1/stock/search", #"{"sku":"\#(String(repeating: "x", count: 20_000))"}"#).code == "request-too-large")
        for header in ["Authorization: Bearer no", "Origin: https://evil.example.com", "Host: evil.example.com"] {
            #expect(try shop.ask("/v1/stock/search", #"{"sku":"A"}"#, headers: [header]).code == "caller-unknown", "\(header)")
        }
        // Nothing of all that was taken: the key still makes a new record, the first change of this source.
        #expect(try shop.post("{\"writes\":[\(good)]}").text.contains(":1\""))
        // A batch of 4 MiB is taken, one of a byte more is not; whoever is refused before all is sent may find the connection closed.
        let batch = "{\"writes\":[\(good)]}"
        let longest = batch + String(repeating: " ", count: (4 << 20) - batch.utf8.count)
        #expect(try shop.post(longest).status == 200)
        let tooLong = try shop.post(longest + " ")
        #expect(tooLong.status != 200 && (tooLong.code == nil || tooLong.code == "request-too-large"))
        try await shop.stopAgent()
        let refused = try shop.programs.run("tributary-agent", "run", "--data", shop.programs.path("web"), "--listen", "0.0.0.0:7441")
        #expect(refused.status == 1 && refused.complaintLines.count == 2, "\(refused.complaint)")
        try await shop.stop()
    }

    @Test("agent/openapi.yaml lists exactly the paths that the agent answers")
    func description() throws {
        let table = try String(contentsOfFile: "Sources/AgentServer/LoopbackRoutes.swift", encoding: .utf8)
        let answered = table.matches(of: /LoopbackRoute\(\.(\w+), "([^"]+)"/).map { "\($0.output.2) \($0.output.1)" }
        let text = try String(contentsOfFile: "agent/openapi.yaml", encoding: .utf8)
        let described = text.matches(of: /\n  (\/v1\/[^:]+):\n    (\w+):/).map { "\($0.output.1) \($0.output.2)" }
        #expect(answered.count > 4 && answered.sorted() == described.sorted())
    }
}

/// A hub, and an agent without a file beside a web shop's back-end.
private final class WebShop {
    let programs: RealPrograms
    private(set) var hub: (process: Process, address: String)
    private(set) var agent: Process

    init() async throws {
        programs = try RealPrograms()
        hub = try await programs.startHub()
        try programs.join("web", at: hub.address, kind: "web")
        agent = try await Self.start("web", programs)
    }

    private static func start(_ site: String, _ programs: RealPrograms) async throws -> Process {
        let file = programs.path(site) + "/loopback.address"
        try? FileManager.default.removeItem(atPath: file)
        let process = try programs.start("tributary-agent", "run", "--data", programs.path(site), "--listen", "127.0.0.1:0")
        try #require(try await programs.eventually { FileManager.default.fileExists(atPath: file) })
        return process
    }

    /// At its former address.
    func restartHub() async throws { hub = try await programs.serveHub(listen: String(hub.address.dropFirst("http://".count))) }

    func startAgent() async throws { agent = try await Self.start("web", programs) }
    func startAgent(_ site: String) async throws -> Process { try await Self.start(site, programs) }

    func stopAgent() async throws {
        if agent.isRunning { #expect(try await agent.endPolitely() == 0) }
    }

    /// Ends whatever the test has started.
    func stop() async throws {
        try await stopAgent()
        if hub.process.isRunning { #expect(try await hub.process.endPolitely() == 0) }
    }

    /// Stops the agent, copies its folder as a backup would, and starts it again.
    func copyFolder(to copy: String) async throws {
        try await stopAgent()
        try FileManager.default.copyItem(atPath: programs.path("web"), toPath: programs.path(copy))
        try await startAgent()
    }

    func copyFolder(from copy: String) async throws {
        try await stopAgent()
        try FileManager.default.removeItem(atPath: programs.path("web"))
        try FileManager.default.copyItem(atPath: programs.path(copy), toPath: programs.path("web"))
        try await startAgent()
    }

    // MARK: asking

    struct Answer {
        let status: Int
        let text: String
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]) ?? [:] }
        var code: String? { (json["error"] as? [String: Any])?["code"] as? String }
    }

    func ask(_ path: String, _ body: String, at site: String = "web", headers: [String] = []) throws -> Answer {
        let folder = programs.path(site)
        func line(_ name: String) throws -> String {
            try String(contentsOfFile: folder + "/" + name, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        var fields = headers
        if !headers.contains(where: { $0.hasPrefix("Authorization") }) {
            fields.append("Authorization: Bearer \(try line("loopback.secret"))")
        }
        let outcome = try programs.run(
            path: "/usr/bin/curl",
            ["--silent", "--show-error", "--data-binary", "@-", "--write-out", "\n%{http_code}", "--header", "Expect:"]
                + fields.flatMap { ["--header", $0] } + [try line("loopback.address") + path], input: body)
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
        return Answer(status: lines.last.flatMap { Int($0) } ?? 0, text: lines.dropLast().joined(separator: "\n"))
    }

    func post(_ body: String, key: String = UUID().uuidString, at site: String = "web") throws -> Answer {
        try ask("/v1/writes", body, at: site, headers: key.isEmpty ? [] : ["Idempotency-Key: \(key)"])
    }

    func orders(_ number: String, at site: String = "web") throws -> [[String: Any]] {
        try ask("/v1/orders/search", "{\"number\":\"\(number)\"}", at: site).json["orders"] as? [[String: Any]] ?? []
    }

    func stock(_ sku: String) throws -> [[String: Any]] {
        try ask("/v1/stock/search", "{\"sku\":\"\(sku)\"}").json["stock"] as? [[String: Any]] ?? []
    }

    /// Pieces at the shop's own location, with what it has not sent yet.
    func onHand(_ sku: String) throws -> Int64 {
        guard let found = try stock(sku).first(where: { $0["location"] as? String == "web" }) else { return 0 }
        func number(_ value: Any?) -> Int64 { (value as? NSNumber)?.int64Value ?? 0 }
        return (number((found["figure"] as? [String: Any])?["onHand"]) + number(found["unsentMovement"])) / 10_000
    }

    func customers(_ email: String) throws -> [[String: Any]] {
        try ask("/v1/customers/search", "{\"email\":\"\(email)\"}").json["customers"] as? [[String: Any]] ?? []
    }

    func seen(of email: String) throws -> String { try #require(customers(email).first?["seen"] as? String) }

    func program(_ name: String, _ arguments: String...) throws -> RealPrograms.Outcome {
        try programs.run(path: RealPrograms.repository.appending(path: "agent/examples/\(name)").path, arguments)
    }

    func showOrder(_ number: String) throws -> String {
        try programs.run("tributary", "order", "show", number, "--data", programs.path("hub")).output
    }

    func atHub(_ number: String, _ line: String) async throws -> Bool {
        try await programs.eventually { try showOrder(number).hasPrefix(line) }
    }

    func listConflicts() throws -> String { try programs.run("tributary", "conflict", "list", "--data", programs.path("hub")).output }
}

import Causality
import Foundation
import HubStoreSQLite
import HubTestSupport

@testable import ChangeSets
@testable import HubRuntime

/// A hub with something of everything that people ask about and decide: customers, a sale, an order, stock, a conflict of each kind, a
/// person, a token, a note, decisions. What people and sites wrote holds markup (`<q7>`), which no page may hold. It is made once; each
/// copy of it is a hub in the same state.
struct FilledHub: Sendable {
    /// A backup's file.
    private let file: Data
    /// Of shop-1.
    let agent: TestAgent
    /// What inputs call by a name in braces, for it is another one in each process, or long.
    let words: [String: String]

    func copy() async throws -> TestHub { try await TestHub(store: .temporary(holding: file), options: Self.options) }

    /// With what stands for the words in braces.
    ///
    /// - Parameter code: as it is written there.
    func spelt(_ bytes: [UInt8], as code: (String) -> String = { $0 }) -> [UInt8] {
        var (written, rest) = ([UInt8](), bytes[...])
        while let brace = rest.firstIndex(of: UInt8(ascii: "{")) {
            written += rest[..<brace]
            let behind = rest[(brace + 1)...]
            let end = behind.prefix(Self.nameBytesMax + 1).firstIndex(of: UInt8(ascii: "}"))
            if let end, let value = words[String(decoding: behind[..<end], as: UTF8.self)] {
                written += code(value).utf8
                rest = behind[(end + 1)...]
            } else {
                written.append(UInt8(ascii: "{"))
                rest = behind
            }
        }
        return written + rest
    }

    private static let nameBytesMax = 40

    static func made() async throws -> FilledHub {
        let test = try await TestHub(options: options)
        let sites = Sites(
            shop: try await test.enrol("shop-1", region: "de"), web: try await test.enrol("web", kind: .web),
            depot: try await test.enrol("depot", kind: .warehouse))
        var told = Told(sites, at: test.now)
        for (set, agent) in try told.everything() { try await test.push([set], from: agent) }
        _ = try await test.hub.matchAll(now: test.now)
        var words = told.words.merging(try await decide(test, told)) { _, last in last }
        try test.store.writeNow { try $0.put(StaleRow(view: "order", key: [1], reason: "r")) }
        words["key"] = "\(sites.shop.key.publicKey)"
        words["cursor"] = Hexadecimal.string(test.hub.head.bytes)
        words["token"] = try await test.hub.addSite(name: "shop-2", kind: .store, now: test.now).token
        for conflict in try await test.hub.conflicts(now: test.now) {
            let kind = conflict.kind.rawValue
            words[kind] = conflict.id
            words["\(kind) seen"] = conflict.seen
            words["\(kind) side"] = conflict.sides.first?.dot
        }
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("tributary-filled-\(UUID().uuidString).db").path
        _ = try await test.hub.backUp(to: path)
        let file = try Data(contentsOf: URL(fileURLWithPath: path))
        try FileManager.default.removeItem(atPath: path)
        await test.hub.stop()
        return FilledHub(file: file, agent: sites.shop, words: words)
    }

    /// Nothing waits: neither a change before it is a conflict, nor a pull for news.
    private static let options: Hub.Options = {
        var options = Hub.Options()
        (options.longWaitMilliseconds, options.pullWaitMillisecondsMax) = (0, 0)
        return options
    }()

    /// People, and what they have decided and written.
    private static func decide(_ test: TestHub, _ told: Told) async throws -> [String: String] {
        let (hub, now) = (test.hub, test.now)
        let anna = try await hub.addUser(UserQuestion(name: "anna", role: .admin, author: "ann"), now: now)
        _ = try await hub.addUser(UserQuestion(name: "ben", role: .operator, author: "ann"), now: now)
        _ = try await hub.makeAPIToken(APITokenQuestion(name: "reports", role: .viewer, days: 30, author: "ann"), now: now)
        let policy = try await hub.setPolicy(
            PolicyQuestion(entity: "customer", field: "phone", policy: "ranked: web, shop-1", author: "ann"), now: now)
        _ = try await hub.keepBack(SafetyQuestion(sku: "MUG", location: "shop-1", quantity: FixedPoint.one, author: "ann"), now: now)
        let apart = try await hub.keepApart(LinkQuestion(id: told.ann, records: [told.eve], author: "ann", note: "<q7>twins"), now: now)
        let note = ConflictNoteQuestion(id: "oversell:oversold/CUP at shop-1", text: "The <q7>shelf is empty.", author: "ann")
        _ = try await hub.note(note, now: now)
        return ["password": anna.password, "decision": policy.id, "apart": apart.decision.id]
    }
}

private struct Sites {
    var shop, web, depot: TestAgent
}

/// What the sites have told.
private struct Told {
    private let sites: Sites
    private let now: Timestamp
    private var till, pos, heir, store, house: TestWriter
    private var sets: [(EncodedChangeSet, TestAgent)] = []

    init(_ sites: Sites, at now: Timestamp) {
        (self.sites, self.now) = (sites, now)
        till = TestWriter("till", seed: 1, key: sites.shop.key)
        pos = TestWriter("pos", seed: 2, key: sites.shop.key)
        heir = TestWriter("pos", seed: 3, source: pos.source, follows: Dot(pos.replica, 1), key: sites.shop.key)
        store = TestWriter("shop", seed: 4, key: sites.web.key)
        house = TestWriter("wms", seed: 5, key: sites.depot.key)
    }

    /// The first customer of the till, and the second.
    var ann: String { "p\(till.replica)-1" }
    var eve: String { "p\(till.replica)-2" }

    var words: [String: String] {
        [
            "customer": ann, "other": eve, "life": "\(till.replica):1", "replica": "\(till.replica)", "source": "\(till.source)",
            "order": "\(store.replica):1",
        ]
    }

    mutating func everything() throws -> [(EncodedChangeSet, TestAgent)] {
        try tellGoods()
        try tellOrders()
        try tellPeople()
        try tellRestored()
        return sets
    }

    private mutating func tellPeople() throws {
        // Three who are known at the web, too, one with a slip of the finger.
        let doubles = [person(7, key: 90, first: "Hugoo"), person(23, key: 91), person(61, key: 92)]
        sets.append((try store.seal(doubles), sites.web))
        sets.append((try till.seal((0..<80).map { person($0, key: 100 + Int64($0)) }), sites.shop))
        let odd = Make.write("customer", 300, [("name", "Ann <q7>Wye"), ("created at", "<q7>yesterday")], at: now)
        sets.append((try till.seal([odd]), sites.shop))
    }

    private mutating func tellGoods() throws {
        let (ann, eve, sale) = (till.nextDot, Dot(till.replica, 2), Dot(till.replica, 4))
        func edit(_ city: Value) -> Change {
            Make.write("customer", 2, [("city", city)], life: eve, at: now, context: .named([eve]))
        }
        let arrival = Movement(sku: "BOOT", location: "shop-1", quantity: 6 * FixedPoint.one, kind: .transferIn, note: "T1 <q7>")
        let changes = [
            Make.customer(1, email: "ann@example.com", phone: "+442079000010", name: "Ann Lee", at: now),
            Make.write("customer", 2, [("email", "eve@example.com"), ("name", "Eve <q7>Lee"), ("city", "Leith")], at: now),
            Make.write("item", 1, [("sku", "MUG"), ("name", "A <q7>mug"), ("price", 125_000), ("currency", "GBP")], at: now),
            Make.sale(1, customer: Make.reference("customer", 1, life: ann), order: "O1", at: now),
            Make.line(
                1, sale: Make.reference("sale", 1, life: sale), sku: "MUG", pieces: 1, price: 125_000, location: "shop-1", at: now),
            edit("Perth <q7>"), edit("Dundee"), Make.count("MUG", "pool", pieces: 10, at: now),
            Make.movement("CUP", "shop-1", pieces: -2, kind: .sale, at: now),
            Change(time: now, action: .stockOnly, stock: .movement(arrival)),
        ]
        sets.append((try till.seal(changes), sites.shop))
    }

    /// One is cancelled and shipped, the other is deleted and worked at; the depot names what nobody has sent.
    private mutating func tellOrders() throws {
        let first = store.nextDot
        let second = Dot(first.replica, first.counter + 1)
        let changes = [
            Make.write("order", 1, [("number", "O1"), ("state", "cancelled"), ("currency", "GBP"), ("total", 990_000)], at: now),
            Make.write("order", 2, [("number", "O2"), ("state", "placed")], at: now), Make.count("MUG", "pool", pieces: 7, at: now),
            Change(time: now, action: .delete(Subject(entity: "order", key: LocalKey(.integer(2)), life: second), .chain)),
        ]
        sets.append((try store.seal(changes), sites.web))
        let unsent = TestWriter("unsent", seed: 9, key: sites.depot.key)
        let worked = [
            Make.write("shipment", 1, [("order number", "O1"), ("state", "shipped")], at: now),
            Make.write(
                "order", 2, [("state", "picking")], life: second, source: store.source, at: now, context: .named([second])),
            Make.write("sale", 3, [("number", "w")], at: now, context: .named([unsent.nextDot])),
        ]
        sets.append((try house.seal(worked), sites.depot))
    }

    /// A file that comes back from a backup made after its first sale.
    private mutating func tellRestored() throws {
        sets.append((try pos.seal((1...3).map { Make.sale($0, customer: nil, at: now) }), sites.shop))
        sets.append((try heir.seal([Make.sale(4, customer: nil, at: now)]), sites.shop))
    }

    private static let firsts = ["Ada", "Bruno", "Clara", "David", "Edith", "Felix", "Greta", "Hugo", "Ines", "Jonas"]
    private static let lasts = ["Marlowe", "Okafor", "Petrova", "Quinlan", "Rosetti", "Svensson", "Tanaka", "Ullmann"]

    private func person(_ number: Int, key: Int64, first: String? = nil) -> Change {
        Make.write(
            "customer", key,
            [
                ("first name", .text(Text(first ?? Self.firsts[number % 10]))), ("last name", .text(Text(Self.lasts[number / 10]))),
                ("birth date", .text(Text("19\(50 + number % 47)-0\(1 + number % 9)-\(10 + number % 18)"))),
                ("postcode", .text(Text("N\(1 + number % 20) \(number % 9)AB"))), ("address", .text(Text("\(number + 3) Elm Road"))),
                ("company", .text(Text("Works \(number)"))),
            ], at: now)
    }
}

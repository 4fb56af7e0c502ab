import Foundation

/// One day of five sites, told as it happens. Everything goes through the products' own programs and files.
final class TradingDay {
    let programs: Programs
    let hub: HubProcess
    let narrator: Narrator
    private let retail: RetailDay
    private let mappings: URL

    let camden, leith, bath, hall, web: Site
    let cornerShop: CornerShop
    let openSourceTill: OpenSourceTill
    let recordShop: RecordShop
    let warehouse: Warehouse
    let webShop: WebShop

    private var ledger = Ledger()
    let ada = Person(first: "Ada", last: "Lovelace", email: "ada.lovelace@example.com", phone: "+44 20 7946 0018")
    private let boots = Item(sku: "BOOT-42", name: "WALKING BOOTS, SIZE 42", pence: 6500)
    private let candle = Item(sku: "CANDLE-9", name: "CHOCOLATE CANDLE, LARGE", pence: 145)
    private static let pool = "boot pool"
    private static let shelf: Int64 = 1000

    init(root: URL, options: Options, narrator: Narrator) async throws {
        self.narrator = narrator
        let logs = root.appending(path: "logs")
        try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
        programs = try Programs(logs: logs)
        mappings = try options.mappingsFolder(near: programs.folder)
        retail = try RetailDay.load(folder: options.csv)
        let (programs, mappings) = (programs, mappings)
        func site(_ name: String, _ kind: String, _ title: String) throws -> Site {
            try Site(name, kind: kind, title: title, under: root, programs: programs)
        }
        func schema(_ name: String) throws -> String {
            try String(contentsOf: mappings.appending(path: "schemas/\(name).sql"), encoding: .utf8)
        }
        camden = try site("camden", "store", "Camden")
        leith = try site("leith", "store", "Leith")
        bath = try site("bath", "store", "Bath")
        hall = try site("hall", "warehouse", "the warehouse")
        web = try site("web", "web", "the web shop")
        cornerShop = try CornerShop(camden.applicationFile, schema: schema("simple-shop"))
        openSourceTill = try OpenSourceTill(leith.applicationFile, schema: schema("open-source-pos"), location: "leith")
        recordShop = try RecordShop(bath.applicationFile)
        warehouse = try Warehouse(hall.applicationFile, schema: schema("adventureworks-warehouse"), hall: "hall")
        webShop = try WebShop(web.applicationFile, schema: schema("web-shop"))
        hub = try HubProcess(programs: programs, folder: root.appending(path: "hub"))
    }

    private var sites: [Site] { [camden, leith, bath, hall, web] }

    func play() async throws {
        narrator.chapter("Before opening: a hub and five sites, each with its own application and its own tables")
        narrator.tell(retail.origin)
        try await open()
        try await sellTheMorning()
        try await meetAda()
        try await loseALine()
        try await shareAPool()
        try await comeBack()
        try await settle()
    }

    // MARK: before opening

    private func open() async throws {
        try fillTheShelves()
        try hub.start()
        narrator.tell("The hub listens on \(hub.address).")
        let joins: [(Site, String, String)] = [
            (camden, "simple-shop", "a small till, five tables"), (leith, "open-source-pos", "Open Source POS, a ledger of movements"),
            (bath, "chinook", "Chinook's tables in a rollback-journal file"),
            (hall, "adventureworks-warehouse", "absolute quantities, overwritten"),
            (web, "web-shop", "text keys, cents, tables without rowid"),
        ]
        for (site, mapping, words) in joins {
            try await site.join(hub, mapping: mappings.appending(path: "\(mapping).yaml"), source: "till")
            try site.connect()
            narrator.tell("\(site.title) has joined: \(words).")
        }
        try countInCamden()
        let expected = ledger.expectedOnHand
        let samples = expected.keys.sorted().suffix(3)
        let arrived = try await waitUntil(seconds: 60) {
            for key in samples where try await hub.onHand(key.sku)[key.location] != expected[key] { return false }
            return true
        }
        let status = try await hub.status()
        narrator.claim(
            "what lies on the shelves in the morning is at the hub: \(status["records"] ?? 0) records, \(status["stockCells"] ?? 0) stock figures",
            arrived)
    }

    private func fillTheShelves() throws {
        let items = Dictionary(retail.invoices.flatMap(\.lines).map { ($0.sku, Item(sku: $0.sku, name: $0.name, pence: $0.pence)) }) {
            first, _ in first
        }
        let sorted = items.values.sorted { $0.sku < $1.sku }
        try cornerShop.open(sorted, onHand: Self.shelf)
        try openSourceTill.open(sorted, onHand: Self.shelf)
        try recordShop.open(sorted, onHand: Self.shelf)
        let stored = Array(sorted.prefix(200)) + [boots, candle]
        try warehouse.stock(stored, Self.shelf)
        for item in sorted {
            ledger.count(item.sku, "camden", Self.shelf)
            ledger.count(item.sku, "leith", Self.shelf)
        }
        for item in stored { ledger.count(item.sku, "hall", Self.shelf) }
        try cornerShop.open([boots], onHand: 0)
    }

    private func countInCamden() throws {
        try cornerShop.countShelves(ledger.expectedOnHand.keys.filter { $0.location == "camden" }.map(\.sku).sorted(), each: Self.shelf)
        // The pool's ten pairs are counted once, by the one site that answers for them.
        try cornerShop.count(boots.sku, at: Self.pool, 10)
        narrator.tell("Camden's staff have counted their shelves, and the ten pairs of boots in the pool.")
    }

    // MARK: the day

    private func sellTheMorning() async throws {
        narrator.chapter("The morning: sales of the day, as their tills write them")
        for hour in 8..<12 { try sell(hour: hour) }
        narrator.tell("Now one sale, watched: how long until the hub knows?")
        let sku = retail.invoices[0].lines[0].sku
        let expected = ledger.onHand(sku, "camden") - 1
        let line = Invoice.Line(sku: sku, name: retail.invoices[0].lines[0].name, quantity: 1, pence: 100)
        // First everything before it, else the figure could not be told.
        _ = try await waitUntil(seconds: 60) { try await hub.onHand(sku)["camden"] == expected + 1 }
        try sell(Sale(number: "W-1", time: "2010-12-01 11:59:00", customer: nil, lines: [line]), at: camden)
        let committed = Date()
        let seen = try await waitUntil(seconds: 10, everyMilliseconds: 5) { try await hub.onHand(sku)["camden"] == expected }
        let milliseconds = Int(Date().timeIntervalSince(committed) * 1000)
        narrator.claim("a sale committed in Camden's till was in the hub's stock \(milliseconds) ms later", seen && milliseconds < 3000)
    }

    private func meetAda() async throws {
        narrator.chapter("A customer buys online and over the counter")
        try webShop.view("BOOT-42", by: ada, time: "2010-12-01 11:20:00")
        let candles = Invoice.Line(sku: candle.sku, name: candle.name, quantity: 2, pence: candle.pence)
        try sell(Sale(number: "WEB-1001", time: "2010-12-01 11:25:00", customer: ada, lines: [candles]), at: web)
        narrator.tell("Ada Lovelace orders two candles online, as ada.lovelace@example.com.")
        try await shipAdasOrder()
        let atTheTill = Person(first: "A.", last: "Lovelace", email: "Ada.Lovelace@Example.com", phone: nil)
        let lantern = Invoice.Line(sku: "71053", name: "WHITE METAL LANTERN", quantity: 1, pence: 339)
        try sell(Sale(number: "C-77", time: "2010-12-01 11:40:00", customer: atTheTill, lines: [lantern]), at: camden, as: ada)
        narrator.tell("She buys a lantern in Camden, where the clerk types Ada.Lovelace@Example.com.")
        let byPhone = Person(first: "Ada", last: "King", email: "countess@example.org", phone: "+44 (20) 7946-0018")
        let mug = Invoice.Line(sku: "21071", name: "VINTAGE BILLBOARD DRINK ME MUG", quantity: 1, pence: 129)
        try sell(Sale(number: "900001", time: "2010-12-01 11:55:00", customer: byPhone, lines: [mug]), at: bath, as: ada)
        narrator.tell("She buys a mug in Bath, under her other name and address, but with the same phone.")
        let email = ada.email
        try await tellThatTheyAreOne(email, byPhone.email)
        let isOne = try await waitUntil(seconds: 30) {
            let found = try await hub.customers(email: email)
            return found.count == 1 && found[0].purchases == 3 && found[0].sites == ["web", "camden", "bath"]
        }
        narrator.claim("the hub knows her as one customer with three purchases, from three sites", isOne)
        let leith = leith
        let known = try await waitUntil(seconds: 30) { try leith.purchases(email: email) == 3 }
        narrator.claim("Leith, where she never was, knows all three", known)
    }

    /// A phone is shared in families: under another name it is no proof, and a person decides.
    private func tellThatTheyAreOne(_ email: String, _ other: String) async throws {
        let areTwo = try await waitUntil(seconds: 30) {
            let (one, two) = (try await hub.customers(email: email), try await hub.customers(email: other))
            return one.first?.purchases == 2 && two.first?.purchases == 1
        }
        narrator.claim("a phone alone makes no one person of two names", areTwo)
        narrator.quote(try hub.operatorSees("identity", "ignored"))
        guard let one = try await hub.customers(email: email).first?.id, let two = try await hub.customers(email: other).first?.id else {
            return
        }
        narrator.tell("She says so herself, and the hub's operator links the two.")
        narrator.quote(try hub.operatorSees("profile", "link", one, two, "--by", "operator", "--note", "she told us in Bath"))
    }

    private func shipAdasOrder() async throws {
        try warehouse.take(candle.sku, 2, time: "2010-12-01 11:30:00")
        ledger.sold(candle.sku, "hall", 2)
        try webShop.ship("WEB-1001", tracking: "PP-4711", time: "2010-12-01 11:35:00")
        let shipped = try await waitUntil(seconds: 30) { try await hub.orderState("WEB-1001") == "shipped" }
        narrator.claim("the warehouse has packed her order, a carrier has it, and the hub says so", shipped)
    }

    private func loseALine() async throws {
        narrator.chapter("Noon: Leith loses its line, and goes on selling")
        try leith.disconnect()
        narrator.tell("Leith's line is down.")
        for hour in 12..<15 { try sell(hour: hour) }
        let email = ada.email
        narrator.tell("Ada walks into Leith. The clerk asks the shop's own machine:")
        narrator.quote(try leith.clerkSees("customer", "--email", email))
        narrator.claim("offline Leith still knows what Ada bought online and elsewhere", try leith.purchases(email: email) == 3)
        let key = ledger.busiest(at: "leith")
        let atHub = try await hub.onHand(key.sku)["leith"] ?? 0
        narrator.tell(
            "Meanwhile Leith has \(ledger.onHand(key.sku, "leith")) of \(key.sku) on its shelf; the hub still says \(atHub), and from when that is."
        )
    }

    private func shareAPool() async throws {
        narrator.chapter("Ten pairs of boots lie in a pool that two shops sell from. Both lose sight of each other")
        try camden.disconnect()
        narrator.tell("Camden's line is down, too.")
        try sellBoots(3, number: "P-3", at: camden)
        narrator.tell("Camden sells 3 of the 10 pairs.")
        try sellBoots(4, number: "P-4", at: leith)
        narrator.tell("Leith sells 4 of the 10 pairs.")
        let (camden, leith, sku) = (camden, leith, boots.sku)
        let both = try await waitUntil(seconds: 30) { try camden.onHand(sku, at: Self.pool) == 7 && leith.onHand(sku, at: Self.pool) == 6 }
        narrator.claim("in Camden's own eyes 7 pairs are left, in Leith's 6: neither can know of the other", both)
        narrator.tell("A merge that lets the later quantity win would say 6 or 7 for ever.")
    }

    private func sellBoots(_ pairs: Int64, number: String, at site: Site) throws {
        let line = Invoice.Line(sku: boots.sku, name: boots.name, quantity: pairs, pence: boots.pence)
        try sell(Sale(number: number, time: "2010-12-01 14:30:00", customer: nil, lines: [line], pool: Self.pool), at: site)
    }

    private func comeBack() async throws {
        narrator.chapter("The lines are back")
        try camden.connect()
        try leith.connect()
        let sku = boots.sku
        let atHub = try await waitUntil(seconds: 60) { try await hub.onHand(sku)[Self.pool] == 3 }
        narrator.claim("3 pairs are left at the hub", atHub)
        for site in sites {
            let known = try await waitUntil(seconds: 60) { try site.onHand(sku, at: Self.pool) == 3 }
            narrator.claim("3 pairs are left in the eyes of \(site.title)", known)
        }
        for hour in 15..<24 { try sell(hour: hour) }
    }

    // MARK: the evening

    private func settle() async throws {
        narrator.chapter("Closing time: does everything add up?")
        let expected = ledger.expectedOnHand
        let last = expected.keys.sorted()
        var wrong: [String] = []
        _ = try await waitUntil(seconds: 60) {
            wrong = []
            var bySKU: [String: [String: Int64]] = [:]
            for key in last {
                if bySKU[key.sku] == nil { bySKU[key.sku] = try await hub.onHand(key.sku) }
                let found = bySKU[key.sku]?[key.location]
                if found != expected[key] {
                    wrong.append("\(key.sku) at \(key.location): \(found.map(String.init) ?? "nothing"), not \(expected[key] ?? 0)")
                }
                if wrong.count > 5 { return false }
            }
            return wrong.isEmpty
        }
        narrator.claim(
            "all \(last.count) stock figures at the hub are what was counted less what was sold", wrong.isEmpty,
            otherwise: wrong.joined(separator: "; "))
        try await settleCustomers()
        narrator.chapter("The merged customer")
        let id = try await hub.customers(email: ada.email).first?.id ?? ""
        narrator.quote(try hub.operatorSees("profile", "show", id))
        narrator.chapter("The merged stock")
        narrator.quote(try hub.operatorSees("stock", "show", boots.sku))
        narrator.quote(try hub.operatorSees("status"))
    }

    private func settleCustomers() async throws {
        var wrong: [String] = []
        let expected = ledger.purchases
        _ = try await waitUntil(seconds: 60) {
            wrong = []
            for (person, sums) in expected.sorted(by: { $0.key.email < $1.key.email }) {
                let found = try await hub.customers(email: person.email)
                if found.count != 1 || found[0].purchases != sums.number || found[0].totals != sums.totals {
                    wrong.append(
                        "\(person.email): \(found.map { "\($0.purchases) for \($0.totals)" }), not \(sums.number) for \(sums.totals)")
                }
                if wrong.count > 5 { return false }
            }
            return wrong.isEmpty
        }
        narrator.claim(
            "all \(expected.count) customers have, over all channels, the purchases and the value that plain sums give", wrong.isEmpty,
            otherwise: wrong.joined(separator: "; "))
    }

    // MARK: selling

    /// Sells what the day's file has for one hour, spread over the shops and the web.
    private func sell(hour: Int) throws {
        var told: [String] = []
        for (site, invoices) in invoices(hour: hour) where !invoices.isEmpty {
            for invoice in invoices {
                let customer = invoice.customer.map { Person(number: $0) }
                try sell(Sale(number: invoice.number, time: invoice.time, customer: customer, lines: invoice.lines), at: site)
            }
            let units = invoices.reduce(0) { $0 + $1.units }
            told.append("\(site.title) \(invoices.count) sales, \(units) pieces" + (site.hasLine ? "" : " (no line)"))
        }
        if !told.isEmpty { narrator.tell("\(hour):00  " + told.joined(separator: " · ")) }
    }

    private func invoices(hour: Int) -> [(Site, [Invoice])] {
        var shares: [(Site, [Invoice])] = [(camden, []), (leith, []), (bath, []), (web, [])]
        for (index, invoice) in retail.invoices.enumerated() where invoice.hour == hour {
            let share = index.isMultiple(of: 3) && RecordShop.takes(invoice) ? 2 : index % 7 == 3 ? 3 : index % 2
            shares[share].1.append(invoice)
        }
        return shares
    }

    /// - Parameter known: who the customer really is, where the site's spelling does not say it.
    private func sell(_ sale: Sale, at site: Site, as known: Person? = nil) throws {
        let tills: [String: any Till] = ["camden": cornerShop, "leith": openSourceTill, "bath": recordShop, "web": webShop]
        try tills[site.name]?.sell(sale)
        if site === camden || site === leith {
            for line in sale.lines where sale.pool == nil { ledger.sold(line.sku, site.name, line.quantity) }
        }
        if let person = known ?? sale.customer { ledger.bought(person, sale.pence, site === bath ? "USD" : "GBP") }
    }

    private func waitUntil(seconds: Double, everyMilliseconds: Int = 100, _ condition: () async throws -> Bool) async throws -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while true {
            if try await condition() { return true }
            guard Date() < deadline else { return false }
            try await Task.sleep(for: .milliseconds(everyMilliseconds))
        }
    }
}

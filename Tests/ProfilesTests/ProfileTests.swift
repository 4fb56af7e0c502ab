import Causality
import ChangeSets
import Merging
import Profiles
import Testing

@Suite("A person, drawn from all records")
struct ProfileTests {
    private func profile(
        _ states: [RecordState], policies: [FieldName: FieldPolicy] = [:], purchases: PurchaseSummary = PurchaseSummary()
    ) -> Profile {
        let linked = LinkedProfile(id: ProfileID(life: states[0].id.life), records: states.map(\.id), links: [])
        let names: [ReplicaID: Text] = [Desk.replica(1): "web", Desk.replica(2): "shop", Desk.replica(3): "depot"]
        let drawing = Profile.Drawing(
            policies: policies, site: { $0 == People.source(1) ? "web" : "shop" }, writer: { names[$0] }, country: { _ in "GB" })
        return Profile(linked, states: states, purchases: purchases, drawing: drawing)
    }

    @Test("Law 10: the latest value is shown with who wrote it and when, and what it was preferred to")
    func latest() throws {
        var desk = Desk()
        let web = desk.create(["email": "old@example.com"], source: 1, at: 10)
        let shop = desk.create(["email": "new@example.com"], source: 2, at: 20)
        let field = try #require(profile([web, shop]).fields.first)
        #expect(field.shown.value == "new@example.com")
        #expect(field.shown.site == "shop" && field.shown.time == Timestamp(milliseconds: 20) && field.shown.dot == shop.id.life)
        #expect(field.beaten.map(\.value) == ["old@example.com"])
        #expect(profile([web, shop]).shownDots == [shop.id.life])
    }

    @Test("A blank never hides what another record knows")
    func blanks() {
        var desk = Desk()
        let web = desk.create(["phone": "020 7946 0018"], source: 1, at: 10)
        let shop = desk.create(["phone": ""], source: 2, at: 20)
        let depot = desk.create(["phone": .null], source: 3, at: 30)
        #expect(profile([web, shop, depot])["phone"] == "020 7946 0018")
        #expect(profile([shop, depot])["phone"] == .null)
    }

    @Test("S30: a write that saw another record's value supersedes it within the person; unlinked, it is back")
    func saw() throws {
        var desk = Desk()
        let web = desk.create(["email": "typo@example.com"], source: 1, at: 90)
        var shop = desk.create(["email": "other@example.com"], source: 2, at: 10)
        desk.write(["email": "right@example.com"], to: &shop, source: 2, at: 20, saw: [web.id.life])
        let together = try #require(profile([web, shop]).fields.first)
        #expect(together.shown.value == "right@example.com")
        #expect(together.beaten.isEmpty)
        #expect(profile([web])["email"] == "typo@example.com")
    }

    @Test("S30: what was merely saved later than the value that it saw does not bring that value back")
    func sawExactly() throws {
        var desk = Desk()
        var web = desk.create(["email": "first@example.com"], source: 1, at: 10)
        let seen = web.id.life
        desk.write(["email": "second@example.com"], to: &web, source: 1, at: 5)
        var shop = desk.create(["email": "mine@example.com"], source: 2, at: 1)
        desk.write(["email": "right@example.com"], to: &shop, source: 2, at: 2, saw: [seen])
        // The shop saw the first value, not the second: the second stays, and wins by its time.
        let field = try #require(profile([web, shop]).fields.first)
        #expect(field.shown.value == "second@example.com")
        #expect(field.beaten.map(\.value) == ["right@example.com"])
    }

    @Test(
        "Each policy chooses its own winner",
        arguments: [
            (FieldPolicy.latest, "zz"), (.earliest, "a"), (.mostFrequent, "bb"), (.longest, "cccc"), (.ranked(["depot", "web"]), "cccc"),
            (.ranked(["web"]), "a"),
            (.maximum, "zz"), (.minimum, "a"), (.ask, "zz"), (.union, "a, bb, cccc, zz"),
        ] as [(FieldPolicy, Text)])
    func policies(policy: FieldPolicy, winner: Text) {
        var desk = Desk()
        let states = [
            desk.create(["city": "a"], source: 1, at: 1), desk.create(["city": "bb"], source: 2, at: 3),
            desk.create(["city": "bb"], source: 4, at: 2),
            desk.create(["city": "cccc"], source: 3, at: 4), desk.create(["city": "zz"], source: 5, at: 9),
            desk.create(["city": "  "], source: 1, at: 99),
        ]
        for order in [states, states.reversed()] { #expect(profile(order, policies: ["city": policy])["city"] == .text(winner)) }
    }

    @Test("Purchases sum up the same in any order and grouping; only the last twenty are kept whole")
    func purchases() {
        let all = (0..<50).map { number in
            Purchase(
                record: People.id(number, source: number % 3), number: nil, site: "shop", time: Timestamp(milliseconds: UInt64(number / 2)),
                total: Int64(number) - 3, currency: number % 5 == 0 ? "EUR" : "GBP")
        }
        let once = PurchaseSummary(all)
        #expect(once == PurchaseSummary(all.reversed()))
        var grouped = PurchaseSummary(all[30...])
        grouped.merge(PurchaseSummary(all[..<30]))
        #expect(grouped == once)
        #expect(once.number == 50 && once.recent.count == PurchaseSummary.recentMax)
        #expect(once.first == Timestamp(milliseconds: 0) && once.last == Timestamp(milliseconds: 24))
        #expect(once.totals == ["EUR": 195, "GBP": 880])
        #expect(once.recent.map(\.time) == once.recent.map(\.time).sorted().reversed())
        let huge = Purchase(
            record: People.id(1, source: 1), number: nil, site: nil, time: Timestamp(milliseconds: 1), total: .max, currency: "GBP")
        #expect(PurchaseSummary([huge, huge]).totals == ["GBP": 2 * Int128(Int64.max)])
    }

    @Test("The document of a profile, byte by byte")
    func document() {
        var desk = Desk()
        let web = desk.create(["email": "Jane@Example.com"], source: 1, at: 10)
        let shop = desk.create(["email": "jane@example.com"], source: 2, at: 20)
        let purchase = Purchase(
            record: shop.id, number: "R\"1", site: "shop", time: Timestamp(milliseconds: 30), total: 129_900, currency: "GBP")
        let drawn = profile([web, shop], purchases: PurchaseSummary([purchase]))
        let (one, two) = ("00000000000000700000000000000001", "00000000000000700000000000000002")
        let expected = """
            {"id":"p\(one)-1","fields":{"email":{"value":"jane@example.com","site":"shop","dot":"\(two):1","time":20,"record":"\(two):1",\
            "beaten":[{"value":"Jane@Example.com","site":"web","dot":"\(one):1","time":10,"record":"\(one):1","why":"earlier"}]}},\
            "identifiers":[{"kind":"email","value":"jane@example.com","records":["\(one):1","\(two):1"]}],\
            "records":[{"entity":"customer","site":"web","source":"00000000000000500000000000000001","key":[1],"life":"\(one):1"},\
            {"entity":"customer","site":"shop","source":"00000000000000500000000000000002","key":[1],"life":"\(two):1"}],"links":[],\
            "purchases":{"number":1,"totals":{"GBP":129900},"first":30,"last":30,"recent":[{"entity":"customer","record":"\(two):1",\
            "number":"R\\"1","site":"shop","time":30,"total":129900,"currency":"GBP"}]}}
            """
        #expect(String(decoding: drawn.json(), as: UTF8.self) == expected)
        #expect(!String(decoding: drawn.json(withBeaten: false), as: UTF8.self).contains("beaten"))
    }

    @Test(
        "A person too large for the feed keeps the small fields first, each value whole, and says so",
        arguments: [600, 2_000, 20_000, 40_000])
    func shortened(bytesMax: Int) throws {
        var desk = Desk()
        let states = (0..<40).map { index in
            var fields: [FieldName: Value] = ["name": "Ada", "email": .text(Text("ada\(index)@example.com"))]
            if index == 0 { fields["note"] = .text(Text(String(repeating: "é\"", count: 3_000))) }
            return desk.create(fields, source: index % 3, at: UInt64(index))
        }
        let purchases = PurchaseSummary(
            (0..<30).map { index in
                Purchase(
                    record: states[index].id, number: Text(String(repeating: "7", count: 100 * index)), site: nil,
                    time: Timestamp(milliseconds: UInt64(index)), total: 1, currency: Text("X\(index)"))
            })
        let whole = profile(states, purchases: purchases)
        let short = whole.shortened(toBytes: bytesMax)
        #expect(short.json(withBeaten: false).count <= bytesMax)
        #expect(short.isShortened && short.id == whole.id && short.purchases.number == 30)
        #expect(short["name"] == "Ada")
        #expect(short.fields.allSatisfy(whole.fields.contains) && short.records.allSatisfy(whole.records.contains))
        #expect((short["note"] == nil) == (bytesMax < 40_000))
        #expect(bytesMax < 20_000 || (short.records.count == 40 && short.identifiers.count == 40 && !short.purchases.recent.isEmpty))
    }
}

import Causality
import ChangeSets
import HubTestSupport
import Merging
import Testing

@testable import HubRuntime

@Suite("A change that is set aside is mended")
struct MendingTests {
    /// A hub with a shop and its till, whose sale 1 has the life `life`.
    private struct Shop {
        let bench: TestHub
        let agent: TestAgent
        var till: TestWriter
        let life: Dot

        init() async throws {
            bench = try await TestHub()
            agent = try await bench.enrol("shop-1")
            till = TestWriter("till", seed: 1, key: agent.key)
            life = till.nextDot
        }

        mutating func tell(_ changes: Change...) async throws { try await bench.push([try till.seal(changes)], from: agent) }

        /// - Parameter life: `nil`: the sale is created.
        func sale(_ fields: [(FieldName, Value)], life: Dot? = nil, stock: StockEffect? = nil) -> Change {
            Make.write("sale", 1, fields, life: life, at: bench.now, stock: stock)
        }

        func open() async throws -> [ConflictAnswer] { try await bench.hub.conflicts(now: bench.now) }

        func only() async throws -> ConflictAnswer {
            let open = try await open()
            #expect(open.count == 1)
            return try #require(open.first)
        }

        @discardableResult
        func mend(_ conflict: ConflictAnswer, _ mending: Mending?, seen: String? = nil) async throws -> DecisionAnswer {
            try await bench.hub.resolve(conflict.id, Resolution(.mend, mending: mending, seen: seen, author: "ann"), now: bench.now)
        }

        /// Each field's live values with their sites.
        func fields() async throws -> [String: [String]] {
            let record = try #require(try await bench.hub.explain(record: life, now: bench.now))
            return Dictionary(
                record.fields.map { field in (field.name, field.writes.map { "\($0.site) \($0.value.words)" }) },
                uniquingKeysWith: { first, _ in first })
        }

        func expectSound() async throws {
            let verification = try await bench.hub.verify()
            #expect(verification.isEqual, "\(verification.differences)")
        }
    }

    @Test(
        "So many fields of the change are shown, what is wrong first, and so much of a text; what is left out is told", arguments: [0, 1])
    func shown(more: Int) async throws {
        var shop = try await Shop()
        let long = Value.text(Text(String(repeating: "x", count: RefusedChange.charactersMax + more)))
        // With the long one and the wrong one as many as are shown, or one more.
        var fields: [(FieldName, Value)] = [("extra", long)]
        fields += (2..<RefusedChange.fieldsMax + more).map { (FieldName("f\($0)"), Value.integer(Int64($0))) }
        fields.append(("total", "seven"))
        try await shop.tell(shop.sale(fields))
        let story = try await shop.bench.hub.conflictStory(try await shop.only().id, now: shop.bench.now)
        let refused = try #require(story.refused)
        #expect(refused.fields.count == RefusedChange.fieldsMax && refused.fieldsHidden == more)
        #expect(refused.fields.prefix(2).map(\.name) == ["total", "extra"])
        #expect(refused.fields[1].value.words.hasSuffix("x…") == (more == 1))
    }

    @Test("Laws 1, 4, 10: a creation is admitted without its wrong value, which the hub writes; all else is the site's, and moves once")
    func creation() async throws {
        var shop = try await Shop()
        let movement = Movement(sku: "MUG", location: "shop-1", quantity: -10_000, kind: .sale)
        try await shop.tell(
            shop.sale([("total", "seven"), ("number", "S1")], stock: .movement(movement)),
            shop.sale([("currency", "GBP")], life: shop.life), Make.movement("MUG", "shop-1", pieces: 5, at: shop.bench.now))
        let conflict = try await shop.only()
        #expect(conflict.choices == ["mend", "replay", "discard"])
        let story = try await shop.bench.hub.conflictStory(conflict.id, now: shop.bench.now)
        let refused = try #require(story.refused)
        #expect(refused.action == .create && refused.behind == 1 && refused.fieldsHidden == 0 && !refused.isPersonal)
        #expect(
            refused.fields.map { "\($0.name) \($0.kind) \($0.value.words) \($0.mayMend)" } == [
                "total money seven true", "number text S1 false",
            ])
        #expect(refused.stock == RefusedChange.Stock(sku: "MUG", location: "shop-1", quantity: -10_000, isCount: false))
        let decision = try await shop.mend(conflict, Mending(values: ["total": .integer(70_000)]), seen: story.conflict?.seen)
        #expect(decision.choice == .mend && decision.values == [.integer(70_000)])
        let about = try #require(decision.about)
        #expect(about.entity == "sale" && about.key == "1" && about.site == "shop-1")
        #expect(about.fields == [DecisionAnswer.Field(field: "total", kind: "money", value: .integer(70_000))])
        #expect(try await shop.open().isEmpty)
        #expect(try await shop.fields() == ["total": ["hub 70000"], "number": ["shop-1 S1"], "currency": ["shop-1 GBP"]])
        #expect(try await shop.bench.stockOnHand("MUG", "shop-1") == 40_000)
        let status = try await shop.bench.hub.status(now: shop.bench.now)
        #expect(status.quarantined == 0 && status.waiting == 0)
        try await shop.expectSound()
    }

    @Test("left out, a field keeps what stood there; nothing was written, so nothing is taken back")
    func leftOut() async throws {
        var shop = try await Shop()
        try await shop.tell(
            shop.sale([("total", .integer(50_000)), ("number", "S1")]), shop.sale([("total", "seven"), ("number", "S2")], life: shop.life))
        let conflict = try await shop.only()
        let decision = try await shop.mend(conflict, Mending(leaveOut: ["total"]))
        #expect(decision.about?.fields == [DecisionAnswer.Field(field: "total", kind: "money", value: nil)])
        #expect(try await shop.fields() == ["total": ["shop-1 50000"], "number": ["shop-1 S2"]])
        let error = await #expect(throws: HubError.self) {
            try await shop.bench.hub.undo(conflict.id, author: "ben", note: nil, now: shop.bench.now)
        }
        #expect(error?.code == .decisionSuperseded)
        try await shop.expectSound()
    }

    @Test(
        "S15, law 11: an image tells what its site told, what was left out of it, too, whether a value took its place or not",
        arguments: [true, false])
    func image(isReplaced: Bool) async throws {
        var shop = try await Shop()
        try await shop.tell(
            shop.sale([("total", .integer(50_000)), ("number", "S1")]), shop.sale([("total", "seven"), ("number", "S2")], life: shop.life))
        let conflict = try await shop.only()
        try await shop.mend(conflict, isReplaced ? Mending(values: ["total": .integer(70_000)]) : Mending(leaveOut: ["total"]))
        let told: [[FieldName: Value]] = [["total": .integer(50_000), "number": "S1"], ["total": "seven", "number": "S2"]]
        for (counter, fields) in zip([1, 2] as [UInt64], told) {
            var records: [RecordImage] = []
            var after: [UInt8]?
            repeat {
                let answer = try await shop.bench.hub.images(
                    source: shop.till.source, upTo: Dot(shop.till.replica, counter), after: after, agent: shop.agent.record,
                    now: shop.bench.now)
                guard case .images(let page) = answer else { return #expect(Bool(false)) }
                records += page.records
                after = page.next
            } while after != nil
            #expect(records.map(\.life) == [shop.life])
            let image = try #require(records.first)
            #expect(Dictionary(uniqueKeysWithValues: image.fields.map { ($0.name, $0.value) }) == fields)
        }
    }

    @Test("a value takes the place of what the refused one would have; taken back, what stood there stands again, and not what was refused")
    func undone() async throws {
        var shop = try await Shop()
        try await shop.tell(shop.sale([("total", .integer(50_000))]), shop.sale([("total", "seven")], life: shop.life))
        let conflict = try await shop.only()
        // What the list shows is the change alone.
        try await shop.mend(conflict, Mending(values: ["total": .integer(70_000)]), seen: conflict.seen)
        #expect(try await shop.fields() == ["total": ["hub 70000"]])
        #expect(try await shop.open().isEmpty)
        func history() async throws -> [String] {
            let history = try await shop.bench.hub.history(of: "total", record: shop.life.description, now: shop.bench.now)
            return try #require(history).writes.map { "\($0.site) \($0.value.words) \($0.isLive) \($0.isHeld)" }
        }
        #expect(try await history() == ["hub 70000 true false", "shop-1 seven false true", "shop-1 50000 false false"])
        let undo = try await shop.bench.hub.undo(conflict.id, author: "ben", note: nil, now: shop.bench.now)
        #expect(undo.about?.fields == [DecisionAnswer.Field(field: "total", kind: "money", value: .integer(50_000))])
        #expect(try await shop.fields() == ["total": ["hub 50000"]])
        #expect(try await shop.open().isEmpty)
        // Taking it back does not bring what was left out.
        #expect(try await history().contains("shop-1 seven false true"))
        try await shop.expectSound()
    }

    @Test("only what is wrong is mended, and all of it, by values that fit; what is refused changes nothing")
    func refusals() async throws {
        var shop = try await Shop()
        try await shop.tell(shop.sale([("total", "seven"), ("at", "yesterday"), ("number", "S1")]))
        let conflict = try await shop.only()
        let cases: [(mending: Mending?, code: HubError.Code, part: String)] = [
            (nil, .badRequest, "Nothing says"), (Mending(), .badRequest, "Nothing says"),
            (Mending(values: ["total": .integer(1)]), .choiceInvalid, "\"at\" is wrong, too"),
            (
                Mending(values: ["total": .integer(1)], leaveOut: ["at", "number"]), .choiceInvalid,
                "not set aside for its field \"number\""
            ),
            (Mending(values: ["total": .text("eight")], leaveOut: ["at"]), .choiceInvalid, "does not fit"),
            (Mending(values: ["total": .integer(1)], leaveOut: ["at", "total"]), .choiceInvalid, "total is named twice"),
            (Mending(values: ["total": .integer(1)], leaveOut: ["at", "at"]), .choiceInvalid, "at is named twice"),
        ]
        for (mending, code, part) in cases {
            let error = await #expect(throws: HubError.self) { try await shop.mend(conflict, mending) }
            #expect(error?.code == code && error?.message.contains(part) ?? false, "\(part): \(error?.message ?? "")")
            #expect(try await shop.only().id == conflict.id)
        }
        try await shop.mend(conflict, Mending(values: ["total": .null, "at": .integer(5)]))
        #expect(try await shop.fields() == ["total": ["hub "], "at": ["hub 5"], "number": ["shop-1 S1"]])
        try await shop.expectSound()
    }

    @Test("what is set aside for who wrote it, or for how much, is not mended, and says what to do")
    func causes() async throws {
        var shop = try await Shop()
        let two = try await shop.bench.enrol("shop-2")
        var other = TestWriter("till", seed: 2, key: two.key)
        try await shop.tell(
            Make.customer(1, email: "a@example.com", at: shop.bench.now), Make.movement("", "x", pieces: 1, at: shop.bench.now))
        try await shop.bench.push(
            [
                try other.seal([
                    Make.write("customer", 1, [("name", "Mallory")], life: shop.life, source: shop.till.source, at: shop.bench.now)
                ])
            ], from: two)
        for (code, part) in [("sku-empty", "Quantities are never corrected"), ("not-its-own", "at the site whose record it is")] {
            let filter = ConflictFilter(cause: code)
            let conflict = try #require(try await shop.bench.hub.conflicts(filter, now: shop.bench.now).first)
            #expect(conflict.choices == ["replay", "discard"] && conflict.remedy.contains(part))
            let error = await #expect(throws: HubError.self) { try await shop.mend(conflict, Mending(leaveOut: ["name"])) }
            #expect(error?.code == .choiceInvalid && error?.remedy.contains(part) ?? false)
        }
        #expect(Mending.remedy(for: "stock-claim-without-document").contains("with its document"))
    }

    @Test("a flag says yes or no, and nothing beyond", arguments: [(-1, false), (0, true), (1, true), (2, false)] as [(Int64, Bool)])
    func flag(number: Int64, isTaken: Bool) async throws {
        var shop = try await Shop()
        try await shop.tell(Make.write("consent", 1, [("purpose", "news"), ("given", "yes")], at: shop.bench.now))
        let conflict = try await shop.only()
        let mending = Mending(values: ["given": .integer(number)])
        if isTaken {
            try await shop.mend(conflict, mending)
            #expect(try await shop.fields()["given"] == ["hub \(number)"])
        } else {
            let error = await #expect(throws: HubError.self) { try await shop.mend(conflict, mending) }
            #expect(error?.code == .choiceInvalid && error?.message.contains("neither yes nor no") ?? false)
        }
    }

    @Test("what would wait for something else once it is mended stays set aside until that is there")
    func waiting() async throws {
        var shop = try await Shop()
        let depot = try await shop.bench.enrol("depot", kind: .warehouse)
        var store = TestWriter("wms", seed: 2, key: depot.key)
        let edit = Make.write(
            "order", 1, [("total", "seven"), ("state", "shipped")], life: shop.life, source: shop.till.source, at: shop.bench.now,
            context: .named([shop.life]))
        try await shop.bench.push([try store.seal([edit])], from: depot)
        let conflict = try await shop.only()
        let error = await #expect(throws: HubError.self) { try await shop.mend(conflict, Mending(leaveOut: ["total"])) }
        #expect(error?.remedy.contains("when that has arrived") ?? false)
        #expect(try await shop.only().id == conflict.id)
        try await shop.tell(Make.write("order", 1, [("number", "O1"), ("state", "paid")], at: shop.bench.now))
        try await shop.mend(conflict, Mending(leaveOut: ["total"]))
        #expect(try await shop.fields() == ["number": ["shop-1 O1"], "state": ["depot shipped"]])
        try await shop.expectSound()
    }

    @Test("of a change that makes its record too large any field can be left out, and no less than it takes")
    func tooLarge() async throws {
        var shop = try await Shop()
        func text(_ count: Int) -> Value { .text(Text(String(repeating: "x", count: count))) }
        let half = RecordState.bytesMax / 2
        func note(_ fields: [(FieldName, Value)], life: Dot?) -> Change { Make.write("note", 1, fields, life: life, at: shop.bench.now) }
        try await shop.tell(note([("a", text(half))], life: nil))
        try await shop.tell(note([("b", text(half + 1)), ("author", "ann")], life: shop.life))
        let conflict = try await shop.only()
        let refused = try #require(try await shop.bench.hub.conflictStory(conflict.id, now: shop.bench.now).refused)
        #expect(refused.fields.map(\.mayMend) == [true, true])
        #expect(refused.fields.first?.value.words.count == RefusedChange.charactersMax + 1)
        await #expect(throws: HubError.self) { try await shop.mend(conflict, Mending(leaveOut: ["author"])) }
        try await shop.mend(conflict, Mending(leaveOut: ["b"]))
        #expect(try await shop.fields()["author"] == ["shop-1 ann"])
        #expect(try await shop.fields()["b"] == nil)
        try await shop.expectSound()
    }

    @Test("S7: a mended record that was collected comes back as it was mended")
    func collected() async throws {
        var shop = try await Shop()
        try await shop.tell(shop.sale([("total", "seven"), ("number", "S1")]))
        try await shop.mend(try await shop.only(), Mending(leaveOut: ["total"]))
        // A restored till wrote on before it could know of the deletion.
        var restored = TestWriter("till", seed: 9, source: shop.till.source, follows: shop.life, key: shop.agent.key)
        let late = try restored.seal([shop.sale([("currency", "GBP")], life: shop.life)])
        let subject = Subject(entity: "sale", key: LocalKey(.integer(1)), life: shop.life)
        try await shop.tell(Change(time: shop.bench.now, action: .delete(subject, .chain)))
        shop.bench.now = shop.bench.now.advanced(byMilliseconds: 31 * 86_400_000)
        let collected = try await shop.bench.hub.collect(CollectionQuestion(olderThanDays: 30, author: "anna"), now: shop.bench.now)
        #expect(collected.records == 1)
        try await shop.bench.push([late], from: shop.agent)
        let held = try #require(try await shop.open().first { $0.about.code == Judgement.editOfDeleted })
        _ = try await shop.bench.hub.resolve(held.id, Resolution(.replay, author: "ann"), now: shop.bench.now)
        #expect(try await shop.fields() == ["number": ["shop-1 S1"], "currency": ["shop-1 GBP"]])
        try await shop.expectSound()
    }
}

import Causality
import ChangeSets
import Foundation
import HubTestSupport
import Inventory
import Profiles
import Testing

@testable import HubRuntime

@Suite("Bounds of what operators are shown")
struct ListBoundTests {
    @Test("A search by name shows so many profiles; what more there are is left out", arguments: [0, 1])
    func profiles(more: Int) async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        try await shop.tell((0..<Hub.profilesFoundMax + more).map { Make.customer(Int64($0), name: "Ann Number\($0)", at: now) })
        #expect(try await shop.bench.hub.profiles(.name("ann"), now: now).count == Hub.profilesFoundMax)
    }

    @Test("So many conflicts of a kind are listed; what more there are is left out", arguments: [0, 1])
    func conflicts(more: Int) async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let bad = Make.movement("", "shop-1", pieces: 1, at: now)
        try await shop.tell(Array(repeating: bad, count: Hub.conflictsPerKindMax + more))
        let listed = try await shop.bench.hub.conflicts(ConflictFilter(kind: .quarantine), now: now)
        #expect(listed.count == Hub.conflictsPerKindMax)
    }

    @Test("A verification names so many differences, and no more", arguments: [0, 1])
    func differences(more: Int) async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let skus = (0..<VerificationAnswer.differencesMax + more).map { "SKU\($0)" }
        try await shop.tell(skus.map { Make.movement(Text($0), "shop-1", pieces: 1, at: now) })
        try shop.bench.store.writeNow { store in
            for sku in skus {
                var cell = try #require(try store.cell(sku: sku, location: "shop-1"))
                cell.asks.toggle()
                _ = try store.put(cell)
            }
        }
        #expect(try await shop.bench.hub.verify().differences.count == VerificationAnswer.differencesMax)
    }

    @Test("A page of a timeline may have so many entries; one more is refused")
    func timeline() async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        try await shop.tell([Make.customer(1, email: "ann@example.com", at: now)])
        let (hub, id) = (shop.bench.hub, try await shop.bench.person("ann@example.com").id)
        #expect(try await hub.timeline(id, limit: Timeline.pageMax, now: now) != nil)
        let refused = await #expect(throws: HubError.self) { _ = try await hub.timeline(id, limit: Timeline.pageMax + 1, now: now) }
        #expect(refused?.code == .badRequest)
    }

    @Test("A profile tells the latest notes; what more there are only the timeline tells", arguments: [0, 1])
    func notes(more: Int) async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        let ann = Make.reference("customer", 1, life: shop.till.nextDot)
        let notes = (0..<Person.notesMax + more).map { number in
            let at = Int64(now.milliseconds) - 1_000_000 + Int64(number)
            let text = Value.text(Text("n\(number)"))
            return Make.write("note", Int64(number), [("customer", ann), ("text", text), ("at", .integer(at))], at: now)
        }
        try await shop.tell([Make.customer(1, email: "ann@example.com", at: now)] + notes)
        let told = try await shop.bench.person("ann@example.com").notes.map(\.text)
        #expect(told.count == Person.notesMax)
        #expect(told.last == "n\(more)")
    }

    @Test("A purchase in a timeline tells its first lines, and how many there are", arguments: [0, 1])
    func lines(more: Int) async throws {
        struct Page: Decodable {
            struct Entry: Decodable {
                struct Line: Decodable {}
                var lines: [Line]?
                var lineCount: Int?
            }
            var entries: [Entry]
        }
        var shop = try await Shop()
        let now = shop.bench.now
        let ann = Make.reference("customer", 1, life: shop.till.nextDot)
        let sale = Make.reference("sale", 1, life: Dot(shop.till.replica, 2))
        let lines = (0..<Timeline.linesMax + more).map {
            Make.line(Int64($0), sale: sale, sku: "MUG", pieces: 1, price: 10_000, location: "shop-1", at: now)
        }
        try await shop.tell([Make.customer(1, email: "ann@example.com", at: now), Make.sale(1, customer: ann, at: now)] + lines)
        let id = try await shop.bench.person("ann@example.com").id
        let answer = try #require(try await shop.bench.hub.timeline(id, now: now))
        let entry = try #require(try JSONDecoder().decode(Page.self, from: Data(answer.bytes)).entries.first { $0.lines != nil })
        #expect(entry.lines?.count == Timeline.linesMax && entry.lineCount == Timeline.linesMax + more)
    }

    @Test("A sale names the order that it fulfils among so many of one number; among more nobody knows which is meant", arguments: [0, 1])
    func namesakes(more: Int) async throws {
        var shop = try await Shop()
        let now = shop.bench.now
        func order(_ key: Int) -> Change { Make.write("order", Int64(key), [("number", "W-1"), ("state", "placed")], at: now) }
        let ann = Make.reference("customer", 1, life: shop.till.nextDot)
        try await shop.tell([
            Make.customer(1, email: "ann@example.com", at: now), Make.sale(1, customer: ann, order: "W-1", at: now), order(1),
        ])
        var web = TestWriter("web", seed: 2, key: shop.agent.key)
        try await shop.bench.push([try web.seal((2...TimelinePager.namesakesMax + more).map(order))], from: shop.agent)
        let fulfilled = try await shop.bench.hub.reading(now) { documents in
            let record = try #require(ann.reference?.life.flatMap { documents.standing.record($0) })
            let pager = TimelinePager(documents: documents, members: [record], times: CredibleTimes(now: now))
            return try pager.page(after: nil, limit: 10).entries.compactMap { entry in
                if case .purchase(let deal) = entry.what { deal.order } else { nil }
            }
        }
        #expect(fulfilled == (more == 0 ? ["W-1"] : []) && TimelinePager.namesakesMax == 20)
    }

    @Test("A warning names so many sites, and says that there are more")
    func namedSites() {
        var health = SiteHealth()
        health.stalled = Set((1...SiteHealth.namesMax).map { "shop-\($0)" })
        #expect(health.warnings.allSatisfy { !$0.contains("…") })
        health.stalled.insert("shop-9")
        #expect(health.warnings.contains { $0.contains(", …") } && health.warnings.allSatisfy { !$0.contains("shop-9") })
    }
}

@Suite("Bounds of what operators and agents say")
struct QuestionBoundTests {
    private func code(_ body: () async throws -> Void) async -> HubError.Code? {
        do { try await body() } catch { return (error as? HubError)?.code }
        return nil
    }

    @Test("Names of sites and regions, and one byte more", arguments: [0, 1])
    func names(more: Int) async throws {
        let hub = try await TestHub().hub
        let name = String(repeating: "n", count: Hub.siteNameBytesMax + more)
        let expected: HubError.Code? = more == 0 ? nil : .badName
        #expect(await code { _ = try await hub.addSite(name: name, kind: .store, now: TestHub.start) } == expected)
        #expect(await code { _ = try await hub.addSite(name: "s", kind: .store, region: name, now: TestHub.start) } == expected)
    }

    @Test("Who decides and why, and one letter more", arguments: [0, 1])
    func words(more: Int) async throws {
        let expected: HubError.Code? = more == 0 ? nil : .badRequest
        let author = String(repeating: "a", count: Resolution.authorLengthMax + more)
        #expect(await code { try Resolution(.accept, author: author).check() } == expected)
        let note = String(repeating: "b", count: Resolution.noteLengthMax + more)
        #expect(await code { try Resolution(.accept, author: "ann", note: note).check() } == expected)
    }

    @Test("A decision names so many records, and one more is refused before any is looked up")
    func records() async throws {
        let hub = try await TestHub().hub
        func link(_ count: Int) async -> HubError.Code? {
            let question = LinkQuestion(id: "p", records: Array(repeating: "x", count: count), author: "ann")
            return await code { _ = try await hub.link(question, now: TestHub.start) }
        }
        #expect(await link(Hub.linkRecordsMax) == .notFound)
        #expect(await link(Hub.linkRecordsMax + 1) == .badRequest)
    }

    @Test("What is dead for a day may be collected, and nothing younger")
    func days() async throws {
        let hub = try await TestHub().hub
        func collect(_ days: Int) async -> HubError.Code? {
            await code { _ = try await hub.collect(CollectionQuestion(olderThanDays: days, author: "ann"), now: TestHub.start) }
        }
        #expect(await collect(Hub.collectionDaysMin) == nil)
        #expect(await collect(Hub.collectionDaysMin - 1) == .badRequest)
    }

    @Test("As much may be kept back as any pile can have", arguments: [0, 1] as [Int64])
    func keptBack(more: Int64) async throws {
        let hub = try await TestHub().hub
        let question = SafetyQuestion(sku: "MUG", location: "*", quantity: StockRules.quantityMax + more, author: "ann")
        let refused = await code { _ = try await hub.keepBack(question, now: TestHub.start) }
        #expect(refused == (more == 0 ? nil : .choiceInvalid))
    }

    @Test("A set as large as sets may be is looked at; a byte more is refused by its size", arguments: [0, 1])
    func setBytes(more: Int) async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        let bytes = [UInt8](repeating: 0, count: Limits.setBytesMax + more)
        let answer = try await bench.hub.push([bytes], agent: shop.record, agentTime: bench.now, now: bench.now)
        guard case .refusal(let refusal) = answer else { return #expect(Bool(false)) }
        #expect((refusal.code == ChangeSetError.Code.tooLarge.rawValue) == (more == 1), "\(refusal.code)")
    }

    @Test("A counter that a record's number can hold waits for those before it; a higher one is refused", arguments: [0, 1] as [UInt64])
    func counters(more: UInt64) async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        let set = ChangeSet(
            replica: ReplicaID(high: 1, low: 1), first: RecordNumber.counterMax + more,
            previous: Digest(bytes: [UInt8](repeating: 1, count: 32)) ?? .zero, opening: nil, part: .whole(drain: 1),
            changes: [Make.movement("MUG", "shop-1", pieces: 1, at: bench.now)])
        let seed = [UInt8](repeating: 0, count: ChangeSetCodec.seedByteCount)
        switch try await bench.push([try ChangeSetCodec.encode(set, seed: seed, key: shop.key)], from: shop) {
        case .gap: #expect(more == 0)
        case .refusal(let refusal): #expect(more == 1 && refusal.code == "counter-too-large")
        default: Issue.record("taken")
        }
    }
}

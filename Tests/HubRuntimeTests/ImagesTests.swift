import Causality
import ChangeSets
import HubRuntime
import HubTestSupport
import Testing

@Suite("Images of a source as of a dot")
struct ImagesTests {
    @Test("S15: what the chain had written up to the dot, over incarnations, whatever came later or from others")
    func imagesAsOf() async throws {
        let bench = try await TestHub()
        let web = try await bench.enrol("web", kind: .web)
        let depot = try await bench.enrol("depot", kind: .warehouse)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        var store = TestWriter("wms", seed: 2, key: depot.key)
        let (first, second) = (shop.nextDot, Dot(shop.replica, 2))
        try await bench.push(
            [
                try shop.seal([
                    Make.write("order", 1, [("number", "O1"), ("state", "placed")], at: bench.now),
                    Make.write("order", 2, [("number", "O2"), ("state", "placed")], at: bench.now),
                    Make.customer(3, email: "a@example.com", at: bench.now),
                ])
            ], from: web)
        // Another site writes the second one; the shop itself writes on after the dot.
        try await bench.push(
            [try store.seal([Make.write("order", 2, [("state", "shipped")], life: second, source: shop.source, at: bench.now)])],
            from: depot)
        try await bench.push(
            [
                try shop.seal([
                    Make.write("order", 1, [("state", "paid")], life: first, at: bench.now),
                    Make.write("order", 4, [("number", "O4")], at: bench.now),
                ])
            ], from: web)
        var next = TestWriter("shop", seed: 3, source: shop.source, follows: Dot(shop.replica, 4), key: web.key)
        try await bench.push([try next.seal([Make.write("order", 5, [("number", "O5")], at: bench.now)])], from: web)

        let early = try await images(bench, web, shop.source, Dot(shop.replica, 3))
        #expect(early.map(\.key.description) == ["1", "2", "3"])
        #expect(early.map { $0.state } == ["placed", "placed", nil])
        #expect(early[2].fields == [RecordImage.Field("email", "a@example.com")])
        let late = try await images(bench, web, shop.source, Dot(next.replica, 1))
        // Change 5 of the former incarnation is beyond what the new one follows.
        #expect(late.map(\.key.description) == ["1", "2", "3", "5"])
        #expect(late.map { $0.state } == ["paid", "placed", nil, nil])
        #expect(try await bench.hub.conflicts(now: bench.now).contains { $0.kind == .sourceRestored })
        await #expect(throws: HubError.self) { try await images(bench, depot, shop.source, Dot(shop.replica, 3)) }
        await #expect(throws: HubError.self) { try await images(bench, web, shop.source, Dot(shop.replica, 99)) }
    }

    @Test(
        "S15, S22: a machine restored twice finds what it told in between under a source id that it has forgotten"
    )
    func restoredTwice() async throws {
        let bench = try await TestHub()
        let agent = try await bench.enrol("shop")
        var till = TestWriter("till", seed: 1, key: agent.key)
        try await bench.push([try till.seal([Make.customer(1, email: "a@example.com", at: bench.now)])], from: agent)
        let shared = Dot(till.replica, 1)
        // After the first restore it parted and told a sale; the second took that away from its disk, but not from its file's copy.
        var first = TestWriter("till", seed: 2, follows: shared, key: agent.key)
        let life = first.nextDot
        try await bench.push([try first.seal([Make.write("sale", 7, [("number", "S7")], at: bench.now)])], from: agent)
        var second = TestWriter("till", seed: 3, follows: shared, key: agent.key)
        let told = try await images(bench, agent, till.source, shared, isNewest: true)
        #expect(told.contains { $0.life == life && $0.key.description == "7" })
        #expect(try await images(bench, agent, till.source, shared).allSatisfy { $0.life != life })
        try await bench.push([try second.seal([Make.write("sale", 7, [("number", "S7b")], life: life, at: bench.now)])], from: agent)
        // A source of its own is none of the family.
        var other = TestWriter("other", seed: 4, key: agent.key)
        try await bench.push([try other.seal([Make.write("sale", 7, [("number", "S8")], life: life, at: bench.now)])], from: agent)
        let held = try await bench.hub.conflicts(now: bench.now).filter { $0.kind == .quarantine }
        #expect(held.map(\.id) == ["quarantine:\(Dot(other.replica, 1))"])
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("S22: a source that the hub does not know gets the images of what it follows, though it shares nothing with that")
    func partedFromNothing() async throws {
        let bench = try await TestHub()
        let agent = try await bench.enrol("shop")
        var till = TestWriter("till", seed: 1, key: agent.key)
        let life = till.nextDot
        try await bench.push([try till.seal([Make.write("sale", 7, [("number", "S7")], at: bench.now)])], from: agent)
        var parted = TestWriter("till", seed: 2, follows: Dot(till.replica, 0), key: agent.key)
        let told = try await images(bench, agent, parted.source, Dot(till.replica, 0), isNewest: true)
        #expect(told.map(\.life) == [life])
        #expect(try await images(bench, agent, parted.source, Dot(till.replica, 0)).isEmpty)
        // It writes them as its own.
        try await bench.push([try parted.seal([Make.write("sale", 7, [("number", "S7b")], life: life, at: bench.now)])], from: agent)
        #expect(try await bench.hub.conflicts(now: bench.now).allSatisfy { $0.kind != .quarantine })
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test(
        "where a page shall go on from is a place in the list: the last there can be is answered, and what is beyond it, or none, is refused"
    )
    func places() async throws {
        let bench = try await TestHub()
        let agent = try await bench.enrol("shop")
        var till = TestWriter("till", seed: 1, key: agent.key)
        try await bench.push([try till.seal([Make.customer(1, email: "a@example.com", at: bench.now)])], from: agent)
        func page(after token: [UInt8]) async throws -> Answer {
            try await bench.hub.images(source: till.source, upTo: nil, after: token, agent: agent.record, now: bench.now)
        }
        let last = [0x7F] + Array(repeating: 0xFF, count: 6) as [UInt8]
        for pass in 1...3 as ClosedRange<UInt8> {
            guard case .images(let found) = try await page(after: [pass] + last + [0xFE]) else {
                Issue.record("No images.")
                continue
            }
            #expect(found.records.isEmpty)
            for wrong in [[pass] + last + [0xFF], [pass, 0x80, 0, 0, 0, 0, 0, 0, 0], [pass] + last, [pass] + last + [0, 0], [pass]] {
                let error = await #expect(throws: HubError.self) { try await page(after: wrong) }
                #expect(error?.code == .badRequest, "\(wrong)")
            }
        }
        await #expect(throws: HubError.self) { try await page(after: [0] + last + [0]) }
    }

    private func images(
        _ bench: TestHub, _ agent: TestAgent, _ source: SourceID, _ dot: Dot, isNewest: Bool = false
    ) async throws -> [RecordImage] {
        var records: [RecordImage] = []
        var after: [UInt8]?
        repeat {
            let answer = try await bench.hub.images(
                source: source, upTo: dot, isNewest: isNewest, after: after, agent: agent.record, now: bench.now)
            guard case .images(let page) = answer else { return records }
            records += page.records
            after = page.next
        } while after != nil
        return records.sorted { $0.key.description < $1.key.description }
    }
}

extension RecordImage {
    fileprivate var state: Text? { fields.first { $0.name == "state" }?.value.text }
}

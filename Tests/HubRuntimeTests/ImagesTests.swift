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

    private func images(_ bench: TestHub, _ agent: TestAgent, _ source: SourceID, _ dot: Dot) async throws -> [RecordImage] {
        var records: [RecordImage] = []
        var after: [UInt8]?
        repeat {
            let answer = try await bench.hub.images(source: source, upTo: dot, after: after, agent: agent.record, now: bench.now)
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

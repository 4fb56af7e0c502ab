import Causality
import ChangeSets
import HubStoreSQLite
import HubTestSupport
import Merging
import TestSupport
import Testing

@testable import HubRuntime

@Suite("Decisions about changes that are set aside come back to a restored hub")
struct ReturnedMendingTests {
    private let folder: TemporaryFolder
    private let bench: TestHub

    init() async throws {
        folder = try TemporaryFolder()
        bench = try await TestHub()
    }

    private func backUp() async throws { try await bench.hub.backUp(to: folder.file("backup.db")) }

    private func restored() async throws -> TestHub {
        try SQLiteHubStore.restore(backup: folder.file("backup.db"), to: folder.file("hub.db"))
        return try await TestHub(store: SQLiteHubStore(path: folder.file("hub.db"), durability: .none))
    }

    /// What an agent keeps of the former hub's decisions.
    private func kept(at agent: TestAgent) async throws -> [[UInt8]] {
        let request = PullRequest(keepsDecisions: true)
        guard case .page(let page) = try await bench.hub.pull(request, agent: agent.record, now: bench.now) else { return [] }
        return try #require(page.kept).decisions.map(\.sealed)
    }

    private func takeBack(_ sealed: [[UInt8]], at hub: TestHub, from agent: TestAgent) async throws {
        guard case .receipt = try await hub.hub.takeBack(sealed, agent: agent.record, agentTime: hub.now, now: hub.now) else {
            return #expect(Bool(false), "no receipt")
        }
    }

    @discardableResult
    private func decide(_ choice: Decision.Choice, _ mending: Mending? = nil, at hub: TestHub) async throws -> DecisionAnswer {
        let conflict = try #require(try await hub.hub.conflicts(now: hub.now).first)
        return try await hub.hub.resolve(conflict.id, Resolution(choice, mending: mending, author: "ann"), now: hub.now)
    }

    private func history(of field: String, _ life: Dot, at hub: TestHub) async throws -> [String] {
        let history = try #require(try await hub.hub.history(of: field, record: life.description, now: hub.now))
        return history.writes.map { "\($0.site) \($0.value.words) \($0.isLive) \($0.isHeld)" }
    }

    @Test("S24, laws 4, 10: a change that was mended on the restored hub is not dropped when its discarding comes back")
    func discardedAndMended() async throws {
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let life = till.nextDot
        let sales = try till.seal([
            Make.write("sale", 1, [("number", "S1")], life: nil, at: bench.now),
            Make.write("sale", 1, [("total", "seven"), ("number", "S2")], life: life, at: bench.now),
        ])
        try await bench.push([sales], from: shop)
        try await backUp()
        let discarded = try await decide(.discard, at: bench)
        let hub = try await restored()
        let mended = try await decide(.mend, Mending(leaveOut: ["total"]), at: hub)
        try await takeBack(try await kept(at: shop), at: hub, from: shop)
        #expect(try await history(of: "number", life, at: hub) == ["shop-1 S2 true false", "shop-1 S1 false false"])
        // Left out, it has no value that could have a history.
        #expect(try await hub.hub.history(of: "total", record: life.description, now: hub.now) == nil)
        // It is told to count for nothing.
        let undone = try await hub.hub.decisions(now: hub.now).map { [$0.id, $0.undoneBy] }
        #expect(Set(undone) == [[discarded.id, discarded.id], [mended.id, nil]])
        #expect(try await hub.hub.verify().isEqual)
    }

    @Test("S24, law 10: a mend that comes back when its change was mended otherwise leaves nothing out, nor does its undo")
    func mendedTwice() async throws {
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let life = till.nextDot
        let half = RecordState.bytesMax / 2
        func text(_ count: Int) -> Value { .text(Text(String(repeating: "x", count: count))) }
        func note(_ fields: [(FieldName, Value)], life: Dot?) -> Change { Make.write("note", 1, fields, life: life, at: bench.now) }
        try await bench.push([try till.seal([note([("a", text(half))], life: nil)])], from: shop)
        try await bench.push([try till.seal([note([("b", text(half + 1)), ("author", "ann")], life: life)])], from: shop)
        try await backUp()
        let former = try await decide(.mend, Mending(values: ["b": .text("short")], leaveOut: ["author"]), at: bench)
        _ = try await bench.hub.undo(former.id, author: "ben", note: nil, now: bench.now)
        let hub = try await restored()
        try await decide(.mend, Mending(leaveOut: ["b"]), at: hub)
        try await takeBack(try await kept(at: shop), at: hub, from: shop)
        #expect(try await history(of: "author", life, at: hub) == ["shop-1 ann true false"])
        #expect(try await hub.hub.verify().isEqual)
    }

    @Test("S24, S5: what a mend left out stays left out where its change stands behind another one when the decision comes back")
    func mendedBehind() async throws {
        let web = try await bench.enrol("web", kind: .web)
        let depot = try await bench.enrol("depot", kind: .warehouse)
        var shop = TestWriter("shop", seed: 1, key: web.key)
        var store = TestWriter("wms", seed: 2, key: depot.key)
        let order = shop.nextDot
        try await bench.push([try shop.seal([Make.write("order", 1, [("number", "O1")], at: bench.now)])], from: web)
        try await backUp()
        let packed = store.nextDot
        let first = try store.seal([Make.write("order", 1, [("gift", "yes")], life: order, source: shop.source, at: bench.now)])
        let second = try shop.seal([
            Make.write("order", 1, [("gift", "no")], life: order, at: bench.now, context: .named([packed])),
            Make.write("order", 1, [("total", "seven"), ("currency", "GBP")], life: order, at: bench.now),
        ])
        try await bench.push([first], from: depot)
        try await bench.push([second], from: web)
        try await decide(.mend, Mending(values: ["total": .integer(70_000)]), at: bench)

        let hub = try await restored()
        try await hub.push([second], from: web)
        try await takeBack(try await kept(at: web), at: hub, from: web)
        #expect(try await hub.hub.explain(record: order, now: hub.now)?.fields.map(\.name) == ["number"])
        #expect(try await hub.hub.verify().isEqual)
        try await hub.push([first], from: depot)
        let status = try await hub.hub.status(now: hub.now)
        #expect(status.waiting == 0 && status.quarantined == 0)
        let record = try #require(try await hub.hub.explain(record: order, now: hub.now))
        let values = record.fields.map { field in "\(field.name) \(field.writes.map { "\($0.site) \($0.value.words)" })" }
        #expect(
            Set(values) == [
                #"number ["web O1"]"#, #"gift ["web no"]"#, #"total ["hub 70000"]"#, #"currency ["web GBP"]"#,
            ])
        #expect(try await hub.hub.verify().isEqual)
    }
}

import Causality
import ChangeSets
import HubRuntime
import HubTestSupport
import Testing

@Suite("Many conflicts by one rule")
struct BulkTests {
    /// Three sales with a total that is none, and a movement of nothing.
    private func setAside() async throws -> TestHub {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let sales = (1...3).map { Make.write("sale", Int64($0), [("total", "seven")], at: bench.now) }
        try await bench.push([try till.seal(sales + [Make.movement("", "x", pieces: 1, at: bench.now)])], from: shop)
        return bench
    }

    private func discarding(_ filter: ConflictFilter, dry: Bool) -> BulkResolution {
        BulkResolution(filter: filter, rule: .discard, author: "ann", isDryRun: dry)
    }

    @Test("a cause finds what was set aside for it, and settles that alone")
    func cause() async throws {
        let bench = try await setAside()
        func open(_ cause: String? = nil) async throws -> [ConflictAnswer] {
            try await bench.hub.conflicts(ConflictFilter(cause: cause), now: bench.now)
        }
        #expect(try await open("value-of-wrong-kind").count == 3)
        #expect(try await open("sku-empty").count == 1)
        #expect(try await open("value").isEmpty)
        let answer = try await bench.hub.resolveAll(
            discarding(ConflictFilter(cause: "value-of-wrong-kind"), dry: false), now: bench.now)
        #expect(answer.decided.count == 3 && answer.left.isEmpty)
        #expect(try await open().map(\.about.code) == ["sku-empty"])
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("what is named by whole or short ids is decided, and nothing else; what is not open is left, and told")
    func named() async throws {
        let bench = try await setAside()
        let all = try await bench.hub.conflicts(ConflictFilter(cause: "value-of-wrong-kind"), now: bench.now)
        try #require(all.count == 3)
        let mixed = ConflictFilter(ids: [all[0].id, all[1].short, "00000000"])
        for dry in [true, false] {
            let answer = try await bench.hub.resolveAll(discarding(mixed, dry: dry), now: bench.now)
            #expect(Set(answer.decided.map(\.conflict)) == [all[0].id, all[1].id])
            #expect(answer.left.map(\.conflict) == ["00000000"] && answer.left.first?.code == "conflict-gone")
            #expect(try await bench.hub.conflicts(now: bench.now).count == (dry ? 4 : 2))
        }
        let whole = ConflictFilter(ids: [all[2].id, all[0].id])
        let answer = try await bench.hub.resolveAll(discarding(whole, dry: false), now: bench.now)
        #expect(answer.decided.map(\.conflict) == [all[2].id] && answer.left.map(\.conflict) == [all[0].id])
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("five hundred conflicts may be named at once, and no more")
    func bound() async throws {
        let bench = try await setAside()
        func decide(_ count: Int) async throws -> BulkAnswer {
            let filter = ConflictFilter(ids: Array(repeating: "quarantine:00000000:1", count: count))
            return try await bench.hub.resolveAll(discarding(filter, dry: true), now: bench.now)
        }
        #expect(try await decide(Hub.conflictsPerKindMax).left.count == Hub.conflictsPerKindMax)
        let error = await #expect(throws: HubError.self) { try await decide(Hub.conflictsPerKindMax + 1) }
        #expect(error?.code == .badRequest)
    }
}

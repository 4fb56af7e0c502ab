import Causality
import ChangeSets
import Foundation
@testable import HubRuntime
import HubStoreSQLite
import HubTestSupport
import TestSupport
import Testing

/// Measures; asked for by name: `TRIBUTARY_SPEED=500000 swift test -c release --filter SpeedTests`.
@Suite("Speed", .enabled(if: ProcessInfo.processInfo.environment["TRIBUTARY_SPEED"] != nil))
struct SpeedTests {
    @Test("Sale lines in sets of 10,000, with their movements, sales and customers")
    func saleLines() async throws {
        let wanted = Int(ProcessInfo.processInfo.environment["TRIBUTARY_SPEED"] ?? "") ?? 100_000
        let folder = try TemporaryFolder()
        let bench = try await TestHub(store: SQLiteHubStore(path: folder.path + "/hub.db"))
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        var random = SeededGenerator(seed: 1)
        var customers: [(Int64, Dot)] = []
        var taken = Duration.zero
        var lines = 0
        let clock = ContinuousClock()
        while lines < wanted {
            var changes: [Change] = []
            func next() -> Dot { Dot(till.replica, till.last + UInt64(changes.count) + 1) }
            while changes.count < Limits.changesMax - 30 {
                if customers.count < 4000, random.chance(20) {
                    customers.append((Int64(customers.count), next()))
                    changes.append(
                        Make.customer(
                            Int64(customers.count), email: "c\(customers.count)@example.com", name: "Customer \(customers.count)",
                            at: bench.now))
                }
                let sale = next()
                let customer = customers.randomElement(using: &random).map { Make.reference("customer", $0.0, life: $0.1) }
                changes.append(Make.sale(Int64(sale.counter), customer: customer, at: bench.now))
                for _ in 0..<20 {
                    let number = Int64(next().counter)
                    let sku = Text("SKU\(Int.random(in: 0..<4000, using: &random))")
                    changes.append(
                        Make.line(
                            number, sale: Make.reference("sale", Int64(sale.counter), life: sale), sku: sku, pieces: 3, price: 29_500,
                            location: "shop-1", at: bench.now))
                    lines += 1
                }
            }
            let set = try till.seal(changes)
            let start = clock.now
            guard case .receipt = try await bench.push([set], from: shop) else {
                Issue.record("not taken")
                return
            }
            taken += clock.now - start
        }
        let memory = try String(contentsOfFile: "/proc/self/status", encoding: .utf8).split(separator: "\n").filter {
            $0.hasPrefix("Rss") || $0.hasPrefix("VmHWM")
        }
        print("\(lines) lines in \(taken); \(memory.joined(separator: ", "))")
        let start = clock.now
        let pulled = try await bench.pullAll(shop, maxBytes: 1 << 20)
        print("\(pulled.entries.count) entries in \(pulled.pages.count) pages in \(clock.now - start)")
    }
}

@Suite("Speed of digests", .enabled(if: ProcessInfo.processInfo.environment["TRIBUTARY_SPEED"] != nil))
struct DigestSpeedTests {
    @Test("What a site's profiles sum up to")
    func profiles() async throws {
        let wanted = Int(ProcessInfo.processInfo.environment["TRIBUTARY_SPEED"] ?? "") ?? 100_000
        let folder = try TemporaryFolder()
        let bench = try await TestHub(store: SQLiteHubStore(path: folder.path + "/hub.db"))
        let shop = try await bench.enrol("shop-1", region: "north")
        var till = TestWriter("till", seed: 1, key: shop.key)
        try await bench.push([try till.seal([Make.customer(1, email: "a@example.com", at: bench.now)])], from: shop)
        let standing = bench.hub.standing.withLock { $0 }
        let replica = try #require(standing.number(of: till.replica))
        try bench.store.writeNow { store in
            for index in 2..<(wanted + 2) {
                try store.put(
                    ProfileRow(
                        id: RecordNumber(replica: replica, counter: UInt64(index)), number: UInt64(1 + index / 400),
                        regions: index % 3 == 0 ? ["east", "north"] : ["north"], formerRegions: [], isAlive: true))
            }
        }
        let clock = ContinuousClock()
        for ranges in [1, 256] {
            let taken = try bench.store.readNow { store in
                let reader = DigestReader(
                    documents: try Documents(store: store, standing: standing, now: bench.now), scope: Scope(shop.record.site))
                var entries: UInt64 = 0
                let taken = try clock.measure { entries = try reader.digest(of: .profiles(region: "north"), ranges: ranges).whole.entries }
                #expect(entries == UInt64(wanted + 1))
                return taken
            }
            print("\(wanted) profiles in \(ranges) ranges: \(taken)")
        }
    }
}

import Causality
import ChangeSets
import Foundation
import HubRuntime
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

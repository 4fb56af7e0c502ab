import Causality
import ChangeSets
import Foundation
import HubTestSupport
import Merging
import Profiles
import TestSupport
import Testing

@testable import HubRuntime

@Suite("Everybody linked anew")
struct RelinkingTests {
    /// Two shops of different regions with people whom e-mail and phone link otherwise, earlier values and deleted records among them.
    private func town(seed: UInt64) async throws -> TestHub {
        let bench = try await TestHub()
        var random = SeededGenerator(seed: seed)
        for (place, region) in ["GB", "FR"].enumerated() {
            let shop = try await bench.enrol("shop-\(place)", region: region)
            var till = TestWriter("till", seed: seed &* 2 &+ UInt64(place), key: shop.key)
            func fields() -> [(FieldName, Value)] {
                let person = Int.random(in: 0..<25, using: &random)
                var fields: [(FieldName, Value)] = [("name", .text(Text(["Ann Lee", "Bo Lee", "Cy Orr", "Ann Orr"][person % 4])))]
                if random.chance(60) { fields.append(("email", .text(Text("p\(person)@shop.eu")))) }
                if random.chance(60) { fields.append(("phone", .text(Text("+44 20 7946 00\(10 + person / 2)")))) }
                if random.chance(20) { fields.append(("loyalty id", .text(Text("CARD-\(person)")))) }
                return fields
            }
            let count: Int64 = 40
            try await bench.push([try till.seal((1...count).map { Make.write("customer", $0, fields(), at: bench.now) })], from: shop)
            bench.now = Timestamp(milliseconds: bench.now.milliseconds + 3 * 86_400_000)
            let later = (1...count).filter { _ in random.chance(40) }.map { key in
                let life = Dot(till.replica, UInt64(key))
                return random.chance(20)
                    ? Change(
                        time: bench.now,
                        action: .delete(Subject(entity: "customer", key: LocalKey(.integer(key)), life: life), .chain))
                    : Make.write("customer", key, fields(), life: life, at: bench.now)
            }
            try await bench.push([try till.seal(later)], from: shop)
        }
        return bench
    }

    private func rules(_ bench: TestHub, _ change: (inout LinkRules) -> Void) async throws {
        var rules = LinkRules.standard
        rules.version = bench.hub.linkRules.version
        change(&rules)
        _ = try await bench.hub.setIdentity(IdentityQuestion(rules: rules, author: "ann"), now: bench.now)
    }

    @Test("Other rules give what the journal gives from nothing; the same rules again change no profile (law 4)", arguments: 0..<4)
    func again(seed: UInt64) async throws {
        let bench = try await town(seed: seed)
        try await rules(bench) {
            $0.ranks = [.init(kind: [.phone, .name], recordsPerSourceMax: 9), .init(kind: .id, recordsPerSourceMax: 9)]
        }
        #expect(try await bench.hub.verify().differences.isEmpty, "seed \(seed)")
        try await rules(bench) { $0.ranks = [.init(kind: .email, recordsPerSourceMax: 9), .init(kind: .phone, recordsPerSourceMax: 9)] }
        #expect(try await bench.hub.verify().differences.isEmpty, "seed \(seed)")
        let before = try await bench.store.read { try $0.changed(.profiles) }
        try await rules(bench) { $0.ranks = [.init(kind: .email, recordsPerSourceMax: 9), .init(kind: .phone, recordsPerSourceMax: 9)] }
        #expect(try await bench.store.read { try $0.changed(.profiles) } == before, "seed \(seed)")
        // As one after another came in: the same profiles, but for the places on the line.
        try await rules(bench) { _ in }
        let fresh = try await town(seed: seed)
        func people(_ bench: TestHub) async throws -> [[RecordNumber]] {
            try await bench.store.read { store in
                var members: [RecordNumber: [RecordNumber]] = [:]
                try store.eachCustomer { members[$0.profile, default: []].append($0.record) }
                return members.sorted { $0.key < $1.key }.map { [$0.key] + $0.value }
            }
        }
        #expect(try await people(bench) == people(fresh), "seed \(seed)")
        #expect(try await bench.hub.verify().differences.isEmpty, "seed \(seed)")
    }

    @Test(
        "Read page by page, however long the pages are, every customer comes once with all that is its own", arguments: [1, 2, 7, 80, 81])
    func pages(records: Int) async throws {
        let bench = try await town(seed: 9)
        try await bench.store.read { store in
            var found: [StoredCustomer] = []
            try store.eachStoredCustomer(pageRecords: records) { page in
                #expect(page.count <= records)
                found += page
            }
            var customers: [CustomerRow] = []
            try store.eachCustomer { customers.append($0) }
            #expect(found.map(\.customer) == customers && customers.count > 60)
            for one in found {
                #expect(try one.record == store.record(one.customer.record) && one.record != nil)
                #expect(try one.identifiers == store.identifiers(record: one.customer.record))
                #expect(try one.earlier == store.earlier(record: one.customer.record))
            }
            #expect(found.contains { !$0.earlier.isEmpty })
        }
    }
}

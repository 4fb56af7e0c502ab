import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubTestSupport
import Testing

@Suite("Push")
struct PushTests {
    @Test("A sale becomes records, purchase, stock and a page for its shop, and is receipted")
    func saleTravels() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let life = till.nextDot
        let sale = Dot(till.replica, 2)
        let set = try till.seal([
            Make.customer(7, email: "Ann@Example.com", name: "Ann Miller", at: bench.now),
            Make.sale(1, customer: Make.reference("customer", 7, life: life), at: bench.now),
            Make.line(
                1, sale: Make.reference("sale", 1, life: sale), sku: "MUG", pieces: 2, price: 25_000, location: "shop-1", at: bench.now),
            Make.line(
                2, sale: Make.reference("sale", 1, life: sale), sku: "CUP", pieces: 1, price: 10_000, location: "shop-1", at: bench.now),
        ])
        guard case .receipt(let receipt) = try await bench.push([set], from: shop) else {
            Issue.record("no receipt")
            return
        }
        #expect(receipt.last == 4)
        #expect(receipt.hash == set.hash)
        #expect(receipt.position == bench.hub.head)

        let pulled = try await bench.pullAll(shop)
        #expect(pulled.bodies(.record).count == 4)
        #expect(pulled.bodies(.stock).count == 2)
        let profile = String(decoding: try #require(pulled.bodies(.profile).values.first), as: UTF8.self)
        #expect(profile.contains("\"GBP\":60000"), "\(profile)")
        #expect(profile.contains("ann@example.com"))
        #expect(pulled.pages.last?.own.first == receipt)

        let found = try await bench.hub.profiles(.email("ANN@example.com"), now: bench.now)
        #expect(found.count == 1)
        let named = try await bench.hub.profiles(.name("ann m"), now: bench.now)
        #expect(named.count == 1)
        let stock = try #require(try await bench.hub.stock(sku: "MUG", now: bench.now))
        #expect(String(decoding: stock.bytes, as: UTF8.self).contains("\"onHand\":-20000"))
        let verification = try await bench.hub.verify()
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(verification.changes == 4)
    }

    @Test(
        "A long push comes in commits of limited size: what precedes a refused set stays, and a repeat has no effect",
        arguments: [9, 10, 11])
    func commitsInParts(size: Int) async throws {
        var options = Hub.Options()
        options.commitChangesMax = 20
        options.commitPaceMilliseconds = .infinity
        let bench = try await TestHub(options: options)
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let sets = try (0..<5).map { _ in
            try till.seal((0..<size).map { _ in Make.movement("MUG", "shop-1", pieces: 1, at: bench.now) })
        }
        var damaged = sets.map(\.bytes)
        damaged[4][damaged[4].count - 1] ^= 1
        func push(_ frames: [[UInt8]]) async throws -> Answer {
            try await bench.hub.push(frames, agent: shop.record, agentTime: bench.now, now: bench.now)
        }
        guard case .refusal(let refusal) = try await push(damaged) else {
            Issue.record("no refusal")
            return
        }
        #expect(refusal.standing.last == UInt64(4 * size))
        guard case .receipt(let receipt) = try await push(sets.map(\.bytes)) else {
            Issue.record("no receipt")
            return
        }
        #expect(receipt.last == UInt64(5 * size))
        #expect(try await push(sets.map(\.bytes)) == .receipt(receipt))
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("Law 1: the same bytes twice have one effect and the same receipt")
    func repeatHasOneEffect() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let first = try till.seal([Make.movement("MUG", "shop-1", pieces: 3, at: bench.now)])
        let second = try till.seal([Make.movement("MUG", "shop-1", pieces: 4, at: bench.now)])
        let one = try await bench.push([first], from: shop)
        let again = try await bench.push([first], from: shop)
        #expect(one == again)
        try await bench.push([first, second, first], from: shop)
        let digest = try await bench.hub.digest()
        try await bench.push([second], from: shop)
        #expect(try await bench.hub.digest() == digest)
        #expect(try await bench.stockOnHand("MUG", "shop-1") == 70_000)
    }

    @Test("Law 8: a journaled counter with another hash is a fork, a missing one is a gap; neither has an effect")
    func forkAndGap() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        var clone = till
        let first = try till.seal([Make.movement("MUG", "shop-1", pieces: 3, at: bench.now)])
        _ = try till.seal([Make.movement("MUG", "shop-1", pieces: 1, at: bench.now)])
        let third = try till.seal([Make.movement("MUG", "shop-1", pieces: 1, at: bench.now)])
        let forged = try clone.seal([Make.movement("MUG", "shop-1", pieces: 5, at: bench.now)])
        let afterForged = try clone.seal([Make.movement("MUG", "shop-1", pieces: 5, at: bench.now)])
        guard case .receipt(let receipt) = try await bench.push([first], from: shop) else { return #expect(Bool(false)) }
        #expect(try await bench.push([forged], from: shop) == .fork(receipt))
        #expect(try await bench.push([afterForged], from: shop) == .fork(receipt))
        #expect(try await bench.push([third], from: shop) == .gap(receipt))
        #expect(try await bench.stockOnHand("MUG", "shop-1") == 30_000)
    }

    @Test("A following replica waits for the one it follows, and the answer names that one")
    func followingWaits() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let first = try till.seal([Make.movement("MUG", "shop-1", pieces: 3, at: bench.now)])
        var next = TestWriter("till", seed: 2, source: till.source, follows: Dot(till.replica, 1), key: shop.key)
        let following = try next.seal([Make.movement("MUG", "shop-1", pieces: 1, at: bench.now)])
        guard case .gap(let gap) = try await bench.push([following], from: shop) else { return #expect(Bool(false)) }
        #expect(gap.replica == till.replica)
        #expect(gap.last == 0)
        try await bench.push([first], from: shop)
        guard case .receipt = try await bench.push([following], from: shop) else { return #expect(Bool(false)) }
    }

    @Test("A replica or source of another site, a wrong signature, damaged and empty pushes are refused, each with its code")
    func strangersAreRefused() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        let thief = try await bench.enrol("shop-2")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let first = try till.seal([Make.movement("MUG", "shop-1", pieces: 3, at: bench.now)])
        try await bench.push([first], from: shop)
        var forged = till
        forged.key = thief.key
        let second = try forged.seal([Make.movement("MUG", "shop-1", pieces: 3, at: bench.now)])
        #expect(try await bench.refusal([second], from: thief) == "replica-of-another")
        var taken = TestWriter("till", seed: 5, source: till.source, key: thief.key)
        #expect(
            try await bench.refusal([taken.seal([Make.movement("MUG", "x", pieces: 1, at: bench.now)])], from: thief)
                == "replica-of-another")
        var unsigned = till
        unsigned.key = SigningKey()
        #expect(
            try await bench.refusal([unsigned.seal([Make.movement("MUG", "x", pieces: 1, at: bench.now)])], from: shop)
                == "signature-invalid")
        #expect(try await bench.refusal([], from: shop) == "push-empty")
        let answer = try await bench.hub.push([[1, 2, 3]], agent: shop.record, agentTime: bench.now, now: bench.now)
        guard case .refusal = answer else { return #expect(Bool(false)) }
        let long = try await bench.hub.push(
            [[UInt8](repeating: 0, count: Limits.setBytesMax + 1)], agent: shop.record, agentTime: bench.now, now: bench.now)
        guard case .refusal(let refusal) = long else { return #expect(Bool(false)) }
        #expect(refusal.code == "changeset-too-large")
        #expect(try await bench.stockOnHand("MUG", "shop-1") == 30_000)
    }

    @Test("A flipped bit anywhere is refused and leaves no trace")
    func damageIsRefused() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let set = try till.seal([Make.movement("MUG", "shop-1", pieces: 3, at: bench.now)])
        for place in stride(from: 0, to: set.bytes.count, by: 3) {
            var bytes = set.bytes
            bytes[place] ^= 0x10
            let answer = try await bench.hub.push([bytes], agent: shop.record, agentTime: bench.now, now: bench.now)
            guard case .refusal = answer else {
                Issue.record("byte \(place) was taken: \(answer)")
                continue
            }
        }
        #expect(bench.hub.head.number == 0)
    }

    @Test("A revoked agent is refused from then on, also while its push waits in the queue")
    func revokedIsRefused() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        var till = TestWriter("till", seed: 1, key: shop.key)
        let set = try till.seal([Make.movement("MUG", "shop-1", pieces: 3, at: bench.now)])
        try await bench.hub.revoke(site: "shop-1")
        // The record as it was read before the revocation.
        await #expect(throws: HubError.self) { try await bench.push([set], from: shop) }
        await #expect(throws: HubError.self) { _ = try await bench.hub.pull(PullRequest(), agent: shop.record, now: bench.now) }
    }

    @Test("Law 2: what waits when the hub stops is refused, and what was receipted is there")
    func stopping() async throws {
        let bench = try await TestHub()
        let shop = try await bench.enrol("shop-1")
        let now = bench.now
        let hub = bench.hub
        let receipts = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 0..<200 {
                var till = TestWriter(Text("till \(number)"), seed: UInt64(number) + 1, key: shop.key)
                let set = try till.seal([Make.movement("MUG", "pool", pieces: 1, at: now)])
                group.addTask {
                    do {
                        guard case .receipt = try await hub.push([set.bytes], agent: shop.record, agentTime: now, now: now) else {
                            return 0
                        }
                        return 1
                    } catch let error as HubError where error.code == .stopping { return 0 }
                }
            }
            group.addTask {
                await hub.stop()
                return 0
            }
            return try await group.reduce(0, +)
        }
        var late = TestWriter("late", seed: 999, key: shop.key)
        let set = try late.seal([Make.movement("MUG", "pool", pieces: 1, at: now)])
        let refused = await #expect(throws: HubError.self) {
            _ = try await hub.push([set.bytes], agent: shop.record, agentTime: now, now: now)
        }
        #expect(refused?.code == .stopping)
        try await bench.restart()
        let stock: Int64? = try await bench.stockOnHand("MUG", "pool") ?? 0
        #expect(stock == receipts * 10_000)
    }

    @Test("Pushes that share a commit do not harm each other")
    func groupIsolation() async throws {
        let bench = try await TestHub()
        var agents: [(TestAgent, TestWriter)] = []
        for index in 0..<12 {
            let agent = try await bench.enrol("shop-\(index)")
            agents.append((agent, TestWriter("till", seed: UInt64(index) + 1, key: agent.key)))
        }
        let answers = try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            for (index, pair) in agents.enumerated() {
                let agent = pair.0
                var writer = pair.1
                // Every third one is signed by a stranger, or begins in the middle.
                if index % 3 == 1 { writer.key = SigningKey() }
                if index % 3 == 2 { _ = try writer.seal([Make.movement("LOST", "x", pieces: 1, at: bench.now)]) }
                let set = try writer.seal([Make.movement("MUG", "pool", pieces: 1, at: bench.now)])
                group.addTask { (index, try await bench.push([set], from: agent)) }
            }
            var answers: [Int: Answer] = [:]
            for try await (index, answer) in group { answers[index] = answer }
            return answers
        }
        for (index, answer) in answers {
            switch (index % 3, answer) {
            case (0, .receipt(let receipt)): #expect(receipt.last == 1)
            case (1, .refusal), (2, .gap): break
            default: Issue.record("\(index): \(answer)")
            }
        }
        #expect(try await bench.stockOnHand("MUG", "pool") == 40_000)
        #expect(try await bench.hub.verify().isEqual)
    }
}

extension TestHub {
    func refusal(_ sets: [EncodedChangeSet], from agent: TestAgent) async throws -> String? {
        guard case .refusal(let refusal) = try await push(sets, from: agent) else { return nil }
        return refusal.code
    }

    /// In units of 10⁻⁴.
    func stockOnHand(_ sku: String, _ location: String) async throws -> Int64? {
        struct Answer: Decodable {
            struct Figure: Decodable {
                var location: String
                var onHand: Int64
            }
            var locations: [Figure]
        }
        guard let json = try await hub.stock(sku: sku, now: now) else { return nil }
        return try JSONDecoder().decode(Answer.self, from: Data(json.bytes)).locations.first { $0.location == location }?.onHand
    }
}

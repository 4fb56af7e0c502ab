import Causality
import ChangeSets
import HubRuntime
import HubTestSupport
import TestSupport
import Testing

@Suite("Law 4: state and views are a function of the admitted changes")
struct Law4Tests {
    @Test(
        "Any order between replicas, any cutting into sets and pushes, any repetition: the same digest, and a rebuild equals it",
        arguments: 0..<12)
    func orderDoesNotMatter(seed: UInt64) async throws {
        let keys = (0..<4).map { _ in SigningKey() }
        let story = Story(seed: seed, keys: keys, changes: 160, now: TestHub.start)
        var digests: [Digest] = []
        for variant in 0..<3 as Range<UInt64> {
            let bench = try await Self.tell(story, keys: keys, seed: seed &* 100 &+ variant)
            digests.append(try await bench.hub.digest())
            if variant == 0 {
                let verification = try await bench.hub.verify()
                #expect(verification.isEqual, "seed \(seed): \(verification.differences)")
                #expect(try await bench.hub.status(now: bench.now).staleViews == 0, "seed \(seed)")
            }
        }
        #expect(Set(digests).count == 1, "seed \(seed)")
    }

    /// Pushes a story's changes, cut and interleaved by the seed, with every set sent up to three times.
    ///
    /// - Parameter meanwhile: what else happens, after every push.
    static func tell(
        _ story: Story, keys: [SigningKey], seed: UInt64,
        meanwhile: (TestHub, inout SeededGenerator) async throws -> Void = { _, _ in }
    ) async throws -> TestHub {
        var random = SeededGenerator(seed: seed)
        let bench = try await TestHub()
        var queues: [(agent: TestAgent, sets: [EncodedChangeSet])] = []
        for (index, teller) in story.tellers.enumerated() {
            let token = try await bench.hub.addSite(name: "shop-\(index)", kind: .store, now: bench.now)
            _ = try await bench.hub.enroll(token: token.token, publicKey: keys[index].publicKey, now: bench.now)
            var writer = teller.writer
            let sets = try writer.seal(teller.changes, by: Int.random(in: 1...40, using: &random))
            queues.append((TestAgent(key: keys[index], record: try await bench.present(keys[index])), sets))
        }
        while let index = queues.indices.filter({ !queues[$0].sets.isEmpty }).randomElement(using: &random) {
            let count = Int.random(in: 1...3, using: &random)
            let piece = Array(queues[index].sets.prefix(count))
            queues[index].sets.removeFirst(piece.count)
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                guard case .receipt = try await bench.push(piece, from: queues[index].agent) else {
                    Issue.record("seed \(seed): a push was not taken")
                    return bench
                }
            }
            try await meanwhile(bench, &random)
        }
        return bench
    }
}

import Causality
import HubTestSupport
import Profiles
import Testing

@testable import HubRuntime

@Suite("Bounds of links")
struct LinkBoundTests {
    /// A shop with so many customers.
    private static func customers(_ count: Int) async throws -> (bench: TestHub, lives: [Dot]) {
        var shop = try await Shop()
        let now = shop.bench.now
        try await shop.tell((1...count).map { Make.customer(Int64($0), name: "Person \($0)", at: now) })
        return (shop.bench, (1...count).map { Dot(shop.till.replica, UInt64($0)) })
    }

    @Test("A decision speaks of so many pairs; of one more it is refused, and nothing of it is kept", arguments: [0, 1])
    func pairs(more: Int) async throws {
        let (bench, lives) = try await Self.customers(3 + more)
        let pairs = LinkPairs(areSame: false, lives.compactMap { LinkPairs.Pair(lives[0], $0) })
        let decide: () async throws -> LinkAnswer = {
            try await bench.hub.deciding(bench.now) { try $0.decide(pairs, author: "ann", note: nil, pairsMax: 2) }
        }
        if more == 0 {
            _ = try await decide()
        } else {
            let refused = await #expect(throws: HubError.self) { try await decide() }
            #expect(refused?.code == .choiceInvalid && refused?.message.contains("3 pairs") == true)
        }
        let told = try await bench.hub.linkDecisions(of: "\(ProfileID(life: lives[0]))", now: bench.now)
        #expect(told.count == (more == 0 ? 2 : 0) && Hub.linkPairsMax == 10_000)
    }

    @Test("So many decisions about a profile's records are told, the newest; what more there are is left out", arguments: [0, 1])
    func decisions(more: Int) async throws {
        let most = Hub.linkDecisionsMax
        let (bench, lives) = try await Self.customers(1 + most + more)
        let profile = "\(ProfileID(life: lives[0]))"
        for (author, others) in [("ann", lives[1...most]), ("ben", lives[(most + 1)...])] where !others.isEmpty {
            let question = LinkQuestion(id: profile, records: others.map(\.description), author: author)
            _ = try await bench.hub.keepApart(question, now: bench.now)
            bench.now = bench.now.advanced(byMilliseconds: 60_000)
        }
        let told = try await bench.hub.linkDecisions(of: profile, now: bench.now)
        #expect(told.count == most && told.filter { $0.author == "ben" }.count == more && most == 200)
    }
}

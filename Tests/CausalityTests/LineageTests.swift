import Causality
import TestSupport
import Testing

@Suite("A replica's chain is its own writes and the followed chain up to there")
struct LineageTests {
    @Test("S1: the chain and its clock agree with walking back write by write", arguments: 0..<200 as Range<UInt64>)
    func chains(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let replicas = (0..<6).map(FieldHistory.replica)
        var lineage = Lineage()
        for index in replicas.indices.dropFirst() where generator.chance(70) {
            let followed = Dot(replicas[Int.random(in: 0..<index, using: &generator)], .random(in: 1...4, using: &generator))
            lineage.open(replicas[index], following: followed)
        }
        let dots = replicas.flatMap { replica in (1...5 as ClosedRange<UInt64>).map { Dot(replica, $0) } }
        for later in dots {
            var chain: Set<Dot> = []
            var present: Dot? = later
            while let dot = present {
                chain.insert(dot)
                present = dot.counter > 1 ? Dot(dot.replica, dot.counter - 1) : lineage.followed(by: dot.replica)
            }
            for earlier in dots {
                #expect(lineage.chain(of: later, contains: earlier) == (earlier != later && chain.contains(earlier)))
                #expect(lineage.clock(upTo: later).contains(earlier) == chain.contains(earlier))
            }
        }
    }

    @Test("S1: two tills of one shop, one restored: they share the past up to the fork and nothing after it")
    func clones() {
        let (old, new) = (FieldHistory.replica(1), FieldHistory.replica(2))
        var lineage = Lineage()
        lineage.open(new, following: Dot(old, 100))
        #expect(lineage.chain(of: Dot(new, 1), contains: Dot(old, 100)))
        #expect(!lineage.chain(of: Dot(new, 9), contains: Dot(old, 101)))
        #expect(!lineage.chain(of: Dot(old, 200), contains: Dot(new, 1)))
        #expect(!lineage.chain(of: Dot(new, 1), contains: Dot(new, 1)))
        #expect(!lineage.chain(of: Dot(new, 1), contains: Dot(old, 0)))
    }

    @Test("S15: the heirs of a write are who went on from it or later, not who went on from before it")
    func heirs() {
        let (old, heir, lost, last) = (FieldHistory.replica(1), FieldHistory.replica(2), FieldHistory.replica(3), FieldHistory.replica(4))
        var lineage = Lineage()
        lineage.open(heir, following: Dot(old, 100))
        lineage.open(lost, following: Dot(old, 50))
        lineage.open(last, following: Dot(heir, 7))
        let holders = [old, heir, lost, last].filter { lineage.history(of: $0, contains: Dot(old, 100)) }
        #expect(holders == [old, heir, last])
        #expect([old, heir, lost, last].allSatisfy { lineage.history(of: $0, contains: Dot(old, 0)) })
        #expect(!lineage.history(of: last, contains: Dot(heir, 8)))
    }

    @Test("S1: a thousand incarnations of one source are one chain")
    func incarnations() {
        var lineage = Lineage()
        for index in 1..<1000 { lineage.open(FieldHistory.replica(index), following: Dot(FieldHistory.replica(index - 1), 3)) }
        #expect(lineage.chain(of: Dot(FieldHistory.replica(999), 1), contains: Dot(FieldHistory.replica(0), 3)))
        #expect(!lineage.chain(of: Dot(FieldHistory.replica(999), 1), contains: Dot(FieldHistory.replica(0), 4)))
        #expect(lineage.clock(upTo: Dot(FieldHistory.replica(999), 1)).count == 1000)
    }

    @Test("A replica that says it follows itself follows nobody")
    func selfFollower() {
        var lineage = Lineage()
        lineage.open(FieldHistory.replica(1), following: Dot(FieldHistory.replica(1), 5))
        #expect(lineage.followed(by: FieldHistory.replica(1)) == nil)
    }
}

import Causality
import TestSupport
import Testing

@Suite("Vector clocks")
struct VectorClockTests {
    /// Every clock over three replicas with counters 0 to 2.
    static let clocks: [VectorClock] = (0..<27).map { (number: UInt64) in
        var clock = VectorClock()
        clock[FieldHistory.replica(1)] = number % 3
        clock[FieldHistory.replica(2)] = number / 3 % 3
        clock[FieldHistory.replica(3)] = number / 9
        return clock
    }

    @Test("Merging is the least clock that contains both: order, grouping and repetition do not matter")
    func merging() {
        for left in Self.clocks {
            #expect(left.merged(with: left) == left)
            for right in Self.clocks {
                let both = left.merged(with: right)
                #expect(both == right.merged(with: left))
                #expect(both.dominates(left) && both.dominates(right))
                for other in Self.clocks {
                    #expect(both.merged(with: other) == left.merged(with: right.merged(with: other)))
                    if other.dominates(left), other.dominates(right) { #expect(other.dominates(both)) }
                }
            }
        }
    }

    @Test("To dominate is to contain every dot that the other contains")
    func domination() {
        let dots = (1...3).flatMap { replica in (1...2 as ClosedRange<UInt64>).map { Dot(FieldHistory.replica(replica), $0) } }
        for left in Self.clocks {
            for right in Self.clocks {
                #expect(left.dominates(right) == dots.allSatisfy { !right.contains($0) || left.contains($0) })
                #expect((left.dominates(right) && right.dominates(left)) == (left == right))
            }
        }
    }

    @Test("An absent replica counts as zero, and zero is not kept")
    func zero() {
        let given: [(key: ReplicaID, value: UInt64)] = [(FieldHistory.replica(1), 4), (FieldHistory.replica(1), 2)]
        var clock = VectorClock(given)
        #expect(clock[FieldHistory.replica(1)] == 4)
        #expect(clock[FieldHistory.replica(2)] == 0)
        clock[FieldHistory.replica(1)] = 0
        #expect(clock == VectorClock() && clock.isEmpty)
        clock.insert(Dot(FieldHistory.replica(2), 5))
        clock.insert(Dot(FieldHistory.replica(2), 3))
        #expect(clock[FieldHistory.replica(2)] == 5)
    }

    @Test("Entries come in the order of their replicas, whatever the order of insertion")
    func entries() {
        var generator = SeededGenerator(seed: 1)
        let replicas = (0..<50).map(FieldHistory.replica)
        var clock = VectorClock()
        for replica in replicas.shuffled(using: &generator) { clock.insert(Dot(replica, 1)) }
        #expect(clock.entries.map(\.replica) == replicas)
    }
}

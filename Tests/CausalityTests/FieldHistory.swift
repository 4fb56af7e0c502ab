import Causality
import TestSupport

/// Writes of several replicas to one field, and an oracle that keeps all of them and goes by the graph of names alone.
struct FieldHistory {
    typealias Field = Siblings<Int>
    typealias Write = Field.Write

    static func replica(_ index: Int) -> ReplicaID { ReplicaID(high: 3, low: UInt64(index)) }

    /// In the order in which they were made: one may name any before it.
    var writes: [Write] = []
    var lineage = Lineage()

    /// - Parameter follows: the replica of this index opens after the present last write of replica 0, which then falls silent.
    init(writers: [Int], contexts: [Context?], times: [UInt64], follower: Int?) {
        for (step, writer) in writers.enumerated() {
            let replica = Self.replica(writer)
            let own = writes.filter { $0.dot.replica == replica }
            if writer == follower, own.isEmpty, let last = writes.last(where: { $0.dot.replica == Self.replica(0) }) {
                lineage.open(replica, following: last.dot)
            }
            let precedence = Precedence(
                isInBound: times[step] != 0, time: Timestamp(milliseconds: times[step]), dot: Dot(replica, UInt64(own.count + 1)))
            writes.append(Write(precedence: precedence, context: contexts[step] ?? .chain, content: step))
        }
    }

    init(seed: UInt64, replicas: Int, count: Int) {
        var generator = SeededGenerator(seed: seed)
        let writers = (0..<count).map { _ in Int.random(in: 0..<replicas, using: &generator) }
        let times = (0..<count).map { _ in UInt64.random(in: 0...3, using: &generator) }
        let follower = generator.chance(50) ? replicas - 1 : nil
        // Contexts name dots, so the dots are laid out first.
        let dots = FieldHistory(writers: writers, contexts: Array(repeating: nil, count: count), times: times, follower: follower).writes
            .map(\.dot)
        let contexts: [Context?] = (0..<count).map { step in
            generator.chance(40) ? nil : .named(dots[..<step].filter { _ in generator.chance(50) })
        }
        self.init(writers: writers, contexts: contexts, times: times, follower: follower)
    }

    // MARK: the hub

    /// Whether the hub may admit `write` when it has `clock` (S3, S4, S5).
    func mayAdmit(_ write: Write, having clock: VectorClock) -> Bool {
        guard clock[write.dot.replica] == write.dot.counter - 1 else { return false }
        if let followed = lineage.followed(by: write.dot.replica), !clock.contains(followed) { return false }
        guard case .named(let dots) = write.context else { return true }
        return dots.allSatisfy { clock.contains($0) }
    }

    /// Offers the writes in the given order, over and over, as agents do; admits what may be, drops repeats.
    func siblings(offering order: [Write]) -> Field {
        var field = Field()
        var clock = VectorClock()
        var hasMoved = true
        while hasMoved {
            hasMoved = false
            for write in order where !clock.contains(write.dot) && mayAdmit(write, having: clock) {
                clock.insert(write.dot)
                field.admit(write, in: lineage)
                hasMoved = true
            }
        }
        return field
    }

    // MARK: the oracle

    /// The equation of S3, read literally over everything.
    var equation: Set<Dot> {
        Set(writes.filter { write in !writes.contains { names($0, write) } }.map(\.dot))
    }

    private func names(_ later: Write, _ earlier: Write) -> Bool {
        switch later.context {
        case .named(let dots): dots.contains(earlier.dot)
        case .chain: earlier.context == .chain && isBefore(earlier.dot, inChainOf: later.dot)
        }
    }

    /// Walks back write by write: own counters, then those of the replica followed.
    func isBefore(_ earlier: Dot, inChainOf later: Dot) -> Bool {
        var present = before(later)
        while let dot = present {
            if dot == earlier { return true }
            present = before(dot)
        }
        return false
    }

    private func before(_ dot: Dot) -> Dot? {
        dot.counter > 1 ? Dot(dot.replica, dot.counter - 1) : lineage.followed(by: dot.replica)
    }
}

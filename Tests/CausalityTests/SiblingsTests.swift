import Causality
import TestSupport
import Testing

@Suite("Siblings of a field are the admitted writes that no admitted write names")
struct SiblingsTests {
    static let blocks: [Range<UInt64>] = stride(from: 0, to: 2000, by: 250).map { $0..<($0 + 250) }

    @Test("S3, law 4: any admissible order, with repeats, gives what the equation says of the whole history", arguments: blocks)
    func equation(seeds: Range<UInt64>) {
        for seed in seeds {
            let history = FieldHistory(seed: seed, replicas: 2 + Int(seed % 4), count: 2 + Int(seed % 9))
            var generator = SeededGenerator(seed: ~seed)
            for _ in 0..<3 {
                let field = history.siblings(offering: (history.writes + history.writes).shuffled(using: &generator))
                #expect(Set(field.writes.map(\.dot)) == history.equation, "seed \(seed)")
                #expect(field.writes.map(\.precedence) == field.writes.map(\.precedence).sorted(), "seed \(seed)")
                #expect(field.isConcurrent == (history.equation.count > 1), "seed \(seed)")
            }
        }
    }

    @Test("S3: every history of 4 writes by up to 3 replicas, in every order in which they may be offered")
    func everySmallHistory() {
        var histories = 0
        var orders = 0
        for writers in Self.writers {
            for follower in [nil, writers.max() ?? 0] {
                if follower == 0 { continue }
                let dots = FieldHistory(writers: writers, contexts: [nil, nil, nil, nil], times: [1, 2, 1, 2], follower: follower).writes
                    .map(\.dot)
                for contexts in Self.contexts(of: dots) {
                    let history = FieldHistory(writers: writers, contexts: contexts, times: [1, 2, 1, 2], follower: follower)
                    let truth = history.equation
                    var outcomes: Set<FieldHistory.Field> = []
                    Self.everyOrder(of: history) {
                        outcomes.insert($0)
                        orders += 1
                    }
                    #expect(outcomes.count == 1)
                    #expect(outcomes.allSatisfy { Set($0.writes.map(\.dot)) == truth })
                    histories += 1
                }
            }
        }
        #expect(histories > 5000 && orders > histories)
    }

    /// Who writes in four steps, up to renaming: a new replica is the lowest one that has not written.
    private static let writers: [[Int]] = (0..<81).map { [$0 / 27, $0 / 9 % 3, $0 / 3 % 3, $0 % 3] }.filter { steps in
        steps.indices.allSatisfy { steps[$0] <= (steps[..<$0].max() ?? -1) + 1 }
    }

    /// Per step: the chain, or every set of earlier writes.
    private static func contexts(of dots: [Dot]) -> [[Context?]] {
        dots.indices.reduce(into: [[]] as [[Context?]]) { all, step in
            let sets = (0..<(1 << step)).map { mask in dots[..<step].enumerated().filter { mask >> $0.offset & 1 == 1 }.map(\.element) }
            let choices: [Context?] = [nil] + sets.map { .named($0) }
            all = all.flatMap { begun in choices.map { begun + [$0] } }
        }
    }

    private static func everyOrder(of history: FieldHistory, _ visit: (FieldHistory.Field) -> Void) {
        func go(_ field: FieldHistory.Field, _ clock: VectorClock, _ left: Int) {
            if left == 0 { visit(field) }
            for write in history.writes where !clock.contains(write.dot) && history.mayAdmit(write, having: clock) {
                var (field, clock) = (field, clock)
                field.admit(write, in: history.lineage)
                clock.insert(write.dot)
                go(field, clock, left - 1)
            }
        }
        go(FieldHistory.Field(), VectorClock(), history.writes.count)
    }

    @Test("Law 6: 20 sites that write blindly in turn have 20 siblings at most, for ever")
    func blindWriters() {
        var field = Siblings<Int>()
        for step in 0..<2000 {
            let dot = Dot(FieldHistory.replica(step % 20), UInt64(step / 20 + 1))
            field.admit(
                .init(precedence: .init(isInBound: true, time: Timestamp(milliseconds: 1), dot: dot), context: .chain, content: step),
                in: Lineage())
            #expect(field.writes.count == min(step + 1, 20))
        }
    }

    @Test("S2: a write that was shown one of two siblings replaces that one alone; a nightly import replaces its own")
    func namedWrites() {
        func write(_ replica: Int, _ counter: UInt64, _ context: Context) -> Siblings<Int>.Write {
            let dot = Dot(FieldHistory.replica(replica), counter)
            return .init(precedence: .init(isInBound: true, time: Timestamp(milliseconds: 1), dot: dot), context: context, content: 0)
        }
        var field = Siblings<Int>()
        field.admit(write(1, 1, .chain), in: Lineage())
        field.admit(write(2, 1, .chain), in: Lineage())
        let gone = field.admit(write(3, 1, .named([Dot(FieldHistory.replica(1), 1)])), in: Lineage())
        #expect(gone.map(\.dot) == [Dot(FieldHistory.replica(1), 1)])
        #expect(field.writes.map(\.dot) == [Dot(FieldHistory.replica(2), 1), Dot(FieldHistory.replica(3), 1)])
        // The import's own next night; the write with a token is not of its chain's tokenless ones.
        field.admit(write(2, 2, .chain), in: Lineage())
        field.admit(write(3, 2, .chain), in: Lineage())
        #expect(
            field.writes.map(\.dot) == [Dot(FieldHistory.replica(2), 2), Dot(FieldHistory.replica(3), 1), Dot(FieldHistory.replica(3), 2)])
    }
}

import Causality
import ChangeSets
import Merging
import TestSupport
import Testing

@Suite("S30: what a write saw is inherited by whatever supersedes it")
struct InheritedSawTests {
    /// Writes of one field of several records that are one person's.
    private struct Person {
        struct Entry {
            var record: Int
            var dot: Dot
            var write: FieldWrite
        }

        var entries: [Entry] = []

        /// Each record has two writers; a write names some of what its record had, or its chain, and saw some of what the others had.
        init(seed: UInt64, writes: Int) {
            var random = SeededGenerator(seed: seed)
            for step in 0..<writes {
                let record = Int.random(in: 0..<3, using: &random)
                let replica = History.replica(record * 2 + Int.random(in: 0...1, using: &random))
                let counter = UInt64(entries.filter { $0.dot.replica == replica }.count + 1)
                func some(_ entries: [Entry], _ random: inout SeededGenerator) -> [Dot] {
                    entries.filter { _ in Bool.random(using: &random) }.map(\.dot)
                }
                let named = some(entries.filter { $0.record == record }, &random)
                let context: Context = Bool.random(using: &random) ? .chain : .named(named)
                let saw = Int.random(in: 0..<3, using: &random) == 0 ? some(entries.filter { $0.record != record }, &random) : []
                entries.append(
                    Entry(
                        record: record, dot: Dot(replica, counter),
                        write: FieldWrite("city", .integer(Int64(step)), context: context, saw: saw)))
            }
        }

        static func id(_ record: Int) -> RecordID {
            RecordID(
                entity: "customer", source: History.source, key: LocalKey(.integer(Int64(record))),
                life: Dot(History.replica(90), UInt64(record + 1)))
        }

        /// Named writes first, and each writer's in order; what was only seen may come later.
        func states(_ random: inout SeededGenerator) -> [RecordState] {
            var states = (0..<3).map { RecordState(id: Self.id($0)) }
            var rest = entries
            var admitted: Set<Dot> = []
            while !rest.isEmpty {
                let ready = rest.indices.filter { place in
                    let entry = rest[place]
                    let isNext = entry.dot.counter == 1 || admitted.contains(Dot(entry.dot.replica, entry.dot.counter - 1))
                    guard isNext, case .named(let dots) = entry.write.context else { return isNext }
                    return dots.allSatisfy(admitted.contains)
                }
                guard let place = ready.randomElement(using: &random) else { preconditionFailure("no admissible order") }
                let entry = rest.remove(at: place)
                admitted.insert(entry.dot)
                let id = Self.id(entry.record)
                let subject = Subject(entity: id.entity, key: id.key, life: id.life)
                let change = Change(time: Timestamp(milliseconds: 1), action: .write(subject, [entry.write]))
                states[entry.record].admit(
                    change, precedence: Precedence(isInBound: true, time: change.time, dot: entry.dot), source: History.source,
                    lineage: Lineage())
            }
            return states
        }

        /// Live values of some records that a write of another one of them replaced, by the whole history: an ancestor's `saw` counts.
        func replaced(in records: Set<Int>) -> (live: Set<Dot>, replaced: Set<Dot>) {
            func names(_ later: Entry, _ earlier: Entry) -> Bool {
                guard later.record == earlier.record else { return false }
                switch later.write.context {
                case .named(let dots): return dots.contains(earlier.dot)
                case .chain:
                    return earlier.write.context == .chain && earlier.dot.replica == later.dot.replica
                        && earlier.dot.counter < later.dot.counter
                }
            }
            let mine = entries.filter { records.contains($0.record) }
            let live = mine.filter { earlier in !mine.contains { names($0, earlier) } }
            var seen: [Dot: Set<Int>] = [:]
            for one in live {
                var front = [one]
                while let entry = front.popLast() {
                    for dot in entry.write.saw { seen[dot, default: []].insert(entry.record) }
                    front += mine.filter { names(entry, $0) }
                }
            }
            let replaced = live.filter { value in seen[value.dot]?.contains { $0 != value.record } ?? false }
            return (Set(live.map(\.dot)), Set(replaced.map(\.dot)))
        }
    }

    @Test(
        "In any order of arrival a person's field shows what the whole history leaves, whichever of its records are linked",
        arguments: 0..<10)
    func anyOrder(block: UInt64) throws {
        for seed in block * 40..<(block + 1) * 40 {
            let person = Person(seed: seed, writes: 4 + Int(seed % 9))
            var random = SeededGenerator(seed: seed ^ 0xABCD)
            let states = person.states(&random)
            let again = person.states(&random)
            #expect(again == states, "seed \(seed)")
            for records in [[0, 1, 2], [0, 1], [1, 2], [0, 2], [0]] as [Set<Int>] {
                let expected = person.replaced(in: records)
                let field = GoldenField("city", of: records.sorted().map { states[$0] }, policy: .latest) { _ in nil }
                let shown = Set((field.map { [$0.shown] + $0.beaten } ?? []).map(\.dot))
                #expect(shown == expected.live.subtracting(expected.replaced), "seed \(seed), records \(records)")
                // Where all have replaced one another in a ring, none is shown.
                if let field { #expect(Set(field.replaced.map(\.dot)) == expected.replaced, "seed \(seed), records \(records)") }
            }
        }
    }

    @Test("A clerk who saw the web's city corrects twice: the web's stays replaced, and stands again when the records part")
    func corrected() throws {
        let web = Dot(History.replica(1), 1)
        var (shop, online) = (RecordState(id: Person.id(0)), RecordState(id: Person.id(1)))
        func write(_ state: inout RecordState, _ city: Value, _ dot: Dot, saw: [Dot] = []) {
            let subject = Subject(entity: "customer", key: state.id.key, life: state.id.life)
            let change = Change(
                time: Timestamp(milliseconds: 9 - dot.counter), action: .write(subject, [FieldWrite("city", city, saw: saw)]))
            state.admit(
                change, precedence: Precedence(isInBound: true, time: change.time, dot: dot), source: History.source, lineage: Lineage())
        }
        write(&online, "Leeds", web)
        write(&shop, "York", Dot(History.replica(0), 1), saw: [web])
        write(&shop, "Hull", Dot(History.replica(0), 2))
        let one = try #require(GoldenField("city", of: [shop, online], policy: .latest) { _ in nil })
        #expect(one.shown.value == "Hull" && one.beaten.isEmpty && one.replaced.map(\.dot) == [web])
        #expect(one.reason(against: one.replaced[0]) == .seenAndReplaced)
        #expect(GoldenField("city", of: [online], policy: .latest) { _ in nil }?.shown.value == "Leeds")
        // What the web writes later nobody had seen.
        write(&online, "Bath", Dot(History.replica(1), 2))
        #expect(GoldenField("city", of: [shop, online], policy: .latest) { _ in nil }?.replaced.isEmpty == true)
    }

    @Test("Up to 1,000 inherited dots of a field are kept, the highest, in any order of arrival", arguments: [1_000, 1_001])
    func bound(dots: Int) {
        func state(_ order: [Int]) -> RecordState {
            var state = RecordState(id: Person.id(0))
            // A hundred a write; the last write is live and saw one of them again.
            let seen = stride(from: 0, to: order.count, by: 100).map { order[$0..<min($0 + 100, order.count)] } + [[5]]
            for (place, indices) in seen.enumerated() {
                let subject = Subject(entity: "customer", key: state.id.key, life: state.id.life)
                let saw = indices.map { Dot(History.replica(7), UInt64($0 + 1)) }
                let change = Change(
                    time: Timestamp(milliseconds: 1), action: .write(subject, [FieldWrite("city", .integer(Int64(place)), saw: saw)]))
                let dot = Dot(History.replica(0), UInt64(place + 1))
                state.admit(
                    change, precedence: Precedence(isInBound: true, time: change.time, dot: dot), source: History.source, lineage: Lineage()
                )
            }
            return state
        }
        let forth = state(Array(0..<dots))
        let back = state(Array((0..<dots).reversed()))
        #expect(forth.inherited(of: "city").count == min(dots, RecordState.inheritedDotsMax) && RecordState.inheritedDotsMax == 1_000)
        #expect(forth.inherited(of: "city") == back.inherited(of: "city"))
        #expect(forth.inherited(of: "city").contains(Dot(History.replica(7), 1)) == (dots == 1_000))
    }
}

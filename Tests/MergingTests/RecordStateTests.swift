import Causality
import ChangeSets
import Foundation
import Merging
import TestSupport
import Testing

@Suite("A record's merge")
struct RecordStateTests {
    @Test("Law 4: siblings are the admitted writes that no admitted write names, in any order between replicas", arguments: 0..<10)
    func siblingsAreAFunctionOfTheSet(block: UInt64) throws {
        let count = Self.histories / 10
        for seed in block * count..<(block + 1) * count { try checkSiblings(seed: seed) }
    }

    /// `TRIBUTARY_HISTORIES=1000000`: what `make soak` runs.
    private static let histories = ProcessInfo.processInfo.environment["TRIBUTARY_HISTORIES"].flatMap(UInt64.init) ?? 2000

    private func checkSiblings(seed: UInt64) throws {
        let history = History(seed: seed, replicas: 2 + Int(seed % 4), writes: 4 + Int(seed % 13))
        var generator = SeededGenerator(seed: seed ^ 0xFFFF)
        let first = history.state(admitting: history.admissibleOrder(&generator))
        let second = history.state(admitting: history.admissibleOrder(&generator))
        #expect(first == second, "seed \(seed)")
        // Stored halfway, read again, and gone on with.
        let order = history.admissibleOrder(&generator)
        let half = order.count / 2
        let stored = try Self.stored(history.state(admitting: Array(order[..<half])))
        #expect(history.state(stored, admitting: Array(order[half...])) == first, "seed \(seed)")
        for field in History.fieldNames {
            #expect(Set(first.siblings(of: field).writes.map(\.dot)) == history.oracleSiblings(of: field), "seed \(seed), \(field)")
            #expect(Set(first.saw(of: field)) == history.oracleSaw(of: field), "seed \(seed), \(field)")
        }
        #expect(first.isDead(in: history.lineage) == history.oracleIsDead, "seed \(seed)")
    }

    @Test("A stored state whose fields are out of order is refused: look-ups would miss what is there")
    func fieldsAreInOrder() throws {
        let id = RecordID(
            entity: "thing", source: SourceID(ReplicaID(high: 1, low: 1)), key: LocalKey(1), life: Dot(ReplicaID(high: 2, low: 2), 1))
        var state = RecordState(id: id)
        let writes = [FieldWrite("aaa", 1), FieldWrite("bbb", 2)]
        let change = Change(time: Timestamp(milliseconds: 5), action: .write(Subject(entity: "thing", key: id.key), writes))
        state.admit(
            change, precedence: Precedence(isInBound: true, time: change.time, dot: id.life), source: id.source, lineage: Lineage())
        let stored = state.encoded()
        #expect(try RecordState(id: id, decoding: stored) == state)
        for letter in ["b", "c"] {
            let bytes = stored.map { $0 == UInt8(ascii: "a") ? Array(letter.utf8)[0] : $0 }
            #expect(throws: ChangeSetError.self, "\(letter)") { try RecordState(id: id, decoding: bytes) }
        }
    }

    /// Written and read as a hub does, which numbers replicas.
    private static func stored(_ state: RecordState) throws -> RecordState {
        var replicas: [ReplicaID] = []
        let bytes = state.encoded { replica in
            if let known = replicas.firstIndex(of: replica) { return UInt64(known) }
            replicas.append(replica)
            return UInt64(replicas.count - 1)
        }
        return try RecordState(id: state.id, decoding: bytes) { replicas[Int($0)] }
    }

    @Test("A state is the same after a round trip through its stored form; what is fed is the same but for what it inherited")
    func stateSurvivesCoding() throws {
        for seed in UInt64(0)..<300 {
            let history = History(seed: seed, replicas: 4, writes: 12)
            var generator = SeededGenerator(seed: seed)
            let state = history.state(admitting: history.admissibleOrder(&generator))
            #expect(try Self.stored(state) == state, "seed \(seed)")
            let fed = try RecordState(id: state.id, decoding: state.encoded())
            for field in History.fieldNames {
                #expect(fed.siblings(of: field) == state.siblings(of: field) && fed.inherited(of: field).isEmpty, "seed \(seed)")
            }
            // The version stands behind the table of replicas: as it was before anything was inherited.
            #expect(state.encoded()[1 + Int(state.encoded()[0]) * 16] == 1, "seed \(seed)")
        }
    }

    @Test("A state of the most entries of a kind is read; one more is refused by its number", arguments: [0, 1])
    func entriesMax(more: Int) throws {
        let most = 65_536
        var writer = ByteWriter()
        writer.varint(most + more)
        for number in 0..<most + more { writer.replica(ReplicaID(high: 1, low: UInt64(number))) }
        // Version 1 of a state without writes, fields and deletions.
        writer.raw([1, 0, 0, 0])
        func read() throws -> RecordState { try RecordState(id: History.record, decoding: writer.bytes) }
        guard more > 0 else { return #expect(try read() == RecordState(id: History.record)) }
        let refusal = #expect(throws: ChangeSetError.self) { try read() }
        #expect(refusal?.code == .tooLarge)
    }

    @Test("A damaged stored form is an error, never a trap")
    func damagedStateThrows() {
        let history = History(seed: 7, replicas: 3, writes: 9)
        var generator = SeededGenerator(seed: 7)
        let bytes = history.state(admitting: history.admissibleOrder(&generator)).encoded()
        for length in 0..<bytes.count {
            #expect(throws: ChangeSetError.self) { try RecordState(id: History.record, decoding: Array(bytes.prefix(length))) }
        }
    }

    @Test("Law 6: a field edited blindly in turn by 20 sites never has more than 20 siblings")
    func blindEditsDoNotPileUp() {
        var state = RecordState(id: History.record)
        for round in 0..<10 {
            for site in 0..<20 {
                let write = FieldWrite("email", .integer(Int64(round)))
                let subject = Subject(entity: "customer", key: LocalKey(1), life: History.life)
                let change = Change(time: Timestamp(milliseconds: UInt64(round)), action: .write(subject, [write]))
                let dot = Dot(History.replica(site), UInt64(round + 1))
                state.admit(
                    change, precedence: .init(isInBound: true, time: change.time, dot: dot), source: History.source, lineage: Lineage())
                #expect(state.siblings(of: "email").writes.count <= 20)
            }
        }
        #expect(state.siblings(of: "email").writes.count == 20)
    }

    @Test("S2: two operators resolve one conflict at once, and both decisions stay")
    func twoDecisionsAtOnce() {
        var state = RecordState(id: History.record)
        func write(_ value: Value, _ replica: Int, _ context: Context) {
            let subject = Subject(entity: "customer", key: LocalKey(1), life: History.life)
            let change = Change(time: Timestamp(milliseconds: 1), action: .write(subject, [FieldWrite("email", value, context: context)]))
            let dot = Dot(History.replica(replica), 1)
            state.admit(change, precedence: .init(isInBound: true, time: change.time, dot: dot), source: History.source, lineage: Lineage())
        }
        write("a", 1, .chain)
        write("b", 2, .chain)
        let shown = state.siblings(of: "email").writes.map(\.dot)
        write("a", 3, .named(shown))
        write("b", 4, .named(shown))
        #expect(state.siblings(of: "email").writes.map(\.dot) == [Dot(History.replica(3), 1), Dot(History.replica(4), 1)])
    }

    @Test("S8: a delete and a concurrent edit keep the edit and say so")
    func editSurvivesConcurrentDelete() {
        var state = RecordState(id: History.record)
        let subject = Subject(entity: "customer", key: LocalKey(1), life: History.life)
        func admit(_ action: Change.Action, _ replica: Int, _ counter: UInt64) {
            let precedence = Precedence(isInBound: true, time: Timestamp(milliseconds: 1), dot: Dot(History.replica(replica), counter))
            state.admit(Change(time: precedence.time, action: action), precedence: precedence, source: History.source, lineage: Lineage())
        }
        admit(.write(Subject(entity: "customer", key: LocalKey(1)), [FieldWrite("email", "a"), FieldWrite("phone", "1")]), 0, 1)
        admit(.delete(subject, .chain), 0, 2)
        #expect(state.isDead(in: Lineage()))
        admit(.write(subject, [FieldWrite("email", "b", context: .named([History.life]))]), 1, 1)
        #expect(!state.isDead(in: Lineage()))
        #expect(state["phone"] == "1", "one surviving edit brings back the whole record")
        #expect(state.editsDespiteDeletion(in: Lineage()) == [Dot(History.replica(1), 1)])
    }

    @Test("S10: equal values still have one winner, the same in any order")
    func equalValuesHaveAWinner() {
        func state(_ order: [Int]) -> RecordState {
            var state = RecordState(id: History.record)
            for replica in order {
                let subject = Subject(entity: "customer", key: LocalKey(1), life: History.life)
                let change = Change(time: Timestamp(milliseconds: 9), action: .write(subject, [FieldWrite("email", "same")]))
                let dot = Dot(History.replica(replica), 1)
                state.admit(
                    change, precedence: .init(isInBound: true, time: change.time, dot: dot), source: History.source, lineage: Lineage())
            }
            return state
        }
        #expect(state([1, 2]) == state([2, 1]))
        #expect(state([1, 2]).siblings(of: "email").latest?.dot == Dot(History.replica(2), 1))
    }

    @Test("S10, law 7: a clock years ahead loses ties and orders nothing that is causal")
    func clockOutOfBoundLosesTies() {
        var state = RecordState(id: History.record)
        let subject = Subject(entity: "customer", key: LocalKey(1), life: History.life)
        func write(_ value: Value, _ replica: Int, _ milliseconds: UInt64, isInBound: Bool, _ context: Context = .chain) {
            let change = Change(
                time: Timestamp(milliseconds: milliseconds), action: .write(subject, [FieldWrite("email", value, context: context)]))
            let precedence = Precedence(isInBound: isInBound, time: change.time, dot: Dot(History.replica(replica), 1))
            state.admit(change, precedence: precedence, source: History.source, lineage: Lineage())
        }
        write("from 2099", 1, 4_000_000_000_000, isInBound: false)
        write("now", 2, 1_700_000_000_000, isInBound: true)
        #expect(state["email"] == "now")
        write("read both", 3, 5, isInBound: true, .named(state.liveDots))
        #expect(state["email"] == "read both")
        #expect(!state.siblings(of: "email").isConcurrent)
    }
}

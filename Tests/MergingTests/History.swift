import Causality
import ChangeSets
import Merging
import TestSupport

/// Writes of several replicas to one record, each with what it names, and an oracle that keeps them all.
struct History {
    struct Entry {
        var dot: Dot
        var change: Change
    }

    static let source = SourceID(ReplicaID(high: 0xA, low: 0xB))
    static let life = Dot(replica(0), 1)
    static let record = RecordID(entity: "customer", source: source, key: LocalKey(1), life: life)
    static let fieldNames: [FieldName] = ["email", "phone"]

    static func replica(_ index: Int) -> ReplicaID { ReplicaID(high: 1, low: UInt64(index)) }

    /// Per replica, in the order of its counters.
    var chains: [[Entry]] = []
    var lineage = Lineage()

    /// `replicas` writers; each write is blind, or names what some replica could have been shown. The last
    /// replica may follow the first one, as a restored till does.
    init(seed: UInt64, replicas: Int, writes: Int) {
        var generator = SeededGenerator(seed: seed)
        chains = Array(repeating: [], count: replicas)
        chains[0].append(Entry(dot: Self.life, change: Self.creation))
        let follower = replicas > 2 && Bool.random(using: &generator) ? replicas - 1 : nil
        for step in 0..<writes {
            let writer = Int.random(in: 0..<replicas, using: &generator)
            if writer == follower, chains[writer].isEmpty, let last = chains[0].last {
                lineage.open(Self.replica(writer), following: last.dot)
            }
            if let follower, writer == 0, !chains[follower].isEmpty { continue }
            let dot = Dot(Self.replica(writer), UInt64(chains[writer].count + 1))
            chains[writer].append(Entry(dot: dot, change: change(step, known: chains.flatMap { $0 }, &generator)))
        }
    }

    private static var creation: Change {
        let writes = fieldNames.map { FieldWrite($0, "first") }
        return Change(time: Timestamp(milliseconds: 1), action: .write(Subject(entity: "customer", key: LocalKey(1)), writes))
    }

    private func change(_ step: Int, known: [Entry], _ generator: inout SeededGenerator) -> Change {
        let subject = Subject(entity: "customer", key: LocalKey(1), life: Self.life)
        let time = Timestamp(milliseconds: UInt64.random(in: 1...5, using: &generator))
        func context(of relevant: (Entry) -> Bool) -> Context {
            guard Bool.random(using: &generator) else { return .chain }
            return .named(known.filter { relevant($0) && Bool.random(using: &generator) }.map(\.dot))
        }
        if Int.random(in: 0..<6, using: &generator) == 0 {
            return Change(time: time, action: .delete(subject, context { _ in true }))
        }
        let names = Self.fieldNames.filter { _ in Bool.random(using: &generator) }
        let writes = (names.isEmpty ? [Self.fieldNames[0]] : names).map { name in
            // Of other records, whose writes arrive when they like.
            let saw = (0..<Int.random(in: 0...2, using: &generator)).map { _ in
                Dot(Self.replica(50 + Int.random(in: 0..<3, using: &generator)), UInt64.random(in: 1...4, using: &generator))
            }
            return FieldWrite(name, .integer(Int64(step % 3)), context: context { $0.writes(name) }, saw: saw)
        }
        return Change(time: time, action: .write(subject, writes))
    }

    /// One admissible order: each replica's own changes in order, named dots first, followed replicas first.
    func admissibleOrder(_ generator: inout SeededGenerator) -> [Entry] {
        var next = Array(repeating: 0, count: chains.count)
        var clock = VectorClock()
        var order: [Entry] = []
        let total = chains.reduce(0) { $0 + $1.count }
        while order.count < total {
            let ready = chains.indices.filter { index in
                guard next[index] < chains[index].count else { return false }
                let entry = chains[index][next[index]]
                let followed = lineage.followed(by: entry.dot.replica).map { clock.contains($0) } ?? true
                return followed && entry.change.namedDots.allSatisfy { clock.contains($0) }
            }
            guard let pick = ready.randomElement(using: &generator) else { preconditionFailure("no admissible order") }
            let entry = chains[pick][next[pick]]
            order.append(entry)
            clock.insert(entry.dot)
            next[pick] += 1
        }
        return order
    }

    func state(_ begun: RecordState = RecordState(id: History.record), admitting order: [Entry]) -> RecordState {
        var state = begun
        for entry in order {
            let precedence = Precedence(isInBound: true, time: entry.change.time, dot: entry.dot)
            state.admit(entry.change, precedence: precedence, source: Self.source, lineage: lineage)
        }
        return state
    }

    /// S3 read literally, over the whole history and without any order.
    func oracleSiblings(of field: FieldName) -> Set<Dot> {
        let all = chains.flatMap { $0 }.filter { $0.writes(field) }
        return Set(all.filter { earlier in !all.contains { later in names(later, earlier, field) } }.map(\.dot))
    }

    /// S30 read literally: what each live write saw, and what all those saw that it supersedes, step by step.
    func oracleSaw(of field: FieldName) -> Set<Dot> {
        let all = chains.flatMap { $0 }.filter { $0.writes(field) }
        var saw: Set<Dot> = []
        for live in oracleSiblings(of: field) {
            var front = [live]
            var met: Set<Dot> = []
            while let dot = front.popLast() {
                guard met.insert(dot).inserted, let entry = all.first(where: { $0.dot == dot }) else { continue }
                saw.formUnion(entry.saw(field))
                front += all.filter { names(entry, $0, field) }.map(\.dot)
            }
        }
        return saw
    }

    private func names(_ later: Entry, _ earlier: Entry, _ field: FieldName) -> Bool {
        guard let context = later.context(of: field), let former = earlier.context(of: field) else { return false }
        switch context {
        case .named(let dots): return dots.contains(earlier.dot)
        case .chain: return former == .chain && reaches(from: later.dot, to: earlier.dot)
        }
    }

    /// Whether `earlier` is before `later` in its chain, by walking back write by write.
    func reaches(from later: Dot, to earlier: Dot) -> Bool {
        var present: Dot? = later
        while let dot = present {
            present = dot.counter > 1 ? Dot(dot.replica, dot.counter - 1) : lineage.followed(by: dot.replica)
            if present == earlier { return true }
        }
        return false
    }

    /// S8 read literally.
    var oracleIsDead: Bool {
        let all = chains.flatMap { $0 }
        let deletions = all.filter { $0.deletion != nil }
        let live = deletions.filter { earlier in
            !deletions.contains { later in
                switch (later.deletion, earlier.deletion) {
                case (.named(let dots)?, _): dots.contains(earlier.dot)
                case (.chain?, .chain?): reaches(from: later.dot, to: earlier.dot)
                default: false
                }
            }
        }
        let values = Self.fieldNames.flatMap { oracleSiblings(of: $0) }
        return live.contains { deletion in
            values.allSatisfy { value in
                if case .named(let dots)? = deletion.deletion, dots.contains(value) { return true }
                return reaches(from: deletion.dot, to: value)
            }
        }
    }
}

extension History.Entry {
    func writes(_ field: FieldName) -> Bool { context(of: field) != nil }

    func context(of field: FieldName) -> Context? {
        guard case .write(_, let writes) = change.action else { return nil }
        return writes.first { $0.field == field }?.context
    }

    func saw(_ field: FieldName) -> [Dot] {
        guard case .write(_, let writes) = change.action else { return [] }
        return writes.first { $0.field == field }?.saw ?? []
    }

    var deletion: Context? {
        guard case .delete(_, let context) = change.action else { return nil }
        return context
    }
}

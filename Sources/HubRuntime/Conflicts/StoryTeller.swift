import Causality
import ChangeSets
import Merging

/// Finds out how a conflict came about, from the journal.
struct StoryTeller {
    let documents: Documents
    let list: ConflictList
    private var store: any HubReading { documents.store }
    private var standing: Standing { documents.standing }
    /// Of the writes that are the hub's own.
    private var origins: [Dot: ValueOrigin] = [:]

    init(documents: Documents, list: ConflictList) {
        self.documents = documents
        self.list = list
    }

    mutating func story(of id: String, trying policy: FieldPolicy?) throws -> ConflictStory {
        let open = try list.find(id).flatMap { try list.isOpen($0) ? $0 : nil }
        let finding = try open.flatMap { try list.told([list.dated($0)]).first }
        let decisions = try store.decisions(on: id).inOrderOfTime(state: documents.state).compactMap { try DecisionAnswer($0, documents) }
        var story = ConflictStory(
            conflict: finding?.answer, sides: [], earlier: [], decisions: decisions,
            notes: try store.conflictNotes(on: id).map(ConflictNoteAnswer.init), foresight: [:], sites: documents.sites.count, alike: 0)
        guard let finding else {
            if let ruling = try list.ruling(id) {
                story.ruling = ruling
                // Who set it, and may take it back, stands with what was decided here before.
                if let row = try Dot(ruling.decision).flatMap(standing.record).flatMap(store.decision),
                    let decision = try DecisionAnswer(row, documents)
                {
                    story.decisions.append(decision)
                }
            }
            return story
        }
        let dots = finding.answer.sides.compactMap { Dot($0.dot) }
        for side in finding.answer.sides {
            if let dot = Dot(side.dot) { origins[dot] = side.origin }
        }
        let earlier = try earlier(than: finding)
        let all = dots + earlier.map(\.dot)
        story.sides = try finding.answer.sides.compactMap { side in
            guard let dot = Dot(side.dot) else { return nil }
            return try write(
                dot, value: side.value, time: side.time, among: all, shown: earlier.filter { $0.seenBy == dot }.map(\.dot))
        }
        // What several sides had seen is one write all the same.
        var told: Set<Dot> = []
        story.earlier = try earlier.filter { told.insert($0.dot).inserted }.map {
            try write($0.dot, value: $0.value, time: $0.time, among: all, shown: [])
        }.sorted { $0.time < $1.time }
        if case .held(let dot, _) = finding.subject, let held = try HeldChange(dot, documents) {
            story.refused = try RefusedChange(held, documents)
            // What stands in its fields now is shown, too.
            story.conflict?.seen = held.screen.description
        }
        if case .pair(let pair) = finding.subject { story.pair = try list.proposal(of: pair) }
        let alike = try alike(finding)
        story.alike = alike.ids.count
        if case .field(let state, let field) = finding.subject, Catalogue[state.id.entity]?[field] != nil {
            story.rule = try PolicyTrial(
                policy ?? PolicyTrial.preset(for: finding.answer), of: Policies.Name(entity: state.id.entity, field: field),
                among: alike.findings, beginningWith: id, documents)
        }
        if let index = alike.ids.firstIndex(of: id) {
            story.before = try alike.ids[..<index].last { try list.find($0) != nil }
            story.next = try alike.ids[(index + 1)...].first { try list.find($0) != nil }
        }
        return story
    }

    /// The open ones of the same kind and field; of proposed links, each of which compares two people, the ids alone.
    private func alike(_ finding: Finding) throws -> (ids: [String], findings: [Finding]) {
        if case .pair = finding.subject { return (try list.openLinks(), []) }
        let findings = try list.open(ConflictFilter(kind: finding.answer.kind, field: finding.answer.about.field))
        return (findings.map(\.answer.id), findings)
    }

    // MARK: writes

    private struct Earlier {
        var dot: Dot
        var value: ValueAnswer
        var time: UInt64
        /// The side that had seen it.
        var seenBy: Dot
    }

    /// Of a value that stands again since a decision was taken back, the write that had it first: what the hub writes for that saw all sides,
    /// and tells nothing of how they came about.
    private func first(_ dot: Dot) -> Dot {
        guard let origin = origins[dot], origin.choice == .undo else { return dot }
        return origin.first.flatMap { Dot($0.dot) } ?? dot
    }

    private func write(_ dot: Dot, value: ValueAnswer, time: UInt64, among all: [Dot], shown: [Dot]) throws -> ConflictStory.Write {
        let first = first(dot)
        let clock = standing.lineage.clock(upTo: first)
        return ConflictStory.Write(
            dot: dot.description, site: documents.writer(first.replica)?.string ?? "", source: documents.place(ofSource: first.replica),
            time: first == dot ? time : origins[dot]?.first?.time ?? time, value: value, origin: origins[dot],
            received: try received(first), shown: shown.map(\.description),
            heard: all.filter { $0 != dot && clock.contains(self.first($0)) }.map(\.description))
    }

    private func received(_ dot: Dot) throws -> UInt64? {
        guard let replica = standing.replica(dot.replica)?.number else { return nil }
        return try store.journal(containing: dot.counter, of: replica)?.received.milliseconds
    }

    /// What stood in the field before, as far as each side's writer had it before its eyes.
    private func earlier(than finding: Finding) throws -> [Earlier] {
        guard case .field(let state, let field) = finding.subject else { return [] }
        var sets = DecodedSets(store: store)
        var found: [Earlier] = []
        for write in state.siblings(of: field).writes {
            let first = first(write.dot)
            let context = try first == write.dot ? write.context : change(first, &sets)?.write(of: field, state.id.life, at: first)?.context
            switch context {
            case .named(let dots):
                for dot in dots.prefix(Self.namedMax) {
                    if let (value, time) = try value(dot, state.id.life, field, &sets) {
                        found.append(Earlier(dot: dot, value: value, time: time, seenBy: write.dot))
                    }
                }
            case .chain:
                if var one = try before(first, state.id.life, field, &sets) {
                    one.seenBy = write.dot
                    found.append(one)
                }
            case nil: break
            }
        }
        return found
    }

    private static let namedMax = 8
    /// A site's own earlier write is looked for so many of its sets back: a page must not read a year.
    private static let setsMax = 24

    private func value(_ dot: Dot, _ life: Dot, _ field: FieldName, _ sets: inout DecodedSets) throws -> (ValueAnswer, UInt64)? {
        guard let change = try change(dot, &sets) else { return nil }
        return change.write(of: field, life, at: dot).map { (ValueAnswer($0.value), change.time.milliseconds) }
    }

    private func change(_ dot: Dot, _ sets: inout DecodedSets) throws -> Change? {
        guard let number = standing.replica(dot.replica)?.number else { return nil }
        return try sets.change(replica: number, counter: dot.counter)
    }

    private func before(_ dot: Dot, _ life: Dot, _ field: FieldName, _ sets: inout DecodedSets) throws -> Earlier? {
        guard let number = standing.replica(dot.replica)?.number else { return nil }
        var counter = dot.counter - 1
        for _ in 0..<Self.setsMax where counter > 0 {
            guard let set = try sets.set(containing: counter, of: number) else { return nil }
            while counter >= set.first, counter > 0 {
                let change = set.changes[Int(counter - set.first)]
                let own = Dot(dot.replica, counter)
                if let write = change.write(of: field, life, at: own) {
                    return Earlier(dot: own, value: ValueAnswer(write.value), time: change.time.milliseconds, seenBy: dot)
                }
                counter -= 1
            }
        }
        return nil
    }
}

import Causality
import ChangeSets
import Merging

/// A conflict with how it came about: what a person needs to decide it.
public struct ConflictStory: Sendable {
    /// One write, and who of the others had heard of it.
    public struct Write: Sendable {
        public var dot: String
        public var site: String
        public var source: String
        public var time: UInt64
        public var value: ValueAnswer
        /// When the hub received it.
        public var received: UInt64?
        /// Dots among this story's writes that its writer was shown, or had written itself.
        public var shown: [String]
        /// Dots among this story's writes that had reached its site, whether somebody looked or not.
        public var heard: [String]
    }

    /// `nil`: nothing of it is open any more.
    public var conflict: ConflictAnswer?
    /// In the order in which the conflict lists them.
    public var sides: [Write]
    /// What stood there before and a side had seen, the oldest first.
    public var earlier: [Write]
    /// What was decided about it, the oldest first.
    public var decisions: [DecisionAnswer]
    /// What was written down about it, the oldest first.
    public var notes: [ConflictNoteAnswer]
    /// The policy that decides it, where one does, and so it is over.
    public var ruling: PolicyAnswer?
    /// What a policy would decide of all fields like this one; `nil` where there is none for it.
    public var rule: PolicyTrial?
    /// What each choice that sets a count would leave, by the dot that is taken.
    public var foresight: [String: Foresight]
    /// Sites that show the merged view.
    public var sites: Int
    /// Open conflicts of the same kind and field, this one among them; at most `Hub.conflictsPerKindMax`.
    public var alike: Int
    public var before: String?
    public var next: String?
}

/// A pile of goods after a choice. Quantities in units of 10⁻⁴.
public struct Foresight: Hashable, Sendable {
    public var onHand: Int64
    public var available: Int64
    /// Conflicts that the pile would still be in.
    public var conflicts: Int
}

extension Hub {
    /// - Parameters:
    ///   - id: the conflict's whole id.
    ///   - policy: what is tried for its field, as operators write it; what is none, and `nil`: what the first side's site has.
    /// - Throws: `not-found` where it neither is open nor was ever decided, and nobody has written about it.
    public func conflictStory(_ id: String, trying policy: String? = nil, now: Timestamp) async throws -> ConflictStory {
        let scorer = try await scorer()
        var story = try await reading(now) { documents in
            try StoryTeller(documents: documents, list: self.conflictList(documents, scorer)).story(
                of: id, trying: policy.flatMap(FieldPolicy.init))
        }
        guard story.conflict != nil || !story.decisions.isEmpty || !story.notes.isEmpty || story.ruling != nil else {
            throw HubError(
                .notFound, "There is no such conflict, and none was decided.",
                remedy: "Look at those that are open: tributary conflict list.")
        }
        if let conflict = story.conflict, conflict.kind == .concurrentCounts, conflict.choices.contains("take") {
            for side in conflict.sides.prefix(Self.sidesForeseenMax) {
                // What cannot be foreseen just now is not told; the page stands without it.
                story.foresight[side.dot] = try? await foresee(
                    id, Resolution(.take, side: side.dot, seen: conflict.seen, author: "hub"), now: now)
            }
        }
        return story
    }

    private static let sidesForeseenMax = 4

    /// What a pile of goods would be after a choice: the choice is made, looked at, and not kept.
    public func foresee(_ id: String, _ resolution: Resolution, now: Timestamp) async throws -> Foresight? {
        try resolution.check()
        let scorer = try await scorer()
        do {
            return try await deciding(now) { desk in
                guard let finding = try self.conflictList(desk.documents, scorer).open(ConflictFilter(id: id)).first else {
                    throw Finding.gone
                }
                _ = try desk.decide(finding, resolution)
                throw Foreseen(foresight: try desk.documents.foresight(of: finding))
            }
        } catch let foreseen as Foreseen {
            return foreseen.foresight
        }
    }

    /// Thrown so that nothing of what was tried stays.
    private struct Foreseen: Error { let foresight: Foresight? }
}

extension Documents {
    fileprivate func foresight(of finding: Finding) throws -> Foresight? {
        guard let sku = finding.answer.about.sku, let location = finding.answer.about.location,
            let row = try store.cell(sku: sku, location: location)
        else { return nil }
        let figure = try figure(row)
        return Foresight(onHand: figure.onHand, available: figure.available, conflicts: figure.conflicts.count)
    }
}

/// Finds out how a conflict came about, from the journal.
private struct StoryTeller {
    let documents: Documents
    let list: ConflictList
    private var store: any HubReading { documents.store }
    private var standing: Standing { documents.standing }

    init(documents: Documents, list: ConflictList) {
        self.documents = documents
        self.list = list
    }

    func story(of id: String, trying policy: FieldPolicy?) throws -> ConflictStory {
        let finding = try list.find(id).flatMap { try list.isOpen($0) ? $0 : nil }
        let decisions = try store.decisions(on: id).compactMap { try DecisionAnswer($0, documents) }
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
        let earlier = try earlier(than: finding)
        let all = dots + earlier.map(\.dot)
        story.sides = try finding.answer.sides.compactMap { side in
            guard let dot = Dot(side.dot) else { return nil }
            return try write(dot, value: side.value, time: side.time, among: all, shown: try shown(dot, finding, earlier))
        }
        // What several sides had seen is one write all the same.
        var told: Set<Dot> = []
        story.earlier = try earlier.filter { told.insert($0.dot).inserted }.map {
            try write($0.dot, value: $0.value, time: $0.time, among: all, shown: [])
        }.sorted { $0.time < $1.time }
        let alike = try list.open(ConflictFilter(kind: finding.answer.kind, field: finding.answer.about.field))
        story.alike = alike.count
        if case .field(let state, let field) = finding.subject, Catalogue[state.id.entity]?[field] != nil {
            story.rule = try PolicyTrial(
                policy ?? PolicyTrial.preset(for: finding.answer), of: Policies.Name(entity: state.id.entity, field: field), among: alike,
                beginningWith: id, documents)
        }
        if let index = alike.firstIndex(where: { $0.answer.id == id }) {
            story.before = index > 0 ? alike[index - 1].answer.id : nil
            story.next = index + 1 < alike.count ? alike[index + 1].answer.id : nil
        }
        return story
    }

    // MARK: writes

    private struct Earlier {
        var dot: Dot
        var value: ValueAnswer
        var time: UInt64
        /// The side that had seen it.
        var seenBy: Dot
    }

    private func write(_ dot: Dot, value: ValueAnswer, time: UInt64, among all: [Dot], shown: [Dot]) throws -> ConflictStory.Write {
        let clock = standing.lineage.clock(upTo: dot)
        let source = standing.replica(dot.replica)?.source.flatMap { standing.source($0) }
        return ConflictStory.Write(
            dot: dot.description, site: documents.writer(dot.replica)?.string ?? "", source: source?.name ?? "", time: time, value: value,
            received: try received(dot), shown: shown.map(\.description),
            heard: all.filter { $0 != dot && clock.contains($0) }.map(\.description))
    }

    private func received(_ dot: Dot) throws -> UInt64? {
        guard let replica = standing.replica(dot.replica)?.number else { return nil }
        return try store.journal(containing: dot.counter, of: replica)?.received.milliseconds
    }

    private func shown(_ dot: Dot, _ finding: Finding, _ earlier: [Earlier]) throws -> [Dot] {
        earlier.filter { $0.seenBy == dot }.map(\.dot)
    }

    /// What stood in the field before, as far as each side's writer had it before its eyes.
    private func earlier(than finding: Finding) throws -> [Earlier] {
        guard case .field(let state, let field) = finding.subject else { return [] }
        var sets = DecodedSets(store: store)
        var found: [Earlier] = []
        for write in state.siblings(of: field).writes {
            switch write.context {
            case .named(let dots):
                for dot in dots.prefix(Self.namedMax) {
                    if let (value, time) = try value(dot, state.id.life, field, &sets) {
                        found.append(Earlier(dot: dot, value: value, time: time, seenBy: write.dot))
                    }
                }
            case .chain:
                if let one = try before(write.dot, state.id.life, field, &sets) { found.append(one) }
            }
        }
        return found
    }

    private static let namedMax = 8
    /// A site's own earlier write is looked for so many of its sets back: a page must not read a year.
    private static let setsMax = 24

    private func value(_ dot: Dot, _ life: Dot, _ field: FieldName, _ sets: inout DecodedSets) throws -> (ValueAnswer, UInt64)? {
        guard let number = standing.replica(dot.replica)?.number, let change = try sets.change(replica: number, counter: dot.counter) else {
            return nil
        }
        return change.value(of: field, life, at: dot).map { ($0, change.time.milliseconds) }
    }

    private func before(_ dot: Dot, _ life: Dot, _ field: FieldName, _ sets: inout DecodedSets) throws -> Earlier? {
        guard let number = standing.replica(dot.replica)?.number else { return nil }
        var counter = dot.counter - 1
        for _ in 0..<Self.setsMax where counter > 0 {
            guard let set = try sets.set(containing: counter, of: number) else { return nil }
            while counter >= set.first, counter > 0 {
                let change = set.changes[Int(counter - set.first)]
                let own = Dot(dot.replica, counter)
                if let value = change.value(of: field, life, at: own) {
                    return Earlier(dot: own, value: value, time: change.time.milliseconds, seenBy: dot)
                }
                counter -= 1
            }
        }
        return nil
    }
}

extension Change {
    /// What it writes into a field of the record of that life.
    fileprivate func value(of field: FieldName, _ life: Dot, at dot: Dot) -> ValueAnswer? {
        guard case .write(let subject, let writes) = action, (subject.life ?? dot) == life else { return nil }
        return writes.first { $0.field == field }.map { ValueAnswer($0.value) }
    }
}

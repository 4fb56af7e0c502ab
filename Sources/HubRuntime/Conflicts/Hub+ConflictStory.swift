import Causality
import ChangeSets
import Merging

/// A conflict with how it came about: what a person needs to decide it.
public struct ConflictStory: Encodable, Sendable {
    /// One write, and who of the others had heard of it.
    public struct Write: Encodable, Sendable {
        public var dot: String
        public var site: String
        public var source: String
        public var time: UInt64
        public var value: ValueAnswer
        /// Where a value came from that the hub wrote itself. Of one that stands again since a decision was taken back, all else here tells
        /// of the write that had it first.
        public var origin: ValueOrigin?
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
    /// Of an oversold pile: what took from it last, the newest first.
    public var takers: [StockItem.Entry] = []
    /// Of a change that is set aside or waits: what it says, and what of that can be mended.
    public var refused: RefusedChange?
    /// Of a proposed link: the two records side by side.
    public var pair: ProposalAnswer?
    /// Sites that show the merged view.
    public var sites: Int
    /// Open conflicts of the same kind and field, this one among them; at most `Hub.conflictsPerKindMax`.
    public var alike: Int
    public var before: String?
    public var next: String?
}

/// A pile of goods after a choice. Quantities in units of 10⁻⁴.
public struct Foresight: Encodable, Hashable, Sendable {
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
            var teller = StoryTeller(documents: documents, list: self.conflictList(documents, scorer))
            var story = try teller.story(of: id, trying: policy.flatMap(FieldPolicy.init))
            if let conflict = story.conflict, conflict.kind == .oversell { story.takers = try documents.takers(of: conflict) }
            return story
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
    fileprivate func takers(of conflict: ConflictAnswer) throws -> [StockItem.Entry] {
        guard let sku = conflict.about.sku, let location = conflict.about.location, let row = try store.cell(sku: sku, location: location)
        else { return [] }
        var reader = StockReader(self, heard: [:])
        return try reader.takers(of: row)
    }

    fileprivate func foresight(of finding: Finding) throws -> Foresight? {
        guard let sku = finding.answer.about.sku, let location = finding.answer.about.location,
            let row = try store.cell(sku: sku, location: location)
        else { return nil }
        let figure = try figure(row)
        return Foresight(onHand: figure.onHand, available: figure.available, conflicts: figure.conflicts.count)
    }
}

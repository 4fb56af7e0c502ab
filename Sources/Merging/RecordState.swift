import Causality
import ChangeSets
import Mutants

/// One value of one field, as its writer wrote it.
public struct FieldValue: Hashable, Sendable {
    public var value: Value
    /// Other records' values that were shown beside (S30).
    public var saw: [Dot]
    public var isPersonal: Bool

    public init(value: Value, saw: [Dot] = [], isPersonal: Bool = false) {
        self.value = value
        self.saw = saw
        self.isPersonal = isPersonal
    }
}

extension Siblings where Content == FieldValue {
    /// Writes that did not know of each other say different things. Where they say the same there is nothing to decide, whoever wins.
    public var areContested: Bool {
        guard isConcurrent, let latest else { return false }
        return writes.contains { $0.content.value != latest.content.value }
    }
}

/// A write of the hidden field `alive`: somebody deleted the record.
public struct Deletion: Hashable, Sendable {
    public init() {}
}

/// One record as merged from every admitted change of it: per field its siblings, and who deleted it.
///
/// A function of the *set* of admitted changes (law 4): see `Siblings` for the equation. Nothing is
/// overwritten in silence: every concurrent value stays, whoever wins (law 6).
public struct RecordState: Hashable, Sendable {
    public let id: RecordID
    /// In the order of their names.
    var fields: [Field] = []
    /// Live deletions; a record may have some and still be alive (S8).
    public internal(set) var deletions = Siblings<Deletion>()

    struct Field: Hashable, Sendable {
        var name: FieldName
        var siblings: Siblings<FieldValue>
        /// What superseded writes `saw`, in order, without repeats (`saw(of:)`).
        var inherited: [Dot] = []
    }

    public init(id: RecordID) { self.id = id }

    public var fieldNames: [FieldName] { fields.map(\.name) }

    /// The live values of a field, the winner under "latest" last; empty when it was never written.
    public func siblings(of name: FieldName) -> Siblings<FieldValue> {
        index(of: name).map { fields[$0].siblings } ?? Siblings()
    }

    /// Other records' values that the writers of a field's live values were shown, or inherited from what they supersede (S30); in
    /// order.
    ///
    /// Above every superseded write stands a live one that superseded it, by however many steps. So what is inherited is what *all*
    /// admitted writes of the field saw: a union, in which no order matters.
    public func saw(of name: FieldName) -> [Dot] {
        guard let index = index(of: name) else { return [] }
        return Set(fields[index].inherited + fields[index].siblings.writes.flatMap(\.content.saw)).sorted()
    }

    /// The part of `saw(of:)` that superseded writes saw.
    public func inherited(of name: FieldName) -> [Dot] { index(of: name).map { fields[$0].inherited } ?? [] }

    /// The most inherited dots of a field that are kept, so that a field written for ever stays a field: the highest ones, which are the
    /// same in any order of arrival. A person has some dozens of records at most, and each of a field's values is seen once.
    public static let inheritedDotsMax = 1_000

    /// The value that wins under the policy "latest"; `nil` when the field was never written.
    public subscript(name: FieldName) -> Value? {
        index(of: name).flatMap { fields[$0].siblings.latest?.content.value }
    }

    /// The exact dots of all live values: what a screen that shows the whole record has shown, and what a
    /// `seen` token for it names (S2).
    public var liveDots: [Dot] {
        Set(fields.flatMap { $0.siblings.writes.map(\.dot) } + deletions.writes.map(\.dot)).sorted()
    }

    /// Everything that the record contains, as a clock over the writers of its live values.
    public var clock: VectorClock {
        var clock = VectorClock()
        for dot in liveDots { clock.insert(dot) }
        return clock
    }

    func index(of name: FieldName) -> Int? {
        var low = 0
        var high = fields.count
        while low < high {
            let middle = (low + high) / 2
            if fields[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low < fields.count && fields[low].name == name ? low : nil
    }
}

extension RecordState.Field {
    mutating func inherit(_ superseded: [Siblings<FieldValue>.Write]) {
        let seen = superseded.flatMap(\.content.saw)
        guard !seen.isEmpty else { return }
        inherited = Array(Set(inherited + seen).sorted().suffix(RecordState.inheritedDotsMax))
    }
}

extension RecordState {
    /// Whether the record counts as deleted: one live deletion knows every live value, by name or by chain (S8).
    ///
    /// One surviving edit brings back the whole record.
    public func isDead(in lineage: Lineage) -> Bool {
        if Mutant.deletesUnseenEdits.isOn { return !deletions.writes.isEmpty }
        return deletions.writes.contains { deletion in
            fields.allSatisfy { $0.siblings.writes.allSatisfy { deletion.knows($0.dot, in: lineage) } }
        }
    }

    /// Values that a live deletion did not know of, written by somebody who did not know of that deletion:
    /// an edit and a delete that crossed. The edit is kept, and an operator is told.
    public func editsDespiteDeletion(in lineage: Lineage) -> [Dot] {
        let edits = fields.flatMap { $0.siblings.writes }
        let crossed = edits.filter { edit in
            deletions.writes.contains { !$0.knows(edit.dot, in: lineage) && !edit.knows($0.dot, in: lineage) }
        }
        return Set(crossed.map(\.dot)).sorted()
    }
}

extension Siblings.Write {
    /// Whether the writer knew of `dot`: it named it, or it is earlier in the writer's chain.
    func knows(_ dot: Dot, in lineage: Lineage) -> Bool {
        if case .named(let dots) = context, dots.contains(dot) { return true }
        return lineage.chain(of: self.dot, contains: dot)
    }
}

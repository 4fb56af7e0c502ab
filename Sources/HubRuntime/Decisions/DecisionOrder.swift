import Causality
import ChangeSets
import Merging

extension [DecisionRow] {
    /// In the order in which they were made: by their time, then by their dots.
    ///
    /// Records count up in the order in which the hub heard of their generations, and one that a restored hub had forgotten comes back after
    /// what was decided since (S24). In one generation their order is that of time (S10), so few times are read.
    ///
    /// - Precondition: they stand in the order of their records.
    /// - Parameter state: a record as the caller sees it, which may not be in the store yet.
    func inOrderOfTime(state: (RecordNumber) throws -> RecordState?) throws -> [DecisionRow] {
        var generations: [(first: DecisionMoment, last: DecisionMoment, rows: ArraySlice<DecisionRow>)] = []
        var rest = self[...]
        while let first = rest.first {
            let rows = rest.prefix { $0.record.replica == first.record.replica }
            if rows.count == count { return self }
            rest = rest.dropFirst(rows.count)
            let last = rows.last ?? first
            generations.append((try DecisionMoment(state(first.record)), try DecisionMoment(state(last.record)), rows))
        }
        generations.sort { $0.first < $1.first }
        let followEachOther = zip(generations, generations.dropFirst()).allSatisfy { former, next in former.last < next.first }
        if followEachOther { return generations.flatMap(\.rows) }
        return try map { (row: $0, moment: try DecisionMoment(state($0.record))) }.sorted { $0.moment < $1.moment }.map(\.row)
    }
}

/// When a decision was made, the same at every hub that has it.
private struct DecisionMoment: Comparable {
    private let time: Int64
    private let dot: Dot?

    init(_ state: RecordState?) {
        time = state?["at"]?.integer ?? 0
        dot = state?.id.life
    }

    static func < (left: DecisionMoment, right: DecisionMoment) -> Bool {
        guard left.time == right.time, let one = left.dot, let other = right.dot else { return left.time < right.time }
        return one < other
    }
}

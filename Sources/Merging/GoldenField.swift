import Causality
import ChangeSets

/// One field of a person or of an order, chosen from the live values of all its records, with where it comes from and what it was
/// preferred to.
public struct GoldenField: Hashable, Sendable {
    public var name: FieldName
    public var policy: FieldPolicy
    public var shown: Candidate
    /// The other live values, the next best first. Values that another record's write had seen and replaced are not among them.
    public var beaten: [Candidate]
    /// Values that another record's write had seen and replaced (S30), the latest first. Unlinking revives them.
    public var replaced: [Candidate]

    /// One live value of one record.
    public struct Candidate: Hashable, Sendable {
        public var value: Value
        public var record: RecordID
        public var precedence: Precedence
        /// The site that wrote the value; `nil` when the caller does not know the writer.
        public var site: Text?
        public var isPersonal: Bool
        /// What the writer had been shown of this field, and of the same field of other records.
        public var context: Context
        public var saw: [Dot]

        public var dot: Dot { precedence.dot }
        public var time: Timestamp { precedence.time }
    }
}

extension GoldenField {
    /// Chooses from the live values that the records hold of one field; `nil` when none has any.
    ///
    /// A value whose exact dot another record's write `saw`, or inherited, is superseded by it, as long as both belong to what is drawn
    /// (S30).
    public init?(_ name: FieldName, of records: [RecordState], policy: FieldPolicy, site: (ReplicaID) -> Text?) {
        var candidates: [Candidate] = []
        var seen: [Dot: Set<RecordID>] = [:]
        for record in records {
            for dot in record.saw(of: name) { seen[dot, default: []].insert(record.id) }
            for write in record.siblings(of: name).writes {
                candidates.append(
                    Candidate(
                        value: write.content.value, record: record.id, precedence: write.precedence,
                        site: site(write.dot.replica), isPersonal: write.content.isPersonal, context: write.context,
                        saw: write.content.saw))
            }
        }
        func isReplaced(_ candidate: Candidate) -> Bool { seen[candidate.dot]?.contains { $0 != candidate.record } ?? false }
        let live = candidates.filter { !isReplaced($0) }
        var ordered = policy.ordered(live)
        let value = policy.shown(ordered)
        guard var shown = ordered.popLast() else { return nil }
        shown.value = value ?? shown.value
        let replaced = candidates.filter(isReplaced).sorted { $1.precedence < $0.precedence }
        self.init(name: name, policy: policy, shown: shown, beaten: ordered.reversed(), replaced: replaced)
    }
}

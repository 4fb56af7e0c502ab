import Causality

/// An operator's decision, as lists and open conflicts find it.
public struct DecisionRow: Hashable, Sendable {
    public var record: RecordNumber
    public var conflict: String
    public var choice: Decision.Choice
    public var fingerprint: String
    /// The decision that took it back.
    public var undone: RecordNumber?

    public init(record: RecordNumber, conflict: String, choice: Decision.Choice, fingerprint: String, undone: RecordNumber? = nil) {
        self.record = record
        self.conflict = conflict
        self.choice = choice
        self.fingerprint = fingerprint
        self.undone = undone
    }
}

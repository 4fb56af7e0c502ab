import Causality

/// An operator's decision, as lists and open conflicts find it.
public struct DecisionRow: Hashable, Sendable {
    public var record: RecordNumber
    public var conflict: String
    public var choice: Decision.Choice
    public var fingerprint: String
    /// The decision that took it back; itself, where it is idle.
    public var undone: RecordNumber?
    /// It came back to a restored hub and found nothing to do: it counts for nothing, and nothing makes it count (S24).
    public var isIdle: Bool { undone == record }

    public init(record: RecordNumber, conflict: String, choice: Decision.Choice, fingerprint: String, undone: RecordNumber? = nil) {
        self.record = record
        self.conflict = conflict
        self.choice = choice
        self.fingerprint = fingerprint
        self.undone = undone
    }
}

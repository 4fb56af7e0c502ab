import Causality
import ChangeSets

/// The exact values that a screen has shown: which write of which field of which record (S2).
///
/// What a `seen` token stands for. A value that lost and was not shown is not among them.
public struct ShownValues: Hashable, Sendable {
    public struct Value: Hashable, Sendable {
        public var record: RecordID
        public var field: FieldName
        public var dot: Dot

        public init(record: RecordID, field: FieldName, dot: Dot) {
            self.record = record
            self.field = field
            self.dot = dot
        }
    }

    /// Records that were shown, whether or not a value of theirs was.
    public var records: [RecordID] = []
    public var values: [Value] = []

    public init() {}

    public mutating func show(_ record: RecordID) {
        if !records.contains(record) { records.append(record) }
    }

    public mutating func show(_ record: RecordID, _ field: FieldName, _ dot: Dot) {
        show(record)
        let value = Value(record: record, field: field, dot: dot)
        if !values.contains(value) { values.append(value) }
    }

    /// What a write of `field` of `record` names: the values of it that were shown, and none if none were.
    public func context(of field: FieldName, of record: RecordID?) -> Context {
        .named(dots { $0.field == field && $0.record == record })
    }

    /// What a deletion of `record` names: every value of it that was shown.
    public func context(of record: RecordID) -> Context { .named(dots { $0.record == record }) }

    /// The values of the same field of *other* records that stood beside it (S30).
    public func saw(_ field: FieldName, beside record: RecordID?) -> [Dot] {
        dots { $0.field == field && $0.record != record }
    }

    private func dots(_ isMeant: (Value) -> Bool) -> [Dot] { Set(values.lazy.filter(isMeant).map(\.dot)).sorted() }
}

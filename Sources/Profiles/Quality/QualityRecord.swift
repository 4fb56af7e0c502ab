import Causality
import ChangeSets

/// One record as the quality of its data is judged: whose it is, and its live values.
public struct QualityRecord: Sendable {
    public var site: Text
    /// Says what it is, too: a customer, an article.
    public var id: RecordID
    /// Siblings of a field are values of their own.
    public var values: [Value]

    public struct Value: Sendable {
        public var field: FieldName
        /// As it was typed; it stays in memory while the record is looked at, and no longer.
        public var text: Text
        public var written: Timestamp

        public init(field: FieldName, text: Text, written: Timestamp) {
            self.field = field
            self.text = text
            self.written = written
        }
    }

    public init(site: Text, id: RecordID, values: [Value]) {
        self.site = site
        self.id = id
        self.values = values
    }
}

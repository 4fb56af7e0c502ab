import Causality
import ChangeSets

/// One write that was posted, not captured: by a web back-end, or by a till's own screen.
public struct PostedWrite: Hashable, Sendable {
    /// The record that it is about.
    public enum Target: Hashable, Sendable {
        /// A record of the posting source itself, by its key; the first write of a key creates the record.
        case own(EntityName, LocalKey)
        /// A record that the writer was shown, whoever made it.
        case shown(RecordID)
    }

    public struct Field: Hashable, Sendable {
        public var name: FieldName
        public var value: Value
        public var isPersonal: Bool

        public init(_ name: FieldName, _ value: Value, isPersonal: Bool = false) {
            self.name = name
            self.value = value
            self.isPersonal = isPersonal
        }
    }

    public enum Act: Hashable, Sendable {
        case write(Target, [Field])
        case delete(Target)
        /// Only moves or counts stock.
        case stockOnly
    }

    public var act: Act
    public var stock: StockEffect?
    /// What the writer had been shown; `nil`: it wrote blindly, and names its own earlier writes (S2).
    public var shown: ShownValues?

    public init(_ act: Act, stock: StockEffect? = nil, shown: ShownValues? = nil) {
        self.act = act
        self.stock = stock
        self.shown = shown
    }
}

/// What became of a posted write: its name, and that of its record.
public struct PostedChange: Hashable, Sendable {
    public var dot: Dot
    public var record: RecordID?
}

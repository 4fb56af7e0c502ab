import ChangeSets

/// Why one row is set aside. The other rows of its table go on.
///
/// Neither the message nor the remedy holds a value of the row: it may be personal.
public struct RowError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable names, listed in `docs/operating/mapping.md`.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case notANumber = "row-not-a-number"
        case notFinite = "row-not-finite"
        case notExact = "row-not-exact"
        case outOfRange = "row-out-of-range"
        case notATime = "row-not-a-time"
        case notAFlag = "row-not-a-flag"
        case notText = "row-not-text"
        case unknownValue = "row-unknown-value"
        case malformedText = "row-malformed-text"
        case keyIsNull = "row-key-is-null"
        case tooLarge = "row-too-large"
    }

    public var code: Code
    public var table: String
    /// The column as the mapping writes it: `email`, or `person.email` for a parent's.
    public var column: String
    /// The row's key where it could be read, for listings of rows set aside. Not part of the message.
    public var key: LocalKey?
    public var message: String
    public var remedy: String

    public init(_ code: Code, table: String, column: String, key: LocalKey? = nil, _ message: String, remedy: String) {
        self.code = code
        self.table = table
        self.column = column
        self.key = key
        self.message = message
        self.remedy = remedy
    }

    public var description: String { "\(message)\n\(remedy)" }
}

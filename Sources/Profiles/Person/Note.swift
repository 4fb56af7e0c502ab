import Causality
import ChangeSets

/// Something that somebody wrote down about a person.
public struct Note: Hashable, Sendable {
    public var record: RecordID
    /// Personal data.
    public var text: Text?
    /// Who wrote it, as told.
    public var author: Text?
    /// Milliseconds since 1970 (UTC).
    public var at: Int64?
    public var site: Text?

    public init(record: RecordID, text: Text?, author: Text?, at: Int64?, site: Text?) {
        self.record = record
        self.text = text
        self.author = author
        self.at = at
        self.site = site
    }
}

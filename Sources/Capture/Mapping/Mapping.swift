/// A mapping as it was written: which tables of an application become which entities, and how.
///
/// Nothing in it has been held against a file yet; `checked(against:)` does that.
public struct Mapping: Sendable {
    /// Where it was read from, for messages.
    public let file: String
}

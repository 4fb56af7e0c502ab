import Causality
import ChangeSets
import Merging

/// From when to when one record held an identifier.
public struct IdentifierInterval: Hashable, Sendable {
    public enum Standing: String, Hashable, Sendable {
        case current
        /// Superseded; it goes on linking (S29).
        case former
        /// Superseded by a correction: the record never rightly held it.
        case corrected
    }

    public var identifier: Identifier
    public var record: RecordID
    public var standing: Standing
    /// The write that brought it: its time is the interval's beginning.
    public var writtenBy: Precedence
    /// The write that ended it; `nil` for a current one, or when that is not known.
    public var endedBy: Precedence?
    /// The site that wrote it; `nil` when the caller does not know the writer.
    public var site: Text?

    public init(
        identifier: Identifier, record: RecordID, standing: Standing, writtenBy: Precedence, endedBy: Precedence? = nil, site: Text? = nil
    ) {
        self.identifier = identifier
        self.record = record
        self.standing = standing
        self.writtenBy = writtenBy
        self.endedBy = endedBy
        self.site = site
    }

    /// By identifier, then as written.
    public static func areInOrder(_ left: Self, _ right: Self) -> Bool {
        if left.identifier != right.identifier { return left.identifier < right.identifier }
        return left.writtenBy.time == right.writtenBy.time
            ? left.writtenBy.dot < right.writtenBy.dot : left.writtenBy.time < right.writtenBy.time
    }
}

extension RecordState {
    /// The identifiers that the record holds now, each since the write of its live value.
    public func identifierIntervals(
        country: Text? = nil, rules: LinkRules = .standard, site: (ReplicaID) -> Text?
    ) -> [IdentifierInterval] {
        Identifier.fields.flatMap { field, kind in
            siblings(of: field).writes.compactMap { write in
                write.content.value.typed.flatMap { Identifier(kind: kind, raw: $0, country: country, rules: rules) }.map {
                    IdentifierInterval(
                        identifier: $0, record: id, standing: .current, writtenBy: write.precedence, site: site(write.dot.replica))
                }
            }
        }
    }
}

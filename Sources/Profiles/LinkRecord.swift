import Causality
import ChangeSets
import Merging

/// What linking needs to know of one customer record.
public struct LinkRecord: Hashable, Sendable {
    public var id: RecordID
    /// The creating change's time with the verdict on it; decides which record of a profile is the oldest.
    public var created: Precedence
    /// Without repeats, in the order of `Identifier`.
    public private(set) var identifiers: [Identifier]

    public init(id: RecordID, created: Precedence, identifiers: some Sequence<Identifier>) {
        self.id = id
        self.created = created
        self.identifiers = Set(identifiers).sorted()
    }

    /// Reads the identifiers of a customer record: all siblings of all identifying fields link, whoever wins (S29).
    ///
    /// - Parameters:
    ///   - state: the merged record; the caller leaves dead records out of linking altogether.
    ///   - created: precedence of the change that created the record.
    ///   - country: default country of the record's site, for phone numbers.
    ///   - earlier: identifiers that the record held before, as far as they still link.
    public init(
        _ state: RecordState, created: Precedence, country: Text? = nil, earlier: [Identifier] = [], rules: LinkRules = .standard
    ) {
        self.init(id: state.id, created: created, identifiers: state.identifiers(country: country, rules: rules) + earlier)
    }
}

extension RecordState {
    /// The identifiers among the live values of the record, in the order of `Identifier`.
    ///
    /// A number in a text field counts as its digits: tills keep phones and cards as integers, too.
    public func identifiers(country: Text? = nil, rules: LinkRules = .standard) -> [Identifier] {
        var found: Set<Identifier> = []
        for (field, kind) in Identifier.fields {
            for write in siblings(of: field).writes {
                guard let raw = write.content.value.typed else { continue }
                if let identifier = Identifier(kind: kind, raw: raw, country: country, rules: rules) { found.insert(identifier) }
            }
        }
        return found.sorted()
    }
}

/// What an operator said of two records.
public struct LinkDecision: Hashable, Sendable {
    public enum Verdict: String, Hashable, Sendable {
        case same
        case neverSame
    }

    public var verdict: Verdict
    public let lower: RecordID
    public let higher: RecordID

    /// - Returns: `nil` for a record and itself.
    public init?(_ verdict: Verdict, _ one: RecordID, _ other: RecordID) {
        guard one != other else { return nil }
        self.verdict = verdict
        (lower, higher) = RecordOrder.areInOrder(one, other) ? (one, other) : (other, one)
    }

    public func concerns(_ record: RecordID) -> Bool { lower == record || higher == record }
}

/// The fixed order of records that linking goes by: their lives, then their whole names' bytes.
enum RecordOrder {
    static func areInOrder(_ left: RecordID, _ right: RecordID) -> Bool {
        if left.life != right.life { return left.life < right.life }
        return left.canonicalBytes.lexicographicallyPrecedes(right.canonicalBytes)
    }
}

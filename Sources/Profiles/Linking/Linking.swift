import Causality
import ChangeSets
import Mutants

/// Which records are one person, by rules and decisions, with every link's reason and everything refused.
///
/// The result is a function of the *set* of records and decisions, so arrival order does not matter (law 4, S28, S29):
///
/// 1. A value that more records of one source hold than its kind allows links nothing.
/// 2. Operators' links are taken, in the order of (lower record, higher record).
/// 3. Kinds go in the rules' order. Where a kind would join more records than one person may have, it joins none of
///    them. Otherwise its pairs are tried in the order of (value bytes, lower record, higher record).
/// 4. A pair, an operator's too, that would bring two records together that are declared never the same is refused. So is a
///    rule's pair that would bring different values of an unchanging kind together or, by a value that several people may
///    have, names that contradict each other.
/// 5. A value of a kind that opens no known profile joins its holders only while at most one of their groups is known by more.
public struct Linking: Hashable, Sendable {
    /// In the order of their ids; every record is in exactly one, alone if need be.
    public var profiles: [LinkedProfile]
    /// Of pairs, the first `pairRefusalsMax`.
    public var refusals: [LinkRefusal]
    /// Refused pairs that are not listed.
    public var refusalsLeftOut: Int
    /// Values that link nothing because too many records of one source hold them.
    public var sharedValues: [SharedValue]

    /// The most refused pairs that are listed: under wide limits a value on many records asks for a pair of each two.
    public static let pairRefusalsMax = 10_000
}

/// The records of one person, and why they are.
public struct LinkedProfile: Hashable, Sendable {
    public var id: ProfileID
    /// In the order of their lives.
    public var records: [RecordID]
    /// The pairs that joined them, one fewer than the records, in the order in which they were taken.
    public var links: [Link]

    public init(id: ProfileID, records: [RecordID], links: [Link]) {
        self.id = id
        self.records = records
        self.links = links
    }

    public struct Link: Hashable, Sendable {
        public var lower: RecordID
        public var higher: RecordID
        public var reason: LinkReason

        public init(lower: RecordID, higher: RecordID, reason: LinkReason) {
            self.lower = lower
            self.higher = higher
            self.reason = reason
        }
    }
}

public enum LinkReason: Hashable, Sendable {
    case decision
    case identifier(Identifier)
}

/// A link that the rules asked for and did not get; shown to operators.
public enum LinkRefusal: Hashable, Sendable {
    /// Two records, and what stood between the groups that they belonged to.
    case pair(Cause, lower: RecordID, higher: RecordID, reason: LinkReason)
    /// This kind would have made one person of too many records: of these profiles' records, in order of their lives, it joined none.
    case tooManyRecords(kind: Identifier.Kind, records: [RecordID])
    /// A value that opens no known profile stands at two known persons or more: it joined none of these records.
    case severalPersons(identifier: Identifier, records: [RecordID])

    /// How many records it keeps from being one person.
    public var recordCount: Int {
        switch self {
        case .pair: 2
        case .tooManyRecords(_, let records), .severalPersons(_, let records): records.count
        }
    }

    public enum Cause: Hashable, Sendable {
        /// An operator said so, of two of their records.
        case neverSame
        /// Different values of a kind that never changes.
        case unchanging(Identifier.Kind)
        /// Several people may have the value, and the names contradict each other.
        case names
    }
}

/// A value that too many records of one source hold.
public struct SharedValue: Hashable, Sendable {
    public var identifier: Identifier
    /// The source where most records hold it, and how many.
    public var source: SourceID
    public var records: Int

    public init(identifier: Identifier, source: SourceID, records: Int) {
        self.identifier = identifier
        self.source = source
        self.records = records
    }
}

extension Linking {
    /// Links everything there is, from nothing.
    ///
    /// - Parameters:
    ///   - records: every live customer record, each once, in any order.
    ///   - decisions: every decision in force; one about a record that is not here has no effect. Where one pair is
    ///     declared both, "never the same" holds.
    public static func link(_ records: [LinkRecord], decisions: [LinkDecision], rules: LinkRules) -> Linking {
        let records = records.sorted { RecordOrder.areInOrder($0.id, $1.id) }
        let holders = Holders(records, of: Set(rules.ranks.map(\.kind)))
        return link(records, holders, decisions: decisions, rules: rules, shared: holders.tooShared(rules))
    }

    /// - Parameter shared: the values that link nothing, judged over *all* records.
    static func link(
        _ records: [LinkRecord], decisions: [LinkDecision], rules: LinkRules, shared: [Identifier: SharedValue.Worst]
    ) -> Linking {
        let records = records.sorted { RecordOrder.areInOrder($0.id, $1.id) }
        return link(records, Holders(records, of: Set(rules.ranks.map(\.kind))), decisions: decisions, rules: rules, shared: shared)
    }

    private static func link(
        _ records: [LinkRecord], _ holders: Holders, decisions: [LinkDecision], rules: LinkRules, shared: [Identifier: SharedValue.Worst]
    ) -> Linking {
        var joiner = Joiner(records, rules: rules, holders: holders)
        joiner.take(decisions)
        for rank in rules.ranks { joiner.join(rank) { shared[$0] == nil || Mutant.ignoresIdentityLimit.isOn } }
        let values = shared.map { SharedValue(identifier: $0.key, source: $0.value.source, records: $0.value.records) }
        return Linking(
            profiles: joiner.profiles(), refusals: joiner.refusals, refusalsLeftOut: joiner.refusalsLeftOut,
            sharedValues: values.sorted { $0.identifier < $1.identifier })
    }
}

extension SharedValue {
    /// The source with most records of a value.
    struct Worst: Hashable {
        var source: SourceID
        var records: Int

        init?(_ counts: [SourceID: Int]) {
            guard let worst = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return nil }
            (source, records) = (worst.key, worst.value)
        }
    }
}

extension LinkRules {
    func isShared(_ identifier: Identifier, worst: SharedValue.Worst?) -> Bool {
        guard let rank = rank(of: identifier.kind), let worst else { return false }
        return worst.records > ranks[rank].recordsPerSourceMax
    }
}

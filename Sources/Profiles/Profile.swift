import Causality
import ChangeSets
import Merging
import Mutants

/// One person as all records together tell it: derived, never stored as a truth of its own, so every link can be undone.
public struct Profile: Hashable, Sendable {
    public var id: ProfileID
    /// The records that make the person, in the order of their lives.
    public var records: [Member]
    public var links: [LinkedProfile.Link]
    /// In the order of their names.
    public var fields: [GoldenField]
    /// In the order of `Identifier`.
    public var identifiers: [HeldIdentifier]
    public var purchases: PurchaseSummary
    /// The hub holds more of it than stands here (`shortened(toBytes:)`).
    public internal(set) var isShortened = false
    /// What each writer followed: a write's clock is told by it.
    public var lineage: Lineage

    public struct Member: Hashable, Sendable {
        public var id: RecordID
        /// The site of the record's source.
        public var site: Text?
    }

    /// An identifier with the records that hold it.
    public struct HeldIdentifier: Hashable, Sendable {
        public var identifier: Identifier
        /// In the order of their lives.
        public var records: [RecordID]
    }

    /// How a profile is drawn: data of the operator and of the hub's tables.
    public struct Drawing {
        /// Policy of a field; `latest` unless said otherwise.
        public var policies: [FieldName: FieldPolicy]
        /// Site of a source.
        public var site: (SourceID) -> Text?
        /// Site of the writer of a change.
        public var writer: (ReplicaID) -> Text?
        /// Default country of a source's site, for phone numbers.
        public var country: (SourceID) -> Text?
        public var rules: LinkRules
        public var lineage: Lineage

        public init(
            policies: [FieldName: FieldPolicy] = [:], site: @escaping (SourceID) -> Text? = { _ in nil },
            writer: @escaping (ReplicaID) -> Text? = { _ in nil }, country: @escaping (SourceID) -> Text? = { _ in nil },
            rules: LinkRules = .standard, lineage: Lineage = Lineage()
        ) {
            self.policies = policies
            self.site = site
            self.writer = writer
            self.country = country
            self.rules = rules
            self.lineage = lineage
        }
    }

    /// - Parameters:
    ///   - linked: what linking says of the person.
    ///   - states: the merged records of `linked.records`, in any order; others are left out.
    ///   - purchases: over all channels, each purchase once.
    public init(_ linked: LinkedProfile, states: [RecordState], purchases: PurchaseSummary, drawing: Drawing) {
        let places = Dictionary(linked.records.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let states = states.filter { places[$0.id] != nil }.sorted { places[$0.id, default: 0] < places[$1.id, default: 0] }
        id = linked.id
        links = linked.links
        records = linked.records.map { Member(id: $0, site: drawing.site($0.source)) }
        self.purchases = purchases
        lineage = drawing.lineage
        let names = Set(states.flatMap(\.fieldNames)).sorted()
        fields = names.compactMap { GoldenField($0, of: states, policy: drawing.policies[$0] ?? .latest, site: drawing.writer) }
        var holders: [Identifier: [RecordID]] = [:]
        for state in states {
            for identifier in state.identifiers(country: drawing.country(state.id.source), rules: drawing.rules) {
                holders[identifier, default: []].append(state.id)
            }
        }
        identifiers = holders.map { HeldIdentifier(identifier: $0.key, records: $0.value) }.sorted { $0.identifier < $1.identifier }
    }

    /// The value shown for a field.
    public subscript(name: FieldName) -> Value? { fields.first { $0.name == name }?.shown.value }

    /// Everything that the chain of a write contains: what its writer had seen of its own.
    func clock(of dot: Dot) -> VectorClock { Mutant.forgetsWhatWasSeen.isOn ? VectorClock() : lineage.clock(upTo: dot) }

    /// The exact dots that somebody who sees the golden fields has been shown: what a `seen` token for them names.
    ///
    /// Values that were beaten are not among them (S2).
    public var shownDots: [Dot] { Set(fields.map(\.shown.dot)).sorted() }
}

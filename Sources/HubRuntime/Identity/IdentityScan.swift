import Causality
import ChangeSets
import Merging
import Profiles

/// All customer records as some rules read them, from one read transaction: what trying and weighing rules begin with.
///
/// Takes a second or so for every hundred thousand records, and half a kilobyte of memory for each.
struct IdentityScan {
    let rules: LinkRules
    /// In the order of their numbers.
    private(set) var records: [LinkRecord] = []
    /// Of each record: the profile that it belongs to now.
    private(set) var profiles: [RecordNumber] = []
    /// Of each record: its superseded identifying values that were no corrections, by kind.
    private(set) var changes: [[Identifier.Kind]] = []

    /// Values that are no identifiers, by site, kind and reason.
    private(set) var ignored: [IgnoredKey: IgnoredCount] = [:]

    struct IgnoredKey: Hashable {
        var site: Text
        var kind: Identifier.Kind
        var fault: FormFault
    }

    struct IgnoredCount {
        var records = 0
        /// The first by their numbers.
        var examples: [Dot] = []
        static let examplesMax = 5
    }

    init(_ documents: Documents, rules: LinkRules) throws {
        self.rules = rules
        let tables = LinkTables(store: documents.store, standing: documents.standing)
        try documents.store.eachStoredCustomer(withIdentifiers: false) { page in
            for stored in page { try take(stored, tables, documents) }
        }
    }

    private mutating func take(_ stored: StoredCustomer, _ tables: LinkTables, _ documents: Documents) throws {
        let (customer, earlier) = (stored.customer, stored.earlier)
        guard let row = stored.record, let name = tables.name(customer.record) else { return }
        let state = try RecordState(row, standing: documents.standing)
        let created = Precedence(isInBound: customer.isCreatedInBound, time: customer.created, dot: state.id.life)
        let country = documents.country(of: state.id.source)
        let reading = CustomerReading(state, created: created, country: country, earlier: earlier, rules: rules)
        for (kind, fault) in state.ignoredIdentifiers(country: country, rules: rules) {
            let key = IgnoredKey(site: documents.site(state.id.source) ?? "?", kind: kind, fault: fault)
            ignored[key, default: IgnoredCount()].take(state.id.life)
        }
        records.append(reading.link.named(name))
        profiles.append(customer.profile)
        changes.append(earlier.filter { !$0.isCorrected }.compactMap(\.kind.identifierKind))
    }

    func linking(decisions: [LinkDecision]) -> Linking { Linking.link(records, decisions: decisions, rules: rules) }
}

extension IdentityScan.IgnoredCount {
    fileprivate mutating func take(_ life: Dot) {
        records += 1
        if examples.count < Self.examplesMax { examples.append(life) }
    }
}

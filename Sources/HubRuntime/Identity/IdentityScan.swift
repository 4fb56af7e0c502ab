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

    init(_ documents: Documents, rules: LinkRules) throws {
        self.rules = rules
        let tables = LinkTables(store: documents.store, standing: documents.standing)
        try documents.store.eachCustomer { customer in
            guard let state = try documents.state(customer.record), let name = tables.name(customer.record) else { return }
            let earlier = try documents.store.earlier(record: customer.record)
            let created = Precedence(isInBound: customer.isCreatedInBound, time: customer.created, dot: state.id.life)
            let reading = CustomerReading(
                state, created: created, country: documents.country(of: state.id.source), earlier: earlier, rules: rules)
            records.append(reading.link.named(name))
            profiles.append(customer.profile)
            changes.append(earlier.filter { !$0.isCorrected }.compactMap(\.kind.identifierKind))
        }
    }

    func linking(decisions: [LinkDecision]) -> Linking { Linking.link(records, decisions: decisions, rules: rules) }
}

import Causality
import ChangeSets
import Inventory
import Merging
import Orders
import Profiles

/// Draws what the feed sends and look-ups show, from one read transaction.
///
/// Not a value: it remembers what it has looked up while the transaction lasts.
final class Documents {
    let store: any HubReading
    let now: Timestamp
    private(set) var standing: Standing
    let sites: [SiteRow]
    private(set) lazy var policies = Result { try Policies(reading: store, state: state) }
    private(set) lazy var safety = Result { try SafetyStock(reading: store, state: state) }

    /// - Parameter standing: what the hub knew by heart when the transaction began; read anew where the store is ahead of it.
    init(store: any HubReading, standing: Standing, now: Timestamp) throws {
        self.store = store
        self.now = now
        let head = try store.head()?.number ?? 0
        self.standing = head == standing.head.number ? standing : try Standing(reading: store)
        sites = try store.sites()
    }

    func state(_ number: RecordNumber) throws -> RecordState? {
        try store.record(number).map { try RecordState($0, standing: standing) }
    }

    func site(_ source: SourceID) -> Text? {
        standing.source(source).flatMap { site(number: $0.site) }.map { Text($0.name) }
    }

    func writer(_ replica: ReplicaID) -> Text? {
        guard let row = standing.replica(replica) else { return nil }
        guard let source = row.source.flatMap({ standing.source($0) }), !source.isHub else { return "hub" }
        return site(number: source.site).map { Text($0.name) }
    }

    /// The default country of a source's site.
    func country(of source: SourceID) -> Text? { standing.source(source).flatMap { site(number: $0.site) }?.country }

    func site(number: SiteNumber) -> SiteRow? { number >= 1 && Int(number) <= sites.count ? sites[Int(number) - 1] : nil }

    // MARK: profiles

    func profile(_ id: RecordNumber) throws -> Profile? {
        let members = try store.customers(profile: id)
        guard !members.isEmpty else { return nil }
        let states = try members.compactMap { try state($0.record) }
        guard let linked = try linked(members, states) else { return nil }
        return Profile(
            linked, states: states, purchases: try purchases(members),
            drawing: Profile.Drawing(
                policies: try policies.get()["customer"], site: { [self] in site($0) }, writer: { [self] in writer($0) },
                country: { [self] in country(of: $0) }, rules: standing.linkRules, lineage: standing.lineage))
    }

    /// The profile with the reasons of its links: linking its records and what they are connected with gives again what joined them.
    private func linked(_ members: [CustomerRow], _ states: [RecordState]) throws -> LinkedProfile? {
        let tables = LinkTables(store: store, standing: standing)
        let update = try LinkUpdate(around: members.compactMap { tables.name($0.record) }, index: tables, rules: standing.linkRules)
        let names = Dictionary(states.map { ($0.id.life, $0.id) }, uniquingKeysWith: { first, _ in first })
        let parts = update.linking.profiles.map { $0.renamed(names) }.filter { !$0.records.isEmpty }
        guard var whole = parts.first else { return nil }
        // What held the parts together is gone or stands elsewhere; the next change of theirs brings it up to date.
        for part in parts.dropFirst() {
            whole.records += part.records
            whole.links += part.links
        }
        return whole
    }

    private func purchases(_ members: [CustomerRow]) throws -> PurchaseSummary {
        var summary = PurchaseSummary()
        for member in members {
            var number = 0
            var totals: [Text: Int128] = [:]
            // A sum that came down to nothing says as little as one that never was.
            for total in try store.totals(customer: member.record) where total.purchases != 0 || total.amount != 0 {
                number += Int(total.purchases)
                totals[Text(total.currency), default: 0] += Int128(total.amount)
            }
            let recent = try store.purchases(buyer: member.record, limit: PurchaseSummary.recentMax)
            let first = try store.firstPurchase(buyer: member.record).flatMap(UInt64.init(exactly:)).map(Timestamp.init(milliseconds:))
            summary.merge(PurchaseSummary(number: number, totals: totals, first: first, recent: recent.compactMap(purchase)))
        }
        return summary
    }

    private func purchase(_ row: PurchaseRow) -> Purchase? {
        guard let life = standing.dot(of: row.record), let source = standing.source(row.source) else { return nil }
        let entity: EntityName = row.kind == .order ? "order" : row.kind == .giveBack ? "return" : "sale"
        return Purchase(
            record: RecordID(entity: entity, source: source.id, key: LocalKey([]), life: life), number: row.name.map { Text($0) },
            site: site(source.id), time: Timestamp(milliseconds: row.at.flatMap(UInt64.init(exactly:)) ?? 0),
            total: row.kind == .giveBack ? -row.value : row.value, currency: Text(row.currency ?? ""))
    }

    // MARK: stock and orders

    func figure(_ row: StockCellRow) throws -> StockFigure {
        let safety = try safety.get().quantity(of: StockKey(sku: Text(row.sku), location: Text(row.location)))
        return try StockCell(row, standing: standing).figure(now: now, safety: safety, lineage: standing.lineage) { [self] replica in
            // The hub's own counts are operators' decisions: no site that could be silent.
            guard let known = standing.replica(replica), let received = known.received,
                let source = known.source.flatMap({ standing.source($0) }), !source.isHub, let site = writer(replica)
            else { return nil }
            return StockFigure.Standing(site: site, lastHeard: received, counter: known.last)
        }
    }

    func order(_ row: OrderRow) throws -> OrderView? {
        guard let state = try state(row.record) else { return nil }
        return try OrderDocument.view(
            of: state, number: row.record, name: row.name, store: store, policies: policies.get()["order"], site: { [self] in writer($0) }
        ) {
            try self.state($0)
        }
    }
}

extension LinkedProfile {
    /// The records that have a name here, by their whole names, with the links between them.
    fileprivate func renamed(_ names: [Dot: RecordID]) -> LinkedProfile {
        let links = links.compactMap { link -> Link? in
            guard let lower = names[link.lower.life], let higher = names[link.higher.life] else { return nil }
            return Link(lower: lower, higher: higher, reason: link.reason)
        }
        return LinkedProfile(id: id, records: records.compactMap { names[$0.life] }, links: links)
    }
}

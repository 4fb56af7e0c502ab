import Causality
import ChangeSets
import Merging
import Orders
import Profiles

/// Reads one page of a person's timeline.
///
/// Of each long list (purchases, events, notes) and each record only as many marks are read as the page can hold, by index; consents and
/// identifiers are few and come whole. Only what is on the page is decoded.
struct TimelinePager {
    let documents: Documents
    let members: [RecordNumber]
    /// By which events without a customer are found; `nil` where none are asked for.
    let tokens: ProfileTokens?
    let times: CredibleTimes
    private var store: any HubReading { documents.store }

    init(documents: Documents, members: [RecordNumber], tokens: ProfileTokens? = nil, times: CredibleTimes) {
        self.documents = documents
        self.members = members
        self.tokens = tokens
        self.times = times
    }

    func page(after place: TimelinePlace?, limit: Int) throws -> Timeline {
        let few: [Found] = try remarks().filter { place?.precedes($0.order) ?? true }.map { .entry($0) }
        let many: [Found] = try marks(TimelineTopic.allCases, after: place, limit: limit + 1).compactMap { mark in
            self.place(mark).map { .mark(mark, $0) }
        }
        let all = (few + many).sorted { $0.order.precedes($1.order) }
        return Timeline(entries: try all.prefix(limit).compactMap(entry), next: all.count > limit ? all[limit - 1].order : nil)
    }

    private enum Found {
        case entry(Timeline.Entry)
        /// Not decoded yet.
        case mark(TimelineMark, TimelinePlace)

        var order: TimelinePlace {
            switch self {
            case .entry(let entry): entry.order
            case .mark(_, let order): order
            }
        }
    }

    /// The first marks after a place, in order: at most `limit`.
    func marks(_ topics: [TimelineTopic], after place: TimelinePlace?, limit: Int) throws -> [TimelineMark] {
        var found: [TimelineMark] = []
        for timeClass in TimelinePlace.Class.allCases where found.count < limit && timeClass >= place?.timeClass ?? .credible {
            let after = place.flatMap { $0.timeClass == timeClass ? (at: $0.at, life: $0.dot) : nil }
            let range = TimelinePlace.range(of: timeClass, times)
            // An event that bears a device and a cookie is found by both.
            var marks: Set<TimelineMark> = []
            for topic in topics {
                for member in members {
                    marks.formUnion(try store.marks(topic, customer: member, in: range, after: after, limit: limit))
                }
                guard topic == .events, let tokens else { continue }
                for token in tokens.tokens {
                    marks.formUnion(try store.marks(bearing: token, of: tokens.profile, in: range, after: after, limit: limit))
                }
            }
            let places = marks.compactMap { mark in self.place(mark).map { (order: $0, mark: mark) } }
            found += places.sorted { $0.order.precedes($1.order) }.map(\.mark).prefix(limit - found.count)
        }
        return found
    }

    private func place(_ mark: TimelineMark) -> TimelinePlace? {
        documents.standing.dot(of: mark.record).map { TimelinePlace(at: mark.at, dot: $0, times: times) }
    }

    /// Consents and identifiers.
    private func remarks() throws -> [Timeline.Entry] {
        try members.flatMap { member in
            let consents = try documents.consents(of: member).flatMap { record in
                Timeline.Entry.entries(of: record, times: times) { documents.place(ofWriter: $0) }
            }
            let intervals = Timeline.Entry.entries(of: try documents.intervals(of: member), times: times) { documents.place(ofWriter: $0) }
            return consents + intervals
        }
    }

    // MARK: entries

    private func entry(_ found: Found) throws -> Timeline.Entry? {
        switch found {
        case .entry(let entry): entry
        case .mark(let mark, let order): try entry(mark, order)
        }
    }

    private func entry(_ mark: TimelineMark, _ order: TimelinePlace) throws -> Timeline.Entry? {
        guard let state = try documents.state(mark.record), let what = try what(state, mark.record) else { return nil }
        return Timeline.Entry(order: order, place: documents.place(ofWriter: state.id.life.replica), record: state.id, what: what)
    }

    private func what(_ state: RecordState, _ number: RecordNumber) throws -> Timeline.What? {
        switch state.id.entity {
        case "sale": try deal(number).map { .purchase($0) }
        case "return": try deal(number).map { .giveBack($0, reason: state["reason"]?.typed) }
        case "order": try order(number)
        case "event":
            .event(
                kind: state["kind"]?.typed, page: state["page"]?.typed, sku: state["sku"]?.typed, detail: state["detail"]?.typed)
        case "note": .note(text: state["text"]?.typed, author: state["author"]?.typed)
        default: nil
        }
    }

    private func order(_ number: RecordNumber) throws -> Timeline.What? {
        guard let deal = try deal(number), let row = try store.order(number), let view = try documents.order(row) else { return nil }
        let shipments = view.shipments.map {
            Timeline.Shipment(state: $0.state?.name, carrier: $0.carrier, trackingNumber: $0.trackingNumber, at: $0.time)
        }
        return .order(deal, state: view.state.name, shipments: shipments)
    }

    private func deal(_ number: RecordNumber) throws -> Timeline.Deal? {
        guard let row = try store.purchase(number) else { return nil }
        let lines = try store.purchaseLines(of: number, limit: Timeline.linesMax).map { line in
            Timeline.Line(sku: line.sku.map { Text($0) }, name: line.name.map { Text($0) }, quantity: line.quantity, amount: line.amount)
        }
        return Timeline.Deal(
            number: row.name.map { Text($0) }, order: try order(fulfilledBy: row).map { Text($0) }, total: row.value,
            currency: Text(row.currency ?? ""), isCounted: row.isCounted, lines: lines, lineCount: Int(row.lines))
    }

    /// The number of the order that a sale fulfils: the one that bears it, or of several the one of the sale's own source
    /// (`JoinedPurchase`). Among very many nobody knows which is meant.
    private func order(fulfilledBy row: PurchaseRow) throws -> String? {
        guard row.kind == .sale, let name = row.order else { return nil }
        let orders = try store.orders(aliveNamed: name, after: nil, limit: Self.namesakesMax + 1)
        guard orders.count > 1 else { return orders.isEmpty ? nil : name }
        guard orders.count <= Self.namesakesMax else { return nil }
        let own = try orders.filter { try store.purchase($0.record)?.source == row.source }
        return own.count == 1 ? name : nil
    }

    static let namesakesMax = 20
}

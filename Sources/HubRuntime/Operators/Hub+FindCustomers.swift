import Causality
import ChangeSets
import Merging
import Profiles

/// Somebody in a list of people: what tells them apart, and no more.
public struct CustomerFound: Encodable, Hashable, Sendable {
    /// The profile's id.
    public var id: String
    public var name: String?
    public var email: String?
    public var phone: String?
    public var city: String?
    /// Per currency, in units of 10⁻⁴; what was given back is taken off.
    public var spent: [String: Int64]
    /// Of those with a credible time.
    public var lastPurchase: UInt64?
    public var lastShop: String?
    public var records: Int
    /// In the order of their names.
    public var sites: [String]
}

/// An order in a list, with who ordered as far as that is known.
public struct OrderFound: Encodable, Hashable, Sendable {
    public var number: String
    public var state: String
    public var shipments: [Shipment]
    /// A profile's id.
    public var customer: String?

    public struct Shipment: Encodable, Hashable, Sendable {
        public var state: String?
        public var carrier: String?
        public var trackingNumber: String?
    }
}

public struct CustomersFound: Encodable, Hashable, Sendable {
    /// Who holds exactly what was typed comes first, then who holds or bears something that begins with it, then who ordered such.
    public var customers: [CustomerFound]
    /// With exactly that number first, then those whose number begins with it.
    public var orders: [OrderFound]
    /// There are more than were asked for.
    public var hasMore: Bool
}

extension Hub {
    public static let customersFoundMax = 20

    /// People whom a text may mean, for a list that changes with each letter typed: nothing is drawn that such a list does not show.
    ///
    /// Identifiers that somebody held earlier find them, too. E-mail addresses, ids, names, phone numbers (as they are typed at home, too)
    /// and order numbers are also found by their beginning.
    public func findCustomers(_ text: CustomerText, limit: Int = customersFoundMax, now: Timestamp) async throws -> CustomersFound {
        let limit = min(max(limit, 1), Self.profilesFoundMax)
        return try await reading(now) { try CustomerFinder(text: text, limit: limit, documents: $0).found() }
    }
}

/// Finds people and orders by what somebody typed, in one read transaction.
private struct CustomerFinder {
    let text: CustomerText
    let limit: Int
    let documents: Documents
    private var store: any HubReading { documents.store }

    /// A beginning of fewer characters would be half the town.
    private static let beginningMin = 3
    /// Of orders whose numbers begin so, dead ones among them.
    private static let ordersLookedMax = 400
    /// A record bears its name in several forms, and several records are one person.
    private var rowsMax: Int { 8 * limit }

    func found() throws -> CustomersFound {
        let (exactRows, begunRows) = try numbered()
        let exact = try orders(exactRows.prefix(limit))
        let begun = try orders(begunRows.prefix(limit - min(exactRows.count, limit)))
        var found = try customers(exact.compactMap(\.buyer), begun.compactMap(\.buyer))
        found.orders = (exact + begun).map(\.order)
        found.hasMore = found.hasMore || exactRows.count + begunRows.count > limit
        return found
    }

    /// Orders with that number, and those whose number begins with it, as it was typed or in capitals; of both together one more than asked
    /// for.
    private func numbered() throws -> (exact: [OrderRow], begun: [OrderRow]) {
        guard text.kinds.contains(.order) else { return ([], []) }
        let exact = try store.orders(aliveNamed: text.text, after: nil, limit: limit + 1)
        guard text.text.count >= Self.beginningMin, exact.count <= limit else { return (exact, []) }
        var begun: [OrderRow] = []
        for beginning in Set([text.text, text.text.uppercased()]).sorted(by: >) {
            begun += try store.orders(aliveStartingWith: beginning, looked: Self.ordersLookedMax, limit: exact.count + limit + 1)
        }
        var seen = Set(exact.map(\.record))
        return (exact, Array(begun.filter { seen.insert($0.record).inserted }.prefix(limit + 1 - exact.count)))
    }

    /// - Parameters:
    ///   - buyers: who ordered what was typed.
    ///   - others: who ordered something whose number begins with it.
    private func customers(_ buyers: [RecordNumber], _ others: [RecordNumber]) throws -> CustomersFound {
        let exact = try text.kinds.flatMap { try holders($0) }
        let all = try exact + buyers + text.kinds.flatMap { try beginners($0) } + others
        var seen: Set<RecordNumber> = []
        var customers: [CustomerFound] = []
        for record in all {
            guard let profile = try store.customer(record)?.profile, seen.insert(profile).inserted else { continue }
            guard customers.count < limit else { return CustomersFound(customers: customers, orders: [], hasMore: true) }
            if let customer = try customer(profile) { customers.append(customer) }
        }
        return CustomersFound(customers: customers, orders: [], hasMore: false)
    }

    // MARK: who

    private func holders(_ kind: CustomerText.Kind) throws -> [RecordNumber] {
        switch kind {
        case .email: try Hub.holders(.email(text.text), documents, limit: rowsMax)
        case .phone: try Hub.holders(.phone(text.text), documents, limit: rowsMax)
        case .id: try Hub.holders(.id(text.text), documents, limit: rowsMax)
        case .name, .order: []
        }
    }

    private func beginners(_ kind: CustomerText.Kind) throws -> [RecordNumber] {
        func beginners(_ kind: Identifier.Kind, _ prefix: String) throws -> [RecordNumber] {
            guard prefix.count >= Self.beginningMin else { return [] }
            return try store.identifiers(IdentifierRow.Kind(kind), startingWith: prefix, limit: rowsMax).map(\.record)
        }
        switch kind {
        case .name: return try Hub.holders(.name(text.text), documents, limit: rowsMax)
        case .email: return try beginners(.email, text.text.lowercased())
        case .id where ProfileID(text.text) == nil: return try beginners(.id, Normalization.id(text.text) ?? "")
        case .phone:
            var records: [RecordNumber] = []
            for beginning in phoneBeginnings where records.count < rowsMax { records += try beginners(.phone, beginning) }
            return records
        case .id, .order: return []
        }
    }

    /// A number without its country's code is read as in the country of each site.
    private var phoneBeginnings: [String] {
        let countries = Set(documents.sites.compactMap(\.country)).sorted().map(\.string)
        var found: Set<String> = []
        return (countries.map(Optional.some) + [nil]).flatMap { Normalization.phoneBeginnings(text.text, country: $0) }
            .filter { found.insert($0).inserted }
    }

    private func orders(_ rows: some Sequence<OrderRow>) throws -> [(order: OrderFound, buyer: RecordNumber?)] {
        try rows.compactMap { row -> (order: OrderFound, buyer: RecordNumber?)? in
            guard let view = try documents.order(row) else { return nil }
            let buyer = try store.purchase(row.record)?.buyer
            let profile = try buyer.flatMap { try store.customer($0)?.profile }.flatMap { documents.standing.dot(of: $0) }
            let shipments = view.shipments.map {
                OrderFound.Shipment(state: $0.state?.name.string, carrier: $0.carrier?.string, trackingNumber: $0.trackingNumber?.string)
            }
            let order = OrderFound(
                number: row.name ?? text.text, state: view.state.name.string, shipments: shipments,
                customer: profile.map { "\(ProfileID(life: $0))" })
            return (order, buyer)
        }
    }

    // MARK: what is shown of them

    private func customer(_ profile: RecordNumber) throws -> CustomerFound? {
        guard let life = documents.standing.dot(of: profile) else { return nil }
        let members = try store.customers(profile: profile)
        let states = try members.compactMap { try documents.state($0.record) }.sorted { $0.id.life < $1.id.life }
        guard !states.isEmpty else { return nil }
        func text(_ field: FieldName) throws -> String? { try documents.golden(field, of: states) }
        var found = CustomerFound(
            id: "\(ProfileID(life: life))", name: try documents.personName(of: states),
            email: try text("email"), phone: try text("phone"), city: try text("city"), spent: [:], records: states.count,
            sites: Set(states.compactMap { documents.site($0.id.source) }).sorted().map(\.string))
        try add(members.map(\.record), to: &found)
        return found
    }

    private func add(_ members: [RecordNumber], to found: inout CustomerFound) throws {
        let times = CredibleTimes(now: documents.now)
        var spent: [String: Int128] = [:]
        for member in members {
            for total in try store.totals(customer: member) where total.purchases != 0 || total.amount != 0 {
                spent[total.currency, default: 0] += Int128(total.amount)
            }
            let last = try store.purchases(buyer: member, limit: PurchaseSummary.recentMax).first { row in
                row.kind != .giveBack && row.at.map { times.contains($0) } ?? false
            }
            guard let last, let at = last.at.flatMap(UInt64.init(exactly:)), at > found.lastPurchase ?? 0 else { continue }
            found.lastPurchase = at
            found.lastShop = documents.standing.source(last.source).flatMap { documents.site($0.id) }?.string
        }
        found.spent = spent.mapValues { Int64(clamping: $0) }
    }
}

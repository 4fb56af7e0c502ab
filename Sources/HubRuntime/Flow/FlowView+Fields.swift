import ChangeSets

// Which views read a field: its values are shown there, or a figure there is made of them.
extension FlowView {
    /// The views that one field of an entity feeds, named as the catalogue has it; empty: it is kept and sent to its sites, and no more.
    ///
    /// - Parameter tables: those that map the entity, of which some may read their stock from fields.
    public static func fed(by field: String, of entity: String, in tables: [SourceMapping.Table] = []) -> [FlowView] {
        var views = perField[entity]?[field] ?? everyField[entity] ?? []
        if isStock(field) || tables.contains(where: { $0.readsStock(from: field) }) { views = views.union([.stock]) }
        return allCases.filter(views.contains)
    }

    /// Whether a policy chooses one value of it among several records or writers. Every field of a customer is one; an order's number and
    /// state are told by rules of their own.
    public static func isGolden(_ field: String, of entity: String) -> Bool {
        !isStock(field) && (entity == "customer" || entity == "order" && field != "number" && field != "state")
    }

    /// `stock quantity` is what a change says to the stock, whatever its entity.
    static func isStock(_ field: String) -> Bool { field.hasPrefix("stock ") }

    /// What records of an entity feed by any of their fields.
    static func own(_ entity: String) -> Set<FlowView> {
        let named = perField[entity]?.values.reduce(into: Set<FlowView>()) { $0.formUnion($1) } ?? []
        return named.union(everyField[entity] ?? [])
    }

    /// Also fields that the catalogue does not know.
    private static let everyField: [String: Set<FlowView>] = ["customer": [.customer], "order": [.orders]]

    private static let bought: Set<FlowView> = [.customer, .timeline, .business]
    private static let ordered: Set<FlowView> = [.customer, .timeline, .orders, .business]
    private static let done: Set<FlowView> = [.customer, .timeline]

    /// What is not here, as a sale's cashier, stands in no view.
    private static let perField: [String: [String: Set<FlowView>]] = [
        // By these, records are linked to people, whom the report counts.
        "customer": fields((bought, ["loyalty id", "account id", "email", "phone", "device id", "cookie id"])),
        "item": fields(
            ([.customer, .stock, .orders, .business], ["sku", "name"]), ([.customer, .stock], ["category", "brand", "size", "colour"]),
            ([.stock], ["barcode", "price", "currency"])),
        "sale": fields(
            (bought, ["customer"]), (ordered, ["at", "order number", "total", "currency"]), ([.customer, .timeline, .orders], ["number"])),
        "sale line": fields((bought, ["sale", "sku", "quantity", "unit price", "discount", "amount"]), ([.timeline], ["name"])),
        "return": fields((bought, ["sale", "customer", "at", "amount", "currency"]), (done, ["number"]), ([.timeline], ["reason"])),
        "order": fields((ordered, ["number", "customer", "state", "at", "total", "currency"])),
        "order line": fields(
            (ordered, ["order", "sku", "quantity", "unit price", "amount"]), ([.customer, .timeline, .orders], ["name"]),
            ([.customer, .orders], ["currency"])),
        "shipment": fields((ordered, ["order", "order number", "state"]), ([.timeline, .orders], ["carrier", "tracking number", "at"])),
        "event": fields((done, ["kind", "customer", "at", "device id", "cookie id"]), ([.timeline], ["sku", "page", "detail"])),
        "consent": fields((done, ["customer", "purpose", "channel", "given", "at", "document"])),
        "note": fields((done, ["customer", "text", "at", "author"])),
    ]

    private static func fields(_ groups: (views: Set<FlowView>, names: [String])...) -> [String: Set<FlowView>] {
        Dictionary(groups.flatMap { group in group.names.map { ($0, group.views) } }, uniquingKeysWith: { $0.union($1) })
    }
}

extension SourceMapping.Table {
    /// Whether what the rows say to the stock is taken from a field, since the mapping's `stock:` names no column of its own for it.
    fileprivate func readsStock(from field: String) -> Bool {
        stock != nil && ["sku", "location", "quantity"].contains(field) && !fields.contains { $0.field == "stock " + field }
    }
}

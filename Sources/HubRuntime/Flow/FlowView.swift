import ChangeSets

/// What people look at, as the end of a flow.
public enum FlowView: String, Hashable, Sendable, Codable, CaseIterable {
    case customer, timeline, stock, orders, business

    /// The views that records of an entity, named as the catalogue has it, stand in.
    ///
    /// - Parameter movesStock: whether its changes move or count stock, too.
    public static func fed(by entity: String, movesStock: Bool) -> [FlowView] {
        var views = own[entity] ?? []
        if movesStock || entity.isEmpty { views.insert(.stock) }
        return allCases.filter(views.contains)
    }

    /// What is of no entity here is kept and sent to its sites, and stands in no view.
    private static let own: [String: Set<FlowView>] = [
        "customer": [.customer, .timeline, .business],
        "consent": [.customer, .timeline], "note": [.customer, .timeline], "event": [.customer, .timeline],
        "sale": [.customer, .timeline, .business], "sale line": [.customer, .timeline, .business],
        "return": [.customer, .timeline, .business],
        "order": [.customer, .timeline, .orders, .business], "order line": [.customer, .timeline, .orders, .business],
        "shipment": [.orders],
        // Names and kinds of articles.
        "item": [.customer, .stock, .business],
    ]
}

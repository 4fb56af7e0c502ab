import ChangeSets

/// What people look at, as the end of a flow.
public enum FlowView: String, Hashable, Sendable, Codable, CaseIterable {
    case customer, timeline, stock, orders, business

    /// The views that records of an entity, named as the catalogue has it, stand in: what is of no entity there is kept and
    /// sent to its sites, and stands in no view.
    ///
    /// - Parameter movesStock: whether its changes move or count stock, too.
    public static func fed(by entity: String, movesStock: Bool) -> [FlowView] {
        var views = own(entity)
        if movesStock || entity.isEmpty { views.insert(.stock) }
        return allCases.filter(views.contains)
    }
}

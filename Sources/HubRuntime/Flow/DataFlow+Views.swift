extension DataFlow {
    /// What arrives at one view, from whatever is told here.
    public struct View: Codable, Hashable, Sendable {
        public var view: FlowView
        /// Those that feed it, the largest first.
        public var entities: [String]
        /// Their changes of the week; to the stock those that moved or counted it, and those of articles.
        public var week: Int64
        /// Their changes that stand aside now.
        public var held: Int64
        /// When the last of their changes was admitted; `nil`: none within 60 days.
        public var last: UInt64?
        /// Things that the view could not be brought up to date for, up to `behindMax`, at the whole hub; `nil`: one site or one entity
        /// is told.
        public var behind: Int64?

        public static let behindMax = 1_000

        public init(view: FlowView, entities: [String], week: Int64, held: Int64, last: UInt64?, behind: Int64? = nil) {
            self.view = view
            self.entities = entities
            self.week = week
            self.held = held
            self.last = last
            self.behind = behind
        }
    }

    /// - Parameter behind: by the views' names in the store.
    static func views(fedBy entities: [Entity], behind: [String: Int64]?) -> [View] {
        FlowView.allCases.compactMap { view in
            let feeding = entities.filter { $0.views.contains(view) }
            let late = behind.map { counts in view.storedName.flatMap { counts[$0] } ?? 0 }
            guard !feeding.isEmpty || (late ?? 0) > 0 else { return nil }
            return View(
                view: view, entities: feeding.prefix(FlowCount.entitiesMax).map(\.entity),
                week: feeding.reduce(0) { $0 + $1.week(of: view) },
                held: feeding.reduce(0) { $0 + $1.counts.held }, last: feeding.compactMap(\.counts.last).max(), behind: late)
        }
    }
}

extension DataFlow.Entity {
    fileprivate func week(of view: FlowView) -> Int64 { view == .stock && !FlowView.own(entity).contains(.stock) ? stock : counts.week }
}

extension FlowView {
    /// What it is called where it is marked stale; `nil`: it cannot be.
    fileprivate var storedName: String? {
        switch self {
        case .customer: "profile"
        case .orders: "order"
        case .stock: "stock"
        case .timeline, .business: nil
        }
    }
}

import ChangeSets

extension DataFlow {
    /// What came of one field of an entity from a mapping's sources, and where it goes on to.
    public struct Field: Codable, Hashable, Sendable {
        /// Empty: changes that move or count stock and write no record.
        public var entity: String
        /// `stock quantity` is what changes say to the stock.
        public var field: String
        /// The views that show its values or count by them; empty: it is kept and sent to its sites, and no more.
        public var views: [FlowView]
        /// A policy chooses one among the values of all records of the customer, or of all writers of the order: the golden field.
        public var isGolden: Bool
        /// It came, and the mapping does not name it (now).
        public var isFormer: Bool
        /// Changes that carried it and were admitted, since it is counted.
        public var changes: Int64 = 0
        /// Changes that carried it and were set aside, whatever was decided of them since.
        public var aside: Int64 = 0
        /// When it was counted first; `nil`: nothing has come since fields are counted.
        public var since: UInt64?
        /// When the last of the admitted ones came.
        public var last: UInt64?
        /// Sources of which it came; and those of which it came within seven days.
        public var sources: Int = 0
        public var freshSources: Int = 0
        /// Sites of some of the others, what brings most first.
        public var silentSites: [String] = []

        public static let silentSitesMax = 5

        public init(entity: String, field: String, views: [FlowView], isGolden: Bool = false, isFormer: Bool = false) {
            self.entity = entity
            self.field = field
            self.views = views
            self.isGolden = isGolden
            self.isFormer = isFormer
        }

        /// Adds what came of one source.
        ///
        /// - Parameter fresh: what came then or later came within seven days.
        mutating func take(_ row: FlowField, of site: String, fresh: UInt64) {
            changes += row.changes
            aside += row.aside
            since = min(since ?? .max, row.since.milliseconds)
            guard row.last.milliseconds > 0 else { return }
            last = max(last ?? 0, row.last.milliseconds)
            sources += 1
            if row.last.milliseconds >= fresh { freshSources += 1 } else { keep([site]) }
        }

        /// Adds what came of other sources.
        public mutating func add(_ other: Field) {
            changes += other.changes
            aside += other.aside
            since = [since, other.since].compactMap { $0 }.min()
            last = [last, other.last].compactMap { $0 }.max()
            sources += other.sources
            freshSources += other.freshSources
            keep(other.silentSites)
        }

        private mutating func keep(_ sites: [String]) {
            silentSites = Array((silentSites + sites.filter { !silentSites.contains($0) }).prefix(Self.silentSitesMax))
        }
    }
}

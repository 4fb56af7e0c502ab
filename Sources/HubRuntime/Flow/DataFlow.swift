import ChangeSets

/// Which site and table feeds which entity and field, through which mapping, into which view; with how much came and when.
///
/// Sources that map alike stand together, so that a thousand tills of one make are one entry.
public struct DataFlow: Codable, Hashable, Sendable {
    /// When it was put together, in milliseconds since 1970. Today is the day in UTC.
    public var at: UInt64
    /// Of one site, of one entity only.
    public var site: String?
    public var entity: String?
    /// What brought most within the week first; last the sources that told no mapping.
    public var mappings: [Mapping]
    /// All of them together, the largest first.
    public var entities: [Entity]
    /// Those that anything of this feeds.
    public var views: [View]
    /// Entities that are too many to be told.
    public var leftOut: Int
    /// More changes stand aside than were counted.
    public var isHeldCut: Bool

    public struct Counts: Codable, Hashable, Sendable {
        /// Changes admitted.
        public var today: Int64 = 0
        public var week: Int64 = 0
        /// Changes set aside within the week.
        public var aside: Int64 = 0
        /// Changes that stand aside now.
        public var held: Int64 = 0
        /// When the last change was admitted; `nil`: none within 60 days.
        public var last: UInt64?

        public init(today: Int64 = 0, week: Int64 = 0, aside: Int64 = 0, held: Int64 = 0, last: UInt64? = nil) {
            self.today = today
            self.week = week
            self.aside = aside
            self.held = held
            self.last = last
        }

        mutating func add(_ other: Counts) {
            today += other.today
            week += other.week
            aside += other.aside
            held += other.held
            last = [last, other.last].compactMap { $0 }.max()
        }
    }

    public struct Mapping: Codable, Hashable, Sendable {
        /// Names what is mapped: 16 hexadecimal digits; `nil`: nobody told, and the tables are what the hub has seen.
        public var version: String?
        /// What the mapping says of itself.
        public var title: String?
        public var tables: [SourceMapping.Table]
        /// Tables that the agent had no room for.
        public var leftOut: Int?
        /// By site and name.
        public var sources: [Source]
        /// Of what came, whatever is mapped now: the largest first.
        public var entities: [EntityCount]
        /// Those that are mapped and those that came, by entity and name; `nil`: not counted, since other mappings brought more.
        /// Of one site, or of one entity, they may be.
        public var fields: [Field]?
        /// So many sources' fields are counted, those that brought most within the week; `nil`: all.
        public var fieldSources: Int?
        public var counts: Counts

        public init(
            version: String?, title: String?, tables: [SourceMapping.Table], leftOut: Int? = nil, sources: [Source],
            entities: [EntityCount], fields: [Field]? = nil, fieldSources: Int? = nil, counts: Counts
        ) {
            self.version = version
            self.title = title
            self.tables = tables
            self.leftOut = leftOut
            self.sources = sources
            self.entities = entities
            self.fields = fields
            self.fieldSources = fieldSources
            self.counts = counts
        }
    }

    public struct Source: Codable, Hashable, Sendable {
        public var site: String
        public var name: String
        /// When its agent last told what it maps.
        public var told: UInt64?
        /// When its site was last heard.
        public var heard: UInt64?
        public var counts: Counts

        public init(site: String, name: String, told: UInt64?, heard: UInt64?, counts: Counts) {
            self.site = site
            self.name = name
            self.told = told
            self.heard = heard
            self.counts = counts
        }
    }

    public struct EntityCount: Codable, Hashable, Sendable {
        /// Empty: changes that move or count stock and write no record.
        public var entity: String
        public var counts: Counts
        /// Changes of the week that moved or counted stock.
        public var stock: Int64

        public init(entity: String, counts: Counts, stock: Int64) {
            self.entity = entity
            self.counts = counts
            self.stock = stock
        }
    }

    public struct Entity: Codable, Hashable, Sendable {
        public var entity: String
        public var counts: Counts
        public var stock: Int64
        /// The views that it feeds; empty: it is kept and sent to its sites, and no more.
        public var views: [FlowView]
        /// How many sources feed it.
        public var sources: Int

        public init(entity: String, counts: Counts, stock: Int64, views: [FlowView], sources: Int) {
            self.entity = entity
            self.counts = counts
            self.stock = stock
            self.views = views
            self.sources = sources
        }
    }

    public init(
        at: UInt64, site: String? = nil, entity: String? = nil, mappings: [Mapping] = [], entities: [Entity] = [],
        views: [View] = [], leftOut: Int = 0, isHeldCut: Bool = false
    ) {
        self.at = at
        self.site = site
        self.entity = entity
        self.mappings = mappings
        self.entities = entities
        self.views = views
        self.leftOut = leftOut
        self.isHeldCut = isHeldCut
    }
}

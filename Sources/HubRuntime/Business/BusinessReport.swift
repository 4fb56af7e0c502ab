/// How business goes: sales, customers, stock at risk and open orders, as of one moment.
///
/// Money and quantities in units of 10⁻⁴, times in milliseconds since 1970. Currencies are never added up.
public struct BusinessReport: Encodable, Hashable, Sendable {
    /// The newest sales of a period that ends today are as old as this.
    public var at: UInt64
    /// Whose days are counted.
    public var zone: String
    /// When today began there.
    public var today: UInt64
    /// The one with the most purchases first.
    public var currencies: [Currency] = []
    public var customers: Customers
    public var stock: Stock
    public var orders: Orders

    /// How many days the longest period has, today being one of them.
    public static let daysShown = 30
    /// Whose last purchase is older than this has lapsed.
    public static let activeDays = 365

    /// Sales and orders that no sale fulfils; returns are subtracted on the day on which they came back.
    public struct Period: Encodable, Hashable, Sendable {
        public var net: Int64 = 0
        /// What was given back in it: `net` is what is left.
        public var returned: Int64 = 0
        public var purchases: Int64 = 0
    }

    public struct Sales: Encodable, Hashable, Sendable {
        public var today = Period()
        /// Today and the six days before.
        public var week = Period()
        /// Today and the 29 days before.
        public var month = Period()
        /// The 30 days before these, the last of them until the hour that it is now, so that both are equally long.
        public var before = Period()

        /// How much more, or less, the month brought than the one before; `nil` where that brought nothing to compare with.
        public var change: Double? { before.net > 0 ? Double(month.net) / Double(before.net) - 1 : nil }
    }

    public struct Currency: Encodable, Hashable, Sendable {
        /// Empty: none was given.
        public var currency: String
        public var sales: Sales
        /// By kind of site; the one that sold most first, like shops.
        public var channels: [Channel]
        public var shops: [Shop]
        /// Of the month, the earliest first.
        public var days: [Day]
        /// The best first; empty without ten people to part in tenths.
        public var tenths: [Tenth]
        /// People who are in no tenth: they gave back as much as they bought.
        public var worthless: Int64
    }

    public struct Channel: Encodable, Hashable, Sendable {
        public var kind: SiteKind
        public var sales: Sales
    }

    public struct Shop: Encodable, Hashable, Sendable {
        public var site: String
        public var kind: SiteKind
        public var sales: Sales
    }

    public struct Day: Encodable, Hashable, Sendable {
        public var start: UInt64
        public var net: Int64
    }

    /// A tenth of the people who are worth something, by all that they ever bought, less what they gave back.
    public struct Tenth: Encodable, Hashable, Sendable {
        public var people: Int64
        /// What everybody in it is worth at least.
        public var least: Int64
        public var sum: Int64
    }

    /// People: linked records are one.
    public struct Customers: Encodable, Hashable, Sendable {
        /// All whom the hub knows.
        public var people: Int64
        /// Those who bought or gave back: `Stage.customer`.
        public var customers: Int64
        /// Bought for the first time within the month; and within the one before.
        public var new: Int64
        public var newBefore: Int64
        /// Bought within the last 365 days; longer ago.
        public var active: Int64
        public var lapsed: Int64
        /// Customers of whom no purchase has a credible time.
        public var undated: Int64 { customers - active - lapsed }
    }

    public struct Stock: Encodable, Hashable, Sendable {
        /// Where more was sold or promised than there is; the shortest first.
        public var oversold: [Article] = []
        public var oversoldCount = 0
        /// There may be more than were looked through.
        public var isOversoldCut = false
        /// Sold within the month, and nowhere any left to sell: on hand less promised less kept back is zero or less at every location.
        /// Those that are oversold stand there. What sold most first.
        public var gone: [Article] = []
        public var goneCount = 0
        /// Only the articles that sold most were looked through.
        public var isGoneCut = false
    }

    public struct Article: Encodable, Hashable, Sendable {
        public var sku: String
        /// As a source's item calls it.
        public var name: String?
        /// Where it lacks.
        public var locations: [String]
        /// What is left to sell there, all together: never above zero.
        public var available: Int64
        /// Pieces of the month.
        public var sold: Int64?
    }

    /// Orders that were placed, paid or are being picked, and that no sale fulfils.
    public struct Orders: Encodable, Hashable, Sendable {
        public var open: Int64 { placed + paid + picking + other }
        public var placed: Int64 = 0
        public var paid: Int64 = 0
        public var picking: Int64 = 0
        /// In a state that this hub does not know.
        public var other: Int64 = 0
        /// Of those, what was ordered more than a week ago.
        public var old: Int64 = 0
        public var oldest: UInt64?
        /// What the open ones are worth, by currency; the one with most orders first.
        public var worth: [Worth] = []
    }

    public struct Worth: Encodable, Hashable, Sendable {
        public var currency: String
        public var orders: Int64
        public var sum: Int64
    }
}

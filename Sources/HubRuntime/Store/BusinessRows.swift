import ChangeSets

/// What one source sold on one day in one currency, returns subtracted. Money in units of 10⁻⁴.
public struct SalesRow: Hashable, Sendable {
    public var source: SourceNumber
    /// Empty: none was given.
    public var currency: String
    /// As `LocalDays` counts them.
    public var day: Int64
    /// Before the moment that was asked about.
    public var isEarly: Bool
    public var net: Int128
    /// What was given back of it.
    public var returned: Int128
    public var purchases: Int64

    public init(source: SourceNumber, currency: String, day: Int64, isEarly: Bool, net: Int128, returned: Int128, purchases: Int64) {
        self.source = source
        self.currency = currency
        self.day = day
        self.isEarly = isEarly
        self.net = net
        self.returned = returned
        self.purchases = purchases
    }
}

/// Which times are asked about; in milliseconds since 1970.
public struct BuyersQuestion: Hashable, Sendable {
    /// What is no credible time is nobody's first or last purchase.
    public var credible: ClosedRange<Int64>
    /// From here on a first purchase is new.
    public var new: Int64
    /// A stretch before that, to compare with.
    public var before: Range<Int64>
    /// From here on a last purchase is active.
    public var active: Int64

    public init(credible: ClosedRange<Int64>, new: Int64, before: Range<Int64>, active: Int64) {
        self.credible = credible
        self.new = new
        self.before = before
        self.active = active
    }
}

/// How many people bought, by when they did; linked records are one person.
public struct BuyersRow: Hashable, Sendable {
    /// All who ever bought or gave back.
    public var all: Int64
    public var new: Int64
    public var newBefore: Int64
    public var active: Int64
    public var lapsed: Int64

    public init(all: Int64, new: Int64, newBefore: Int64, active: Int64, lapsed: Int64) {
        self.all = all
        self.new = new
        self.newBefore = newBefore
        self.active = active
        self.lapsed = lapsed
    }
}

/// A tenth of those who are worth something in one currency, all their purchases less what they gave back; 1 is the best.
public struct WorthRow: Hashable, Sendable {
    /// Empty: none was given.
    public var currency: String
    /// 0: all who are worth nothing, or less.
    public var tenth: Int
    public var people: Int64
    /// What the last of them is worth.
    public var least: Int64
    public var sum: Int128

    public init(currency: String, tenth: Int, people: Int64, least: Int64, sum: Int128) {
        self.currency = currency
        self.tenth = tenth
        self.people = people
        self.least = least
        self.sum = sum
    }
}

/// How much was sold of an article, in units of 10⁻⁴.
public struct SoldRow: Hashable, Sendable {
    public var sku: String
    public var quantity: Int64

    public init(sku: String, quantity: Int64) {
        self.sku = sku
        self.quantity = quantity
    }
}

/// Sums over all purchases, made by the store. Each walks through a whole table: nothing to ask while somebody waits for a page.
public protocol BusinessReading {
    /// What counts and has a time in `range`, in no order that a caller may rely on.
    func eachSales(in range: Range<Int64>, by days: LocalDays, splitAt: Int64, _ body: (SalesRow) throws -> Void) throws
    func buyers(_ question: BuyersQuestion) throws -> BuyersRow
    /// By currency and tenth.
    func worth() throws -> [WorthRow]
    /// Articles on lines of sales and orders that count, less what such lines gave back: most pieces first, at most `limit`.
    func sold(in range: Range<Int64>, limit: Int) throws -> [SoldRow]
}

import Causality
import ChangeSets

/// One purchase of a person, over whichever channel: a sale, or an order that no sale fulfils yet.
public struct Purchase: Hashable, Sendable {
    public var record: RecordID
    /// The number on the receipt or of the order.
    public var number: Text?
    public var site: Text?
    public var time: Timestamp
    /// In units of 10⁻⁴ of the currency.
    public var total: Int64
    public var currency: Text

    public init(record: RecordID, number: Text?, site: Text?, time: Timestamp, total: Int64, currency: Text) {
        self.record = record
        self.number = number
        self.site = site
        self.time = time
        self.total = total
        self.currency = currency
    }
}

/// A person's purchases in short: how many, for how much, and the last ones.
///
/// Built by adding or merging in any order: the result is a function of the set of purchases, each given once.
public struct PurchaseSummary: Hashable, Sendable {
    /// How many of the last purchases are kept whole.
    public static let recentMax = 20

    public private(set) var number = 0
    /// Sum per currency, in units of 10⁻⁴; 128 bits, so that no sum overflows.
    public private(set) var totals: [Text: Int128] = [:]
    public private(set) var first: Timestamp?
    /// The last purchases, the latest first.
    public private(set) var recent: [Purchase] = []

    public init() {}

    public init(_ purchases: some Sequence<Purchase>) {
        for purchase in purchases { add(purchase) }
    }

    public var last: Timestamp? { recent.first?.time }

    public mutating func add(_ purchase: Purchase) {
        number += 1
        totals[purchase.currency, default: 0] += Int128(purchase.total)
        first = min(first ?? purchase.time, purchase.time)
        keep([purchase])
    }

    /// Joins the purchases of another record.
    public mutating func merge(_ other: PurchaseSummary) {
        number += other.number
        totals.merge(other.totals) { $0 + $1 }
        first = [first, other.first].compactMap { $0 }.min()
        keep(other.recent)
    }

    /// Joins what the hub has already summed up: the whole number and sums, and the last purchases.
    public init(number: Int, totals: [Text: Int128], first: Timestamp?, recent: [Purchase]) {
        self.number = number
        self.totals = totals
        self.first = first
        keep(recent)
    }

    /// How many there were and since when; the sums and the last purchases as far as there is room for them.
    func shortened(to room: inout DocumentRoom) -> PurchaseSummary {
        var short = self
        let sums = totals.sorted { $0.key < $1.key }
        short.totals = Dictionary(uniqueKeysWithValues: room.keep(sums) { $1.add($0.key.string, $0.value) })
        short.recent = room.keep(recent) { purchase, document in purchase.write(to: &document) }
        return short
    }

    private mutating func keep(_ purchases: [Purchase]) {
        recent += purchases
        recent.sort { left, right in
            left.time == right.time ? RecordOrder.areInOrder(right.record, left.record) : right.time < left.time
        }
        if recent.count > Self.recentMax { recent.removeLast(recent.count - Self.recentMax) }
    }
}

import Causality
import ChangeSets
import Merging

/// What counts as one purchase: a sale, an order, or an order with the sales that fulfil it, so that its value counts once.
public struct JoinedPurchase: Hashable, Sendable {
    public var order: Document?
    /// The sales that declare the order's number, or the one sale that declares none; in the order of their times.
    public var sales: [Document]

    public init(order: Document?, sales: [Document]) {
        self.order = order
        self.sales = sales
    }

    /// A sale or an order, as far as joining and counting need it.
    public struct Document: Hashable, Sendable {
        public var id: RecordID
        public var number: Text?
        /// A sale's declared order number; `nil` on an order.
        public var orderNumber: Text?
        public var time: Timestamp
        /// In units of 10⁻⁴ of the currency; `nil` when the record does not say.
        public var total: Int64?
        public var currency: Text?
        /// A cancelled order counts only by what was sold on it all the same.
        public var isCancelled: Bool

        public init(
            id: RecordID, number: Text?, orderNumber: Text? = nil, time: Timestamp, total: Int64?, currency: Text?,
            isCancelled: Bool = false
        ) {
            self.id = id
            self.number = number
            self.orderNumber = orderNumber
            self.time = time
            self.total = total
            self.currency = currency
            self.isCancelled = isCancelled
        }

        /// Reads a merged sale or order.
        ///
        /// - Parameters:
        ///   - total: the sum of its lines, for systems that keep no total on the record; used when it names none.
        ///   - currency: used when the record names none.
        public init(_ state: RecordState, total: Int64? = nil, currency: Text? = nil) {
            self.init(
                id: state.id, number: state["number"]?.text, orderNumber: state["order number"]?.text,
                time: Timestamp(milliseconds: state["at"]?.integer.flatMap(UInt64.init(exactly:)) ?? 0),
                total: state["total"]?.integer ?? total, currency: state["currency"]?.text ?? currency,
                isCancelled: state["state"]?.text.map { OrderState($0) == .cancelled } ?? false)
        }

        static func areInOrder(_ left: Self, _ right: Self) -> Bool {
            left.time == right.time ? left.id.life < right.id.life : left.time < right.time
        }
    }

    /// The documents whose totals make the purchase's value: the sales where there are any, else the order unless it is cancelled.
    public var counted: [Document] {
        if !sales.isEmpty { return sales }
        return order.map { $0.isCancelled ? [] : [$0] } ?? []
    }
}

extension JoinedPurchase {
    /// Joins sales and orders by the declared order number.
    ///
    /// A number that several orders bear (two web shops both count from 1) joins nothing: guessing would drop a value that
    /// was really paid. Where the sale's own source is the source of exactly one of them, that one is meant.
    ///
    /// - Parameters: documents without repeats, in any order.
    /// - Returns: in the order of their first document's time, then life.
    public static func joined(orders: [Document], sales: [Document]) -> [JoinedPurchase] {
        var byNumber: [Text: [Document]] = [:]
        for order in orders { if let number = order.number { byNumber[number, default: []].append(order) } }
        var fulfilled: [RecordID: [Document]] = [:]
        var purchases: [JoinedPurchase] = []
        for sale in sales.sorted(by: Document.areInOrder) {
            if let order = sale.orderNumber.flatMap({ byNumber[$0] }).flatMap({ meant(by: sale, among: $0) }) {
                fulfilled[order.id, default: []].append(sale)
            } else {
                purchases.append(JoinedPurchase(order: nil, sales: [sale]))
            }
        }
        for order in orders { purchases.append(JoinedPurchase(order: order, sales: fulfilled[order.id] ?? [])) }
        return purchases.sorted { left, right in
            guard let first = left.first, let second = right.first else { return false }
            return Document.areInOrder(first, second)
        }
    }

    private var first: Document? { ((order.map { [$0] } ?? []) + sales).min(by: Document.areInOrder) }

    private static func meant(by sale: Document, among orders: [Document]) -> Document? {
        if orders.count == 1 { return orders[0] }
        let own = orders.filter { $0.id.source == sale.id.source }
        return own.count == 1 ? own[0] : nil
    }
}

/// A sale, an order or a return as profiles count it.
public struct PurchaseRow: Hashable, Sendable {
    public enum Kind: Int32, Hashable, Sendable {
        case sale = 1
        case order = 2
        case giveBack = 3
    }

    public var record: RecordNumber
    /// `nil`: only its lines have arrived.
    public var kind: Kind?
    public var source: SourceNumber = 0
    public var isAlive = false
    public var isCancelled = false
    /// Whom the record names.
    public var customer: RecordNumber?
    /// Whose purchase it is: the customer, or that of the order which a sale without a customer fulfils, or that of the sale which
    /// a return without one names.
    public var buyer: RecordNumber?
    public var at: Int64?
    public var name: String?
    /// The order it is, or fulfils.
    public var order: String?
    public var currency: String?
    /// Of a return what was given back: tills write it with either sign.
    public var total: Int64?
    public var lines: Int64 = 0
    public var lineAmount: Int64 = 0
    /// What the lines of negative quantity gave back, as a positive amount.
    public var returned: Int64 = 0
    /// The sale that a return names.
    public var sale: RecordNumber?
    /// An order that a sale fulfils is worth nothing besides.
    public var isCounted = false

    public init(record: RecordNumber) { self.record = record }
}

public struct PurchaseLineRow: Hashable, Sendable {
    public var record: RecordNumber
    public var purchase: RecordNumber
    public var sku: String?
    public var name: String?
    public var quantity: Int64
    public var amount: Int64

    public init(record: RecordNumber, purchase: RecordNumber, sku: String?, name: String?, quantity: Int64, amount: Int64) {
        self.record = record
        self.purchase = purchase
        self.sku = sku
        self.name = name
        self.quantity = quantity
        self.amount = amount
    }
}

/// What one customer record bought, per currency.
public struct TotalRow: Hashable, Sendable {
    public var customer: RecordNumber
    /// Empty: none was given.
    public var currency: String
    public var purchases: Int64
    public var amount: Int64

    public init(customer: RecordNumber, currency: String, purchases: Int64, amount: Int64) {
        self.customer = customer
        self.currency = currency
        self.purchases = purchases
        self.amount = amount
    }
}

public struct EventRow: Hashable, Sendable {
    public var record: RecordNumber
    public var customer: RecordNumber?
    public var at: Int64?
    public var kind: String?
    /// In their normal forms, of an event that names no customer.
    public var device: String?
    public var cookie: String?

    public init(record: RecordNumber, customer: RecordNumber?, at: Int64?, kind: String?, device: String? = nil, cookie: String? = nil) {
        self.record = record
        self.customer = customer
        self.at = at
        self.kind = kind
        self.device = device
        self.cookie = cookie
    }
}

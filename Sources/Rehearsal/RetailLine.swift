/// One line of a sale, as the Online Retail files have it.
public struct RetailLine: Hashable, Sendable {
    /// `536365`; a cancellation begins with `C`.
    public var invoice: String
    public var stockCode: String
    public var name: String
    /// Whole pieces; negative when they come back.
    public var quantity: Int64
    /// `2010-12-01 08:26:00`, the shop's own time, taken as UTC.
    public var time: String
    /// Decimal text in pounds, as it stands in the file: `2.55`.
    public var unitPrice: String
    /// Digits without a fraction; `nil` for the quarter of the lines without a customer.
    public var customer: String?
    public var country: String

    public init(
        invoice: String, stockCode: String, name: String, quantity: Int64, time: String, unitPrice: String, customer: String?,
        country: String
    ) {
        self.invoice = invoice
        self.stockCode = stockCode
        self.name = name
        self.quantity = quantity
        self.time = time
        self.unitPrice = unitPrice
        self.customer = customer
        self.country = country
    }
}

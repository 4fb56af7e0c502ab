import Causality
import ChangeSets
import Orders
import Profiles

/// What the hub tells of an order beyond what sites get: who ordered it where, its lines, the sales that fulfil it, what is open about it.
struct OrderDetails {
    /// Whom the order names.
    struct Customer {
        /// The record's own key.
        var key: String
        /// `nil`: the hub does not know who that is.
        var profile: ProfileID?
        var name: String?
    }

    /// What a line does not say is `nil`.
    struct Line {
        var sku, name: String?
        var quantity, unitPrice, amount: Int64?
        var currency: String?
        /// Somebody has moved or counted the article.
        var isStocked: Bool
    }

    struct Sale {
        var life: Dot
        var number: String?
        var place: Place
        var at: Int64?
        var total: Int64?
        var currency: String?
    }

    struct Conflict {
        var id, short: String
        var kind: ConflictAnswer.Kind
        var field: String?
    }

    /// Lines and sales that are told of one order; how many there are is told, too.
    static let linesMax = 50
    static let salesMax = 20

    var place: Place
    var customer: Customer?
    var lines: [Line]
    var lineCount: Int
    /// `nil`: too much bears the number to say.
    var sales: (first: [Sale], count: Int)?
    var conflicts: [Conflict]

    /// With the order itself, for `/v1/orders`. It holds personal data.
    func json(of view: OrderView) -> [UInt8] {
        JSONDocument.object { document in
            view.write(to: &document)
            document.add("shown", view.told?.dot.description)
            if let since = view.since { document.add("since", since.milliseconds) }
            document.add("site", place.site?.string)
            document.add("channel", place.channel?.string)
            if let customer { document.object("customer") { customer.write(to: &$0) } }
            document.array("lines") { list in for line in lines { list.appendObject { line.write(to: &$0) } } }
            document.add("lineCount", lineCount)
            if let sales {
                document.array("sales") { list in for sale in sales.first { list.appendObject { sale.write(to: &$0) } } }
                document.add("saleCount", sales.count)
            }
            document.array("conflicts") { list in for conflict in conflicts { list.appendObject { conflict.write(to: &$0) } } }
        }
    }
}

extension OrderDetails.Customer {
    fileprivate func write(to document: inout JSONDocument) {
        document.add("key", key)
        document.add("profile", profile?.description)
        document.add("name", name)
    }
}

extension OrderDetails.Line {
    func write(to document: inout JSONDocument) {
        document.add("sku", sku)
        document.add("name", name)
        document.add("quantity", quantity)
        document.add("unitPrice", unitPrice)
        document.add("amount", amount)
        document.add("currency", currency)
        document.add("isStocked", isStocked)
    }
}

extension OrderDetails.Sale {
    fileprivate func write(to document: inout JSONDocument) {
        document.add("record", life.description)
        document.add("number", number)
        document.add("site", place.site?.string)
        document.add("time", at)
        document.add("total", total)
        document.add("currency", currency)
    }
}

extension OrderDetails.Conflict {
    fileprivate func write(to document: inout JSONDocument) {
        document.add("id", id)
        document.add("short", short)
        document.add("kind", kind.rawValue)
        document.add("field", field)
    }
}

extension JSONDocument {
    fileprivate mutating func add(_ name: String, _ value: String?) { if let value { add(name, value) } }
    fileprivate mutating func add(_ name: String, _ value: Int64?) { if let value { add(name, value) } }
}

import ChangeSets

/// An order as the hub writes it (`/v1/orders`), as far as its page shows it.
struct OrderDocument: Decodable {
    struct Side: Decodable {
        let state, dot: String
        let site: String?
        let time: UInt64
    }
    struct Shipment: Decodable {
        let state, carrier, trackingNumber: String?
        let time: UInt64?
        let states: [Side]

        /// Who told the state that is shown.
        var site: String? { states.last { $0.state == state }?.site }
    }
    struct Contradiction: Decodable { let sides: [Side] }
    struct Customer: Decodable {
        let key: String
        let profile, name: String?
    }
    struct Line: Decodable {
        let sku, name, currency: String?
        let quantity, unitPrice, amount: Int64?
        let isStocked: Bool
    }
    struct Sale: Decodable {
        let number, site, currency: String?
        let time, total: Int64?
    }
    struct Conflict: Decodable {
        let id, kind: String
        let field: String?
    }

    let number: String?
    let state, life: String
    let fields: [String: JSONValue]
    let states: [Side]
    let shipments: [Shipment]
    let contradiction: Contradiction?
    let shown, site: String?
    let since: UInt64?
    let customer: Customer?
    let lines: [Line]
    let lineCount: Int
    /// `nil`: too much bears the number to say.
    let sales: [Sale]?
    let saleCount: Int?
    let conflicts: [Conflict]

    var currency: String { fields["currency"]?.text ?? "" }
}

import ChangeSets

/// An order as the hub tells it, and how it is shown.
struct OrderShown: Decodable {
    struct Side: Decodable {
        let state, dot: String
        let site: String?
        let time: UInt64
    }
    struct Shipment: Decodable {
        let state, carrier, trackingNumber: String?
        let time: UInt64?
        let states: [Side]
    }
    struct Contradiction: Decodable {
        let code: String
        let sides: [Side]
    }
    struct Customer: Decodable {
        let key: String
        let profile, name: String?
    }
    struct Line: Decodable {
        let sku, name, currency: String?
        let quantity, unitPrice, amount: Int64?
    }
    struct Sale: Decodable {
        let number, site, currency: String?
        let time, total: Int64?
    }
    struct Conflict: Decodable {
        let short, kind: String
        let field: String?
    }
    let number: String?
    let state: String
    let fields: [String: JSONValue]
    let states: [Side]
    let shipments: [Shipment]
    let contradiction: Contradiction?
    let shown, site, channel: String?
    let since: UInt64?
    let customer: Customer?
    let lines: [Line]?
    let lineCount: Int?
    let sales: [Sale]?
    let saleCount: Int?
    let conflicts: [Conflict]?

    func text(asked: String, widthMax: Int? = Terminal.width) -> String {
        let tables = [
            stateTable(widthMax), fieldTable(widthMax), lineTable(widthMax), shipmentTable(widthMax), saleTable(widthMax), warnings,
        ]
        return ([head(asked)] + tables.compactMap { $0 }).joined(separator: "\n\n")
    }

    private func head(_ asked: String) -> String {
        var lines = ["order \(number ?? asked): \(state)" + (since.map { " since \(Readable.time($0))" } ?? "")]
        if let site { lines.append("  placed at \(site)" + (channel.map { " (\($0))" } ?? "")) }
        if let customer {
            let profile = customer.profile.map { [$0, customer.name].compactMap { $0 }.joined(separator: "  ") }
            lines.append("  customer " + (profile ?? "\(customer.key), whom the hub does not know"))
        }
        return lines.joined(separator: "\n")
    }

    private func stateTable(_ widthMax: Int?) -> String? {
        var table = Table("STATE", "SITE", "WRITTEN", "BY", "")
        func add(_ side: Side, _ teller: String) {
            table.add(side.state, side.site ?? "-", Readable.time(side.time), teller, side.dot == shown ? "shown" : "")
        }
        for side in states { add(side, "order") }
        for side in shipments.flatMap(\.states) { add(side, "shipment") }
        return told(table, widthMax)
    }

    private func fieldTable(_ widthMax: Int?) -> String? {
        var table = Table("FIELD", "VALUE")
        // Whom it names stands above.
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) where name != "customer" || customer == nil {
            guard Catalogue["order"]?[FieldName(name)]?.kind == .money, case .integer(let amount) = value else {
                table.add(name, value.shown(in: name))
                continue
            }
            table.add(name, Readable.money(amount, fields["currency"]?.text))
        }
        return told(table, widthMax)
    }

    private func lineTable(_ widthMax: Int?) -> String? {
        var table = Table("ARTICLE", "NAME", ">PIECES", ">EACH", ">AMOUNT")
        for line in lines ?? [] {
            func money(_ amount: Int64?) -> String { amount.map { Readable.money($0, line.currency ?? fields["currency"]?.text) } ?? "-" }
            table.add(
                line.sku ?? "-", line.name ?? "-", line.quantity.map { Readable.amount($0) } ?? "-", money(line.unitPrice),
                money(line.amount))
        }
        return told(table, widthMax, more: Readable.more(of: lineCount ?? 0, shown: lines?.count ?? 0))
    }

    private func shipmentTable(_ widthMax: Int?) -> String? {
        var table = Table("SHIPMENT", "CARRIER", "TRACKING", "WHEN", "SITE")
        for shipment in shipments {
            let site = shipment.states.last { $0.state == shipment.state }?.site
            table.add(
                shipment.state ?? "-", shipment.carrier ?? "-", shipment.trackingNumber ?? "-", Readable.time(shipment.time), site ?? "-")
        }
        return told(table, widthMax)
    }

    private func saleTable(_ widthMax: Int?) -> String? {
        var table = Table("SALE", "SITE", "WHEN", ">AMOUNT")
        for sale in sales ?? [] {
            table.add(
                sale.number ?? "-", sale.site ?? "-", ProfileCommand.said(sale.time),
                sale.total.map { Readable.money($0, sale.currency) } ?? "-")
        }
        return told(table, widthMax, more: Readable.more(of: saleCount ?? 0, shown: sales?.count ?? 0))
    }

    private func told(_ table: Table, _ widthMax: Int?, more: String? = nil) -> String? {
        guard !table.isEmpty else { return nil }
        return table.text(widthMax: widthMax, indentedBy: 2) + (more.map { "\n  " + $0 } ?? "")
    }

    private var warnings: String? {
        var lines: [String] = []
        if let contradiction {
            let sides = contradiction.sides.map { "\($0.state) says \($0.site ?? "?")" }.joined(separator: ", ")
            lines.append("! \(contradiction.code): \(sides)")
        }
        for conflict in conflicts ?? [] {
            let what = [conflict.kind, conflict.field.map { "of \"\($0)\"" }].compactMap { $0 }.joined(separator: " ")
            lines.append("! \(what): tributary conflict show \(conflict.short)")
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }
}

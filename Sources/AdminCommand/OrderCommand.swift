import ArgumentParser

struct OrderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order", abstract: "Orders, as web shop, warehouse and stores together know them.", subcommands: [Show.self])

    private struct Order: Decodable {
        struct Shipment: Decodable {
            let state, carrier, trackingNumber: String?
            let at: UInt64?
            let site: String
        }
        let number, state: String
        let at: UInt64?
        let total: Int64?
        let currency: String?
        let lines: [ProfileCommand.Profile.Line]
        let shipments: [Shipment]
        let contradictions: [String]
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one order: state, lines, shipments.")

        @Argument(help: "The order's number.") var number: String
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get("orders", number)
            try listing.show(bytes, as: Order.self) { order in
                let total = order.total.map { ", " + Readable.money($0, order.currency) } ?? ""
                var blocks = ["order \(order.number): \(order.state), \(Readable.time(order.at))\(total)"]
                var lines = Table("SKU", "NAME", ">QUANTITY", ">AMOUNT")
                for line in order.lines {
                    lines.add(line.sku ?? "-", line.name ?? "-", Readable.amount(line.quantity), Readable.money(line.amount, nil))
                }
                if !lines.isEmpty { blocks.append(lines.text(indentedBy: 2)) }
                var shipments = Table("SHIPMENT", "CARRIER", "TRACKING", "WHEN", "FROM")
                for shipment in order.shipments {
                    shipments.add(
                        shipment.state ?? "-", shipment.carrier ?? "-", shipment.trackingNumber ?? "-", Readable.time(shipment.at), shipment.site)
                }
                if !shipments.isEmpty { blocks.append(shipments.text(indentedBy: 2)) }
                blocks += order.contradictions.map { "! " + $0 }
                return blocks.joined(separator: "\n")
            }
        }
    }
}

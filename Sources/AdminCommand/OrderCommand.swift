import ArgumentParser
import ChangeSets

struct OrderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order", abstract: "Orders, as web shop, warehouse and stores together know them.", subcommands: [Show.self])

    private struct Order: Decodable {
        struct Side: Decodable {
            let state: String
            let site: String?
            let time: UInt64
        }
        struct Shipment: Decodable {
            let state, carrier, trackingNumber: String?
            let time: UInt64?
        }
        struct Contradiction: Decodable {
            let code: String
            let sides: [Side]
        }
        let number: String?
        let state: String
        let fields: [String: JSONValue]
        let states: [Side]
        let shipments: [Shipment]
        let contradiction: Contradiction?
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one order: its state and who says so, its fields, its shipments.",
            discussion: """
                Example: tributary order show W-1001
                Shops may count alike: all orders of the number are shown, and the last line tells how to go on, when there are very many.
                """)

        @Argument(help: "The order's number.") var number: String
        @OptionGroup var paging: PageOptions
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let (connection, number) = (try listing.hub.connection(), number)
            let page = try await paging.read(usual: 50, most: 50) { limit, after in
                try await connection.page("orders", number, query: [:], limit: limit, after: after)
            }
            let more = page.next.map { paging.more("tributary order show", [("", number)], after: $0) }
            try listing.show(page, as: [Order].self, more: more) { orders in
                orders.map { Self.text(of: $0, asked: number) }.joined(separator: "\n\n")
            }
        }

        private static func text(of order: Order, asked: String) -> String {
            var blocks = ["order \(order.number ?? asked): \(order.state)"]
            var states = Table("STATE", "SITE", "WRITTEN")
            for side in order.states { states.add(side.state, side.site ?? "-", Readable.time(side.time)) }
            if !states.isEmpty { blocks.append(states.text(indentedBy: 2)) }
            var fields = Table("FIELD", "VALUE")
            for (name, value) in order.fields.sorted(by: { $0.key < $1.key }) { fields.add(name, value.shown) }
            if !fields.isEmpty { blocks.append(fields.text(indentedBy: 2)) }
            var shipments = Table("SHIPMENT", "CARRIER", "TRACKING", "WHEN")
            for shipment in order.shipments {
                shipments.add(shipment.state ?? "-", shipment.carrier ?? "-", shipment.trackingNumber ?? "-", Readable.time(shipment.time))
            }
            if !shipments.isEmpty { blocks.append(shipments.text(indentedBy: 2)) }
            if let contradiction = order.contradiction {
                let sides = contradiction.sides.map { "\($0.state) says \($0.site ?? "?")" }.joined(separator: ", ")
                blocks.append("! \(contradiction.code): \(sides)")
            }
            return blocks.joined(separator: "\n\n")
        }
    }
}

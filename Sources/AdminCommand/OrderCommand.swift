import ArgumentParser
import ChangeSets

struct OrderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order", abstract: "Orders, as web shop, warehouse and stores together know them.", subcommands: [Show.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one order: where it stands and who says so, its customer, lines, shipments and sales.",
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
            try listing.show(page, as: [OrderShown].self, more: more) { orders in
                orders.map { $0.text(asked: number) }.joined(separator: "\n\n")
            }
        }
    }
}

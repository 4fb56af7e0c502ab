import ArgumentParser

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how the hub is, what it holds, and what needs a hand.",
        discussion: "Example: tributary status --data /var/lib/tributary-hub")

    @OptionGroup var listing: ListingOptions

    private struct Status: Decodable {
        let hub: String
        let position: UInt64
        let sites, agents: Int
        let records, profiles, stockCells, orders, waiting, quarantined, staleViews: Int64
        let lastReceivedAt: UInt64?
        let warnings: [String]
    }

    mutating func run() async throws {
        let connection = try listing.hub.connection()
        let bytes = try await connection.get("status")
        try listing.show(bytes, as: Status.self) { status in
            var lines = [
                "hub \(status.hub.prefix(8)) at \(connection.address), position \(status.position)",
                "  \(Readable.count(status.sites, "site")), \(Readable.count(status.agents, "agent")), last change received \(Readable.age(status.lastReceivedAt))",
                "  \(Readable.count(status.records, "record")), \(Readable.count(status.profiles, "profile")), \(Readable.count(status.stockCells, "stock figure")), \(Readable.count(status.orders, "order"))",
            ]
            if status.waiting + status.quarantined + status.staleViews > 0 {
                lines.append("  \(status.waiting) changes wait, \(status.quarantined) in quarantine, \(status.staleViews) views behind")
            }
            lines += status.warnings.isEmpty ? [Colour.well("All is well.")] : status.warnings.map { Colour.warning("! " + $0) }
            return lines.joined(separator: "\n")
        }
    }
}

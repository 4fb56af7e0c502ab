import ArgumentParser

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how the hub is, what it holds, and what needs a hand.",
        discussion: """
            Example: tributary status --data /var/lib/tributary-hub
            --trend shows how it was, hour by hour: changes admitted, how far the sites were behind (the one in the middle, and the last one),
            open conflicts.
            """)

    @Flag(help: "How it was over the last hours.") var trend = false
    @Option(help: ArgumentHelp("With --trend: so many hours back, at most 168.", valueName: "count")) var hours = 24
    @OptionGroup var listing: ListingOptions

    private struct Status: Decodable {
        let hub: String
        let position: UInt64
        let sites, agents: Int
        let records, profiles, stockCells, orders, waiting, quarantined, staleViews: Int64
        let lastReceivedAt: UInt64?
        let warnings: [String]
    }

    struct Pulse: Decodable {
        let time, changes, lagMedian, lagMax: UInt64
        let conflicts: Int
    }

    /// Hour by hour: the worst of each, and its last state.
    static func text(of pulses: [Pulse], widthMax: Int? = Terminal.width) -> String {
        var table = Table("HOUR", ">CHANGES", ">BEHIND", ">LAST ONE", ">CONFLICTS")
        var before: UInt64?
        let hour: UInt64 = 3_600_000
        for (start, own) in Dictionary(grouping: pulses, by: { $0.time / hour }).sorted(by: { $0.key < $1.key }) {
            guard let last = own.max(by: { $0.time < $1.time }), let first = own.min(by: { $0.time < $1.time }) else { continue }
            let from = before ?? first.changes
            table.add(
                Readable.time(start * hour), String(last.changes - min(last.changes, from)),
                Readable.span(own.map(\.lagMedian).max() ?? 0), Readable.span(own.map(\.lagMax).max() ?? 0), String(last.conflicts))
            before = last.changes
        }
        return table.isEmpty ? "Nothing is known of that time." : table.text(widthMax: widthMax)
    }

    mutating func run() async throws {
        let connection = try listing.hub.connection()
        if trend {
            let bytes = try await connection.get("pulses", query: ["hours": String(hours)])
            return try listing.show(bytes, as: [Pulse].self) { Self.text(of: $0) }
        }
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

import ArgumentParser

extension SiteCommand {
    struct Log: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a site and the hub said to each other, what was refused, and when it was silent; the newest first.",
            discussion: """
                Requests that are alike stand in one line: for 5 minutes, or for an hour while nothing moves. Times are the hub's; the hub
                keeps the last 1,000 lines of a site.

                FROM IT, TO IT  bytes of what was asked and of the answers

                Codes of what was refused are listed in protocol/errors.md. The last line tells how to go on, when there is more.
                Example: tributary site log shop-1 --limit 20
                """)

        @Argument(help: "The site's name.") var name: String
        @OptionGroup var paging: PageOptions
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let (connection, name) = (try listing.hub.connection(), name)
            let page = try await paging.read(usual: 50, most: 200) { limit, after in
                try await connection.page("sites", name, "exchanges", query: [:], limit: limit, after: after)
            }
            let more = page.next.map { paging.more("tributary site log", [("", name)], after: $0) }
            try listing.show(page, as: [Row].self, more: more) { SiteCommand.text(of: $0) }
        }
    }

    /// A row of a site's log.
    struct Row: Decodable {
        let at, until: UInt64
        let kind, outcome: String
        let requests, sets, changes, entries, bytesIn, bytesOut: Int
        let silentMilliseconds, hubStartedAt: UInt64?
    }

    static func text(of rows: [Row], widthMax: Int? = Terminal.width) -> String {
        var table = Table("WHEN", "WHAT", ">FROM IT", ">TO IT")
        for row in rows {
            table.add(row.span, row.words, Readable.bytes(row.bytesIn), Readable.bytes(row.bytesOut))
            if let silence = row.silence { table.add("", silence, "", "") }
        }
        return table.isEmpty
            ? "Nothing yet. Is its agent enrolled, and does tributary-agent run there? tributary site show says so."
            : table.text(widthMax: widthMax)
    }
}

extension SiteCommand.Row {
    /// `2010-12-01 08:26Z`, `2010-12-01 08:26-08:31Z`, or both in full over a midnight.
    var span: String {
        let (begin, end) = (Readable.time(at), Readable.time(until))
        if begin == end { return begin }
        return begin.prefix(10) == end.prefix(10) ? "\(begin.dropLast())-\(end.suffix(6))" : "\(begin) - \(end)"
    }

    var words: String {
        guard outcome.isEmpty else {
            return "! \(kind) refused: \(outcome)" + (requests > 1 ? ", \(Readable.count(requests)) times" : "")
        }
        let often = requests > 1 ? ", in \(Readable.count(requests)) requests" : ""
        switch kind {
        case "push": return "sent \(Readable.count(sets, "change-set")) with \(Readable.count(changes, "change"))" + often
        case "pull" where entries == 0:
            return requests == 1 ? "asked once, nothing new" : "asked \(Readable.count(requests)) times, nothing new"
        case "pull": return "was given \(entries == 1 ? "1 entry" : "\(Readable.count(entries)) entries")" + often
        case "images": return "fetched \(Readable.count(entries, "record")) of its own" + often
        case "shared": return "compared its history with the hub's" + often
        case "decisions": return "gave back \(Readable.count(sets, "decision")) that it had kept for the hub" + often
        case "mappings": return "told how its tables are mapped" + often
        // Of a newer hub.
        default: return kind + often
        }
    }

    /// How long nothing had come before.
    var silence: String? {
        silentMilliseconds.map { silent in
            "silent for \(Readable.longSpan(silent))" + (hubStartedAt == nil ? "" : "; the hub was started in that time")
        }
    }
}

extension Readable {
    /// `12 min`, `2 h 10 min`, `3 days 4 h`: in two units, of what is minutes at least.
    static func longSpan(_ milliseconds: UInt64) -> String {
        let minutes = milliseconds / 60_000
        let (days, hours) = (minutes / 1_440, minutes / 60 % 24)
        func part(_ number: UInt64, _ unit: String) -> String? { number == 0 ? nil : "\(number) \(unit)" }
        let parts = days > 0 ? [count(days, "day"), part(hours, "h")] : [part(hours, "h"), part(minutes % 60, "min")]
        return parts.compactMap { $0 }.joined(separator: " ")
    }

    /// `840 B`, `12 kB`, `3.4 MB`: thousands, as disks are sold.
    static func bytes(_ count: Int) -> String {
        switch count {
        case ..<1_000: return "\(count) B"
        case ..<1_000_000: return "\((count + 500) / 1_000) kB"
        default:
            let tenths = count / 100_000
            return "\(self.count(tenths / 10))\(tenths % 10 == 0 ? "" : ".\(tenths % 10)") MB"
        }
    }
}

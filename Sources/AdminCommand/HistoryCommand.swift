import ArgumentParser
import ChangeSets
import Complaints
import Foundation

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "What was ever written into one field of a record: by whom, when, and in place of what.",
        discussion: """
            The newest comes first; "stands" is what nothing has taken the place of. The hub looks through so much of its journal for one
            page, which may so be short, or empty, and another one follow: the last line tells how to go on. Each look is in the trail.

              tributary profile find --email ada@example.com                  tells the profile's id
              tributary history p89abcdef0123456789abcdef01234567-4 phone     of the record whose phone the profile shows
              tributary conflict show 3f9a1c2b                                tells record and field
              tributary history 89abcdef0123456789abcdef01234567:2 currency
            """)

    @Argument(help: "A profile's id, or a record as `conflict show` and `history` name it.") var id: String
    @Argument(help: "The field, as `profile show` names it: phone, \"last name\".") var field: String
    @OptionGroup var paging: PageOptions
    @OptionGroup var listing: ListingOptions

    /// The most that the hub gives at once.
    static let pageMax = 50

    mutating func run() async throws {
        let (connection, field) = (try listing.hub.connection(), field)
        let record = id.contains(":") ? id : try Self.record(of: field, in: try await connection.get("profiles", id))
        let page = try await paging.read(usual: Self.pageMax, most: Self.pageMax, joinedBy: Self.joined) { limit, after in
            try await connection.page("history", query: ["record": record, "field": field], limit: limit, after: after)
        }
        let more = page.next.map { paging.more("tributary history", [("", record), ("", field)], after: $0) }
        try listing.show(page, as: History.self, more: more) { $0.text(isEnd: more == nil) }
    }

    /// The record that holds the value which a profile shows.
    static func record(of field: String, in profile: [UInt8]) throws -> String {
        let profile = try ListingOptions.read(profile, as: ProfileCommand.Profile.self)
        guard let record = profile.fields[field]?.record else {
            throw Complaint(
                "\(profile.id) has no field \"\(field)\".", remedy: "It has: \(profile.fields.keys.sorted().joined(separator: ", ")).")
        }
        return record
    }

    /// Pages as one: it goes back as far as the last of them.
    static func joined(_ pages: [[UInt8]]) throws -> [UInt8] {
        let pages = try pages.map { try ListingOptions.read($0, as: History.self) }
        guard var whole = pages.last else { return [] }
        whole.writes = pages.flatMap(\.writes)
        whole.sets = pages.map(\.sets).reduce(0, +)
        whole.isCut = pages.contains(where: \.isCut)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(whole))
    }
}

extension HistoryCommand {
    struct History: Codable {
        struct About: Codable { let entity, key, record, site, field, name, profile, sku: String? }
        struct Write: Codable {
            let dot, site, source: String
            let cashier: String?
            let value: JSONValue
            let time, received: UInt64
            let origin: OriginShown?
            let replaced: [Replaced]
            let isLive, isHeld: Bool

            /// Who wrote it, from where, who decided it, and why.
            var by: String {
                let parts = [cashier, origin?.line, origin?.note.map { "\"\($0)\"" }].compactMap { $0 }
                return (OriginShown.by(origin, site: site, source: source) + parts).joined(separator: ", ")
            }
        }
        struct Replaced: Codable {
            let dot, site: String
            let value: JSONValue
            let time: UInt64
        }
        struct Other: Codable { let record, site, key: String }

        let about: About
        var writes: [Write]
        var sets: Int
        let isBeforeRecord: Bool
        var isCut: Bool
        let others: [Other]

        func text(isEnd: Bool, widthMax: Int? = Terminal.width) -> String {
            let field = about.field ?? ""
            let record = [about.entity, about.key].compactMap { $0 }.joined(separator: " ")
            var title = "\(field) of \(about.name ?? record): \(record) of \(about.site ?? "?")"
            if let name = about.record { title += ", record \(name)" }
            var lines = [TerminalText.line(title)]
            var table = Table("WRITTEN", "VALUE", "", "BY", "IN PLACE OF", "RECEIVED")
            for write in writes {
                let replaced = write.replaced.map { "\($0.value.shown(in: field)) (\($0.site))" }.joined(separator: ", ")
                table.add(
                    Readable.time(write.time), write.value.shown(in: field),
                    write.isLive ? "stands" : write.isHeld ? "counts for nothing" : "", write.by, replaced, Readable.time(write.received))
            }
            lines.append(
                table.isEmpty
                    ? (isEnd ? "Nothing is known of what was written here." : "Nothing was written here in that time.")
                    : table.text(widthMax: widthMax, indentedBy: 2))
            if isBeforeRecord {
                lines.append("What is left was received before the record itself: only what waited for it could be there.")
            }
            if isCut { lines.append("So much was written at once that not all of it is followed here.") }
            lines.append("Looked through \(Readable.count(sets, "change-set"))\(isEnd ? "; this is the beginning" : "").")
            if !others.isEmpty { lines += ["", "The same field in other records of this person:"] }
            lines += others.map { other in
                let thing = "\(about.entity ?? "record") \(other.key) of \(other.site)"
                return TerminalText.line("  tributary history \(other.record) \(PageOptions.quoted(field))  \(thing)")
            }
            return lines.joined(separator: "\n")
        }
    }
}

import ArgumentParser
import ChangeSets
import Complaints
import Foundation

/// Who decides, and why: kept with every decision.
struct DeciderOptions: ParsableArguments {
    @Option(help: "Who decides, for the record; who asks with an API token decides in that one's name.")
    var by: String = Self.user

    /// Whoever is logged in at this machine.
    static let user = ProcessInfo.processInfo.environment["USER"] ?? "operator"

    @Option(help: "Why, for the record.")
    var note: String?
}

/// A decision as the hub tells it.
struct DecisionShown: Decodable {
    let id, conflict, choice, message, author: String
    let note, undoneBy: String?
    let time: UInt64
    let values: [JSONValue]
    let about: About?

    /// Of a mended change: its record, and what was written there or left out.
    struct About: Decodable {
        struct Field: Decodable {
            let field, kind: String
            let value: JSONValue?
            let leftOut: Bool
        }
        let entity, key: String?
        let fields: [Field]?
    }

    /// `mend sale 1: total=12.50, at left out`.
    var deed: String {
        let said = ConflictCommand.said(choice)
        guard let about, let entity = about.entity, let key = about.key, let fields = about.fields else {
            return ([said] + (values.isEmpty ? [] : [values.map { ConflictCommand.shown($0, of: conflict) }.joined(separator: ", ")]))
                .joined(separator: ": ")
        }
        let parts = fields.map { field in
            if field.leftOut { return field.field + " left out" }
            return field.value.map { field.field + "=" + ConflictCommand.shown($0, kind: field.kind) } ?? field.field + " empty"
        }
        return "\(said) \(entity) \(key)" + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
    }

    /// What is told once it took another decision back.
    var undoing: String {
        guard about?.fields != nil else { return "Undone. What it decided is open again: tributary conflict list" }
        return "Undone: the values that were given are taken back. The change stays taken in, without what was refused."
    }
}

extension ConflictCommand {
    struct Resolve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide one conflict; it covers exactly what is there now, and what arrives later is a conflict of its own.",
            discussion: """
                The decision is sent to the sites like any other change, and can be undone.

                  tributary conflict resolve 3f9a1c2b --take web --note "asked the customer"
                  tributary conflict resolve 3f9a1c2b --value '"ada@example.com"'
                  tributary conflict resolve 8e21aa07 --value 12                pieces, of stock
                """)

        @Argument(help: "The conflict's id, as `conflict list` shows it.") var id: String

        @Option(help: ArgumentHelp("Take this side: the site that wrote it, or its dot.", valueName: "SITE or DOT"))
        var take: String?

        @Option(help: "Set this value instead, as JSON; of stock the number of pieces.")
        var value: String?

        @Flag(help: "Leave it as it is, and ask no more until something new is known.")
        var accept = false

        @Flag(help: "Of a record that was deleted and edited at once: keep it.")
        var keep = false

        @Flag(help: "Of a record that was deleted and edited at once: delete it, the edit too.")
        var delete = false

        @Flag(help: "Of a source that was restored: take back what it had created since, and nobody else has written to.")
        var withdraw = false

        @Flag(help: "Of records that may be one person's: they are.")
        var same = false

        @Flag(help: "Of records that may be one person's: they never are.")
        var apart = false

        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        func validate() throws {
            guard choices.count == 1 else {
                throw ValidationError("Give exactly one of --take, --value, --accept, --keep, --delete, --withdraw, --same and --apart.")
            }
        }

        private var choices: [String] {
            ConflictCommand.given([
                ("take", take != nil), ("value", value != nil), ("accept", accept), ("keep", keep), ("delete", delete),
                ("withdraw", withdraw),
                ("same", same), ("apart", apart),
            ])
        }

        private struct Question: Encodable {
            let id, choice, seen, author: String
            let side, note: String?
            let value: JSONValue?
        }

        mutating func run() async throws {
            let connection = try listing.hub.connection()
            let found = try JSONDecoder().decode(
                [Conflict].self, from: Data(try await connection.post("conflicts", "search", body: ["id": id])))
            guard let conflict = found.first else {
                throw Complaint("There is no open conflict \(id).", remedy: "List them: tributary conflict list")
            }
            let question = Question(
                id: conflict.id, choice: choices[0], seen: conflict.seen, author: decider.by, side: take, note: decider.note,
                value: try value.map { try Self.parsed($0, conflict) })
            let bytes = try await connection.post("conflicts", "resolve", body: question)
            try listing.show(bytes, as: DecisionShown.self) { decision in
                "\(conflict.short) is decided: \(ConflictCommand.said(decision.choice))\(decision.values.isEmpty ? "" : ", " + decision.values.map(conflict.shown).joined(separator: ", ")).\nTake it back: tributary conflict undo \(conflict.short)"
            }
        }

        /// Pieces of stock become the hub's units of 10⁻⁴; anything else is JSON.
        private static func parsed(_ text: String, _ conflict: Conflict) throws -> JSONValue {
            if conflict.isAboutStock {
                return .integer(try Readable.units(ofPieces: text))
            }
            guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)), value != .other else {
                throw Complaint("\(text) is no JSON value.", remedy: "Put texts in double quotes: --value '\"text\"'")
            }
            return value
        }
    }

    struct Undo: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a decision back: the sides that it replaced stand again.",
            discussion: """
                It is refused when somebody has written since, knowing of the decision.

                  tributary conflict undo 3f9a1c2b
                  tributary conflict undo 89abcdef:17 --note "the customer called again"     as `tributary audit list` names it
                """)

        @Argument(help: "The conflict's id, or the decision's from `tributary audit list`.") var id: String
        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable {
            let id, author: String
            let note: String?
        }

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().post(
                "decisions", "undo", body: Question(id: id, author: decider.by, note: decider.note))
            try listing.show(bytes, as: DecisionShown.self) { $0.undoing }
        }
    }
}

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "What operators decided, wrote down, and whom they looked up: who, when, what and why.",
        discussion: """
            tributary audit list
            tributary audit notes
            tributary audit look-ups --who ben
            """,
        subcommands: [List.self, Notes.self, LookUps.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List decisions, the newest first.",
            discussion: """
                After a restore of the hub, older decisions that sites gave back may stand first; each line tells its time.
                The last line tells how to go on, when there is more.
                Example: tributary audit list --limit 20
                """)

        @OptionGroup var paging: PageOptions
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let connection = try listing.hub.connection()
            let page = try await paging.read(usual: 200, most: 500) { limit, after in
                try await connection.page("decisions", query: [:], limit: limit, after: after)
            }
            let more = page.next.map { paging.more("tributary audit list", [], after: $0) }
            try listing.show(page, as: [DecisionShown].self, more: more) { decisions in
                guard !decisions.isEmpty else { return "Nobody has decided anything yet." }
                return decisions.map { decision in
                    var lines = [
                        "\(Readable.time(decision.time))  \(decision.author)  \(decision.deed)",
                        "  \(decision.message)",
                    ]
                    if let note = decision.note { lines.append("  \"\(note)\"") }
                    lines.append("  \(Readable.dot(decision.id))\(decision.undoneBy == nil ? "" : "  undone")")
                    return lines.map(TerminalText.line).joined(separator: "\n")
                }.joined(separator: "\n")
            }
        }
    }
    struct LookUps: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "look-ups", abstract: "List who looked whom up, and who gave or ended access, the newest first.",
            discussion: """
                Of a search the trail keeps what was searched by, and never what was searched for. Looks alike within a minute are one line.
                The last line tells how to go on, when there is more.
                Example: tributary audit look-ups --who ben
                """)

        @Option(help: ArgumentHelp("Only those of this person or token.", valueName: "name")) var who: String?
        @OptionGroup var paging: PageOptions
        @OptionGroup var listing: ListingOptions

        private struct LookUp: Decodable {
            let time: UInt64
            let who, what, subject: String
            let found, times: Int
        }

        mutating func run() async throws {
            let (connection, who) = (try listing.hub.connection(), who)
            let page = try await paging.read(usual: 200, most: 200) { limit, after in
                try await connection.page("look-ups", query: ["who": who], limit: limit, after: after)
            }
            let more = page.next.map { paging.more("tributary audit look-ups", [("--who", who)], after: $0) }
            try listing.show(page, as: [LookUp].self, more: more) { lookUps in
                var table = Table("WHEN", "WHO", "WHAT", "SUBJECT", ">FOUND", ">TIMES")
                for one in lookUps {
                    table.add(Readable.time(one.time), one.who, one.what, one.subject, String(one.found), String(one.times))
                }
                return table.isEmpty ? "Nobody has looked anybody up yet." : table.text()
            }
        }
    }
}

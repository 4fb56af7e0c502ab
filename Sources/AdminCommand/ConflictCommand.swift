import ArgumentParser
import ChangeSets
import Complaints
import Foundation

struct ConflictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflict", abstract: "Writes that did not know of each other, and what else people should look at.",
        discussion: """
            tributary conflict list --kind concurrent-writes
            tributary conflict list --text "ada lovelace" --limit 20
            tributary conflict resolve 3f9a1c2b --take shop-1 --note "asked the customer"
            tributary conflict resolve-all --field phone --take web            says what it would do
            tributary conflict resolve-all --field phone --take web --apply
            tributary conflict resolve-all --cause value-of-wrong-kind --replay --apply
            tributary conflict list --kind proposed-link                       who may be one person
            tributary conflict note 3f9a1c2b "called her on Monday, she will send a mail"
            tributary conflict undo 3f9a1c2b
            """,
        subcommands: [List.self, Show.self, Note.self, Resolve.self, ResolveAll.self, Undo.self])

    /// Counts and oversells are about pieces; the hub has them in units of 10⁻⁴.
    static func isAboutStock(_ id: String) -> Bool {
        ["concurrent-counts:", "oversell:", "received-more-than-sent:"].contains { id.hasPrefix($0) }
    }

    /// A side's or a decision's value, as people read it.
    static func shown(_ value: JSONValue, of id: String) -> String {
        if isAboutStock(id), case .integer(let quantity) = value { return Readable.amount(quantity) }
        return value.shown
    }

    /// A field's value by its kind, as the hub tells that.
    static func shown(_ value: JSONValue, kind: String) -> String {
        switch (kind, value) {
        case ("money", .integer(let units)): Readable.amount(units, decimalsMin: 2)
        case ("quantity", .integer(let units)): Readable.amount(units)
        case ("time", .integer(let time)) where time >= 0: Readable.time(UInt64(time))
        default: value.shown
        }
    }

    /// As the hub names them.
    static let kinds = [
        "concurrent-writes", "concurrent-counts", "oversell", "received-more-than-sent", "edit-of-deleted", "source-restored", "quarantine",
        "long-wait", "order-contradiction", "proposed-link", "stale-view",
    ]

    /// Of the ways to decide, those that were asked for: one, once a command has validated its options.
    static func given(_ ways: [(name: String, isGiven: Bool)]) -> [String] { ways.filter(\.isGiven).map(\.name) }

    /// A choice in people's words.
    static func said(_ choice: String) -> String {
        switch choice {
        case "same": "one person"
        case "apart": "never the same"
        case "withdraw": "withdrawn"
        default: choice
        }
    }

    /// Which conflicts are meant.
    struct Filter: ParsableArguments, Encodable {
        @Option(help: "Only this kind: \(ConflictCommand.kinds.joined(separator: ", ")).", completion: .list(ConflictCommand.kinds))
        var kind: String?

        @Option(help: "Only those that this site has a side in.")
        var site: String?

        @Option(help: "Only concurrent writes of this field.")
        var field: String?

        @Option(help: "Only those about this entity, as mappings call it: customer, order.")
        var entity: String?

        @Option(help: ArgumentHelp("Only changes set aside for this cause, as `quarantine groups` names it.", valueName: "code"))
        var cause: String?

        @Option(help: "Only those that show this text: a customer, an article, an order, a value.")
        var text: String?

        @Option(help: "Only those that are open for so many days at least, or nobody knows since when.")
        var days: Int?

        private enum CodingKeys: CodingKey { case kind, site, field, entity, cause, text, days }

        func validate() throws {
            if let days, days < 0 { throw ValidationError("--days is a whole number: 7.") }
            guard let kind, !ConflictCommand.kinds.contains(kind) else { return }
            throw ValidationError("\(kind) is no kind of conflict. Give one of: \(ConflictCommand.kinds.joined(separator: ", ")).")
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(kind, forKey: .kind)
            try container.encodeIfPresent(site, forKey: .site)
            try container.encodeIfPresent(field, forKey: .field)
            try container.encodeIfPresent(entity, forKey: .entity)
            try container.encodeIfPresent(cause, forKey: .cause)
            try container.encodeIfPresent(text, forKey: .text)
            try container.encodeIfPresent(days, forKey: .days)
        }

        var given: [(name: String, value: String?)] {
            [
                ("--kind", kind), ("--site", site), ("--field", field), ("--entity", entity), ("--cause", cause), ("--text", text),
                ("--days", days.map(String.init)),
            ]
        }
    }

    private struct PageQuestion: Encodable {
        let filter: Filter
        let order: String?
        let limit: Int
        let after: String?

        private enum CodingKeys: CodingKey { case order, limit, after }

        func encode(to encoder: any Encoder) throws {
            try filter.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(order, forKey: .order)
            try container.encode(limit, forKey: .limit)
            try container.encodeIfPresent(after, forKey: .after)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List open conflicts with their sides: who wrote what, and when; stock first.",
            discussion: """
                The last line tells how to go on, when there is more. A page may hold fewer than asked for, or none, and another one follow:
                the hub looks through so much for one page, and no more.

                  tributary conflict list --kind oversell --site shop-1
                  tributary conflict list --text 85123A --all
                  tributary conflict list --order oldest --limit 20
                """)

        @OptionGroup var filter: Filter

        @Option(
            help: ArgumentHelp(
                "In this order: \(Self.orders.joined(separator: ", ")). Where none is given, as usual by kind: stock first.",
                valueName: "order"), completion: .list(Self.orders))
        var order: String?

        @OptionGroup var paging: PageOptions
        @OptionGroup var listing: ListingOptions

        /// As the hub names them.
        static let orders = ["kind", "oldest", "newest", "costliest"]

        /// The most that the hub gives at once.
        static let pageMax = 500

        func validate() throws {
            guard let order, !Self.orders.contains(order) else { return }
            throw ValidationError("\(order) is no order of conflicts. Give one of: \(Self.orders.joined(separator: ", ")).")
        }

        mutating func run() async throws {
            let (connection, filter, order) = (try listing.hub.connection(), filter, order)
            let page = try await paging.read(usual: Self.pageMax, most: Self.pageMax) { limit, after in
                try await connection.page(
                    "conflicts", "search", body: PageQuestion(filter: filter, order: order, limit: limit, after: after))
            }
            let more = page.next.map { paging.more("tributary conflict list", filter.given + [("--order", order)], after: $0) }
            try listing.show(page, as: [Conflict].self, note: page.ordered.map(Self.among), more: more) {
                Self.text(of: $0, none: more == nil ? "No conflicts." : "None so far.")
            }
        }

        /// Said where not all that is open could be put in order.
        static func among(_ count: Int) -> String {
            "More is open than the hub puts in this order: it is among the first \(count) by kind. Give a --kind, or --order kind for all."
        }

        static func text(of conflicts: [Conflict], none: String) -> String {
            guard !conflicts.isEmpty else { return none }
            return conflicts.map { conflict in
                var lines = ["\(conflict.short)  \(conflict.message)", "  \(conflict.remedy)"].map(TerminalText.line)
                var sides = Table("VALUE", "SITE", "WRITTEN", "DOT")
                for side in conflict.sides {
                    sides.add(conflict.shown(side.value), side.by.first ?? side.site, Readable.time(side.written), Readable.dot(side.dot))
                }
                if !sides.isEmpty { lines.append(sides.text(indentedBy: 4)) }
                if let open = conflict.open { lines.append("  \(open)") }
                return lines.joined(separator: "\n")
            }.joined(separator: "\n")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Show one conflict: all sides, who wrote them, when, what each had seen and heard of, what taking it leaves; and notes.",
            discussion: """
                What taking a side leaves is told of counts. Looks at people are in the trail.
                Example: tributary conflict show 3f9a1c2b
                """)

        @Argument(help: "The conflict's id, as `conflict list` shows it.") var id: String
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let connection = try listing.hub.connection()
            let bytes = try await connection.post("conflicts", "search", body: ["id": id])
            let id = id
            guard !listing.json, let conflict = try ListingOptions.read(bytes, as: [Conflict].self).first else {
                // By its whole id also those on one that was decided.
                let notes: [NoteShown] =
                    try await listing.json ? [] : ListingOptions.read(connection.get("conflict-notes", query: ["conflict": id]))
                return try listing.show(bytes, as: [Conflict].self) { _ in
                    let over = "There is no open conflict \(id). It may have been decided: tributary audit list"
                    return ([over] + NoteShown.lines(of: notes)).joined(separator: "\n")
                }
            }
            let story: Story = try await ListingOptions.read(connection.get("conflicts", conflict.id, "story"))
            print(Self.text(of: conflict, notes: story.notes, story: story))
        }

        /// - Parameter story: `nil`: what each side had seen is told as far as the conflict itself says.
        static func text(of conflict: Conflict, notes: [NoteShown] = [], story: Story? = nil) -> String {
            var lines = ["\(conflict.short)  \(conflict.kind)", conflict.message, conflict.remedy] + [conflict.open].compactMap { $0 }
            for side in conflict.sides {
                lines.append("")
                lines.append("  \(conflict.shown(side.value))")
                lines.append("    \((side.by + [Readable.time(side.written)]).joined(separator: ", "))  \(Readable.dot(side.dot))")
                if let origin = side.origin { lines.append("    " + origin.line + (origin.note.map { ", \"\($0)\"" } ?? "")) }
                if !side.clockInBound { lines.append("    its clock was wrong, so it loses ties") }
                if !conflict.isAboutPeople {
                    let told = story?.lines(of: side, in: conflict) ?? []
                    lines += (told.isEmpty ? [seen(by: side, among: conflict.sides)] : told).map { "    \($0)" }
                }
            }
            lines += story?.takerLines ?? []
            lines += story?.refused?.lines ?? []
            lines += NoteShown.lines(of: notes)
            lines.append("")
            lines.append(
                "Decide it by: "
                    + (conflict.choices.isEmpty
                        ? "nothing here"
                        : conflict.choices.map { option($0, isAboutStock: conflict.isAboutStock) }.joined(separator: " | ")))
            if let history = conflict.history { lines.append("History: \(history)") }
            lines.append("Id: \(conflict.id)")
            return lines.map(TerminalText.line).joined(separator: "\n")
        }

        private static func seen(by side: Conflict.Side, among sides: [Conflict.Side]) -> String {
            let others = sides.filter { $0.dot != side.dot }
            let known = others.filter { side.shown?.contains($0.dot) ?? false || side.heard($0) }
            if known.isEmpty { return others.isEmpty ? "" : "had seen none of the others" }
            return "had seen " + known.map { "\($0.by.first ?? $0.site)'s of \(Readable.time($0.written))" }.joined(separator: ", ")
        }

        private static func option(_ choice: String, isAboutStock: Bool) -> String {
            switch choice {
            case "take": "--take SITE or DOT"
            case "value": isAboutStock ? "--value PIECES" : "--value JSON"
            case "replay", "mend", "discard": "tributary quarantine \(choice)"
            default: "--\(choice)"
            }
        }
    }
}

extension Readable {
    /// A dot with as much of its replica as tells it apart: what `--take` accepts.
    static func dot(_ dot: String) -> String {
        guard let separator = dot.lastIndex(of: ":") else { return dot }
        return String(dot.prefix(8) + dot[separator...])
    }
}

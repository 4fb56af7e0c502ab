import ArgumentParser
import ChangeSets
import Complaints

extension QuarantineCommand {
    struct Mend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a change in without the values that are wrong, and write the right ones in their place.",
            discussion: """
                Every field that is wrong is named once: with its value, which the hub
                writes, or left out, so that what stood there stays. All else in the
                change stays its site's. What is set aside for who wrote it, or for a
                quantity, cannot be mended here. Amounts and quantities are written as
                people do, times in UTC. Taken in, it cannot be set aside again.
                What it says, and what is wrong: tributary conflict show 3f9a1c2b
                Taking a value back: tributary conflict undo 3f9a1c2b

                  tributary quarantine mend 3f9a1c2b --set total=12.50
                  tributary quarantine mend 3f9a1c2b --set "at=2026-11-20 18:00"
                  tributary quarantine mend 3f9a1c2b --leave-out cashier
                """)

        @Argument(help: "The change's id, as `quarantine list` shows it.") var id: String
        @Option(name: .customLong("set"), help: ArgumentHelp("The right value of a field.", valueName: "FIELD=VALUE")) var values:
            [String] = []
        @Option(help: ArgumentHelp("A field that is left out.", valueName: "FIELD")) var leaveOut: [String] = []
        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        func validate() throws {
            guard !values.isEmpty || !leaveOut.isEmpty else {
                throw ValidationError("Say what is mended: --set FIELD=VALUE or --leave-out FIELD.")
            }
            for given in values where Self.parts(given) == nil {
                let isEmpty = given.hasSuffix("=") && given.count > 1
                let hint = isEmpty ? " To leave a field out: --leave-out \(given.dropLast())" : ""
                throw ValidationError("--set takes FIELD=VALUE: total=12.50." + hint)
            }
            let named = Dictionary(grouping: values.compactMap { Self.parts($0)?.field } + leaveOut) { $0 }
            if let twice = named.filter({ $0.value.count > 1 }).keys.min() {
                throw ValidationError("\(twice) is named twice. Give its value or leave it out.")
            }
        }

        static func parts(_ given: String) -> (field: String, value: String)? {
            guard let mark = given.firstIndex(of: "="), mark != given.startIndex, case let value = given[given.index(after: mark)...],
                !value.isEmpty
            else { return nil }
            return (String(given[..<mark]), String(value))
        }

        private struct Question: Encodable {
            struct Mending: Encodable {
                let values: [String: JSONValue]
                let leaveOut: [String]
            }
            let id, choice, author: String
            let seen, note: String?
            let mending: Mending
        }

        mutating func run() async throws {
            let connection = try listing.hub.connection()
            let found = try ListingOptions.read(
                try await connection.post("conflicts", "search", body: ["id": id]), as: [ConflictCommand.Conflict].self)
            guard let conflict = found.first else {
                throw Complaint("Nothing is in quarantine as \(id).", remedy: "List it: tributary quarantine list")
            }
            let story: ConflictCommand.Story = try await ListingOptions.read(connection.get("conflicts", conflict.id, "story"))
            var mended: [String: JSONValue] = [:]
            for (field, text) in values.compactMap(Self.parts) {
                mended[field] = try Self.value(text, of: field, kind: story.refused?.fields.first { $0.name == field }?.kind)
            }
            let question = Question(
                id: conflict.id, choice: "mend", author: decider.by, seen: story.conflict?.seen, note: decider.note,
                mending: Question.Mending(values: mended, leaveOut: leaveOut))
            let bytes = try await connection.post("conflicts", "resolve", body: question)
            try listing.show(bytes, as: DecisionShown.self) { decision in
                "\(conflict.short) is mended and has taken its place."
                    + (decision.values.isEmpty ? "" : "\nTake the values back: tributary conflict undo \(conflict.short)")
            }
        }

        /// What a person writes for a value of that kind, as the hub has it.
        static func value(_ text: String, of field: String, kind: String?) throws -> JSONValue {
            switch kind {
            case "money", "quantity":
                // One thousand here is one there: who means 1,000 writes 1000.
                let isGrouped = text.wholeMatch(of: /-?[1-9][0-9]{0,2},[0-9]{3}/) != nil
                return .integer(try Readable.units(ofPieces: isGrouped ? text : text.replacing(",", with: ".")))
            case "flag":
                guard let number = Int64(text), (0...1).contains(number) else {
                    throw Complaint("\(text) is neither yes nor no.", remedy: "Give 1 for yes or 0 for no: --set \"\(field)=1\"")
                }
                return .integer(number)
            case "integer":
                guard let number = Int64(text) else {
                    throw Complaint("\(text) is no whole number.", remedy: "\"\(field)\" holds one: --set \"\(field)=1\"")
                }
                return .integer(number)
            case "real":
                guard let number = Double(text), number.isFinite else {
                    throw Complaint("\(text) is no number.", remedy: "\"\(field)\" holds one: --set \"\(field)=1.5\"")
                }
                return .real(number)
            case "time":
                guard text.count > "2026-11-20".count, let time = PastOption.milliseconds(text) else {
                    throw Complaint("\(text) is no time.", remedy: "Give it in UTC: --set \"\(field)=2026-11-20 18:00\"")
                }
                return .integer(Int64(clamping: time))
            case "reference":
                throw Complaint(
                    "\"\(field)\" names another record, which cannot be given here.", remedy: "Leave it out: --leave-out \"\(field)\"")
            default: return .text(text)
            }
        }
    }
}

extension ConflictCommand.Story {
    /// A change that is set aside, as the hub tells it.
    struct Refused: Decodable {
        struct Field: Decodable {
            let name, kind: String
            let value: JSONValue
            let present: [JSONValue]
            let mayMend: Bool

            func shown(_ value: JSONValue) -> String { ConflictCommand.shown(value, kind: kind) }
        }
        struct Stock: Decodable {
            let sku, location: String
            let quantity: Int64
            let isCount: Bool
        }
        let fields: [Field]
        let fieldsHidden, behind: Int
        let stock: Stock?

        var lines: [String] {
            var table = Table("FIELD", "AS TOLD", "WHAT STANDS THERE NOW", "WRONG")
            for field in fields {
                table.add(
                    field.name, field.shown(field.value),
                    field.present.isEmpty ? "-" : field.present.map(field.shown).joined(separator: ", "),
                    field.mayMend ? "yes" : "")
            }
            var lines = table.isEmpty ? [] : [""] + table.text(widthMax: nil, indentedBy: 2).split(separator: "\n").map(String.init)
            if fieldsHidden > 0 { lines.append("  and \(Readable.count(fieldsHidden, "more field"))") }
            if let stock {
                let deed = stock.isCount ? "Counted" : "Stock"
                let amount = Readable.amount(stock.quantity)
                lines.append("  \(deed): \(amount) of \(stock.sku) at \(stock.location), as told, which is never corrected here.")
            }
            if behind > 0 {
                lines.append("  Behind it wait\(behind == 1 ? "s" : "") \(Readable.count(behind, "later change")) of the same record.")
            }
            return lines
        }
    }
}

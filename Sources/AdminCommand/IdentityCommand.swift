import ArgumentParser
import ChangeSets
import Complaints
import Foundation

struct IdentityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity", abstract: "The rules by which customer records are one person.",
        discussion: """
            tributary identity weigh                         what each kind of identifier brings on your own data
            tributary identity ignored                       what links nobody, and why: dummies, the shop's own phone
            tributary identity block phone +442079460018     what would split if the shop's own phone is nobody's
            tributary identity block phone +442079460018 --apply
            tributary identity rules > rules.json            then edit it
            tributary identity try rules.json                what would merge and split, and nothing is changed
            tributary identity apply rules.json --note "cards first"
            """,
        subcommands: [
            Rules.self, Try.self, Apply.self, Weigh.self, Ignored.self, Proposals.self, Match.self, Accept.self, Block.self, Unblock.self,
        ])

    /// Linking everybody once over takes its time.
    static let secondsMax = 900

    struct Rules: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the rules in force, as a file to edit.", discussion: "Example: tributary identity rules > rules.json")
        @OptionGroup var hub: HubOptions

        mutating func run() async throws {
            print(try RulesFile(bytes: try await hub.connection().get("identity")).text)
        }
    }

    struct Try: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what other rules would merge and split, with examples. Nothing is changed.",
            discussion: "Example: tributary identity try rules.json")
        @Argument(help: ArgumentHelp("The rules, as `tributary identity rules` prints them.", valueName: "file")) var file: String
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            try await RulesFile(path: file).tried(listing)
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set the rules, and link all customers anew.",
            discussion: """
                Operators' links outlive it. Take it back: tributary conflict undo DECISION
                Example: tributary identity apply rules.json --note "cards first"
                """)
        @Argument(help: ArgumentHelp("The rules, as `tributary identity rules` prints them.", valueName: "file")) var file: String
        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws { try await RulesFile(path: file).apply(decider, listing) }
    }

    struct Weigh: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what each kind of identifier brings on the data that the hub holds.",
            discussion: """
                COVERAGE: records that hold one. CHANGES: how often a record changes it in a year. COLLISIONS: values on several records of one
                source, and those over the limit. PROFILES: how many it would make alone, and the records it would join to another.
                Example: tributary identity weigh
                """)
        @OptionGroup var listing: ListingOptions

        private struct Weight: Decodable {
            let kind: String
            let rank: Int?
            let records, values, collisions, collidingRecords, overLimit, profiles, recordsJoined: Int
            let coverage: Double
            let changesAYear: Double?
        }

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get(["identity", "weights"], secondsMax: IdentityCommand.secondsMax)
            try listing.show(bytes, as: [Weight].self) { weights in
                var table = Table("RANK", "KIND", ">COVERAGE", ">CHANGES/YEAR", ">COLLISIONS", ">OVER LIMIT", ">PROFILES", ">JOINED")
                for weight in weights {
                    table.add(
                        weight.rank.map(String.init) ?? "-", weight.kind, String(format: "%.1f %%", weight.coverage * 100),
                        weight.changesAYear.map { String(format: "%.2f", $0) } ?? "-", String(weight.collisions), String(weight.overLimit),
                        String(weight.profiles), String(weight.recordsJoined))
                }
                return table.text()
            }
        }
    }

    struct Ignored: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what stands in identifying fields and links nobody, and why.",
            discussion: """
                Values that are none; values on so many records of one site that they tell nobody apart (the shop's own phone, a clerk's address);
                links that the rules ask for and do not get. Block what is nobody's: tributary identity block KIND VALUE
                Example: tributary identity ignored
                """)
        @OptionGroup var listing: ListingOptions

        private struct Value: Decodable {
            let site, kind, explanation: String
            let values: Int
            let examples: [String]
        }
        private struct Shared: Decodable {
            let kind, value: String
            let site: String?
            let records: Int
        }
        private struct Answer: Decodable {
            let values: [Value]
            let shared: [Shared]
            let refusals: [LinkRefusal]
            let valueCount, sharedCount, refusalCount: Int
        }

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get(["identity", "ignored"], secondsMax: IdentityCommand.secondsMax)
            try listing.show(bytes, as: Answer.self) { answer in
                var (values, shared) = (Table(">VALUES", "AT", "KIND", "WHY", "FOR EXAMPLE"), Table(">RECORDS", "KIND", "VALUE", "MOST AT"))
                for value in answer.values {
                    values.add(String(value.values), value.site, value.kind, value.explanation, value.examples.first ?? "-")
                }
                for value in answer.shared {
                    let shown = value.value.replacingOccurrences(of: "\u{1F}", with: " ")
                    shared.add(String(value.records), value.kind, shown, value.site ?? "-")
                }
                func block(_ head: String, _ table: String?, of count: Int, shown: Int) -> String? {
                    table.map { table in [head + ":", table, Readable.more(of: count, shown: shown).map { "  " + $0 }].lines }
                }
                let blocks = [
                    block(
                        "No identifiers", values.isEmpty ? nil : values.text(indentedBy: 2), of: answer.valueCount,
                        shown: answer.values.count),
                    block(
                        "On too many records of one site", shared.isEmpty ? nil : shared.text(indentedBy: 2), of: answer.sharedCount,
                        shown: answer.shared.count),
                    block(
                        "Links that were refused", LinkRefusal.text(answer.refusals), of: answer.refusalCount, shown: answer.refusals.count),
                ].compactMap { $0 }
                return blocks.isEmpty ? "Nothing is ignored." : blocks.joined(separator: "\n\n")
            }
        }
    }

    struct Block: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a value link nobody from now on.",
            discussion: """
                Says what would merge and split; --apply does it.

                  tributary identity block phone +442079460018
                  tributary identity block phone +442079460018 --apply --note "the shop's own"
                """)
        @Argument(help: "id, email, phone, account, device or cookie.") var kind: String
        @Argument(help: "The value in its normal form, as `tributary identity ignored` lists it.") var value: String
        @Flag(help: "Do it.") var apply = false
        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            var rules = try RulesFile(bytes: try await listing.hub.connection().get("identity"))
            guard !rules.blocked.contains([kind, value]) else {
                throw Complaint("That \(kind) is blocked already.", remedy: "See the list: tributary identity rules.")
            }
            rules.blocked.append([kind, value])
            guard apply else { return try await rules.tried(listing, remedy: "Block it: --apply") }
            try await rules.apply(decider, listing)
        }
    }

    struct Unblock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a blocked value link again.",
            discussion: """
                Says what would merge and split; --apply does it.

                  tributary identity unblock phone +442079460018
                  tributary identity unblock phone +442079460018 --apply
                """)
        @Argument(help: "id, email, phone, account, device or cookie.") var kind: String
        @Argument(help: "The value, as `tributary identity rules` lists it.") var value: String
        @Flag(help: "Do it.") var apply = false
        @OptionGroup var decider: DeciderOptions
        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            var rules = try RulesFile(bytes: try await listing.hub.connection().get("identity"))
            guard let place = rules.blocked.firstIndex(of: [kind, value]) else {
                throw Complaint("That \(kind) is not blocked.", remedy: "See the list: tributary identity rules.")
            }
            rules.blocked.remove(at: place)
            guard apply else { return try await rules.tried(listing, remedy: "Let it link again: --apply") }
            try await rules.apply(decider, listing)
        }
    }
}

/// The hub's rules as a file: whatever stands in it is kept, known here or not.
private struct RulesFile {
    private var fields: [String: Any]

    init(path: String) throws {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Complaint("\(path) cannot be read.", remedy: "Write one: tributary identity rules > \(path)")
        }
        do { try self.init(bytes: [UInt8](bytes)) } catch {
            throw Complaint("\(path) is no JSON object.", remedy: "Start from the rules in force: tributary identity rules > \(path)")
        }
    }

    init(bytes: [UInt8]) throws {
        guard let fields = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
            throw Complaint("The rules are no JSON object.", remedy: "See docs/operating/identity.md.")
        }
        self.fields = fields
    }

    func bytes() throws -> [UInt8] { try Self.bytes(fields) }

    var text: String {
        let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? JSONSerialization.data(withJSONObject: fields, options: options)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Pairs of kind and value.
    var blocked: [[String]] {
        get { (fields["blockedValues"] as? [[String: String]] ?? []).map { [$0["kind"] ?? "", $0["value"] ?? ""] } }
        set { fields["blockedValues"] = newValue.map { ["kind": $0[0], "value": $0[1]] } }
    }

    /// Shows what would merge and split; nothing is changed.
    func tried(_ listing: ListingOptions, remedy: String? = nil) async throws {
        let answer = try await listing.hub.connection().post(
            ["identity", "try"], json: bytes(), secondsMax: IdentityCommand.secondsMax)
        try listing.show(answer, as: IdentityCommand.Trial.self) { $0.text(remedy: remedy) }
    }

    func apply(_ decider: DeciderOptions, _ listing: ListingOptions) async throws {
        var question: [String: Any] = ["rules": fields, "author": decider.by]
        question["note"] = decider.note
        let answer = try await listing.hub.connection().post(
            ["identity"], json: Self.bytes(question), secondsMax: IdentityCommand.secondsMax)
        try listing.show(answer, as: DecisionShown.self) { decision in
            "\(decision.message)\nTake it back: tributary conflict undo \(Readable.dot(decision.id))"
        }
    }

    private static func bytes(_ object: [String: Any]) throws -> [UInt8] {
        [UInt8](try JSONSerialization.data(withJSONObject: object, options: .sortedKeys))
    }
}

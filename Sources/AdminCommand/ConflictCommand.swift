import ArgumentParser
import ChangeSets

struct ConflictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflict", abstract: "Writes that did not know of each other, and what else people should look at.",
        subcommands: [List.self])

    struct Conflict: Decodable {
        struct Side: Decodable {
            let value: JSONValue
            let dot, site: String
            let time: UInt64
        }
        let id, kind, subject, message, remedy: String
        let sides: [Side]
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all conflicts with their sides: who wrote what, and when.")

        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get("conflicts")
            try listing.show(bytes, as: [Conflict].self) { Self.text(of: $0, none: "No conflicts.") }
        }

        static func text(of conflicts: [Conflict], none: String) -> String {
            guard !conflicts.isEmpty else { return none }
            return conflicts.map { conflict in
                var lines = ["\(conflict.id)  \(conflict.message)", "  \(conflict.remedy)"]
                var sides = Table("VALUE", "SITE", "WRITTEN", "DOT")
                for side in conflict.sides { sides.add(side.value.shown, side.site, Readable.time(side.time), side.dot) }
                if !sides.isEmpty { lines.append(sides.text(indentedBy: 4)) }
                return lines.joined(separator: "\n")
            }.joined(separator: "\n")
        }
    }
}

struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "Changes that the hub keeps but cannot apply, with their reasons.", subcommands: [List.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the changes in quarantine.")

        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get("quarantine")
            try listing.show(bytes, as: [ConflictCommand.Conflict].self) {
                ConflictCommand.List.text(of: $0, none: "Nothing is in quarantine.")
            }
        }
    }
}

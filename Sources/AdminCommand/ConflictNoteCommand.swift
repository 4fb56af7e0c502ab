import ArgumentParser
import Complaints
import Foundation

extension ConflictCommand {
    /// What a colleague wrote down about a conflict, as the hub tells it.
    struct NoteShown: Decodable {
        let conflict, author, text: String
        let time: UInt64

        /// `2026-11-22 09:12Z  ann  called the customer`, each line of the text on one of its own.
        var lines: [String] {
            let texts = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            return ["\(Readable.time(time))  \(author)  \(texts.first ?? "")"] + texts.dropFirst().map { "    \($0)" }
        }

        static func lines(of notes: [NoteShown]) -> [String] {
            notes.isEmpty ? [] : ["", "Notes:"] + notes.flatMap(\.lines).map { "  \(TerminalText.line($0))" }
        }
    }

    struct Note: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a note on a conflict, for colleagues; it decides nothing.",
            discussion: """
                Notes stand with the conflict, at the console and in `conflict show`, also when its sides change and after it is decided.
                Example: tributary conflict note 3f9a1c2b "called the customer on Monday, she will send a mail"
                """)

        @Argument(help: "The conflict's id, as `conflict list` shows it.") var id: String
        @Argument(help: "What colleagues should know: at most 2,000 characters.") var text: String

        @Option(help: "Who writes, for the record; who asks with an API token writes in that one's name.")
        var by: String = DeciderOptions.user

        @OptionGroup var listing: ListingOptions

        private struct Question: Encodable { let id, text, author: String }

        mutating func run() async throws {
            let question = Question(id: id, text: text, author: by)
            let bytes = try await listing.hub.connection().post("conflicts", "note", body: question)
            let id = id
            try listing.show(bytes, as: NoteShown.self) { _ in "Written. Read it: tributary conflict show \(id)" }
        }
    }
}

extension AuditCommand {
    struct Notes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what was written down about conflicts, the newest first.", discussion: "Example: tributary audit notes")

        @OptionGroup var listing: ListingOptions

        mutating func run() async throws {
            let bytes = try await listing.hub.connection().get("conflict-notes")
            try listing.show(bytes, as: [ConflictCommand.NoteShown].self) { notes in
                guard !notes.isEmpty else { return "Nobody has written anything about a conflict yet." }
                return notes.flatMap { $0.lines + ["  \($0.conflict)"] }.map(TerminalText.line).joined(separator: "\n")
            }
        }
    }
}

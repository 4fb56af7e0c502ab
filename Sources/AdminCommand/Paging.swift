import ArgumentParser
import Complaints
import Foundation

/// Some of a list as the hub told it, and what the next page comes after; `nil`: there is none.
struct HubPage {
    var bytes: [UInt8]
    var next: String?
    /// The order is among the first so many, since the hub puts no more into it; `nil`: among all.
    var ordered: Int?
}

/// What every long list takes: how much of it, and from where on.
struct PageOptions: ParsableArguments {
    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit: Int?

    @Option(help: ArgumentHelp("Go on behind this place: the last line of the page before names it.", valueName: "place"))
    var after: String?

    @Flag(help: "All there are, however many pages that takes.")
    var all = false

    func validate() throws {
        guard limit == nil || !all else { throw ValidationError("--all has no --limit.") }
        guard limit.map({ $0 >= 1 }) ?? true else { throw ValidationError("Give a --limit from 1 on.") }
    }

    /// One page, or all pages as one.
    ///
    /// - Parameters:
    ///   - usual: how many entries where nobody says.
    ///   - most: the most that the hub gives at once.
    ///   - join: makes one answer of several pages; JSON lists become one list.
    func read(
        usual: Int, most: Int, joinedBy join: ([[UInt8]]) throws -> [UInt8] = Self.joined,
        _ ask: (_ limit: Int, _ after: String?) async throws -> HubPage
    ) async throws -> HubPage {
        guard all else { return try await ask(limit ?? usual, after) }
        var pages: [[UInt8]] = []
        var ordered: Int?
        var place = after
        repeat {
            let page = try await ask(most, place)
            // A hub that never comes to an end would be asked for ever.
            guard page.next == nil || page.next != place else {
                throw Complaint("The hub's list goes on where it had been.", remedy: "Ask for less, and go on by --after.")
            }
            pages.append(page.bytes)
            ordered = page.ordered ?? ordered
            place = page.next
        } while place != nil
        return HubPage(bytes: try join(pages), ordered: ordered)
    }

    /// JSON lists as one list, each entry as it came.
    static func joined(_ lists: [[UInt8]]) -> [UInt8] {
        let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        let entries = lists.compactMap { list -> ArraySlice<UInt8>? in
            let list = list.drop { blanks.contains($0) }
            guard list.first == UInt8(ascii: "["), let end = list.lastIndex(of: UInt8(ascii: "]")) else { return nil }
            let inside = list[(list.startIndex + 1)..<end]
            return inside.allSatisfy(blanks.contains) ? nil : inside
        }
        return [UInt8(ascii: "[")] + Array(entries.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "]")]
    }

    /// The line that tells how to go on.
    ///
    /// - Parameter options: what else was asked for.
    func more(_ command: String, _ options: [(name: String, value: String?)], after place: String) -> String {
        let given = options + [("--limit", limit.map(String.init)), ("--after", place)]
        let words = given.flatMap { name, value in value.map { (name.isEmpty ? [] : [name]) + [Self.quoted($0)] } ?? [] }
        return "More: " + ([command] + words).joined(separator: " ")
    }

    /// As a shell takes it for one word.
    static func quoted(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/@%+=,")
        guard text.isEmpty || text.unicodeScalars.contains(where: { !plain.contains($0) }) else { return text }
        return "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}

extension ListingOptions {
    /// Prints a page as it came, or decoded and shown for people; and how to go on, apart from what a program reads.
    ///
    /// - Parameter note: what people should know of the page as a whole.
    func show<Answer: Decodable>(
        _ page: HubPage, as type: Answer.Type, note: String? = nil, more: String?, _ present: (Answer) -> String
    ) throws {
        let lines = [note, more].compactMap { $0 }.map(TerminalText.line)
        try show(page.bytes, as: type) { present($0) + (lines.isEmpty ? "" : "\n\n" + lines.joined(separator: "\n")) }
        guard json else { return }
        for line in lines { FileHandle.standardError.write(Data((line + "\n").utf8)) }
    }
}

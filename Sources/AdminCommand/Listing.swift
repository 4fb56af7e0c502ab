import ArgumentParser
import Complaints
import Foundation

/// What every listing takes: where to ask, and whether a program or a person reads the answer.
struct ListingOptions: ParsableArguments {
    @OptionGroup var hub: HubOptions

    @Flag(help: "Print the hub's JSON instead of a table.")
    var json = false

    /// Prints the answer as it came, or decoded and shown for people.
    func show<Answer: Decodable>(_ bytes: [UInt8], as type: Answer.Type, _ present: (Answer) -> String) throws {
        guard !json else {
            print(TerminalText.json(String(decoding: bytes, as: UTF8.self)))
            return
        }
        print(present(try Self.read(bytes, as: type)))
    }

    static func read<Answer: Decodable>(_ bytes: [UInt8], as type: Answer.Type = Answer.self) throws -> Answer {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch is DecodingError {
            throw Complaint(
                "The hub's answer has another form than this version of tributary knows.",
                remedy: "Use the tributary of the hub's version, or --json to see the answer as it is.")
        }
    }
}

/// Columns that line up and fit the terminal; a pipe gets every character.
struct Table {
    enum Side { case left, right }

    private let titles: [String]
    private let sides: [Side]
    private var rows: [[String]] = []

    /// - Parameter columns: titles, `>` in front for right-aligned figures.
    init(_ columns: String...) { self.init(columns) }

    init(_ columns: [String]) {
        titles = columns.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 }
        sides = columns.map { $0.hasPrefix(">") ? .right : .left }
    }

    mutating func add(_ cells: String...) { add(cells) }
    mutating func add(_ cells: [String]) { rows.append(cells.map(TerminalText.line)) }

    var isEmpty: Bool { rows.isEmpty }

    /// A last column that wraps is never narrower, as far as that goes.
    private static let wrappedWidthMin = 12

    /// - Parameter wrapsLast: the last column gives way before all others, and its cells go on over more lines, at spaces.
    func text(widthMax: Int? = Terminal.width, indentedBy indent: Int = 0, wrapsLast: Bool = false) -> String {
        let room = widthMax.map { $0 - indent }
        let widths = Self.fitted(wrapsLast ? Self.wrapping(naturalWidths, to: room) : naturalWidths, to: room)
        let margin = String(repeating: " ", count: indent)
        let lines = rows.flatMap { wrapsLast ? self.lines($0, widths) : [line($0, widths)] }
        return ([Colour.heading(line(titles, widths))] + lines).map { margin + $0 }.joined(separator: "\n")
    }

    private var naturalWidths: [Int] {
        titles.indices.map { column in ([titles] + rows).map { $0[column].count }.max() ?? 0 }
    }

    /// The widest columns give way until all fit.
    private static func fitted(_ widths: [Int], to widthMax: Int?) -> [Int] {
        guard let widthMax else { return widths }
        let gaps = 2 * (widths.count - 1)
        var widths = widths
        while widths.reduce(gaps, +) > widthMax, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > 8 {
            widths[widest] -= 1
        }
        return widths
    }

    /// The last column takes what the others leave it.
    private static func wrapping(_ widths: [Int], to widthMax: Int?) -> [Int] {
        guard let widthMax, let last = widths.last else { return widths }
        let others = widths.dropLast()
        return others + [min(last, max(widthMax - others.reduce(2 * others.count, +), wrappedWidthMin))]
    }

    /// A row whose last cell goes on below itself.
    private func lines(_ cells: [String], _ widths: [Int]) -> [String] {
        var pieces: [String] = []
        for word in (cells.last ?? "").split(separator: " ") {
            if let last = pieces.last, last.count + 1 + word.count <= widths.last ?? 0 {
                pieces[pieces.count - 1] += " " + word
            } else {
                pieces.append(String(word))
            }
        }
        let others = Array(cells.dropLast())
        let first = line(others + [pieces.first ?? ""], widths)
        return [first] + pieces.dropFirst().map { line(others.map { _ in "" } + [$0], widths) }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var parts: [String] = []
        for (column, cell) in cells.enumerated() {
            let shown = cell.count > widths[column] ? cell.prefix(max(widths[column] - 1, 0)) + "…" : cell[...]
            let filling = String(repeating: " ", count: max(widths[column] - shown.count, 0))
            parts.append(sides[column] == .right ? filling + shown : shown + filling)
        }
        var line = parts.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }
}

enum Terminal {
    /// Columns of the terminal that stdout is; `nil` when it is none.
    static var width: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// Figures and times as people read them.
enum Readable {
    /// Units of 10⁻⁴: `3`, `2.5`, `-12.34`. Money shows at least two decimals.
    static func amount(_ value: Int64, decimalsMin: Int = 0) -> String {
        let magnitude = value.magnitude
        var decimals = String(magnitude % 10_000 + 10_000).dropFirst()
        while decimals.count > decimalsMin, decimals.last == "0" { decimals.removeLast() }
        return (value < 0 ? "-" : "") + String(magnitude / 10_000) + (decimals.isEmpty ? "" : "." + decimals)
    }

    /// Pieces as people write them, in units of 10⁻⁴.
    static func units(ofPieces text: String) throws -> Int64 {
        // Foundation takes the number that a text begins with; this has to be one whole.
        guard text.allSatisfy({ "-.0123456789".contains($0) }), text.count(where: { $0 == "." }) <= 1,
            let pieces = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")),
            let units = Int64("\(pieces * 10_000)")
        else {
            throw Complaint("\(text) is no number of pieces.", remedy: "Give one with at most four decimals: 12 or 2.5.")
        }
        return units
    }

    /// `1 purchase`, `2 purchases`.
    static func count(_ number: some BinaryInteger, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    static func money(_ value: Int64, _ currency: String?) -> String {
        amount(value, decimalsMin: 2) + (currency.map { " " + $0 } ?? "")
    }

    /// `12,345`, whatever the machine's language.
    static func count(_ number: Int) -> String {
        let digits = String(number.magnitude)
        let grouped = digits.enumerated().reduce(into: "") { text, digit in
            if digit.offset > 0, (digits.count - digit.offset) % 3 == 0 { text += "," }
            text.append(digit.element)
        }
        return (number < 0 ? "-" : "") + grouped
    }

    /// The line that ends a list of which only the first are shown; `nil` when these are all.
    static func more(of count: Int, shown: Int) -> String? {
        count > shown ? "and \(self.count(count - shown)) more" : nil
    }

    /// `2010-12-01 08:26Z`; `-` when there is none.
    static func time(_ milliseconds: UInt64?) -> String {
        guard let milliseconds else { return "-" }
        let full = Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
        return full.prefix(16).replacingOccurrences(of: "T", with: " ") + "Z"
    }

    /// `14:05Z`; with the day when that is more than a day ago.
    static func clock(_ milliseconds: UInt64, now: Date = Date()) -> String {
        let full = time(milliseconds)
        return now.timeIntervalSince1970 - Double(milliseconds) / 1000 < 86_400 ? String(full.suffix(6)) : full
    }

    /// `0 s`, `12 min`, `3 h`: how long something takes.
    static func span(_ milliseconds: UInt64) -> String {
        let seconds = milliseconds / 1000
        switch seconds {
        case ..<120: return "\(seconds) s"
        case ..<7200: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3600) h"
        default: return "\(seconds / 86_400) days"
        }
    }

    /// How long ago, in the unit that a person would use.
    static func age(_ milliseconds: UInt64?, now: Date = Date()) -> String {
        guard let milliseconds else { return "never" }
        let seconds = Int(now.timeIntervalSince1970 - Double(milliseconds) / 1000)
        switch seconds {
        case ..<5: return "now"
        case ..<120: return "\(seconds) s ago"
        case ..<7200: return "\(seconds / 60) min ago"
        case ..<172_800: return "\(seconds / 3600) h ago"
        default: return "\(seconds / 86_400) days ago"
        }
    }
}

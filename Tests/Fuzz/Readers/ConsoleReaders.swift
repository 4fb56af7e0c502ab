import Console
import Foundation
import HTTPTypes
import HubTestSupport

@testable import ChangeSets
@testable import HubRuntime
@testable import HubServer

/// What people type at the console, and what their browsers send with it.
extension FuzzedReader {
    /// A byte for what it is, a line for a zone, a field's name or a header, then the word.
    static let consoleWords = FuzzedReader(name: "console-words") {
        [
            "\u{0}Europe/Berlin\n2026-03-29T02:30", "\u{0}America/St_Johns\n2026-11-01 01:30:59.5", "\u{1}Pacific/Apia\n2011-12-30 18:00",
            "\u{1}UTC\n2023-11-14", "\u{2}sale/total\n-12,50", "\u{2}customer/created at\n2026-11-20 18:00", "\u{2}sale line/quantity\n2.5",
            "\u{3}de-DE;q=0.5, en\ntributary-session=a=b; tributary-zone=Europe%2FBerlin; tributary-theme=dark", "\u{4}\nde;q=0.2,en;q=2",
            "\u{5}\nK\u{F6}ln 50% + %C3%B6%2", "\u{6}\nstock_7", "\u{6}\nlinks_12.5_3_4", "\u{6}\noldest_5_6f",
            "\u{6}\ncostliest_1_2_3_6f", "\u{6}\n1700000000000_\(dot)", "\u{6}\n\(dot)~", "\u{7}\n/sites?page=2",
            "\u{7}\n//elsewhere.example",
            "\u{8}\n0.995",
        ].map { Array($0.utf8) }
    } read: { bytes in
        var pieces = Pieces(bytes)
        let (kind, line, word) = (pieces.byte(), pieces.line(), pieces.text)
        switch kind {
        case 0: try readMoment(word, zone: TimeZone(identifier: line) ?? .gmt)
        case 1: try readPast(word, zone: TimeZone(identifier: line) ?? .gmt)
        case 2: try readTyped(word, for: line)
        case 3: try readHeaders(cookies: word, languages: line)
        case 4: try readLanguages(word)
        case 5: try readCoded(word)
        case 6: try readPlace(word)
        case 7:
            let own = HubRoutes.ownAddress(word)
            try promise(own.hasPrefix("/") && !own.hasPrefix("//") && !own.contains("\\"), "\(own.debugDescription) is elsewhere.")
            try promise(own.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "An address holds what a header must not.")
        default:
            let part = Console.ProposalsPart(above: Double(word), after: line)
            try promise((0...1).contains(part.above), "\(part.above) is no share.")
        }
    }

    private static let dot = "00000000000000010000000000000002:5"

    // MARK: times

    private static func readMoment(_ word: String, zone: TimeZone) throws {
        guard let moment = LocalMoment.read(word, zone: zone) else { return }
        try promise(moment < 1 << 48, "A moment beyond 48 bits was taken.")
        let again = LocalMoment.read(written(moment, zone, "yyyy-MM-dd'T'HH:mm:ss"), zone: zone)
        try promise(again == moment, "\(word.debugDescription) is \(moment), and written again \(again ?? 0).")
    }

    /// A day, and a time of day behind a space, or none.
    private static func readPast(_ word: String, zone: TimeZone) throws {
        let parts = word.split(separator: " ", maxSplits: 1).map(String.init)
        let time = parts.count > 1 ? parts[1] : nil
        let read = try attempt(HubError.self) { try PastMoment.read(date: parts.first, time: time, zone: zone, now: TestHub.start) }
        guard let read, let date = parts.first else { return }
        try promise(read <= TestHub.start, "A time to come was taken for one that has passed.")
        let first = LocalMoment.read(date: date, time: time, in: LocalMoment.calendar(zone))
        try promise(first.map { $0 <= read.milliseconds } ?? false, "\(word.debugDescription) lies before its beginning.")
        try promise(time == nil || first == read.milliseconds, "A time of day is another one.")
    }

    private static func written(_ moment: UInt64, _ zone: TimeZone, _ pattern: String) -> String {
        let formatter = DateFormatter()
        (formatter.locale, formatter.timeZone, formatter.dateFormat) = (Locale(identifier: "en_US_POSIX"), zone, pattern)
        return formatter.string(from: Date(timeIntervalSince1970: Double(moment) / 1000))
    }

    // MARK: values

    /// - Parameter line: entity and field with a stroke between.
    private static func readTyped(_ word: String, for line: String) throws {
        let typed = TypedValue(text: word, zone: .gmt)
        if case .integer(let units) = try attempt(HubError.self, body: { try typed.pieces() }) {
            try promise(units.magnitude < 10_000_000_000_000_000, "More than twelve digits of pieces were taken.")
            let (whole, rest) = units.magnitude.quotientAndRemainder(dividingBy: UInt64(FixedPoint.one))
            let digits = String(repeating: "0", count: FixedPoint.digits - String(rest).count) + String(rest)
            let again = TypedValue(text: "\(units < 0 ? "-" : "")\(whole).\(digits)", zone: .gmt)
            try promise(try again.pieces() == .integer(units), "\(word.debugDescription) is \(units), and written again something else.")
        }
        let names = line.split(separator: "/", maxSplits: 1).map(String.init)
        guard names.count == 2, let value = try attempt(HubError.self, body: { try typed.read(for: names[1], of: names[0]) }) else {
            return
        }
        let kind = Catalogue[EntityName(names[0])]?[FieldName(names[1])]?.kind
        switch (kind, value) {
        case (.flag, .integer(let number)): try promise((0...1).contains(number), "\(number) is no flag.")
        case (.time, .integer(let number)): try promise((0..<1 << 48).contains(number), "\(number) is no time.")
        case (.money, .integer), (.quantity, .integer), (.integer, .integer): break
        case (.real, .real(let number)): try promise(number.isFinite, "\(number) is no number.")
        case (.text, .text), (.reference, .text), (.any, .text), (nil, .text): break
        default: throw BrokenPromise("\(line) took \(value).")
        }
    }

    // MARK: headers

    private static func readHeaders(cookies: String, languages: String) throws {
        var headers = HTTPFields()
        headers[.cookie] = cookies
        headers[.acceptLanguage] = languages
        let visitor = HubRoutes.visitor(headers: headers, address: "/a?b", now: TestHub.start, session: nil)
        try promise(visitor.path == "/a" && [nil, "light", "dark"].contains(visitor.theme), "The visitor is not as the headers say.")
        for name in [Cookies.Name.session, .language, .theme, .zone] {
            guard let value = Cookies(headers)[name], !value.isEmpty else { continue }
            var again = HTTPFields()
            again[.cookie] = "\(name.rawValue)=\(value); x=y"
            try promise(Cookies(again)[name] == value, "Given back, the cookie holds something else.")
        }
    }

    private static func readLanguages(_ word: String) throws {
        let language = Language(accepted: word)
        try promise(language == .english || word.lowercased().contains("de"), "Nobody asked for German.")
        for first in Language.allCases where !word.hasPrefix(";") {
            try promise(
                Language(accepted: "\(first.rawValue),\(word)") == first, "What is asked for first, and wholly, does not come first.")
        }
    }

    private static func readCoded(_ word: String) throws {
        let bytes = Array(word.utf8)
        for coded in [Address.encoded(word), bytes.map { "%" + Hexadecimal.string([$0]) }.joined()] {
            let decoded = PercentCoding.decoded(coded.utf8, plus: UInt8(ascii: "+"))
            try promise(decoded.isWellFormed && decoded.bytes == bytes, "Out of its encoding, a word is another.")
        }
        try promise(FormBody(Array("a=\(Address.encoded(word))&b=".utf8)).raw("a") == word, "A form gives the word back otherwise.")
        let decoded = PercentCoding.decoded(bytes, plus: UInt8(ascii: " ")).bytes
        try promise(decoded.count <= bytes.count, "Decoded, it is longer.")
    }

    // MARK: places in lists

    private static func readPlace(_ word: String) throws {
        try readWord(ConflictPlace.self, word)
        try readWord(OrderedPlace.self, word)
        if let mark = StockItem.Mark(word) { try promise(StockItem.Mark("\(mark)") == mark, "A mark is written as another.") }
        if let number = RecordNumber(place: word) { try promise(RecordNumber(place: number.place) == number, "A number is another.") }
        guard let (dot, isSearched) = HistoryPlace.read(word[...]) else { return }
        let again = HistoryPlace.read("\(HistoryPlace(number: 0, dot: dot, isSearched: isSearched))"[...])
        try promise(again?.dot == dot && again?.isSearched == isSearched, "A place in a history is written as another.")
    }
}

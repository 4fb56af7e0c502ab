/// A time format in the manner of `strftime`: `%d/%m/%Y %H:%M`.
struct TimePattern: Hashable, Sendable {
    private enum Piece: Hashable, Sendable {
        case literal(UInt8)
        case space
        case year, shortYear, month, monthName, day, hour, halfDayHour, minute, second, fraction, halfDay, zone
    }

    private let pieces: [Piece]
    /// The pattern reads the zone from the text itself, or counts from 1970.
    let namesZone: Bool

    /// What a pattern may hold, for remedies.
    static let directives = ["%Y", "%y", "%m", "%b", "%d", "%H", "%I", "%p", "%M", "%S", "%f", "%z", "%%"]

    /// `nil` for a directive that is not known, and for a pattern without a date.
    init?(_ pattern: String) {
        var pieces: [Piece] = []
        var bytes = Array(pattern.utf8)[...]
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let letter = bytes.popFirst(), let expanded = TimePattern.pieces(letter) else { return nil }
                pieces += expanded
            } else {
                pieces.append(byte == 0x20 ? .space : .literal(byte))
            }
        }
        let hasDate =
            (pieces.contains(.year) || pieces.contains(.shortYear)) && pieces.contains(.day)
            && (pieces.contains(.month) || pieces.contains(.monthName))
        guard hasDate else { return nil }
        self.pieces = pieces
        namesZone = pieces.contains(.zone)
    }

    private static func pieces(_ letter: UInt8) -> [Piece]? {
        switch letter {
        case UInt8(ascii: "Y"): [.year]
        case UInt8(ascii: "y"): [.shortYear]
        case UInt8(ascii: "m"): [.month]
        case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "h"): [.monthName]
        case UInt8(ascii: "d"), UInt8(ascii: "e"): [.day]
        case UInt8(ascii: "H"), UInt8(ascii: "k"): [.hour]
        case UInt8(ascii: "I"), UInt8(ascii: "l"): [.halfDayHour]
        case UInt8(ascii: "M"): [.minute]
        case UInt8(ascii: "S"): [.second]
        case UInt8(ascii: "f"): [.fraction]
        case UInt8(ascii: "p"): [.halfDay]
        case UInt8(ascii: "z"): [.zone]
        case UInt8(ascii: "T"): [.hour, .literal(UInt8(ascii: ":")), .minute, .literal(UInt8(ascii: ":")), .second]
        case UInt8(ascii: "R"): [.hour, .literal(UInt8(ascii: ":")), .minute]
        case UInt8(ascii: "F"): [.year, .literal(UInt8(ascii: "-")), .month, .literal(UInt8(ascii: "-")), .day]
        case UInt8(ascii: "%"): [.literal(UInt8(ascii: "%"))]
        default: nil
        }
    }

    func read(_ reader: inout TimeReader) -> CivilTime? {
        var time = CivilTime()
        var isAfternoon: Bool?
        for piece in pieces {
            guard read(piece, &reader, &time, &isAfternoon) else { return nil }
        }
        if let isAfternoon {
            guard (1...12).contains(time.hour) else { return nil }
            time.hour = time.hour % 12 + (isAfternoon ? 12 : 0)
        }
        return time
    }

    private func read(_ piece: Piece, _ reader: inout TimeReader, _ time: inout CivilTime, _ isAfternoon: inout Bool?) -> Bool {
        func digits(_ least: Int, _ most: Int, _ part: WritableKeyPath<CivilTime, Int>) -> Bool {
            guard let number = reader.digits(least, most) else { return false }
            time[keyPath: part] = number
            return true
        }
        switch piece {
        case .literal(let byte): return reader.take(byte)
        case .space:
            reader.skipSpaces()
            return true
        case .year: return digits(4, 4, \.year)
        case .shortYear:
            guard let year = reader.digits(2, 2) else { return false }
            time.year = year < 69 ? 2000 + year : 1900 + year  // as POSIX reads %y
            return true
        case .month: return digits(isTight ? 2 : 1, 2, \.month)
        case .monthName:
            guard let month = reader.word(TimePattern.longMonths) ?? reader.word(TimePattern.shortMonths) else { return false }
            time.month = month + 1
            return true
        case .day: return digits(isTight ? 2 : 1, 2, \.day)
        case .hour, .halfDayHour: return digits(isTight ? 2 : 1, 2, \.hour)
        case .minute: return digits(2, 2, \.minute)
        case .second: return digits(2, 2, \.second)
        case .fraction:
            guard let milliseconds = reader.fraction() else { return false }
            time.millisecond = milliseconds
            return true
        case .halfDay:
            guard let half = reader.word(TimePattern.halfDays) else { return false }
            isAfternoon = half % 2 == 1
            return true
        case .zone:
            time.offset = reader.zone()
            return time.offset != nil
        }
    }

    /// Without a separator anywhere (`%Y%m%d`), one digit for a month would be a riddle.
    private var isTight: Bool { !pieces.contains { if case .literal = $0 { true } else { $0 == .space } } }

    private static let longMonths = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
    ].map { Array($0.utf8) }
    private static let shortMonths = longMonths.map { Array($0.prefix(3)) }
    private static let halfDays = ["am", "pm", "a.m.", "p.m."].map { Array($0.utf8) }
}

import ChangeSets

/// Times: from the form that the application stores to milliseconds since 1970 (UTC).
///
/// What is finer than a millisecond is dropped, towards the past.
struct TimeConversion: Hashable, Sendable {
    enum Form: Hashable, Sendable {
        /// A number of units since 1970 (UTC); `perSecond` of them make a second.
        case sinceEpoch(perSecond: Int64)
        /// Days since noon at Greenwich, 24 November 4714 BC, as SQLite's `julianday`.
        case julianDay
        /// `2026-11-22`, `2026-11-22 09:50`, `2026-11-22T09:50:48.123+01:00`.
        case iso
        case pattern(TimePattern)
    }

    var form: Form
    /// Of texts that say no zone themselves.
    var zone: ZoneTable

    func milliseconds(of value: Value) throws(ConversionFailure) -> Int64 {
        switch form {
        case .sinceEpoch(let perSecond): return try sinceEpoch(value, perSecond: perSecond)
        case .julianDay: return try julianDay(value)
        case .iso:
            guard case .text(let text) = value else { throw .notATime }
            return try milliseconds(text) { CivilTime(iso: &$0) }
        case .pattern(let pattern):
            let text: Text
            switch value {
            case .text(let value): text = value
            case .integer(let number): text = Text(String(number))  // 20261122 is stored as an integer
            default: throw .notATime
            }
            return try milliseconds(text) { pattern.read(&$0) }
        }
    }

    private func milliseconds(_ text: Text, _ read: (inout TimeReader) -> CivilTime?) throws(ConversionFailure) -> Int64 {
        var string = text.string
        let milliseconds = string.withUTF8 { bytes -> Int64? in
            var reader = TimeReader(bytes)
            guard let civil = read(&reader), reader.isAtEnd, civil.isValid else { return nil }
            return civil.milliseconds(in: zone)
        }
        guard let milliseconds else { throw .notATime }
        return milliseconds
    }

    private func sinceEpoch(_ value: Value, perSecond: Int64) throws(ConversionFailure) -> Int64 {
        switch value {
        case .integer(let number): return try milliseconds(number, perSecond: perSecond)
        case .text(let text):
            guard let number = Int64(text.string) else { throw .notATime }
            return try milliseconds(number, perSecond: perSecond)
        case .real(let number):
            guard number.isFinite else { throw .notFinite }
            let milliseconds = number / Double(perSecond) * 1000
            guard milliseconds.magnitude < Double(TimeConversion.millisecondsMax) else { throw .notATime }
            // A real cannot hold every millisecond exactly: one that it misses by its own precision is meant.
            let nearest = milliseconds.rounded()
            return Int64(abs(milliseconds - nearest) <= 2 * milliseconds.ulp ? nearest : milliseconds.rounded(.down))
        default: throw .notATime
        }
    }

    private func milliseconds(_ number: Int64, perSecond: Int64) throws(ConversionFailure) -> Int64 {
        let milliseconds: Int64
        if perSecond <= 1000 {
            let (product, overflow) = number.multipliedReportingOverflow(by: 1000 / perSecond)
            guard !overflow else { throw .notATime }
            milliseconds = product
        } else {
            let divisor = perSecond / 1000
            milliseconds = number / divisor - (number % divisor < 0 ? 1 : 0)
        }
        guard milliseconds.magnitude < UInt64(TimeConversion.millisecondsMax) else { throw .notATime }
        return milliseconds
    }

    /// As SQLite does: days times 86,400,000, rounded to the nearest millisecond.
    private func julianDay(_ value: Value) throws(ConversionFailure) -> Int64 {
        let day: Double
        switch value {
        case .integer(let number): day = Double(number)
        case .real(let number): day = number
        default: throw .notATime
        }
        guard day.isFinite else { throw .notFinite }
        guard day >= 0, day < 5_373_484.5 else { throw .notATime }  // the year 9999 ends there
        return Int64(day * 86_400_000 + 0.5) - 210_866_760_000_000
    }

    /// The end of the year 9999.
    private static let millisecondsMax: Int64 = 253_402_300_800_000
}

/// A date and a time of day as people write them.
struct CivilTime: Hashable, Sendable {
    var year = 1970
    var month = 1
    var day = 1
    var hour = 0
    var minute = 0
    var second = 0
    var millisecond = 0
    /// Seconds east of Greenwich, where the text says so.
    var offset: Int?

    var isValid: Bool {
        (0...9999).contains(year) && (1...12).contains(month) && day >= 1 && day <= CivilTime.days(in: month, of: year)
            && (0...23).contains(hour) && (0...59).contains(minute) && (0...60).contains(second)
            && (-18 * 3600...18 * 3600).contains(offset ?? 0)
    }

    func milliseconds(in zone: ZoneTable) -> Int64 {
        let local = CivilTime.daysSince1970(year: year, month: month, day: day) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        return (offset.map { local - Int64($0) } ?? zone.utc(local: local)) * 1000 + Int64(millisecond)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil.
    static func daysSince1970(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return Int64(era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
    }
}

/// Reads the digits and letters of a time.
struct TimeReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        skipSpaces()
    }

    /// Spaces around a time count for nothing.
    var isAtEnd: Bool {
        var rest = self
        rest.skipSpaces()
        return rest.index == bytes.count
    }

    var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    mutating func skipSpaces() { while let byte = next, byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) { index += 1 } }

    /// Up to `most` digits, at least `least`.
    mutating func digits(_ least: Int, _ most: Int) -> Int? {
        var number = 0
        let start = index
        while index - start < most, let byte = next, byte >= 0x30, byte <= 0x39 {
            number = number * 10 + Int(byte - 0x30)
            index += 1
        }
        return index - start >= least ? number : nil
    }

    /// The digits after the point, as whole milliseconds.
    mutating func fraction() -> Int? {
        var milliseconds = 0
        var weight = 100
        let start = index
        while let byte = next, byte >= 0x30, byte <= 0x39 {
            milliseconds += Int(byte - 0x30) * weight
            weight /= 10
            index += 1
        }
        return index > start ? milliseconds : nil
    }

    /// `Z`, `+01:00`, `+0100` or `+01`: seconds east.
    mutating func zone() -> Int? {
        if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return 0 }
        let isWest = next == UInt8(ascii: "-")
        guard isWest || next == UInt8(ascii: "+") else { return nil }
        index += 1
        guard let hours = digits(2, 2) else { return nil }
        let hasColon = take(UInt8(ascii: ":"))
        let minutes = next.map { $0 >= 0x30 && $0 <= 0x39 } == true || hasColon ? digits(2, 2) : 0
        guard let minutes, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
    }

    /// One of `words`, whatever its case; its place among them.
    mutating func word(_ words: [[UInt8]]) -> Int? {
        for (place, word) in words.enumerated() where bytes.count - index >= word.count {
            if word.indices.allSatisfy({ bytes[index + $0] | 0x20 == word[$0] }) {
                index += word.count
                return place
            }
        }
        return nil
    }
}

extension CivilTime {
    init?(iso reader: inout TimeReader) {
        guard let year = reader.digits(4, 4), reader.take(UInt8(ascii: "-")), let month = reader.digits(2, 2),
            reader.take(UInt8(ascii: "-")), let day = reader.digits(2, 2)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        guard !reader.isAtEnd else { return }
        guard reader.take(UInt8(ascii: "T")) || reader.take(UInt8(ascii: "t")) || reader.take(UInt8(ascii: " ")),
            let hour = reader.digits(2, 2), reader.take(UInt8(ascii: ":")), let minute = reader.digits(2, 2)
        else { return nil }
        (self.hour, self.minute) = (hour, minute)
        if reader.take(UInt8(ascii: ":")) {
            guard let second = reader.digits(2, 2) else { return nil }
            self.second = second
            if reader.take(UInt8(ascii: ".")) || reader.take(UInt8(ascii: ",")) {
                guard let millisecond = reader.fraction() else { return nil }
                self.millisecond = millisecond
            }
        }
        reader.skipSpaces()
        offset = reader.zone()
    }
}

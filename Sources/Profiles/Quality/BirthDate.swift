import Causality

/// A day of the Gregorian calendar, as it was typed into a customer's record.
///
/// Read are `1985-04-12` (also with `/` or `.`, and with a time of day behind it, which is ignored), `19850412`, `12.4.1985`,
/// `12/4/1985` and `12-4-1985`. Day comes before month but where the country writes the month first; a number above twelve decides.
/// Years have four digits: two do not tell a child from its great-grandparent.
public struct BirthDate: Hashable, Sendable, Comparable {
    public let year: Int
    public let month: Int
    public let day: Int
    /// Whether day and month might be exchanged: both are twelve or less, they differ, and neither form nor country says which is which.
    public let isAmbiguous: Bool

    /// Countries that write the month first.
    private static let monthFirst: Set<String> = ["US", "PH", "PW", "FM", "MH", "GU", "PR", "VI", "AS", "MP", "UM"]
    private static let rawBytesMax = 64

    /// - Throws: `blank`, `tooLong`, `malformed`, `dummy` (zeros), `impossible` (no such day).
    public init(_ raw: String, country: String?) throws(FormFault) {
        guard raw.utf8.count <= Self.rawBytesMax else { throw .tooLong }
        let scalars = TextFolding.trimmed(raw)
        guard !scalars.isEmpty else { throw .blank }
        let (parts, mark) = try Self.parts(scalars)
        if parts.allSatisfy({ $0.value == 0 }) { throw .dummy }
        if parts[0].digits == 4 {
            try self.init(year: parts[0].value, month: parts[1].value, day: parts[2].value, isAmbiguous: false)
            return
        }
        guard parts[2].digits == 4, parts[0].digits <= 2, parts[1].digits <= 2 else { throw .malformed }
        let (first, second) = (parts[0].value, parts[1].value)
        // A dot is a European's.
        let isMonthFirst = second > 12 || (first <= 12 && mark != "." && country.map { Self.monthFirst.contains($0.uppercased()) } ?? false)
        let isOpen = country == nil && mark != "." && first <= 12 && second <= 12 && first != second
        try self.init(
            year: parts[2].value, month: isMonthFirst ? first : second, day: isMonthFirst ? second : first, isAmbiguous: isOpen)
    }

    /// - Throws: `impossible` where the calendar has no such day.
    public init(year: Int, month: Int, day: Int, isAmbiguous: Bool = false) throws(FormFault) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day) else {
            throw .impossible
        }
        self.year = year
        self.month = month
        self.day = day
        self.isAmbiguous = isAmbiguous
    }

    /// The day (UTC) of a time. After H. Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, so that leap days end them.
    init(dayAt time: Timestamp) {
        let days = Int(time.milliseconds / 86_400_000) + 719_468
        let (era, ofEra) = (days / 146_097, days % 146_097)
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * ofYear + 2) / 153
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        day = ofYear - (153 * marchMonth + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        isAmbiguous = false
    }

    public static func < (left: BirthDate, right: BirthDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    /// A day that programs write where none was given.
    var isDefault: Bool { month == 1 && day == 1 && [1900, 1901, 1970, 1980, 2000].contains(year) }

    private static func days(in month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private struct Part {
        var value = 0
        var digits = 0
    }

    /// Three numbers and the mark between them.
    private static func parts(_ scalars: [Unicode.Scalar]) throws(FormFault) -> ([Part], Unicode.Scalar) {
        var parts = [Part()]
        var mark: Unicode.Scalar?
        for scalar in scalars {
            if let digit = TextFolding.digit(scalar), parts[parts.count - 1].digits < 8 {
                parts[parts.count - 1].value = parts[parts.count - 1].value * 10 + Int(digit)
                parts[parts.count - 1].digits += 1
            } else if parts.count < 3, ["-", "/", "."].contains(scalar), mark == nil || mark == scalar, parts[parts.count - 1].digits > 0 {
                mark = scalar
                parts.append(Part())
            } else if parts.count == 3 || parts[0].digits == 8, ["T", "t", " ", "\t"].contains(scalar) {
                break
            } else {
                throw .malformed
            }
        }
        if parts.count == 1, parts[0].digits == 8 {
            let number = parts[0].value
            return (
                [
                    Part(value: number / 10_000, digits: 4), Part(value: number / 100 % 100, digits: 2),
                    Part(value: number % 100, digits: 2),
                ], "-"
            )
        }
        guard parts.count == 3, parts.allSatisfy({ (1...4).contains($0.digits) }), let mark else { throw .malformed }
        return (parts, mark)
    }
}

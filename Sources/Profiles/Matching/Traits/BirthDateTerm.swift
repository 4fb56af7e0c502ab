/// A day of birth as eight ASCII digits, `yyyymmdd`, read from the many ways in which dates are written.
enum BirthDateTerm {
    static let years = 1850...2100

    /// Days that programs fill in where no date was given.
    private static let dummies: Set<Int> = [1900_01_01, 1900_01_00, 1899_12_30, 1899_12_31, 1901_01_01, 1970_01_01]

    /// A slip of the finger makes days that no calendar has (19831324): they are kept, for all but one digit is right. Month and day are `0000`
    /// where only the year is known.
    ///
    /// - Parameter today: `yyyymmdd`; nobody is born later. `nil` where the caller has no clock.
    /// - Returns: `nil` when the text is no date of birth, a program's filler (1900-01-01), or in the future.
    static func read(_ raw: String, today: Int? = nil) -> [UInt8]? {
        guard raw.utf8.count <= 64, let (year, month, day) = parts(raw), years.contains(year) else { return nil }
        let number = year * 10_000 + min(max(month, 0), 99) * 100 + min(max(day, 0), 99)
        if dummies.contains(number) || number > today ?? Int.max { return nil }
        return digits(number, width: 8)
    }

    private static func parts(_ raw: String) -> (year: Int, month: Int, day: Int)? {
        let words = words(raw)
        let numbers = words.compactMap { $0.first.map { (0x30...0x39).contains($0) } == true ? ($0.count, number($0)) : nil }
        if let month = words.lazy.compactMap({ monthNumber($0) }).first, numbers.count >= 2 { return named(month, numbers.map(\.1)) }
        guard let first = numbers.first else { return nil }
        if first.0 == 8 { return compact(first.1) }
        if first.0 == 4, numbers.count == 1 { return (first.1, 0, 0) }
        guard numbers.count >= 3 else { return nil }
        let (a, b, c) = (numbers[0].1, numbers[1].1, numbers[2].1)
        if numbers[0].0 == 4 { return (a, b, c) }
        let year = numbers[2].0 <= 2 ? (c > 30 ? 1900 : 2000) + c : c
        // Day first, as most of the world writes, unless only the other reading is a date; a comparison level knows the exchange.
        return b > 12 ? (year, a, b) : (year, b, a)
    }

    private static func compact(_ number: Int) -> (Int, Int, Int) {
        let ymd = (number / 10_000, number / 100 % 100, number % 100)
        if years.contains(ymd.0), (1...12).contains(ymd.1) { return ymd }
        let (a, b, year) = (number / 1_000_000, number / 10_000 % 100, number % 10_000)
        return b > 12 ? (year, a, b) : (year, b, a)
    }

    private static func named(_ month: Int, _ numbers: [Int]) -> (Int, Int, Int) {
        numbers[0] > 31 ? (numbers[0], month, numbers[1]) : (numbers[1] < 100 ? numbers[1] + 1900 : numbers[1], month, numbers[0])
    }

    /// Runs of digits and runs of letters, in small letters; a time of day behind `T` or a blank makes later words.
    private static func words(_ raw: String) -> [[UInt8]] {
        let folded = FoldedText.fold(raw, bytesMax: 64)
        var words: [[UInt8]] = []
        var kind: Int?
        for byte in folded {
            let own = (0x30...0x39).contains(byte) ? 0 : byte == UInt8(ascii: " ") ? 2 : 1
            if own != 2 {
                if kind == own { words[words.count - 1].append(byte) } else { words.append([byte]) }
            }
            kind = own
        }
        return words
    }

    private static func number(_ digits: [UInt8]) -> Int { digits.prefix(9).reduce(0) { $0 * 10 + Int($1) - 0x30 } }

    private static func monthNumber(_ word: [UInt8]) -> Int? {
        guard word.count >= 3 else { return nil }
        return months.firstIndex { $0.elementsEqual(word.prefix(3)) }.map { $0 + 1 }
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"].map { Array($0.utf8) }

    private static func digits(_ number: Int, width: Int) -> [UInt8] {
        var number = number
        var digits = [UInt8](repeating: 0x30, count: width)
        for place in digits.indices.reversed() {
            digits[place] += UInt8(number % 10)
            number /= 10
        }
        return digits
    }
}

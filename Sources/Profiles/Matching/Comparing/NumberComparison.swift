/// Compares dates, phone numbers and other numbers.
enum NumberComparison {
    static func number(_ left: Term, _ right: Term) -> UInt8 {
        if WordComparison.areEqual(left, right) { return NumberLevel.exact }
        let length = max(left.count, right.count)
        let errors = TypingErrors.count(left, right, limit: length >= 6 ? 2 : 1)
        if errors == 1, length > 2 { return NumberLevel.oneError }
        return errors == 2 && length >= 6 ? NumberLevel.twoErrors : NumberLevel.other
    }

    /// The same when one is the end of the other: with country or area code, or without.
    static func phone(_ left: Term, _ right: Term) -> UInt8 {
        let (short, long) = left.count <= right.count ? (left, right) : (right, left)
        if long.count - short.count <= 4 {
            let end = Term(rebasing: long[(long.count - short.count)...])
            if WordComparison.areEqual(end, short) { return NumberLevel.exact }
            if short.count >= 7 {
                let errors = TypingErrors.count(end, short, limit: 2)
                if errors <= 2 { return errors == 1 ? NumberLevel.oneError : NumberLevel.twoErrors }
            }
        }
        return NumberLevel.other
    }

    static func houseNumber(_ left: Term, _ right: Term) -> UInt8 {
        if WordComparison.areEqual(left, right) { return NumberLevel.exact }
        return TypingErrors.count(left, right, limit: 1) == 1 ? NumberLevel.oneError : NumberLevel.other
    }

    /// Two terms of eight digits, `yyyymmdd`; `yyyy0000` where only the year is known.
    static func birthDate(_ left: Term, _ right: Term) -> UInt8 {
        if WordComparison.areEqual(left, right) { return DateLevel.exact }
        let (year, month, day) = (
            number(left, 0, 4) == number(right, 0, 4), number(left, 4, 6) == number(right, 4, 6), number(left, 6, 8) == number(right, 6, 8)
        )
        if number(left, 4, 8) == 0 || number(right, 4, 8) == 0 { return year ? DateLevel.sameYear : DateLevel.other }
        if year, number(left, 4, 6) == number(right, 6, 8), number(left, 6, 8) == number(right, 4, 6) { return DateLevel.dayMonthExchanged }
        let errors = TypingErrors.count(left, right, limit: 2)
        if errors == 1 { return DateLevel.oneError }
        if year && (month || day) || month && day { return DateLevel.twoParts }
        if errors == 2 { return DateLevel.twoErrors }
        if year { return DateLevel.sameYear }
        return abs(days(left) - days(right)) <= 366 ? DateLevel.withinYear : DateLevel.other
    }

    @inline(__always)
    private static func number(_ digits: Term, _ start: Int, _ end: Int) -> Int {
        var number = 0
        var place = start
        while place < end {
            number = number * 10 + Int(digits[place]) - 0x30
            place += 1
        }
        return number
    }

    /// Since year 0, roughly: months of 31 days.
    private static func days(_ date: Term) -> Int { number(date, 0, 4) * 366 + number(date, 4, 6) * 31 + number(date, 6, 8) }
}

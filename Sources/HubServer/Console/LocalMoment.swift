import Foundation

/// A moment on the clock of whoever sits at a browser, as its fields for dates and times send it.
enum LocalMoment {
    /// `2026-11-20T18:00`, with seconds or without, or with a space between: milliseconds since 1970; `nil` for what is no moment there, as
    /// is the hour that clocks skip in spring. Of the one that comes twice in autumn, one is meant.
    static func read(_ text: String, zone: TimeZone) -> UInt64? {
        let parts = text.split(whereSeparator: { $0 == "T" || $0 == " " })
        guard parts.count == 2 else { return nil }
        return read(date: String(parts[0]), time: String(parts[1]), in: calendar(zone))
    }

    /// - Parameter time: `nil`: the first moment of the day.
    static func read(date: String, time: String?, in calendar: Calendar) -> UInt64? {
        let day = date.wholeMatch(of: /([0-9]{4})-([0-9]{2})-([0-9]{2})/)
        let clock = time.flatMap { $0.wholeMatch(of: /([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?/) }
        guard let day, time == nil || clock != nil else { return nil }
        var parts = DateComponents()
        (parts.year, parts.month, parts.day) = (Int(day.1), Int(day.2), Int(day.3))
        (parts.hour, parts.minute) = (clock.flatMap { Int($0.1) } ?? 0, clock.flatMap { Int($0.2) } ?? 0)
        parts.second = clock.flatMap { $0.3 }.flatMap { Int($0) } ?? 0
        guard let start = calendar.date(from: parts), start.timeIntervalSince1970 >= 0 else { return nil }
        // What the calendar had to move was no date.
        let found = calendar.dateComponents([.month, .day, .hour, .minute, .second], from: start)
        guard found.month == parts.month, found.day == parts.day,
            clock == nil || (found.hour, found.minute, found.second) == (parts.hour, parts.minute, parts.second)
        else { return nil }
        return UInt64(start.timeIntervalSince1970 * 1000)
    }

    static func calendar(_ zone: TimeZone) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar
    }
}

import Foundation

/// Figures, times and money as people of a language read them.
struct Forms: Sendable {
    let strings: Strings
    let zone: TimeZone
    /// Milliseconds since 1970.
    let now: UInt64

    private var locale: Locale { strings.language.locale }

    // MARK: figures

    func number(_ value: some BinaryInteger) -> String { Decimal(string: "\(value)")!.formatted(.number.locale(locale)) }

    func count(_ name: String, _ value: some BinaryInteger, _ values: KeyValuePairs<String, String> = [:]) -> String {
        strings.count(name, Int(clamping: value), number(value), values)
    }

    /// Units of 10⁻⁴.
    func quantity(_ units: Int64) -> String { (Decimal(units) / 10_000).formatted(.number.locale(locale)) }

    /// The same of money whose currency stands elsewhere: with two decimals at least.
    func amount(_ units: Int64) -> String { (Decimal(units) / 10_000).formatted(.number.precision(.fractionLength(2...4)).locale(locale)) }

    /// Units of 10⁻⁴ of a currency.
    func money(_ units: Int64, _ currency: String) -> String {
        let amount = Decimal(units) / 10_000
        // What is no ISO code has no form of its own.
        guard currency.utf8.count == 3, currency.allSatisfy(\.isUppercase) else {
            return amount.formatted(.number.precision(.fractionLength(2...4)).locale(locale)) + " " + currency
        }
        return amount.formatted(.currency(code: currency).locale(locale))
    }

    func percent(_ share: Double) -> String { share.formatted(.percent.precision(.fractionLength(0...1)).locale(locale)) }

    // MARK: times

    private func date(_ milliseconds: UInt64) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

    /// `14:05`; with the day when that is another one.
    func clock(_ milliseconds: UInt64) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let isToday = calendar.isDate(date(milliseconds), inSameDayAs: date(now))
        return isToday ? time(milliseconds) : moment(milliseconds)
    }

    func time(_ milliseconds: UInt64) -> String {
        date(milliseconds).formatted(style.hour(.twoDigits(amPM: .omitted)).minute(.twoDigits))
    }

    /// `30 Nov 2026, 14:05`.
    func moment(_ milliseconds: UInt64) -> String { day(milliseconds) + ", " + time(milliseconds) }

    func day(_ milliseconds: UInt64) -> String {
        date(milliseconds).formatted(style.day(.defaultDigits).month(.abbreviated).year(.defaultDigits))
    }

    /// As a browser's field for a date has it: `2026-11-30`.
    func dateField(_ milliseconds: UInt64) -> String {
        date(milliseconds).formatted(Date.ISO8601FormatStyle(timeZone: zone).year().month().day())
    }

    private var style: Date.FormatStyle { Date.FormatStyle(locale: locale, calendar: Calendar(identifier: .gregorian), timeZone: zone) }

    /// How long ago, in the unit that a person would use.
    func age(_ milliseconds: UInt64) -> String {
        let seconds = now > milliseconds ? (now - milliseconds) / 1000 : 0
        switch seconds {
        case ..<5: return strings["age-now"]
        case ..<120: return strings("age-seconds", ["n": number(seconds)])
        case ..<7_200: return strings("age-minutes", ["n": number(seconds / 60)])
        case ..<172_800: return strings("age-hours", ["n": number(seconds / 3_600)])
        default: return strings("age-days", ["n": number(seconds / 86_400)])
        }
    }

    /// How long something lasts.
    func span(_ milliseconds: UInt64) -> String {
        switch milliseconds {
        case 0: "0 s"
        case ..<1_000: strings["span-moment"]
        case ..<120_000: number(milliseconds / 1_000) + " s"
        case ..<7_200_000: number(milliseconds / 60_000) + " min"
        default: number(milliseconds / 3_600_000) + " h"
        }
    }

    /// How long ago, and no more: for long lists.
    func age(of milliseconds: UInt64?) -> View? {
        milliseconds.map { ["iso": date($0).formatted(.iso8601), "age": age($0)] }
    }

    /// A moment with its machine-readable form, for `{{>time}}`.
    func stamp(_ milliseconds: UInt64?) -> View? {
        guard let milliseconds else { return nil }
        return [
            "iso": date(milliseconds).formatted(.iso8601), "moment": moment(milliseconds), "age": age(milliseconds),
            "clock": clock(milliseconds),
        ]
    }
}

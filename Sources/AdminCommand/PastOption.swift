import ArgumentParser
import Complaints
import Foundation

/// A look back: what the hub knew at a time.
struct PastOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "As the hub knew it then: 2026-11-22, \"2026-11-22 10:30\" or 2026-11-22T10:30:00Z, in UTC. Takes as long as taking in all that had arrived.",
            valueName: "TIME"))
    var asOf: String?

    @Option(
        help: ArgumentHelp(
            "With --as-of: as this site knew it, by the view that it had been sent (to within some minutes) and what it had written itself.",
            valueName: "NAME"))
    var site: String?

    /// As they were given, for a command that goes on from here.
    var arguments: [String] { [("--as-of", asOf), ("--site", site)].flatMap { name, value in value.map { [name, "\"\($0)\""] } ?? [] } }

    /// Milliseconds since 1970; a day alone means its end. `nil`: now.
    func time() throws -> UInt64? {
        guard let asOf else {
            guard site == nil else {
                throw Complaint("--site says who knew it, but not when.", remedy: "Add --as-of TIME, or leave --site out.")
            }
            return nil
        }
        guard let time = Self.milliseconds(asOf) else {
            throw Complaint("\(asOf) is no time.", remedy: "Give it in UTC: 2026-11-22, \"2026-11-22 10:30\" or 2026-11-22T10:30:00Z.")
        }
        return time
    }

    /// Since 1970, in UTC; a day alone means its end. `nil` for what is no time.
    static func milliseconds(_ text: String) -> UInt64? {
        for (form, isDay) in [("yyyy-MM-dd", true), ("yyyy-MM-dd HH:mm", false), ("yyyy-MM-dd'T'HH:mm:ss'Z'", false)] {
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.timeZone = TimeZone(secondsFromGMT: 0)
            format.dateFormat = form
            guard text.count == (form.filter { $0 != "'" }).count, let date = format.date(from: text), date.timeIntervalSince1970 >= 0
            else { continue }
            return UInt64(date.timeIntervalSince1970 * 1000) + (isDay ? 24 * 3600 * 1000 - 1 : 0)
        }
        return nil
    }
}

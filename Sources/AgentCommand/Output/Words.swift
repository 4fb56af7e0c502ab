import AgentRuntime
import Complaints
import Foundation

/// Prints one line of an answer.
func say(_ line: String) { print(TerminalText.line(line)) }

/// How times and quantities are told to people.
enum Words {
    static func age(of milliseconds: UInt64?, now: UInt64) -> String {
        guard let milliseconds else { return "never" }
        let seconds = now > milliseconds ? (now - milliseconds) / 1000 : 0
        switch seconds {
        case 0..<90: return "\(seconds) s ago"
        case 90..<5_400: return "\(seconds / 60) min ago"
        case 5_400..<172_800: return "\(seconds / 3_600) h ago"
        default: return "\(seconds / 86_400) days ago"
        }
    }

    static func day(_ milliseconds: UInt64) -> String {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withFullDate, .withTime, .withColonSeparatorInTime, .withSpaceBetweenDateAndTime]
        return String(formatter.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1000)).prefix(16))
    }

    /// A fixed-point number of four digits, without idle zeros; money keeps two.
    static func amount(_ value: Int64, digits: Int = 0) -> String {
        let magnitude = value.magnitude
        var fraction = String(magnitude % 10_000 + 10_000).dropFirst()
        while fraction.count > digits, fraction.last == "0" { fraction.removeLast() }
        return (value < 0 ? "-" : "") + String(magnitude / 10_000) + (fraction.isEmpty ? "" : "." + fraction)
    }
}

import Foundation

/// Colours at a terminal, and nowhere else; `NO_COLOR` turns them off (no-color.org). They only repeat what the words say.
enum Colour: String {
    case warning = "33"
    case well = "32"
    case heading = "1"

    /// What stands on stdout is read by a person, who wants colours.
    static let areOn = on(isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)

    static func on(isTerminal: Bool, environment: [String: String]) -> Bool {
        isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    func callAsFunction(_ text: String, areOn: Bool = Colour.areOn) -> String {
        areOn && !text.isEmpty ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}

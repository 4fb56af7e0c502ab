import Foundation

/// What could not be done, and what to do about it: the two lines that a command ends with.
public struct Complaint: Error, Hashable, Sendable {
    public var message: String
    public var remedy: String

    public init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    /// Two lines, whatever the texts hold: `program: message`, and indented below it what to do.
    public func lines(program: String) -> String { "\(program): \(Self.oneLine(message))\n  \(Self.oneLine(remedy))\n" }

    private static func oneLine(_ text: String) -> String {
        TerminalText.line(
            text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }.joined(
                separator: " "))
    }
}

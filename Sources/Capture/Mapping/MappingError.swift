/// One thing wrong with a mapping: where, what, and what to do.
public struct MappingProblem: Hashable, Sendable, CustomStringConvertible {
    /// Stable names, listed in `docs/operating/mapping.md`.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case syntax = "mapping-syntax"
        case version = "mapping-version"
        case unknownOption = "mapping-unknown-option"
        case missingOption = "mapping-missing-option"
        case badValue = "mapping-bad-value"
        case unknownTable = "mapping-unknown-table"
        case unknownColumn = "mapping-unknown-column"
        case unknownEntity = "mapping-unknown-entity"
        case unknownField = "mapping-unknown-field"
        case unknownParent = "mapping-unknown-parent"
        case noKey = "mapping-no-key"
        case keyNotUnique = "mapping-key-not-unique"
        case wrongType = "mapping-wrong-type"
        case notATable = "mapping-not-a-table"
        case unmappedTable = "mapping-unmapped-table"
        case stockTwice = "mapping-stock-twice"
        case personalKey = "mapping-personal-key"
        case noCurrency = "mapping-no-currency"
    }

    public enum Severity: String, Hashable, Sendable { case error, warning }

    public var code: Code
    public var severity: Severity
    public var place: Place
    public var message: String
    public var remedy: String

    /// Line and column count from 1, as editors do.
    public struct Place: Hashable, Sendable, Comparable, CustomStringConvertible {
        public var file: String
        public var line: Int
        public var column: Int

        public var description: String { "\(file):\(line):\(column)" }
        public static func < (left: Place, right: Place) -> Bool { (left.line, left.column) < (right.line, right.column) }
    }

    public init(_ code: Code, _ severity: Severity = .error, at place: Place, _ message: String, remedy: String) {
        self.code = code
        self.severity = severity
        self.place = place
        self.message = message
        self.remedy = remedy
    }

    public var description: String { "\(place): \(severity == .warning ? "warning: " : "")\(message)\n  \(remedy)" }
}

/// Everything that is wrong with a mapping, at once and in the order of the file.
public struct MappingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one of them is no mere warning.
    public let problems: [MappingProblem]

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Collects problems while a mapping is read or checked, so that one look shows them all.
struct MappingProblems {
    private(set) var all: [MappingProblem] = []

    mutating func add(
        _ code: MappingProblem.Code, _ severity: MappingProblem.Severity = .error, at place: MappingProblem.Place, _ message: String,
        remedy: String
    ) {
        let problem = MappingProblem(code, severity, at: place, message, remedy: remedy)
        if !all.contains(problem) { all.append(problem) }
    }

    /// An unknown name: the remedy asks about the nearest known one, or lists all of a few.
    mutating func addUnknown(
        _ code: MappingProblem.Code, _ word: Word, among candidates: [String], _ message: String, otherwise: String
    ) {
        let remedy = NearMiss.nearest(to: word.text, among: candidates).map { "Did you mean `\($0)`?" } ?? otherwise
        add(code, at: word.place, message, remedy: remedy)
    }

    /// In the order of the file; problems of one place in the order found.
    var ordered: [MappingProblem] {
        all.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }.map(\.element)
    }

    func throwErrors() throws {
        if all.contains(where: { $0.severity == .error }) { throw MappingError(problems: ordered) }
    }
}

extension Sequence<String> {
    /// "`a`, `b` or `c`", for remedies.
    func alternatives() -> String {
        let words = map { "`\($0)`" }
        guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}

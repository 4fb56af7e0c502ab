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
    public struct Place: Hashable, Sendable, CustomStringConvertible {
        public var file: String
        public var line: Int
        public var column: Int

        public var description: String { "\(file):\(line):\(column)" }
    }

    public var description: String { "\(place): \(severity == .warning ? "warning: " : "")\(message)\n  \(remedy)" }
}

/// Everything that is wrong with a mapping, at once and in the order of the file.
public struct MappingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one.
    public var problems: [MappingProblem]

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

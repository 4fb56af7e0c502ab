import ChangeSets
import Profiles

/// The rules of identity as a form holds them: what was typed, right or wrong.
public struct RulesTyped: Sendable {
    /// Of the rules that the form began with.
    public var version: UInt32?
    var rows: [Row]
    /// Identifiers that are to link only together, which the form may add.
    var added = Added()
    var recordsPerPerson: String
    /// In percent; empty: none is linked without somebody.
    var automatic: String
    /// Kinds by name.
    var unchanging: Set<String>
    var blockedWords: String
    var blockedPrefixes: String
    /// By the kind's name, a value a line.
    var blockedValues: [String: String]

    struct Row: Sendable {
        /// The kind's name: `phone+name`.
        var kind: String
        /// The place that it had when the form was made; 0: it linked nothing.
        var former: Int
        /// Empty: it links nothing.
        var place: String
        var limit: String
        var opens: Bool
        var isExclusive: Bool
    }

    struct Added: Sendable {
        var kind = ""
        var with = ""
        var place = ""
        var limit = "\(RulesTyped.limitUsual)"
        var isExclusive = true
    }

    static let limitUsual = 10
    private static let rowsMax = LinkRules.ranksMax + Identifier.Kind.identifying.count
}

// MARK: what a form begins with

extension RulesTyped {
    /// The kinds that link in their order, then those that could.
    public init(_ rules: LinkRules) {
        let used = rules.ranks.enumerated().map { index, rank in
            Row(
                kind: "\(rank.kind)", former: index + 1, place: "\(index + 1)", limit: "\(rank.recordsPerSourceMax)", opens: rank.opens,
                isExclusive: rank.isExclusive)
        }
        let kinds = rules.ranks.map(\.kind)
        let others = Identifier.Kind.identifying.filter { !kinds.contains($0) }.map { kind in
            let usual = LinkRules.standard.ranks.first { $0.kind == kind }
            return Row(
                kind: "\(kind)", former: 0, place: "", limit: "\(usual?.recordsPerSourceMax ?? Self.limitUsual)",
                opens: usual?.opens ?? true, isExclusive: usual?.isExclusive ?? true)
        }
        let values = Dictionary(grouping: rules.blockedValues.sorted(), by: { "\($0.kind)" })
        version = rules.version
        rows = used + others
        recordsPerPerson = "\(rules.componentRecordsMax)"
        automatic = rules.automaticAbove.map(Percent.text) ?? ""
        unchanging = Set(rules.unchanging.map { "\($0)" })
        blockedWords = rules.blockedWords.sorted().map(\.string).joined(separator: "\n")
        blockedPrefixes = rules.blockedEmailPrefixes.map(\.string).joined(separator: "\n")
        blockedValues = values.mapValues { $0.map(\.value.string).joined(separator: "\n") }
    }

    /// What a browser sent.
    ///
    /// - Parameters:
    ///   - text: the first value of a name; `nil` where the form has none.
    ///   - all: all values of a name.
    public init(text: (String) -> String?, all: (String) -> [String]) {
        func trimmed(_ name: String) -> String { Self.trimmed(text(name) ?? "") }
        version = UInt32(trimmed("version"))
        rows = (0..<Self.rowsMax).compactMap { index in
            guard text("kind-\(index)") != nil else { return nil }
            return Row(
                kind: trimmed("kind-\(index)"), former: Int(trimmed("former-\(index)")) ?? 0, place: trimmed("place-\(index)"),
                limit: trimmed("limit-\(index)"), opens: text("visitors-\(index)") == nil, isExclusive: text("shared-\(index)") == nil)
        }
        added = Added(
            kind: trimmed("new-kind"), with: trimmed("new-with"), place: trimmed("new-place"), limit: trimmed("new-limit"),
            isExclusive: text("new-shared") == nil)
        recordsPerPerson = trimmed("person")
        automatic = trimmed("automatic")
        unchanging = Set(all("unchanging"))
        blockedWords = text("words") ?? ""
        blockedPrefixes = text("prefixes") ?? ""
        blockedValues = [:]
        for kind in Identifier.Kind.identifying { blockedValues["\(kind)"] = text("blocked-\(kind)") ?? "" }
    }

    /// The lines of a text that say something, each once and in their order.
    static func lines(_ text: String) -> [String] {
        var seen: Set<String> = []
        return text.split(whereSeparator: \.isNewline).map { trimmed(String($0)) }.filter { !$0.isEmpty && seen.insert($0).inserted }
    }

    static func trimmed(_ text: String) -> String {
        let end = text.lastIndex { !$0.isWhitespace }
        return end.map { String(text[...$0].drop(while: \.isWhitespace)) } ?? ""
    }
}

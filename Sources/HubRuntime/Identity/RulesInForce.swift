import Causality
import ChangeSets
import Foundation
import Merging
import Profiles

/// How customers are linked now, and what is to be said of that.
struct RulesInForce: Hashable, Sendable {
    var rules: LinkRules
    /// What is wrong with them and what to do, for the operator; `nil` where all is well.
    var warning: String?

    static let standard = RulesInForce(rules: .standard)

    init(rules: LinkRules, warning: String? = nil) {
        self.rules = rules
        self.warning = warning
    }

    /// The latest decision on the rules that is not undone; the standard rules when there is none.
    ///
    /// Rules of a newer hub's form cannot be gone by: the standard rules hold, with a warning.
    ///
    /// - Parameter state: a record as the caller sees it, which may not be in the store yet.
    init(reading store: any HubReading, state: (RecordNumber) throws -> RecordState?) throws {
        let decisions = try store.decisions(choosing: .identity).inOrderOfTime(state: state)
        guard let row = decisions.last, let state = try state(row.record) else {
            self = .standard
            return
        }
        guard let decision = Decision({ state[$0]?.text?.string }), let rules = LinkRules(json: decision.content ?? "") else {
            self.init(rules: .standard, warning: Self.unreadable(row.fingerprint))
            return
        }
        self.init(rules: rules)
    }

    private static func unreadable(_ version: String) -> String {
        """
        Rules of identity \(version) have a form that this hub does not know, so the standard rules hold. Start the newer hub that set \
        them, or set rules anew: `tributary identity rules`, `tributary identity apply`.
        """
    }
}

extension LinkRules {
    /// As decisions on the rules name what they decide.
    static let decisionName = "identity"

    /// `nil` for rules of a newer hub's form, which this one cannot go by.
    init?(json: String) {
        guard let rules = try? JSONDecoder().decode(LinkRules.self, from: Data(json.utf8)) else { return nil }
        self = rules
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

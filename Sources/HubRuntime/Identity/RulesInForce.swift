import Causality
import ChangeSets
import Foundation
import Merging
import Profiles

extension LinkRules {
    /// As decisions on the rules name what they decide.
    static let decisionName = "identity"

    /// The latest decision on the rules that is not undone; the standard rules when there is none.
    ///
    /// - Parameter state: a record as the caller sees it, which may not be in the store yet.
    static func inForce(reading store: any HubReading, state: (RecordNumber) throws -> RecordState?) throws -> LinkRules {
        guard let row = try store.decisions(choosing: .identity).last, let state = try state(row.record),
            let decision = Decision({ state[$0]?.text?.string }), let rules = LinkRules(json: decision.content ?? "")
        else { return .standard }
        return rules
    }

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

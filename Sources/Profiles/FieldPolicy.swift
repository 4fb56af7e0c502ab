import Causality
import ChangeSets

/// Which of several live values of a field is shown as a person's; the others stay and are listed.
///
/// Blank values (null, or nothing but spaces) are passed over while another record has something to say: a shop that never
/// asked for a phone number does not take away the web shop's.
public enum FieldPolicy: Hashable, Sendable {
    /// The highest precedence.
    case latest
    /// The lowest precedence.
    case earliest
    /// The value that most records hold, then the latest among them.
    case mostFrequent
    /// The text of most characters, then the latest among them.
    case longest
    /// The first of these sites that has a value, then the latest of its values; sites that are not listed come last.
    case ranked([Text])
}

extension FieldPolicy {
    /// Puts candidates in order, the one to show last.
    func ordered(_ candidates: [GoldenField.Candidate]) -> [GoldenField.Candidate] {
        let weight = weight(among: candidates)
        return candidates.sorted { left, right in
            if left.value.isBlank != right.value.isBlank { return left.value.isBlank }
            let (ofLeft, ofRight) = (weight(left), weight(right))
            if ofLeft != ofRight { return ofLeft < ofRight }
            return self == .earliest ? right.precedence < left.precedence : left.precedence < right.precedence
        }
    }

    private func weight(among candidates: [GoldenField.Candidate]) -> (GoldenField.Candidate) -> Int {
        switch self {
        case .latest, .earliest:
            return { _ in 0 }
        case .mostFrequent:
            var records: [Value: Set<RecordID>] = [:]
            for candidate in candidates { records[candidate.value, default: []].insert(candidate.record) }
            return { records[$0.value]?.count ?? 0 }
        case .longest:
            return { $0.value.typed?.string.count ?? 0 }
        case .ranked(let sites):
            return { candidate in -(candidate.site.flatMap { sites.firstIndex(of: $0) } ?? sites.count) }
        }
    }
}

extension Value {
    var isBlank: Bool {
        switch self {
        case .null: true
        case .text(let text): text.string.allSatisfy(\.isWhitespace)
        default: false
        }
    }
}

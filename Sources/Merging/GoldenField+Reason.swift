import Causality
import ChangeSets

extension GoldenField {
    /// Why a value is not the one shown.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// It says the same.
        case same
        /// The writer of a live value had been shown it, and replaced it (S30).
        case seenAndReplaced = "seen-and-replaced"
        /// It is part of the list that is shown (policy "union").
        case joined
        /// It says nothing.
        case blank
        /// Its site comes later in the policy's list, or is not in it.
        case siteRanked = "site-ranked"
        /// Fewer records hold it.
        case rarer
        case shorter
        case smaller
        case larger
        /// It is a yes, and somebody says no.
        case permissive
        /// Its writer's clock was too far off.
        case clockOutOfBound = "clock-out-of-bound"
        case earlier
        /// The policy is "earliest".
        case later
        /// Written in the same millisecond: the dots decide.
        case tie
    }

    /// - Parameter candidate: one of `beaten` or of `replaced`.
    public func reason(against candidate: Candidate) -> Reason {
        if replaced.contains(candidate) { return .seenAndReplaced }
        if candidate.value == shown.value { return .same }
        if candidate.value.isBlank, !shown.value.isBlank { return .blank }
        return byPolicy(candidate) ?? byTime(candidate)
    }

    /// `nil`: to the policy both are alike, or it goes by time anyway.
    private func byPolicy(_ candidate: Candidate) -> Reason? {
        switch policy {
        case .latest, .earliest, .ask: return nil
        case .union: return .joined
        case .maximum: return .smaller
        case .minimum: return .larger
        case .mostFrequent, .longest, .mostRestrictive, .ranked:
            let weight = policy.weight(among: [shown] + beaten)
            guard weight(candidate) < weight(shown) else { return nil }
            return switch policy {
            case .mostFrequent: .rarer
            case .longest: .shorter
            case .mostRestrictive: .permissive
            default: .siteRanked
            }
        }
    }

    private func byTime(_ candidate: Candidate) -> Reason {
        if candidate.precedence.isInBound != shown.precedence.isInBound {
            return candidate.precedence.isInBound ? .later : .clockOutOfBound
        }
        if candidate.time == shown.time { return .tie }
        return candidate.time < shown.time ? .earlier : .later
    }
}

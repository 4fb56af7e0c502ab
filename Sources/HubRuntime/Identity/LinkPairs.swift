import Causality

/// Which customer records a decision declares one person, or never one: pairs of lives.
struct LinkPairs: Hashable {
    /// Two different records, in the order of their lives.
    struct Pair: Hashable {
        let lower: Dot
        let higher: Dot

        /// - Returns: `nil` for a record and itself.
        init?(_ one: Dot, _ other: Dot) {
            guard one != other else { return nil }
            (lower, higher) = one < other ? (one, other) : (other, one)
        }
    }

    var areSame: Bool
    /// In their order, without repeats.
    var pairs: [Pair]

    init(areSame: Bool, _ pairs: some Sequence<Pair>) {
        self.areSame = areSame
        self.pairs = Set(pairs).sorted { ($0.lower, $0.higher) < ($1.lower, $1.higher) }
    }

    /// `nil` when the decision is about something else, or of a newer form.
    init?(of decision: Decision) {
        guard decision.choice == .same || decision.choice == .apart else { return nil }
        let pairs = (decision.content ?? "").split(separator: ",").map { pair -> Pair? in
            let lives = pair.split(separator: "~").map { Dot(String($0)) }
            guard lives.count == 2, let one = lives[0], let other = lives[1] else { return nil }
            return Pair(one, other)
        }
        guard !pairs.contains(nil) else { return nil }
        self.init(areSame: decision.choice == .same, pairs.compactMap { $0 })
    }

    /// As a decision keeps them: `life~life,life~life`.
    var content: String { pairs.map { "\($0.lower)~\($0.higher)" }.joined(separator: ",") }
    var choice: Decision.Choice { areSame ? .same : .apart }
}

/// How often each term of each trait is held.
struct TermCounts {
    /// By trait's number, then the parts of e-mail addresses: terms with the number of their holders, for terms held at least twice.
    private(set) var common: [[(term: UInt32, holders: UInt32)]]
    /// Records that hold any term.
    private(set) var holders: [Int]
    /// Pairs of records that hold the same term.
    private(set) var agreeing: [Double]

    init(_ records: [PersonTraits]) {
        common = []
        holders = []
        agreeing = []
        for place in 0..<MatchModel.frequencyPlaces {
            var terms: [UInt32] = []
            var holding = 0
            for record in records {
                let before = terms.count
                Self.append(record, place, to: &terms)
                if terms.count > before { holding += 1 }
            }
            terms.sort()
            holders.append(holding)
            common.append(Self.runs(terms))
            agreeing.append(common[place].reduce(0) { $0 + Double($1.holders) * Double($1.holders - 1) / 2 })
        }
    }

    private static func append(_ record: PersonTraits, _ place: Int, to terms: inout [UInt32]) {
        record.withTerms { traits in
            if let trait = Trait(rawValue: UInt8(place)) {
                for term in traits[trait] { terms.append(Fingerprint.of(term)) }
            } else {
                for email in traits[.email] {
                    let part = place == MatchModel.emailDomains ? EmailComparison.domain(email) : EmailComparison.local(email)
                    if !part.isEmpty { terms.append(Fingerprint.of(part)) }
                }
            }
        }
    }

    private static func runs(_ sorted: [UInt32]) -> [(term: UInt32, holders: UInt32)] {
        var runs: [(term: UInt32, holders: UInt32)] = []
        var start = 0
        while start < sorted.count {
            var end = start + 1
            while end < sorted.count, sorted[end] == sorted[start] { end += 1 }
            if end - start > 1 { runs.append((sorted[start], UInt32(end - start))) }
            start = end
        }
        return runs
    }

    /// Pairs of records that both hold the trait, and how many of them agree; `nil` where too few hold it to say.
    func of(_ place: Int) -> (pairs: Double, agreeing: Double)? {
        let held = Double(holders[place])
        return held < 20 ? nil : (held * (held - 1) / 2, agreeing[place])
    }
}

extension BlockKeys {
    /// The most records that one more record is compared with.
    public static let candidatesMax = 1_000

    /// All keys that an index of records keeps of one: its keys and the finer ones.
    public static func indexed(_ traits: PersonTraits) -> [UInt64] {
        Array(Set(of(traits).flatMap { [$0.key] + $0.finer })).sorted()
    }
}

extension MatchScorer {
    /// Proposes links for one more record, from an index that the caller keeps.
    ///
    /// It finds what `PersonBlocks` over all records would: keys that too many records hold give way to finer ones.
    ///
    /// - Parameters:
    ///   - holders: the records under a key (`BlockKeys.indexed`), or any `BlockKeys.blockRecordsMax + 1` of them where there are more.
    ///   - known: the traits of a record; `nil` leaves it out.
    /// - Returns: the records that reach the threshold, the best first, equal ones by number.
    public func proposals(
        for traits: PersonTraits, bitsMin: Double, holders: (UInt64) -> [UInt32], known: (UInt32) -> PersonTraits?
    ) -> [(record: UInt32, bits: Double)] {
        var candidates: Set<UInt32> = []
        func take(_ key: UInt64) -> Bool {
            let records = holders(key)
            // With the new record itself the block has one more.
            guard records.count < BlockKeys.blockRecordsMax else { return false }
            if candidates.count + records.count <= BlockKeys.candidatesMax { candidates.formUnion(records) }
            return true
        }
        for key in BlockKeys.of(traits) where !take(key.key) {
            for finer in key.finer { _ = take(finer) }
        }
        return candidates.compactMap { record in known(record).map { (record, bits(traits, $0)) } }
            .filter { $0.1 >= bitsMin }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }
}

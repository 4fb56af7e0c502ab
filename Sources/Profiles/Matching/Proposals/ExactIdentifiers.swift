/// Groups records by exact identifiers alone, as a measure of what the weaker evidence adds.
public enum ExactIdentifiers {
    /// A value that more records hold is no identifier.
    static let holdersMax = 20

    /// Groups of two and more records that a chain of equal e-mail addresses, phones, person numbers or cards connects.
    public static func people(_ records: [PersonTraits]) -> [[UInt32]] {
        var holders: [[UInt8]: [Int]] = [:]
        for (number, record) in records.enumerated() {
            for trait in [Trait.email, .phone, .personNumber, .card] {
                for term in record.terms(of: trait) { holders[[trait.rawValue] + term, default: []].append(number) }
            }
        }
        var sets = DisjointSets(count: records.count)
        for numbers in holders.values where numbers.count <= holdersMax {
            for number in numbers.dropFirst() { sets.unite(numbers[0], number) }
        }
        var groups: [Int: [UInt32]] = [:]
        for number in records.indices { groups[sets.settledRoot(of: number), default: []].append(UInt32(number)) }
        return groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }
}

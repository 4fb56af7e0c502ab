import Causality
import ChangeSets
import Merging
import Profiles

/// What the hub's standard rules link by themselves of a file's rows, as if each were a record of its source.
struct ExactLinks {
    /// Groups of two and more rows, by their numbers.
    let people: [[UInt32]]
    let refusals: Int
    let sharedValues: Int

    /// - Parameters:
    ///   - fields: per row, what is known of a person.
    ///   - sources: per row; all of one where the file names none.
    init(_ fields: [[(field: String, value: String)]], sources: [String]) {
        var numbers: [String: UInt64] = [:]
        var records: [LinkRecord] = []
        for (row, fields) in fields.enumerated() {
            let source = numbers[sources[row]] ?? UInt64(numbers.count)
            numbers[sources[row]] = source
            let life = Dot(ReplicaID(high: 1, low: source), UInt64(row) + 1)
            let id = RecordID(
                entity: "customer", source: SourceID(ReplicaID(high: 2, low: source)), key: LocalKey(.integer(Int64(row))), life: life)
            let values = fields.map { (FieldName(Self.catalogued[$0.field] ?? $0.field), Text($0.value)) }
            records.append(
                LinkRecord(
                    id: id, created: Precedence(isInBound: true, time: Timestamp(milliseconds: 1), dot: life),
                    fields: Dictionary(values, uniquingKeysWith: { first, _ in first })))
        }
        let linking = Linking.link(records, decisions: [], rules: .standard)
        people = linking.profiles.filter { $0.records.count > 1 }.map { $0.records.map { UInt32($0.life.counter - 1) }.sorted() }
        refusals = linking.refusals.count + linking.refusalsLeftOut
        sharedValues = linking.sharedValues.count
    }

    /// A number that a state gives a person links like a card.
    private static let catalogued = ["person number": "loyalty id"]
}

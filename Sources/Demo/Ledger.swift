/// What plain sums over the day's sales say: what the hub's figures are held against.
struct Ledger {
    struct Place: Hashable, Comparable {
        let sku, location: String
        static func < (left: Place, right: Place) -> Bool { (left.sku, left.location) < (right.sku, right.location) }
    }

    struct Sums: Equatable {
        var number = 0
        /// In pence or cents, per currency.
        var totals: [String: Int64] = [:]
    }

    private(set) var expectedOnHand: [Place: Int64] = [:]
    private(set) var purchases: [Person: Sums] = [:]
    private var units: [Place: Int64] = [:]

    mutating func count(_ sku: String, _ location: String, _ quantity: Int64) {
        expectedOnHand[Place(sku: sku, location: location)] = quantity
    }

    mutating func sold(_ sku: String, _ location: String, _ quantity: Int64) {
        expectedOnHand[Place(sku: sku, location: location), default: 0] -= quantity
        units[Place(sku: sku, location: location), default: 0] += quantity
    }

    mutating func bought(_ person: Person, _ pence: Int64, _ currency: String) {
        purchases[person, default: Sums()].number += 1
        purchases[person, default: Sums()].totals[currency, default: 0] += pence
    }

    func onHand(_ sku: String, _ location: String) -> Int64 { expectedOnHand[Place(sku: sku, location: location)] ?? 0 }

    /// What a location has sold most of.
    func busiest(at location: String) -> Place {
        let own = units.filter { $0.key.location == location }
        return own.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? Place(sku: "", location: location)
    }
}

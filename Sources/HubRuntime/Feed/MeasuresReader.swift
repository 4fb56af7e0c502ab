import Causality
import ChangeSets
import Profiles

/// Reads what measures count, row by row and in one pass, without decoding a record.
final class MeasuresReader {
    private let store: any HubReading
    private let standing: Standing
    /// Of each source, at its number; the first is nobody's.
    private let places: [Place]
    private let shelf: Shelf
    private(set) var tally: MeasuresTally

    init(_ documents: Documents) {
        store = documents.store
        standing = documents.standing
        places = [Place()] + documents.standing.sources.map { documents.place($0.number) }
        shelf = Shelf(store: documents.store)
        tally = MeasuresTally(now: documents.now)
    }

    /// Takes in what one customer record bought and did.
    func read(_ member: RecordNumber) throws {
        try store.eachPurchase(buyer: member) { row in
            if let purchase = Measures.Purchase(row, place: place(row.source)) { tally.add(purchase) }
        }
        try store.eachLine(buyer: member) { line in
            let traits = try line.sku.map { try shelf.traits(of: $0, at: line.source) } ?? ItemTraits()
            tally.add(Measures.Line(traits: traits, quantity: line.quantity, at: line.at))
        }
        try store.eachEvent(customer: member, add)
    }

    /// Takes in the events that name no customer but bear a device or a cookie of the profile's.
    func read(_ tokens: ProfileTokens) throws {
        let own = Set(tokens.tokens)
        for token in tokens.tokens {
            try store.eachEvent(bearing: token, of: tokens.profile) { row in
                // One that bears both counts with its device.
                if case .cookie = token, let device = row.device, own.contains(.device(device)) { return }
                add(row)
            }
        }
    }

    private func add(_ row: EventRow) {
        let source = standing.replica(row.record.replica)?.source
        tally.add(Measures.Event(kind: EventKind(Text(row.kind ?? "")), place: place(source ?? 0), at: row.at))
    }

    private func place(_ source: SourceNumber) -> Place { places.indices.contains(Int(source)) ? places[Int(source)] : Place() }
}

extension Measures.Purchase {
    /// `nil`: a dead record, or one of which only lines have arrived.
    init?(_ row: PurchaseRow, place: Place) {
        guard let kind = row.kind, row.isAlive else { return nil }
        self.init(
            kind: kind == .giveBack ? .giveBack : .purchase, isCounted: row.isCounted, isCancelled: row.isCancelled, place: place,
            at: row.at,
            currency: Text(row.currency ?? ""), value: row.value, returned: row.returned)
    }
}

/// What items are like, as seen from a source: its own item first, then other sources' by precedence; blanks are passed over.
///
/// Remembers what it has looked up: one entry per source and SKU of the person's purchases.
private final class Shelf {
    private let store: any HubReading
    private var known: [Slot: ItemTraits] = [:]

    private struct Slot: Hashable {
        var source: SourceNumber
        var sku: String
    }

    init(store: any HubReading) { self.store = store }

    func traits(of sku: String, at source: SourceNumber) throws -> ItemTraits {
        let slot = Slot(source: source, sku: sku)
        if let traits = known[slot] { return traits }
        var traits = ItemTraits()
        for own in try store.items(sku: sku, source: source) { traits.fill(from: ItemTraits(own)) }
        if !traits.isComplete { for other in try store.items(sku: sku, source: nil) { traits.fill(from: ItemTraits(other)) } }
        known[slot] = traits
        return traits
    }
}

extension ItemTraits {
    init(_ row: ItemRow) {
        self.init(
            category: row.category.map { Text($0) }, brand: row.brand.map { Text($0) }, size: row.size.map { Text($0) },
            colour: row.colour.map { Text($0) })
    }
}

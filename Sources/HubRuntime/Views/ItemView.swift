import Causality
import ChangeSets
import Merging
import Profiles

/// What sources say of their items, a row each, found by SKU: measures ask for category, brand, size and colour.
final class ItemView {
    private unowned let batch: Batch
    private static let fields: [FieldName] = ["sku", "category", "brand", "size", "colour"]

    init(_ batch: Batch) { self.batch = batch }

    func touch(_ number: RecordNumber, _ record: TouchedRecord) throws {
        let state = record.state
        guard !state.isDead(in: batch.standing.lineage), let sku = state["sku"]?.typed,
            let newest = Self.fields.flatMap({ state.siblings(of: $0).writes }).map(\.precedence).max()
        else { return try batch.store.deleteItem(number) }
        let traits = ItemTraits(
            category: state["category"]?.typed, brand: state["brand"]?.typed, size: state["size"]?.typed, colour: state["colour"]?.typed)
        try batch.store.put(
            ItemRow(
                record: number, source: record.source, sku: sku.string, category: traits.category?.string, brand: traits.brand?.string,
                size: traits.size?.string, colour: traits.colour?.string, isInBound: newest.isInBound, time: newest.time,
                replica: try batch.number(of: newest.dot.replica), counter: newest.dot.counter))
        try batch.store.setWords(ItemWords.of(state), ofItem: number, sku: sku.string)
    }
}

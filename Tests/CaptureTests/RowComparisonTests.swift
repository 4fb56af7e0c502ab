import Causality
import ChangeSets
import Testing

@testable import Capture

@Suite("A row and its image")
struct RowComparisonTests {
    let key = LocalKey(1)
    let life = Dot(ReplicaID(high: 1, low: 0), 5)
    let next = Dot(ReplicaID(high: 1, low: 0), 9)
    let time = Timestamp(milliseconds: 1000)

    func comparison(
        mutable: Bool = true, role: StockRole = .none, deletion: DeletionMeaning = .delete, opening: RowComparison.Opening = .none
    ) -> RowComparison {
        RowComparison(entity: "thing", isMutable: mutable, stockRole: role, deletion: deletion, opening: opening, time: time)
    }

    func row(_ fields: [(FieldName, Value)], stock: StockReading? = nil, sameIf: [FieldName] = []) -> RowContent {
        RowContent(MappedRow(entity: "thing", key: key, fields: fields.map { MappedField($0, $1) }, stock: stock), sameIf: sameIf)
    }

    func movement(_ quantity: Int64, sku: Text = "shoe") -> StockReading {
        .movement(Movement(sku: sku, location: "shop", quantity: quantity, kind: .sale))
    }

    @Test("a new row creates: its life is the change's own dot, and nulls are left out")
    func create() {
        let outcome = comparison().outcome(of: key, from: nil, to: row([("a", 1), ("b", .null)]), next: next)
        #expect(outcome.changes == [Change(time: time, action: .write(Subject(entity: "thing", key: key), [FieldWrite("a", 1)]))])
        #expect(outcome.image?.life == next)
    }

    @Test("a row that is as it was gives nothing, whatever life its references have by now")
    func nothing() {
        func reference(_ life: Dot?) -> Value { .reference(Reference(entity: "other", key: LocalKey(3), life: life)) }
        let old = row([("a", reference(nil)), ("b", .null)]).image(life: life, whole: true)
        #expect(comparison().outcome(of: key, from: old, to: row([("a", reference(next))]), next: next) == RowComparison.Outcome())
    }

    @Test("an edit of a row with a whole image names the changed fields, one with a hash all of them")
    func edit() {
        let old = row([("a", 1), ("b", 2), ("c", 3)])
        let new = row([("a", 1), ("b", 4), ("c", .null)])
        let whole = comparison().outcome(of: key, from: old.image(life: life, whole: true), to: new, next: next)
        #expect(
            whole.changes.map(\.action) == [
                .write(Subject(entity: "thing", key: key, life: life), [FieldWrite("b", 4), FieldWrite("c", .null)])
            ])
        let hashed = comparison(mutable: false).outcome(of: key, from: old.image(life: life, whole: false), to: new, next: next)
        #expect(
            hashed.changes.map(\.action) == [
                .write(Subject(entity: "thing", key: key, life: life), [FieldWrite("a", 1), FieldWrite("b", 4), FieldWrite("c", .null)])
            ])
        #expect(hashed.image?.fields == nil)
    }

    @Test("a removed row is a delete, or is archived and keeps life and image (S33)")
    func remove() {
        let old = row([("a", 1)]).image(life: life, whole: true)
        let deleted = comparison().outcome(of: key, from: old, to: nil, next: next)
        #expect(deleted.changes.map(\.action) == [.delete(Subject(entity: "thing", key: key, life: life), .chain)])
        #expect(deleted.image?.state == .deleted && deleted.image?.life == life)
        let archived = comparison(deletion: .archived).outcome(of: key, from: old, to: nil, next: next)
        #expect(archived.changes.isEmpty && archived.image?.state == .archived && archived.image?.fields == old.fields)
        #expect(comparison(deletion: .archived).outcome(of: key, from: archived.image, to: nil, next: next) == RowComparison.Outcome())
        let back = comparison(deletion: .archived).outcome(of: key, from: archived.image, to: row([("a", 1)]), next: next)
        #expect(back.changes.isEmpty && back.image?.state == .present)
    }

    @Test("a deletion flag deletes even what would be archived if its row went")
    func flag() {
        let old = row([("a", 1)]).image(life: life, whole: true)
        let flagged = comparison(deletion: .archived).outcome(of: key, from: old, to: nil, isFlagged: true, next: next)
        #expect(flagged.changes.count == 1 && flagged.image?.state == .deleted)
        let lifted = comparison(deletion: .archived).outcome(of: key, from: flagged.image, to: row([("a", 1)]), next: next)
        #expect(lifted.changes.first?.subject?.creates == true, "a new life after a captured delete")
    }

    @Test("a key that one drain deletes and gives again is another record if the same-if fields differ (S6)", arguments: [true, false])
    func replaced(differ: Bool) {
        let old = row([("mail", "a"), ("b", 1)], sameIf: ["mail"]).image(life: life, whole: true)
        let new = row([("mail", differ ? "z" : "a"), ("b", 2)], sameIf: ["mail"])
        let outcome = comparison().outcome(of: key, from: old, to: new, wasReplaced: true, next: next)
        #expect(outcome.changes.count == (differ ? 2 : 1))
        #expect(outcome.image?.life == (differ ? Dot(next.replica, next.counter + 1) : life))
        #expect(outcome.movedLife == differ)
    }

    @Test("levels move by their difference; the first of a baseline is a count (S32)")
    func levels() {
        func level(_ quantity: Int64, _ sku: Text = "shoe") -> RowContent {
            row([], stock: .level(sku: sku, location: "shop", quantity: quantity))
        }
        func adjusted(_ quantity: Int64, _ sku: Text = "shoe") -> StockEffect {
            .movement(Movement(sku: sku, location: "shop", quantity: quantity, kind: .adjustment))
        }
        let levels = comparison(role: .level)
        let opened = comparison(role: .level, opening: .baseline(countsMoveStock: false)).outcome(
            of: key, from: nil, to: level(10), next: next)
        #expect(opened.changes.map(\.stock) == [.count(Count(sku: "shoe", location: "shop", quantity: 10))])
        #expect(levels.outcome(of: key, from: nil, to: level(10), next: next).changes.map(\.stock) == [adjusted(10)])
        let old = level(10).image(life: life, whole: true)
        #expect(levels.outcome(of: key, from: old, to: level(7), next: next).changes.map(\.stock) == [adjusted(-3)])
        #expect(
            levels.outcome(of: key, from: old, to: level(7, "sock"), next: next).changes.map(\.stock) == [
                adjusted(-10), adjusted(7, "sock"),
            ])
        #expect(levels.outcome(of: key, from: old, to: nil, next: next).changes.map(\.stock) == [adjusted(-10)])
    }

    @Test("an edited line moves the difference under its own dot, a void one takes its movement back (S33)")
    func lines() {
        let lines = comparison(mutable: false, role: .saleLines, deletion: .void)
        let old = row([("quantity", 3)], stock: movement(-3)).image(life: life, whole: false)
        let edited = lines.outcome(of: key, from: old, to: row([("quantity", 5)], stock: movement(-5)), next: next)
        #expect(edited.changes.count == 1)
        #expect(edited.changes[0].stock == .movement(Movement(sku: "shoe", location: "shop", quantity: -2, kind: .sale)))
        let void = lines.outcome(of: key, from: old, to: nil, next: next)
        #expect(void.changes[0].stock == .movement(Movement(sku: "shoe", location: "shop", quantity: 3, kind: .sale)))
        let other = lines.outcome(of: key, from: old, to: row([("quantity", 3)], stock: movement(-3, sku: "sock")), next: next)
        #expect(other.changes.compactMap(\.stock?.sku) == ["shoe", "sock"])
    }

    @Test("an image from the hub knows no reading: equal fields move nothing, others the difference that the fields tell (S15)")
    func fromHub() {
        let lines = comparison(mutable: false, role: .saleLines, deletion: .void)
        var old = row([("quantity", 3), ("sku", "shoe"), ("location", "shop")], stock: movement(-3)).image(life: life, whole: true)
        old.stock = .unknown
        let same = row([("quantity", 3), ("sku", "shoe"), ("location", "shop")], stock: movement(-3))
        #expect(lines.outcome(of: key, from: old, to: same, next: next).changes.isEmpty)
        let edited = row([("quantity", 4), ("sku", "shoe"), ("location", "shop")], stock: movement(-4))
        #expect(
            lines.outcome(of: key, from: old, to: edited, next: next).changes.map(\.stock) == [
                .movement(Movement(sku: "shoe", location: "shop", quantity: -1, kind: .sale))
            ])
        #expect(
            lines.outcome(of: key, from: old, to: nil, next: next).changes.map(\.stock) == [
                .movement(Movement(sku: "shoe", location: "shop", quantity: 3, kind: .sale))
            ])
    }

    @Test("after a restore, what the later image told already is said again under the kept life, and moves nothing (S15)")
    func reasserted() {
        let sold = row([("quantity", 3)], stock: movement(-3))
        let other = row([("quantity", 8)], stock: movement(-8))
        let later = sold.image(life: life, whole: true)
        func outcome(
            _ extent: RecoveryComparison.Extent, base: RowImage? = nil, later: RowImage..., row: RowContent?, keeps: Bool = true
        ) -> RowComparison.Outcome {
            RecoveryComparison(rows: comparison(role: .saleLines, deletion: .void), extent: extent)
                .outcome(
                    of: key, base: base, later: later.map { .init(image: $0, keepsReferences: keeps) }, row: row, isFlagged: false,
                    next: next)
        }
        let again = outcome(.rows, later: later, row: sold)
        #expect(
            again.changes == [
                Change(time: time, action: .write(Subject(entity: "thing", key: key, life: life), [FieldWrite("quantity", 3)]))
            ])
        #expect(again.image?.life == life)
        #expect(
            outcome(.rows, later: later, row: other).changes.first?.subject?.creates == true,
            "sale 5001 of the restored till is another sale")
        #expect(outcome(.rows, later: later, row: sold, keeps: false).changes.first?.subject?.creates == true, "a line of another sale")
        #expect(outcome(.rows, base: later, later: later, row: sold).changes.isEmpty)
        let gone = outcome(.rows, base: later, later: later.afterDeletion, row: nil)
        #expect(gone.changes.map(\.stock) == [nil] && gone.image?.state == .deleted)
        let edited = outcome(.markOnly, later: later, row: other)
        #expect(edited.changes.map(\.subject?.life) == [life], "the file goes on from the later image")
        #expect(edited.changes[0].stock == .movement(Movement(sku: "shoe", location: "shop", quantity: -5, kind: .sale)))
    }

    @Test("the hash does not depend on the order of fields, on nulls, or on the lives of references")
    func hash() {
        let one: [(FieldName, Value)] = [("a", 1), ("b", "x"), ("c", .null)]
        #expect(ContentHash.of(one) == ContentHash.of(Array(one.dropLast().reversed())))
        #expect(ContentHash.of([("a", .integer(1))]) != ContentHash.of([("a", .real(1))]))
        #expect(ContentHash.of([("a", 1), ("b", 2)]) != ContentHash.of([("a", 2), ("b", 1)]))
    }
}

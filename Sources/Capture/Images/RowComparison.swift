import Causality
import ChangeSets
import Mutants

/// Turns the difference between a row and its image into changes. Pure: the drain carries them out.
struct RowComparison: Sendable {
    var entity: EntityName
    var isMutable: Bool
    var stockRole: StockRole
    var deletion: DeletionMeaning
    /// The baseline of a source: its first levels are counts, and old stock-takes may be mere history (S32).
    var opening: Opening = .none
    var time: Timestamp

    enum Opening: Hashable, Sendable {
        case none
        /// - countsMoveStock: whether nothing but the stock-takes tells this source's stock.
        /// - poolsOpenedElsewhere: locations whose opening stock another site tells; the past says nothing of them.
        case baseline(countsMoveStock: Bool, poolsOpenedElsewhere: Set<Text> = [])
    }

    /// What became of one row.
    struct Outcome: Hashable, Sendable {
        /// In order; each takes the next dot.
        var changes: [Change] = []
        /// `nil`: the image stands as it is.
        var image: RowImage?
        /// A key got another life than it had: references to it that were already told must be looked at again.
        var movedLife = false
    }

    /// - Parameters:
    ///   - key: the row's key.
    ///   - old: the row's image, if any.
    ///   - row: the row as it stands; `nil` when it is gone, or its deletion flag is set.
    ///   - isFlagged: the row is there, and its deletion flag is set.
    ///   - wasReplaced: the log shows that the key was deleted, and given (again).
    ///   - next: the dot that the next change will get.
    func outcome(
        of key: LocalKey, from old: RowImage?, to row: RowContent?, isFlagged: Bool = false, wasReplaced: Bool = false, next: Dot
    ) -> Outcome {
        guard let old, !old.isDeleted else {
            return row.map { created($0, over: old, next: next) } ?? Outcome()
        }
        guard let row else { return gone(old, key: key, isFlagged: isFlagged) }
        if isSame(row, as: old) { return unchanged(row, old) }
        if wasReplaced, !Mutant.keepsLifeOfKey.isOn, let before = old.same, let now = row.same, before != now {
            return replaced(old, by: row, next: next)
        }
        return edited(old, to: row)
    }

    // MARK: Cases

    private func created(_ row: RowContent, over old: RowImage?, next: Dot) -> Outcome {
        let change = Change(
            time: time, action: .write(subject(row, life: nil), row.fields.filter { !$0.value.isNull }.map(Self.write)),
            stock: row.stock.flatMap(openingEffect))
        return Outcome(changes: [change], image: row.image(life: next, whole: isMutable), movedLife: old != nil)
    }

    private func gone(_ old: RowImage, key: LocalKey, isFlagged: Bool) -> Outcome {
        if old.state == .archived { return Outcome() }
        if deletion == .archived, !isFlagged {
            var image = old
            image.state = .archived
            return Outcome(image: image)
        }
        return Outcome(changes: [deleted(old, key: key)], image: old.afterDeletion)
    }

    private func unchanged(_ row: RowContent, _ old: RowImage) -> Outcome {
        let image = row.image(life: old.life, whole: isMutable)
        if Mutant.tellsUnchangedRows.isOn {
            return Outcome(changes: edit(row, life: old.life, fields: row.fields.map(Self.write), effects: []), image: image)
        }
        return image == old ? Outcome() : Outcome(image: image)
    }

    private func replaced(_ old: RowImage, by row: RowContent, next: Dot) -> Outcome {
        var changes: [Change] = []
        if deletion != .archived { changes.append(deleted(old, key: row.key)) }
        let created = created(row, over: old, next: Dot(next.replica, next.counter + UInt64(changes.count)))
        return Outcome(changes: changes + created.changes, image: created.image, movedLife: true)
    }

    private func edited(_ old: RowImage, to row: RowContent) -> Outcome {
        let effects = effects(from: old.stock, to: row, fields: old.fields)
        let changes = edit(row, life: old.life, fields: changedFields(from: old, to: row), effects: effects)
        return Outcome(changes: changes, image: row.image(life: old.life, whole: isMutable))
    }

    /// One write with the last effect; effects before it, or without fields to write, stand alone.
    func edit(_ row: RowContent, life: Dot, fields: [FieldWrite], effects: [StockEffect]) -> [Change] {
        guard !fields.isEmpty else { return effects.map { Change(time: time, action: .stockOnly, stock: $0) } }
        let write = Change(time: time, action: .write(subject(row, life: life), fields), stock: effects.last)
        return effects.dropLast().map { Change(time: time, action: .stockOnly, stock: $0) } + [write]
    }

    /// The delete of a record, with what it takes back.
    func deleted(_ old: RowImage, key: LocalKey, movesStock: Bool = true) -> Change {
        let reading = movesStock ? old.stock.reading(fields: old.fields, role: stockRole) : nil
        return Change(
            time: time, action: .delete(Subject(entity: entity, key: key, life: old.life), .chain), stock: reading.flatMap(reversal))
    }

    // MARK: Fields

    func isSame(_ row: RowContent, as old: RowImage) -> Bool {
        guard row.hash == old.hash else { return false }
        if case .known(let before) = old.stock { return before == row.stock }
        return old.stock == .unknown || row.stock == nil
    }

    func changedFields(from old: RowImage, to row: RowContent) -> [FieldWrite] {
        guard row.hash != old.hash else { return [] }
        guard let before = old.fields else { return row.fields.map(Self.write) }
        return row.fields.filter { field in
            let value = before.first { $0.name == field.name }?.value ?? .null
            return value != field.value.withoutLife
        }.map(Self.write)
    }

    static func write(_ field: MappedField) -> FieldWrite { FieldWrite(field.name, field.value, isPersonal: field.isPersonal) }

    func subject(_ row: RowContent, life: Dot?) -> Subject { Subject(entity: entity, key: row.key, life: life) }

    // MARK: Stock

    private func openingEffect(_ reading: StockReading) -> StockEffect? {
        if case .baseline(_, let elsewhere) = opening, elsewhere.contains(reading.location) { return nil }
        return switch (reading, opening) {
        case (.movement(let movement), _): movement.quantity == 0 ? nil : .movement(movement)
        case (.level(let sku, let location, let quantity), .baseline): .count(Count(sku: sku, location: location, quantity: quantity))
        case (.level(let sku, let location, let quantity), .none): adjustment(sku, location, by: quantity)
        case (.count, .baseline(countsMoveStock: false, _)): nil
        case (.count(let sku, let location, let quantity), _): .count(Count(sku: sku, location: location, quantity: quantity))
        }
    }

    private func reversal(_ reading: StockReading) -> StockEffect? {
        switch reading {
        case .movement(var movement):
            movement.quantity = 0 - movement.quantity.clamped
            return movement.quantity == 0 ? nil : .movement(movement)
        case .level(let sku, let location, let quantity): return adjustment(sku, location, by: 0 - quantity.clamped)
        case .count: return nil  // what was counted cannot be uncounted; the next count replaces it
        }
    }

    private func adjustment(_ sku: Text, _ location: Text, by quantity: Int64) -> StockEffect? {
        quantity == 0 ? nil : .movement(Movement(sku: sku, location: location, quantity: quantity, kind: .adjustment))
    }

    /// At most two: what is taken back where the row stood before, and what it moves where it stands now.
    func effects(from before: RowImage.Stock, to row: RowContent, fields: [ImageField]?) -> [StockEffect] {
        switch (before.reading(fields: fields, role: stockRole, like: row), row.stock) {
        case (nil, let now): return [now.flatMap(openingEffect)].compactMap { $0 }
        case (let old?, nil): return [reversal(old)].compactMap { $0 }
        case (.movement(let old)?, .movement(var new)?) where old.place == new.place && old.kind == new.kind:
            new.quantity = new.quantity.clamped - old.quantity.clamped
            return new.quantity == 0 ? [] : [.movement(new)]
        case (.level(let oldSKU, let oldLocation, let old)?, .level(let sku, let location, let new)?)
        where oldSKU == sku && oldLocation == location:
            return [adjustment(sku, location, by: new.clamped - old.clamped)].compactMap { $0 }
        case (.count(let sku, let location, let quantity)?, .count(let newSKU, let newLocation, let new)?)
        where sku == newSKU && location == newLocation && quantity == new:
            return []
        case (let old?, let new?): return [reversal(old), openingEffect(new)].compactMap { $0 }
        }
    }
}

extension RowImage {
    /// What remains when the record is deleted: its last life.
    var afterDeletion: RowImage {
        RowImage(state: .deleted, life: life, hash: 0, same: nil, fields: nil, stock: .none)
    }
}

extension RowImage.Stock {
    /// The reading, or what the image's fields tell of it when it came back from the hub.
    ///
    /// - Parameter row: the row as it stands, if it does: its reading has the same form as the unknown one.
    fileprivate func reading(fields: [ImageField]?, role: StockRole, like row: RowContent? = nil) -> StockReading? {
        switch self {
        case .none: nil
        case .known(let reading): reading
        case .unknown: row.map { StockReading(earlier: fields ?? [], like: $0) } ?? StockReading(earlier: fields ?? [], role: role)
        }
    }
}

extension StockReading {
    /// The reading that a row with these fields had, told from how the row's present reading relates to its present fields.
    fileprivate init?(earlier fields: [ImageField], like row: RowContent) {
        func earlier(_ name: FieldName) -> Value? { fields.first { $0.name == name }?.value }
        func text(_ name: FieldName, else present: Text) -> Text { earlier(name)?.text ?? present }
        let present = row.fields.first { $0.name == "quantity" }?.value.integer
        guard let quantity = earlier("quantity")?.integer ?? present else { return nil }
        switch row.stock {
        case nil: return nil
        case .level(let sku, let location, _)?:
            self = .level(sku: text("sku", else: sku), location: text("location", else: location), quantity: quantity)
        case .count(let sku, let location, _)?:
            self = .count(sku: text("sku", else: sku), location: text("location", else: location), quantity: quantity)
        case .movement(var movement)?:
            let isOpposite = present.flatMap { $0 == 0 ? nil : ($0 < 0) != (movement.quantity < 0) } ?? (movement.kind == .sale)
            movement.quantity = isOpposite ? 0 - quantity.clamped : quantity
            movement.sku = text("sku", else: movement.sku)
            movement.location = text("location", else: movement.location)
            self = .movement(movement)
        }
    }

    /// The reading of a row that is gone, where its record names item, place and quantity.
    fileprivate init?(earlier fields: [ImageField], role: StockRole) {
        func earlier(_ name: FieldName) -> Value? { fields.first { $0.name == name }?.value }
        guard let sku = earlier("sku")?.text, let location = earlier("location")?.text, let quantity = earlier("quantity")?.integer else {
            return nil
        }
        switch role {
        case .none, .counts: return nil
        case .level: self = .level(sku: sku, location: location, quantity: quantity)
        case .movements: self = .movement(Movement(sku: sku, location: location, quantity: quantity, kind: .adjustment))
        case .saleLines: self = .movement(Movement(sku: sku, location: location, quantity: 0 - quantity.clamped, kind: .sale))
        }
    }
}

extension StockReading {
    fileprivate var location: Text {
        switch self {
        case .movement(let movement): movement.location
        case .level(_, let location, _), .count(_, let location, _): location
        }
    }
}

extension Movement {
    fileprivate var place: [Text] { [sku, location] }
}

extension Int64 {
    /// Differences of quantities must not overflow: what is beyond 4·10¹⁴ units is taken as that.
    fileprivate var clamped: Int64 { Swift.min(Swift.max(self, -(1 << 62)), 1 << 62 - 1) }
}

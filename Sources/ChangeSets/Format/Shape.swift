import Causality

/// What changes have in common, said once for all of them: action, entity, fields and their flags.
///
/// Every change of one shape has the same columns, so a column needs no class, name or flag per row.
struct Shape: Hashable {
    enum Action: UInt8 {
        case write = 1
        case delete = 2
        case stockOnly = 3
    }

    struct Field: Hashable {
        var name: FieldName
        var isPersonal: Bool
        /// The context names dots; else it is the writer's chain.
        var isNamed: Bool
        var hasSaw: Bool
        /// Set when the value is a reference that stands in the plain stream.
        var reference: Link?
    }

    struct Link: Hashable {
        var entity: EntityName
        var namesSource: Bool
        var hasLife: Bool
        var keyColumns: Int
    }

    /// Where a stock effect's parts come from: 0 for a column of their own, else field number + 1.
    struct Stock: Hashable {
        var code: UInt8
        var hasNote = false
        var hasCounterpart = false
        var expires = false
        var sku = 0
        var location = 0
        var quantity = 0
        var isNegated = false

        static let countByChain: UInt8 = 16
        static let countByClocks: UInt8 = 17
        var isCount: Bool { code >= Self.countByChain }
    }

    var action: Action
    var creates = false
    var namesSource = false
    /// A delete's context names dots.
    var isNamed = false
    var entity: EntityName = ""
    var keyColumns = 0
    var fields: [Field] = []
    var stock: Stock?

    var cells: Int { keyColumns + fields.reduce(0) { $0 + 1 + ($1.reference?.keyColumns ?? 0) } }
}

extension Shape {
    init(of change: Change) {
        switch change.action {
        case .write(let subject, let writes):
            action = .write
            take(subject)
            fields = writes.map { Field(of: $0) }
            stock = change.stock.map { Stock(of: $0, beside: writes) }
        case .delete(let subject, let context):
            action = .delete
            take(subject)
            isNamed = !context.isChain
            stock = change.stock.map { Stock(of: $0, beside: []) }
        case .stockOnly:
            action = .stockOnly
            stock = change.stock.map { Stock(of: $0, beside: []) }
        }
    }

    private mutating func take(_ subject: Subject) {
        creates = subject.creates
        namesSource = subject.source != nil
        entity = subject.entity
        keyColumns = subject.key.values.count
    }

    /// The same as `self == Shape(of: change)`, without building one: most changes look like the one before.
    func fits(_ change: Change) -> Bool {
        switch change.action {
        case .write(let subject, let writes):
            guard action == .write, fits(subject), fields.count == writes.count else { return false }
            for index in fields.indices where !fields[index].fits(writes[index]) { return false }
            return stock == change.stock.map { Stock(of: $0, beside: writes) }
        case .delete(let subject, let context):
            return action == .delete && fits(subject) && isNamed == !context.isChain
                && stock == change.stock.map { Stock(of: $0, beside: []) }
        case .stockOnly:
            return action == .stockOnly && stock == change.stock.map { Stock(of: $0, beside: []) }
        }
    }

    private func fits(_ subject: Subject) -> Bool {
        creates == subject.creates && namesSource == (subject.source != nil) && keyColumns == subject.key.values.count
            && entity == subject.entity
    }
}

extension Shape.Field {
    init(of write: FieldWrite) {
        name = write.field
        isPersonal = write.isPersonal
        isNamed = !write.context.isChain
        hasSaw = !write.saw.isEmpty
        if !write.isPersonal, case .reference(let value) = write.value { reference = Shape.Link(of: value) } else { reference = nil }
    }

    func fits(_ write: FieldWrite) -> Bool {
        guard isPersonal == write.isPersonal, isNamed == !write.context.isChain, hasSaw == !write.saw.isEmpty, name == write.field
        else { return false }
        if !isPersonal, case .reference(let value) = write.value { return reference?.fits(value) ?? false }
        return reference == nil
    }
}

extension Shape.Link {
    init(of value: Reference) {
        entity = value.entity
        namesSource = value.source != nil
        hasLife = value.life != nil
        keyColumns = value.key.values.count
    }

    func fits(_ value: Reference) -> Bool {
        namesSource == (value.source != nil) && hasLife == (value.life != nil) && keyColumns == value.key.values.count
            && entity == value.entity
    }
}

extension Shape.Stock {
    /// A sale line's movement costs nothing when the line's own fields say the same.
    init(of effect: StockEffect, beside writes: [FieldWrite]) {
        let quantity: Int64
        var prefersNegated = false
        switch effect {
        case .movement(let movement):
            code = movement.kind.rawValue
            hasNote = movement.note != nil
            hasCounterpart = movement.counterpart != nil
            expires = movement.expires != nil
            quantity = movement.quantity
            prefersNegated = movement.kind == .sale || movement.kind == .transferOut || movement.kind == .release
        case .count(let count):
            if case .chain = count.coverage { code = Self.countByChain } else { code = Self.countByClocks }
            quantity = count.quantity
        }
        for (index, write) in writes.enumerated() where !write.isPersonal {
            switch write.value {
            case .text(let text):
                if sku == 0, text == effect.sku, write.field == Self.skuField { sku = index + 1 }
                if location == 0, text == effect.location, write.field == Self.locationField { location = index + 1 }
            case .integer(let value):
                guard self.quantity == 0, write.field == Self.quantityField else { continue }
                let isSame = value == quantity
                let isOpposite = value != .min && -value == quantity
                guard isSame || isOpposite else { continue }
                self.quantity = index + 1
                isNegated = isOpposite && (prefersNegated || !isSame)
            default: continue
            }
        }
    }

    private static let skuField: FieldName = "sku"
    private static let locationField: FieldName = "location"
    private static let quantityField: FieldName = "quantity"
}

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

// MARK: - Of a change

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

// MARK: - In bytes

extension Shape {
    /// Specification, section 4.4.
    func write(to writer: inout ByteWriter) {
        writer.byte(action.rawValue)
        if action != .stockOnly {
            writer.byte((creates ? 1 : 0) | (namesSource ? 2 : 0) | (isNamed ? 4 : 0))
            writer.entity(entity)
            writer.varint(keyColumns)
        }
        if action == .write {
            writer.varint(fields.count)
            for field in fields { write(field, to: &writer) }
        }
        write(stock, to: &writer)
    }

    private func write(_ field: Field, to writer: inout ByteWriter) {
        writer.field(field.name, of: entity)
        var flags: UInt8 = (field.isPersonal ? 1 : 0) | (field.isNamed ? 2 : 0) | (field.hasSaw ? 4 : 0)
        guard let link = field.reference else { return writer.byte(flags) }
        flags |= 8 | (link.namesSource ? 16 : 0) | (link.hasLife ? 32 : 0)
        writer.byte(flags)
        writer.entity(link.entity)
        writer.varint(link.keyColumns)
    }

    private func write(_ stock: Stock?, to writer: inout ByteWriter) {
        guard let stock else { return writer.byte(0) }
        writer.byte(stock.code)
        writer.byte((stock.hasNote ? 1 : 0) | (stock.hasCounterpart ? 2 : 0) | (stock.expires ? 4 : 0))
        writer.varint(stock.sku)
        writer.varint(stock.location)
        writer.varint(stock.quantity == 0 ? 0 : stock.quantity * 2 - (stock.isNegated ? 0 : 1))
    }

    init(from reader: inout ByteReader) throws(ChangeSetError) {
        let code = try reader.byte()
        guard let action = Action(rawValue: code) else { throw reader.tooNew("the action \(code)") }
        self.action = action
        if action != .stockOnly {
            let flags = try reader.byte()
            guard flags < 8 else { throw reader.tooNew("the shape flags \(flags)") }
            creates = flags & 1 != 0
            namesSource = flags & 2 != 0
            isNamed = flags & 4 != 0
            guard action == .delete || !isNamed else { throw reader.damaged("a write's context stands with its fields") }
            entity = try reader.entity()
            keyColumns = try reader.count(atMost: Limits.keyColumnsMax, "key columns")
        }
        if action == .write {
            let count = try reader.count(atMost: Limits.fieldsMax, "fields in one change")
            var names: Set<FieldName> = []
            for _ in 0..<count {
                let field = try Self.field(from: &reader, of: entity)
                guard names.insert(field.name).inserted else { throw reader.damaged("a change writes the field \(field.name) twice") }
                fields.append(field)
            }
        }
        stock = try stock(from: &reader)
    }

    private static func field(from reader: inout ByteReader, of entity: EntityName) throws(ChangeSetError) -> Field {
        let name = try reader.field(of: entity)
        let flags = try reader.byte()
        guard flags < 64 else { throw reader.tooNew("the field flags \(flags)") }
        var field = Field(
            name: name, isPersonal: flags & 1 != 0, isNamed: flags & 2 != 0, hasSaw: flags & 4 != 0, reference: nil)
        guard flags & 8 != 0 else {
            guard flags & 48 == 0 else { throw reader.damaged("reference flags without a reference") }
            return field
        }
        guard !field.isPersonal else { throw reader.damaged("a personal value's class stands in the plain stream") }
        let linked = try reader.entity()
        field.reference = Link(
            entity: linked, namesSource: flags & 16 != 0, hasLife: flags & 32 != 0,
            keyColumns: try reader.count(atMost: Limits.keyColumnsMax, "key columns"))
        return field
    }

    private func stock(from reader: inout ByteReader) throws(ChangeSetError) -> Stock? {
        let code = try reader.byte()
        if code == 0 { return nil }
        guard Movement.Kind(rawValue: code) != nil || code == Stock.countByChain || code == Stock.countByClocks else {
            throw reader.tooNew("the stock effect \(code)")
        }
        let flags = try reader.byte()
        guard flags < 8 else { throw reader.tooNew("the movement flags \(flags)") }
        var stock = Stock(code: code, hasNote: flags & 1 != 0, hasCounterpart: flags & 2 != 0, expires: flags & 4 != 0)
        guard !stock.isCount || flags == 0 else { throw reader.damaged("a count has no note, other end or end") }
        stock.sku = try reader.count(atMost: fields.count, "as the field of a SKU")
        stock.location = try reader.count(atMost: fields.count, "as the field of a location")
        let quantity = try reader.count(atMost: fields.count * 2, "as the field of a quantity")
        stock.quantity = (quantity + 1) / 2
        stock.isNegated = quantity > 0 && quantity % 2 == 0
        for place in [stock.sku, stock.location, stock.quantity] where place > 0 {
            let field = fields[place - 1]
            guard !field.isPersonal, field.reference == nil else {
                throw reader.damaged("a stock effect points at a field that cannot hold it")
            }
        }
        return stock
    }
}

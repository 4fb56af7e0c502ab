import Causality

/// A shape in bytes (specification, section 4.4).
extension Shape {
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

import Causality

/// Changes one after the other, with their personal values and without header, hash or signature: for an
/// agent's own journal. What travels is a change-set (`ChangeSetCodec`).
public enum ChangeCoding {
    private static let version: UInt8 = 1

    public static func encode(_ changes: [Change]) -> [UInt8] {
        var writer = ByteWriter(reserving: changes.count * 48 + 8)
        writer.byte(version)
        writer.varint(changes.count)
        for change in changes { writer.change(change) }
        return writer.bytes
    }

    /// - Throws: `ChangeSetError`.
    public static func decode(_ bytes: [UInt8]) throws -> [Change] {
        var reader = ByteReader(bytes, of: "journal piece")
        let found = try reader.byte()
        guard found == version else { throw reader.tooNew("version \(found)") }
        let changes = try reader.list { reader in try reader.change() }
        try reader.finish()
        return changes
    }
}

extension ByteWriter {
    /// One change: action (1 write, 2 delete, 3 stock only), time, what it does, its effect on stock.
    public mutating func change(_ value: Change) {
        switch value.action {
        case .write(let subject, let fields):
            byte(1)
            time(value.time)
            self.subject(subject)
            varint(fields.count)
            let codes = NameCodes.place(of: subject.entity)?.fields
            for field in fields { fieldWrite(field, codes) }
        case .delete(let subject, let context):
            byte(2)
            time(value.time)
            self.subject(subject)
            self.context(context)
        case .stockOnly:
            byte(3)
            time(value.time)
        }
        stockEffect(value.stock)
    }

    private mutating func fieldWrite(_ write: FieldWrite, _ codes: [FieldName: Int]?) {
        field(write.field, code: codes?[write.field])
        byte((write.isPersonal ? 1 : 0) | (write.context.isChain ? 0 : 2) | (write.saw.isEmpty ? 0 : 4))
        if case .named(let dots) = write.context { self.dots(dots) }
        if !write.saw.isEmpty { dots(write.saw) }
        value(write.value)
    }

    /// 0 for none, 16 for a count, 17 for one with clocks, else the kind of movement.
    public mutating func stockEffect(_ effect: StockEffect?) {
        switch effect {
        case nil: byte(0)
        case .movement(let movement):
            byte(movement.kind.rawValue)
            text(movement.sku)
            text(movement.location)
            signed(movement.quantity)
            byte((movement.note == nil ? 0 : 1) | (movement.counterpart == nil ? 0 : 2) | (movement.expires == nil ? 0 : 4))
            if let note = movement.note { text(note) }
            if let counterpart = movement.counterpart { text(counterpart) }
            if let expires = movement.expires { time(expires) }
        case .count(let count):
            if case .chain = count.coverage { byte(16) } else { byte(17) }
            text(count.sku)
            text(count.location)
            signed(count.quantity)
            if case .clocks(let replaced, let included) = count.coverage {
                clock(replaced)
                clock(included)
            }
        }
    }
}

extension ByteReader {
    public mutating func change() throws(ChangeSetError) -> Change {
        let action = try byte()
        let time = try time()
        let meaning: Change.Action
        switch action {
        case 1:
            let subject = try subject()
            let count = try count(atMost: Limits.fieldsMax, "fields in one change")
            var fields: [FieldWrite] = []
            let place = NameCodes.place(of: subject.entity)
            for _ in 0..<count { fields.append(try fieldWrite(of: subject.entity, place)) }
            meaning = .write(subject, fields)
        case 2:
            let subject = try subject()
            meaning = .delete(subject, try context())
        case 3: meaning = .stockOnly
        default: throw tooNew("the action \(action)")
        }
        return Change(time: time, action: meaning, stock: try stockEffect())
    }

    private mutating func fieldWrite(of entity: EntityName, _ place: NameCodes.Place?) throws(ChangeSetError) -> FieldWrite {
        let name = try field(of: entity, place)
        let flags = try byte()
        guard flags < 8 else { throw tooNew("the field flags \(flags)") }
        let context: Context = flags & 2 != 0 ? .named(try dots()) : .chain
        let saw = flags & 4 != 0 ? try dots() : []
        return FieldWrite(name, try value(), context: context, saw: saw, isPersonal: flags & 1 != 0)
    }

    public mutating func stockEffect() throws(ChangeSetError) -> StockEffect? {
        let code = try byte()
        switch code {
        case 0: return nil
        case 16, 17:
            let sku = try text()
            let location = try text()
            let quantity = try signed()
            guard code == 17 else { return .count(Count(sku: sku, location: location, quantity: quantity)) }
            let replaced = try clock()
            return .count(
                Count(sku: sku, location: location, quantity: quantity, coverage: .clocks(replaced: replaced, included: try clock())))
        default:
            guard let kind = Movement.Kind(rawValue: code) else { throw tooNew("the stock effect \(code)") }
            var movement = Movement(sku: try text(), location: try text(), quantity: try signed(), kind: kind)
            let flags = try byte()
            guard flags < 8 else { throw tooNew("the movement flags \(flags)") }
            movement.note = flags & 1 != 0 ? try text() : nil
            movement.counterpart = flags & 2 != 0 ? try text() : nil
            movement.expires = flags & 4 != 0 ? try time() : nil
            return .movement(movement)
        }
    }
}

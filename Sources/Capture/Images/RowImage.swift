import Causality
import ChangeSets

/// What was last captured of one row.
struct RowImage: Hashable, Sendable {
    enum State: Int64, Hashable, Sendable {
        /// The record is deleted; its last life is kept for references that still name its key (S6).
        case deleted = 0
        case present = 1
        /// The application tidied the row away; the record keeps its life (S33).
        case archived = 2
    }

    /// What the row said about stock.
    enum Stock: Hashable, Sendable {
        case none
        case known(StockReading)
        /// The image came back from the hub, which keeps records, not readings (S15).
        case unknown
    }

    var state: State
    /// The dot of the change that created the record.
    var life: Dot
    var hash: UInt64
    /// Hash of the same-if fields; `nil` where the mapping names none.
    var same: UInt64?
    /// References without lives (with them only among what the hub told, S15), nulls left out; `nil` where only the hash is kept.
    var fields: [ImageField]?
    var stock: Stock

    var isDeleted: Bool { state == .deleted }
}

struct ImageField: Hashable, Sendable {
    var name: FieldName
    var value: Value
}

/// A row as it stands in the source now, ready to be compared with its image.
struct RowContent: Hashable, Sendable {
    var entity: EntityName
    var key: LocalKey
    var fields: [MappedField]
    var stock: StockReading?
    var hash: UInt64
    var same: UInt64?

    /// - Parameters:
    ///   - isLevel: the row holds a level; NULL in it is a level, too, and takes an earlier one back.
    ///   - old: what is known of the row. Where a field could not be read, its value there stands: nothing is said
    ///     about what nobody could read. Without one, or where only a hash is kept, the field has no value.
    init(_ row: MappedRow, sameIf: [FieldName], isLevel: Bool = false, over old: RowImage? = nil) {
        entity = row.entity
        key = row.key
        let filled = Self.filled(row, from: old)
        fields = isLevel ? Self.completed(filled, with: row.stock) : filled
        stock = row.stock
        hash = ContentHash.of(fields.lazy.map { ($0.name, $0.value) })
        same = sameIf.isEmpty ? nil : ContentHash.of(fields.lazy.filter { sameIf.contains($0.name) }.map { ($0.name, $0.value) })
    }

    private static func filled(_ row: MappedRow, from old: RowImage?) -> [MappedField] {
        guard !row.unread.isEmpty, let known = old?.fields else { return row.fields }
        return row.fields.map { field in
            guard row.unread.contains(where: { $0.name == field.name }), let before = known.first(where: { $0.name == field.name }) else {
                return field
            }
            return MappedField(field.name, before.value, isPersonal: field.isPersonal)
        }
    }

    /// A level must stand in its record, so that images from the hub hold it (S15).
    private static func completed(_ fields: [MappedField], with stock: StockReading?) -> [MappedField] {
        var reading: [(FieldName, Value)] = [("sku", .null), ("location", .null), ("quantity", .null)]
        if case .level(let sku, let location, let quantity)? = stock {
            reading = [("sku", .text(sku)), ("location", .text(location)), ("quantity", .integer(quantity))]
        }
        return fields + reading.filter { name, _ in !fields.contains { $0.name == name } }.map { MappedField($0, $1) }
    }

    func image(life: Dot, whole: Bool) -> RowImage {
        RowImage(
            state: .present, life: life, hash: hash, same: same,
            fields: whole ? fields.filter { !$0.value.isNull }.map { ImageField(name: $0.name, value: $0.value.withoutLife) } : nil,
            stock: stock.map { .known($0) } ?? .none)
    }
}

extension Value {
    /// A row that names another by its key has not changed because that other row got a new life.
    var withoutLife: Value {
        guard case .reference(var reference) = self, reference.life != nil else { return self }
        reference.life = nil
        return .reference(reference)
    }
}

import Causality
import ChangeSets

/// One field of a mapped row.
struct FieldRule: Sendable {
    var name: FieldName
    var isPersonal: Bool
    var value: ValueRule
}

/// Where one value comes from and how it is converted: columns by number, everything looked up beforehand.
struct ValueRule: Sendable {
    enum Source: Sendable {
        case column(Int)
        /// Converted when the mapping was checked.
        case constant(Value)
        case site
        case reference(ReferenceRule)
    }

    /// What a value that `values:` does not list becomes.
    enum Otherwise: Sendable {
        case refuse
        case keep
        case constant(Value)
    }

    var source: Source
    /// The column as the mapping writes it, for messages.
    var column: String
    var conversion = Conversion.untouched
    /// Values that mean "nothing".
    var none: [Value] = []
    var values: [(from: Value, to: Value)] = []
    var otherwise = Otherwise.keep
    /// Stands for NULL, after all else.
    var fallback = Fallback.none

    enum Fallback: Sendable {
        case none
        case site
        case constant(Value)
    }

    /// The columns that the value is read from.
    var columns: [Int] {
        switch source {
        case .column(let index): [index]
        case .reference(let rule): rule.columns
        case .constant, .site: []
        }
    }

    func evaluate(_ row: [Value], site: Text) throws(ConversionFailure) -> Value {
        let value = try found(row, site: site)
        guard value.isNull else { return value }
        switch fallback {
        case .none: return value
        case .site: return .text(site)
        case .constant(let constant): return constant
        }
    }

    private func found(_ row: [Value], site: Text) throws(ConversionFailure) -> Value {
        switch source {
        case .constant(let value): return value
        case .site: return .text(site)
        case .reference(let rule): return try rule.evaluate(row, none: none)
        case .column(let index):
            let value = row[index]
            if none.isEmpty, values.isEmpty { return try conversion.convert(value) }
            if none.contains(value) { return .null }
            if values.isEmpty { return try conversion.convert(value) }
            return try translated(value)
        }
    }

    private func translated(_ value: Value) throws(ConversionFailure) -> Value {
        for entry in values where entry.from == value { return entry.to }
        if case .null = value { return .null }
        switch otherwise {
        case .keep: return try conversion.convert(value)
        case .constant(let value): return value
        case .refuse:
            throw ConversionFailure(
                code: .unknownValue, what: "holds a value that `values:` does not list.",
                remedy: "Add it there, or say what to do with others: `otherwise: keep`, or a value.")
        }
    }
}

/// A reference to a row of another mapped table, by the values of its key.
struct ReferenceRule: Sendable {
    var entity: EntityName
    var columns: [Int]
    /// Of the key columns referred to: a key is named as that column stores it, whatever this one does.
    var affinities: [ColumnSchema.Affinity]

    /// NULL when any part of the key is.
    func evaluate(_ row: [Value], none: [Value]) throws(ConversionFailure) -> Value {
        var key: [Value] = []
        key.reserveCapacity(columns.count)
        for (place, column) in columns.enumerated() {
            let value = row[column]
            if value.isNull || none.contains(value) { return .null }
            if case .malformedText = value { throw .malformedText }
            key.append(affinities[place].stored(value))
        }
        return .reference(Reference(entity: entity, key: LocalKey(key), life: nil))
    }
}

extension ColumnSchema.Affinity {
    /// The value as a column of this affinity would store it: a `'5'` that refers to an INTEGER key means 5.
    func stored(_ value: Value) -> Value {
        switch (self, value) {
        case (.integer, .real(let number)), (.numeric, .real(let number)):
            if let whole = Int64(exactly: number), whole.magnitude < 1 << 51 { return .integer(whole) }
        case (.integer, .text(let text)), (.numeric, .text(let text)):
            if let whole = Int64(text.string) { return .integer(whole) }
        case (.text, .integer(let number)):
            return .text(Text(String(number)))
        case (.real, .integer(let number)):
            return .real(Double(number))
        default: break
        }
        return value
    }
}

/// What a row does to stock.
struct StockRule: Sendable {
    enum Sign: Hashable, Sendable {
        /// As stored, or turned round.
        case factor(Int64)
        /// The application stores how much; the kind says which way.
        case byKind
    }

    var role: StockRole
    var sku: ValueRule
    var location: ValueRule
    var quantity: ValueRule
    /// Gives the raw value of a `Movement.Kind`.
    var kind: ValueRule?
    var sign = Sign.factor(1)
    var note: ValueRule?
    var counterpart: ValueRule?
    var expires: ValueRule?
}

/// When a row counts as deleted.
struct DeletedRule: Sendable {
    enum Test: Sendable {
        /// Not 0, not NULL, not a word for "no".
        case isYes
        case isSet
        case isOne(of: [Value])
    }

    var column: Int
    var test: Test

    func applies(to row: [Value]) -> Bool {
        switch (test, row[column]) {
        case (.isSet, let value): return !value.isNull
        case (.isOne(let values), let value): return values.contains(value)
        case (.isYes, .integer(let number)): return number != 0
        case (.isYes, .real(let number)): return number != 0
        case (.isYes, .text(let text)): return Conversion.yesWords.contains(text.string.lowercased())
        default: return false
        }
    }
}

extension ConversionFailure {
    static let malformedText = ConversionFailure(
        code: .malformedText, what: "holds text that is no valid UTF-8, where it names something.",
        remedy: "Correct the row in the application; until then it is set aside.")
}

import Causality
import ChangeSets

/// A row of an application, told in the catalogue's words.
public struct MappedRow: Hashable, Sendable {
    public var entity: EntityName
    /// The key columns' values, untouched: storage class and bytes.
    public var key: LocalKey
    /// In the order of the mapping, always all of them (an absent value is `null`). References carry no life yet.
    public var fields: [MappedField]
    /// What the row says about stock; `nil` also where its SKU, location or quantity is NULL.
    public var stock: StockReading?
    /// The mapping's deletion flag is set: the row counts as not there.
    public var isDeleted: Bool
    /// Fields that could not be read, `null` among `fields`: one bad value does not hold back its sale.
    public var unread: [UnreadField]

    public init(
        entity: EntityName, key: LocalKey, fields: [MappedField], stock: StockReading? = nil, isDeleted: Bool = false,
        unread: [UnreadField] = []
    ) {
        self.entity = entity
        self.key = key
        self.fields = fields
        self.stock = stock
        self.isDeleted = isDeleted
        self.unread = unread
    }

    public subscript(field: FieldName) -> Value? { fields.first { $0.name == field }?.value }
}

/// A field whose value the application's row does not give in the mapped form, and why.
public struct UnreadField: Hashable, Sendable {
    public var name: FieldName
    public var error: RowError

    public init(_ name: FieldName, _ error: RowError) {
        self.name = name
        self.error = error
    }
}

public struct MappedField: Hashable, Sendable {
    public var name: FieldName
    public var value: Value
    public var isPersonal: Bool

    public init(_ name: FieldName, _ value: Value, isPersonal: Bool = false) {
        self.name = name
        self.value = value
        self.isPersonal = isPersonal
    }
}

/// What one row says about stock. Quantities are in units of 10⁻⁴.
public enum StockReading: Hashable, Sendable {
    /// The row is a movement (a ledger's row, or a sale line that moves stock).
    case movement(Movement)
    /// The row holds the present quantity; the difference to the last one captured is the movement.
    case level(sku: Text, location: Text, quantity: Int64)
    /// The row is a stock-take: the quantity found when it was written.
    case count(sku: Text, location: Text, quantity: Int64)
}

/// What a table's rows are to the stock of their site.
public enum StockRole: Hashable, Sendable {
    case none
    /// Each row is a movement: a ledger.
    case movements
    /// Each row holds an absolute quantity, overwritten by the application.
    case level
    /// Each row is a line of a sale and moves what it sells.
    case saleLines
    /// Each row is a stock-take. It moves nothing, so it stands beside any one of the other three.
    case counts
}

/// What it means that the application deletes a row (S33).
public enum DeletionMeaning: String, Hashable, Sendable {
    /// The thing is gone: the record is deleted.
    case delete
    /// The fact never happened: the record is deleted and its movement taken back.
    case void
    /// Only the row was tidied away: changes nothing, the record keeps its life and its image.
    case archived
}

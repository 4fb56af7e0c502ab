/// The entities and fields that views understand. Others travel and are kept untouched.
public enum Catalogue {
    /// How a mapped column becomes a value, and how a view reads it.
    public enum Kind: Hashable, Sendable {
        case text
        case integer
        case real
        /// Integer in units of 10⁻⁴ of the currency.
        case money
        /// Integer in units of 10⁻⁴.
        case quantity
        /// Integer, milliseconds since 1970 (UTC).
        case time
        /// Integer, 0 or 1.
        case flag
        case reference(EntityName)
        case any
    }

    public struct Field: Hashable, Sendable {
        public var name: FieldName
        public var kind: Kind
        /// Personal by nature; a mapping may declare more fields personal, never fewer.
        public var isPersonal: Bool

        public init(_ name: FieldName, _ kind: Kind, personal: Bool = false) {
            self.name = name
            self.kind = kind
            isPersonal = personal
        }
    }

    public struct Entity: Hashable, Sendable {
        public var name: EntityName
        public var fields: [Field]
        /// Whether any site may write records of another site's (S11).
        public var isShared: Bool

        public init(_ name: EntityName, shared: Bool = false, _ fields: [Field]) {
            self.name = name
            isShared = shared
            self.fields = fields
        }

        public subscript(field: FieldName) -> Field? { fields.first { $0.name == field } }
    }

    public static let entities: [Entity] = [
        Entity(
            "customer",
            [
                Field("first name", .text, personal: true), Field("last name", .text, personal: true), Field("name", .text, personal: true),
                Field("email", .text, personal: true), Field("phone", .text, personal: true), Field("loyalty id", .text, personal: true),
                Field("company", .text, personal: true), Field("birth date", .text, personal: true),
                Field("address", .text, personal: true),
                Field("address 2", .text, personal: true), Field("city", .text, personal: true), Field("region", .text, personal: true),
                Field("postcode", .text, personal: true), Field("country", .text), Field("number", .text), Field("created at", .time),
                Field("note", .text, personal: true), Field("account id", .text, personal: true), Field("device id", .text, personal: true),
                Field("cookie id", .text, personal: true),
            ]),
        Entity(
            "item",
            [
                Field("sku", .text), Field("name", .text), Field("category", .text), Field("brand", .text), Field("barcode", .text),
                Field("price", .money), Field("cost", .money), Field("currency", .text), Field("size", .text), Field("colour", .text),
            ]),
        Entity(
            "sale",
            [
                Field("number", .text), Field("customer", .reference("customer")), Field("at", .time), Field("order number", .text),
                Field("currency", .text), Field("total", .money), Field("cashier", .text),
            ]),
        Entity(
            "sale line",
            [
                Field("sale", .reference("sale")), Field("sku", .text), Field("name", .text), Field("quantity", .quantity),
                Field("unit price", .money), Field("discount", .money), Field("amount", .money), Field("currency", .text),
                Field("location", .text), Field("at", .time),
            ]),
        Entity(
            "payment",
            [
                Field("sale", .reference("sale")), Field("method", .text), Field("amount", .money), Field("currency", .text),
                Field("at", .time),
            ]),
        Entity(
            "return",
            [
                Field("number", .text), Field("sale", .reference("sale")), Field("customer", .reference("customer")), Field("at", .time),
                Field("reason", .text), Field("amount", .money), Field("currency", .text),
            ]),
        Entity(
            "order", shared: true,
            [
                Field("number", .text), Field("customer", .reference("customer")), Field("state", .text), Field("at", .time),
                Field("total", .money), Field("currency", .text),
            ]),
        Entity(
            "order line", shared: true,
            [
                Field("order", .reference("order")), Field("sku", .text), Field("name", .text), Field("quantity", .quantity),
                Field("unit price", .money), Field("amount", .money), Field("currency", .text),
            ]),
        Entity(
            "shipment", shared: true,
            [
                Field("order", .reference("order")), Field("order number", .text), Field("state", .text), Field("carrier", .text),
                Field("tracking number", .text), Field("at", .time),
            ]),
        Entity(
            "stock movement",
            [
                Field("sku", .text), Field("location", .text), Field("quantity", .quantity), Field("kind", .text), Field("note", .text),
                Field("at", .time),
            ]),
        Entity(
            "count",
            [
                Field("sku", .text), Field("location", .text), Field("quantity", .quantity), Field("at", .time),
            ]),
        Entity(
            "transfer", shared: true,
            [
                Field("number", .text), Field("from", .text), Field("to", .text), Field("state", .text), Field("at", .time),
            ]),
        Entity(
            "reservation", shared: true,
            [
                Field("number", .text), Field("sku", .text), Field("location", .text), Field("quantity", .quantity),
                Field("expires", .time), Field("at", .time),
            ]),
        Entity(
            "event",
            [
                Field("kind", .text), Field("customer", .reference("customer")), Field("at", .time), Field("detail", .text, personal: true),
                Field("sku", .text), Field("page", .text), Field("device id", .text, personal: true),
                Field("cookie id", .text, personal: true),
            ]),
        Entity(
            "consent", shared: true,
            [
                Field("customer", .reference("customer")), Field("purpose", .text), Field("channel", .text), Field("given", .flag),
                Field("at", .time), Field("document", .text),
            ]),
        Entity(
            "note", shared: true,
            [
                Field("customer", .reference("customer")), Field("text", .text, personal: true), Field("at", .time), Field("author", .text),
            ]),
    ]

    public static subscript(entity: EntityName) -> Entity? { byName[entity] }

    private static let byName = Dictionary(uniqueKeysWithValues: entities.map { ($0.name, $0) })
}

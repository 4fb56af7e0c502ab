/// The numeric codes of well-known names (specification, section 3).
///
/// Frozen with version 1 of the format: a name that the catalogue gains later travels literally until a
/// new version gives it a code. An entity's code is its place here, from 1; a field's its place in the entity's list.
enum NameCodes {
    static let entities: [(name: EntityName, fields: [FieldName])] = [
        (
            "customer",
            [
                "first name", "last name", "name", "email", "phone", "loyalty id", "company", "birth date", "address", "address 2", "city",
                "region", "postcode", "country", "number", "created at", "note",
            ]
        ),
        ("item", ["sku", "name", "category", "brand", "barcode", "price", "cost", "currency", "size", "colour"]),
        ("sale", ["number", "customer", "at", "order number", "currency", "total", "cashier"]),
        ("sale line", ["sale", "sku", "name", "quantity", "unit price", "discount", "amount", "currency", "location", "at"]),
        ("payment", ["sale", "method", "amount", "currency", "at"]),
        ("return", ["number", "sale", "customer", "at", "reason", "amount", "currency"]),
        ("order", ["number", "customer", "state", "at", "total", "currency"]),
        ("order line", ["order", "sku", "name", "quantity", "unit price", "amount", "currency"]),
        ("shipment", ["order", "order number", "state", "carrier", "tracking number", "at"]),
        ("stock movement", ["sku", "location", "quantity", "kind", "note", "at"]),
        ("count", ["sku", "location", "quantity", "at"]),
        ("transfer", ["number", "from", "to", "state", "at"]),
        ("reservation", ["number", "sku", "location", "quantity", "expires", "at"]),
        ("event", ["kind", "customer", "at", "detail", "sku", "page"]),
        ("consent", ["customer", "purpose", "channel", "given", "at", "document"]),
        ("note", ["customer", "text", "at", "author"]),
    ]

    static func code(of entity: EntityName) -> Int? { byName[entity]?.code }
    static func code(of field: FieldName, in entity: EntityName) -> Int? { byName[entity]?.fields[field] }

    static func entity(_ code: UInt64) -> EntityName? {
        code >= 1 && code <= UInt64(entities.count) ? entities[Int(code) - 1].name : nil
    }

    static func field(_ code: UInt64, in entity: EntityName) -> FieldName? { field(code, of: byName[entity]) }

    /// An entity's own codes: looked up once for all fields of a change.
    typealias Place = (code: Int, fields: [FieldName: Int])

    static func place(of entity: EntityName) -> Place? { byName[entity] }

    static func field(_ code: UInt64, of place: Place?) -> FieldName? {
        guard let place else { return nil }
        let fields = entities[place.code - 1].fields
        return code >= 1 && code <= UInt64(fields.count) ? fields[Int(code) - 1] : nil
    }

    private static let byName: [EntityName: Place] = Dictionary(
        uniqueKeysWithValues: entities.enumerated().map { index, entity in
            (entity.name, (index + 1, Dictionary(uniqueKeysWithValues: entity.fields.enumerated().map { ($1, $0 + 1) })))
        })
}

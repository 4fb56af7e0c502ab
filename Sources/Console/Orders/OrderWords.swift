import ChangeSets

/// How an order and its parts read.
struct OrderWords {
    let forms: Forms
    private var strings: Strings { forms.strings }
    private var customers: CustomerWords { CustomerWords(forms: forms) }

    func state(_ name: String) -> String { customers.word("customer-state", name) }

    /// What a customer is told, in a sentence.
    func told(_ order: OrderDocument) -> String {
        guard order.shown != nil else { return strings["order-told-nothing"] }
        if order.contradiction != nil { return strings("order-told-contradiction", ["state": state(order.state)]) }
        let key = "order-told-\(order.state)"
        return strings.has(key) ? strings[key] : strings("order-told-other", ["state": order.state])
    }

    func site(_ name: String?) -> String {
        guard let name else { return strings["customer-unknown-site"] }
        return name == "hub" ? strings["hub"] : name
    }

    func field(_ name: String) -> String { RulesWords(forms: forms).field(name, of: "order") }

    /// What stands in a field of the order.
    func value(_ value: JSONValue, of field: String) -> String {
        if case .integer(let units) = value {
            switch Catalogue["order"]?.fields.first(where: { $0.name.description == field })?.kind {
            case .money: return forms.amount(units)
            case .quantity: return forms.quantity(units)
            case .time: if let time = Forms.sound(units) { return forms.moment(time) }
            default: break
            }
        }
        return switch value {
        case .null: strings["value-none"]
        case .other: strings["customer-unreadable"]
        default: value.text ?? ""
        }
    }

    func money(_ units: Int64, _ currency: String) -> String { customers.money(units, currency) }

    /// What is open about the order: a sentence, and more where there is more to say.
    func conflict(_ conflict: OrderDocument.Conflict, of order: OrderDocument) -> (title: String, detail: String?) {
        switch conflict.kind {
        case "order-contradiction":
            let sides = order.contradiction?.sides ?? []
            return (
                strings["order-contradiction"],
                customers.list(sides.map { strings("conflict-line-order", ["state": state($0.state), "site": site($0.site)]) })
            )
        case "concurrent-writes": return (strings("order-conflict-field", ["field": field(conflict.field ?? "")]), nil)
        case "edit-of-deleted": return (strings["order-conflict-deleted"], nil)
        default: return (strings["conflict-kind-\(conflict.kind)"], nil)
        }
    }
}

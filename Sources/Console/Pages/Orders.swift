import ChangeSets
import Foundation
import HubRuntime

extension Console {
    /// The orders of one number: what to tell the customer first, then who says so, and all the rest.
    ///
    /// - Parameters:
    ///   - number: as it was asked for; `nil`: none was.
    ///   - isLater: whether this page goes on from another one.
    /// - Throws: a decoding error where a document is of another version.
    public func orders(_ orders: ListPage<JSONAnswer>, number: String?, isLater: Bool, for visitor: Visitor) throws -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let words = OrderWords(forms: forms)
        let documents = try orders.map { try JSONDecoder().decode(OrderDocument.self, from: Data($0.bytes)) }
        let title = number.map { strings("customers-order", ["number": $0]) } ?? strings["order-which"]
        let address = number.map(Address.order) ?? "/orders"
        let isSeveral = documents.count > 1 || isLater || orders.next != nil
        let count = forms.number(documents.count) + (orders.next == nil ? "" : "+")
        return page(
            "order", title: title, section: .customers,
            [
                "title": title, "number": number, "isNone": documents.isEmpty,
                "none": number.map { strings("order-none", ["number": $0]) } ?? strings["order-none-asked"],
                "summary": !isSeveral || documents.isEmpty
                    ? nil
                    : isLater
                        ? strings["order-several-more"]
                        : forms.count("order-several", documents.count + (orders.next == nil ? 0 : 1), ["n": count]),
                "orders": documents.enumerated().map { order($1, index: $0 + 1, words) },
                "first": isLater ? address : nil, "next": orders.next.map { "\(address)?after=\(Address.encoded($0))" },
                "hasPager": isLater || orders.next != nil,
            ], for: visitor)
    }

    private func order(_ order: OrderDocument, index: Int, _ words: OrderWords) -> View {
        let (forms, strings) = (words.forms, words.forms.strings)
        let place = order.site.map { strings("order-from", ["site": words.site($0)]) } ?? strings["order-from-unknown"]
        var view: View = [
            "index": String(index), "heading": place, "told": words.told(order), "since": forms.stamp(Forms.sound(order.since)),
            "conflicts": order.conflicts.map { conflict -> View in
                let told = words.conflict(conflict, of: order)
                return ["title": told.title, "detail": told.detail, "address": Address.conflict(conflict.id)]
            },
        ]
        view["customer"] = customer(of: order, strings)
        view["noCustomer"] = order.customer == nil
        view["total"] = order.fields["total"].flatMap { total -> String? in
            if case .integer(let units) = total { return words.money(units, order.currency) }
            return nil
        }
        view["site"] = order.site.map { words.site($0) }
        view["siteAddress"] = order.site.flatMap { $0 == "hub" ? nil : Address.site($0) }
        if case .integer(let at) = order.fields["at"] { view["placed"] = forms.stamp(Forms.sound(at)) }
        view["lines"] = order.lines.map { line($0, of: order, words) }
        view["moreLines"] = more(order.lineCount, order.lines.count, "order-lines-more", forms)
        let shipments = shown(of: order)
        view["states"] = states(of: order, shipments, words)
        view["shipments"] = shipments.map { shipment($0, words) }
        view["moreShipments"] = more(order.shipments.count, shipments.count, "order-shipments-more", forms)
        view["sales"] = (order.sales ?? []).map { sale($0, words) }
        view["moreSales"] = more(order.saleCount ?? 0, order.sales?.count ?? 0, "order-sales-more", forms)
        view["unknownSales"] =
            order.sales == nil ? strings("order-sales-unknown", ["n": forms.number(Hub.orderNamesakesMax)]) : nil
        view["fields"] = fields(of: order, words)
        return view
    }

    private func more(_ count: Int, _ shown: Int, _ name: String, _ forms: Forms) -> String? {
        count > shown ? forms.count(name, count - shown) : nil
    }

    private func customer(of order: OrderDocument, _ strings: Strings) -> View? {
        guard let customer = order.customer else { return nil }
        guard let profile = customer.profile else { return ["name": strings("order-customer-missing", ["key": customer.key])] }
        return ["name": customer.name ?? strings["customer-nameless"], "address": "/customers/\(profile)"]
    }

    private func line(_ line: OrderDocument.Line, of order: OrderDocument, _ words: OrderWords) -> View {
        func money(_ units: Int64?) -> String? { units.map { words.money($0, line.currency ?? order.currency) } }
        return [
            "name": line.name ?? line.sku ?? words.forms.strings["order-line-nameless"], "sku": line.name == nil ? nil : line.sku,
            "address": line.isStocked ? line.sku.map(Address.article) : nil, "pieces": line.quantity.map { words.forms.quantity($0) },
            "each": money(line.unitPrice), "amount": money(line.amount),
        ]
    }

    static let shipmentsShown = 50

    /// The latest shipments, and the one whose word is shown.
    private func shown(of order: OrderDocument) -> [OrderDocument.Shipment] {
        let earlier = order.shipments.dropLast(Self.shipmentsShown)
        return earlier.filter { $0.states.contains { $0.dot == order.shown } } + order.shipments.suffix(Self.shipmentsShown)
    }

    /// Every live word on where the order stands, of itself and of its shipments.
    private func states(of order: OrderDocument, _ shipments: [OrderDocument.Shipment], _ words: OrderWords) -> [View] {
        func row(_ side: OrderDocument.Side, _ teller: String) -> View {
            [
                "state": words.state(side.state), "site": words.site(side.site), "at": words.forms.stamp(Forms.sound(side.time)),
                "teller": words.forms.strings[teller], "isShown": side.dot == order.shown,
            ]
        }
        return order.states.map { row($0, "entity-order") } + shipments.flatMap(\.states).map { row($0, "entity-shipment") }
    }

    private func shipment(_ shipment: OrderDocument.Shipment, _ words: OrderWords) -> View {
        [
            "state": shipment.state.map(words.state) ?? words.forms.strings["order-shipment-stateless"], "carrier": shipment.carrier,
            "tracking": shipment.trackingNumber, "at": words.forms.stamp(Forms.sound(shipment.time)),
            "site": shipment.site.map { words.site($0) },
        ]
    }

    private func sale(_ sale: OrderDocument.Sale, _ words: OrderWords) -> View {
        [
            "name": sale.number ?? words.forms.strings["entity-sale"], "site": words.site(sale.site),
            "at": words.forms.stamp(Forms.sound(sale.time)), "total": sale.total.map { words.money($0, sale.currency ?? "") },
        ]
    }

    /// Those of the catalogue in its order, then the sites' own.
    private func fields(of order: OrderDocument, _ words: OrderWords) -> [View] {
        var values = order.fields.mapValues { $0 }
        values["number"] = order.number.map(JSONValue.text)
        let usual = Catalogue["order"]?.fields.map(\.name.description) ?? []
        let names =
            usual.filter { values[$0] != nil || ($0 == "state" && !order.states.isEmpty) } + Set(values.keys).subtracting(usual).sorted()
        return names.map { name in
            let value =
                switch name {
                // Without its shipments' words.
                case "state": order.states.last.map { words.state($0.state) } ?? ""
                case "customer": order.customer.map { $0.name ?? $0.key } ?? values[name].map { words.value($0, of: name) } ?? ""
                default: values[name].map { words.value($0, of: name) } ?? ""
                }
            return [
                "name": words.field(name), "value": value, "history": Address.history(record: order.life, field: name),
                "historyOf": words.forms.strings("history-of-field", ["field": words.field(name)]),
            ]
        }
    }
}

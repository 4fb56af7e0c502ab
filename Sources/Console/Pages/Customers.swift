import Foundation
import HubRuntime

extension Console {
    /// Where people are looked for.
    ///
    /// - Parameters:
    ///   - people: how many there are; `nil` where only what was found is wanted.
    ///   - text: what was typed; `nil` before anything was.
    ///   - proposed: pairs of records that may be one person.
    public func customers(
        people: Int64?, text: CustomerText?, found: CustomersFound?, proposed: Int, for visitor: Visitor
    ) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let words = CustomerWords(forms: forms)
        let count = found?.customers.count ?? 0
        let isNothing = found != nil && count == 0 && found?.orders.isEmpty == true
        return page(
            "customers", title: strings["nav-customers"], section: .customers,
            [
                "summary": people.map { forms.count("customers-people", $0) },
                "proposed": proposed == 0
                    ? strings["customers-proposals"]
                    : forms.count(
                        "customers-proposed", proposed, ["n": forms.number(proposed) + (proposed >= Hub.conflictsPerKindMax ? "+" : "")]),
                "text": text?.text,
                "isTooShort": text.map { $0.kinds.isEmpty && !$0.text.isEmpty } ?? false, "isNothing": isNothing,
                "isFirst": text == nil || text?.text.isEmpty == true,
                "nobody": people == 0 ? strings["customers-none-yet"] : nil,
                "found": count == 0
                    ? nil
                    : found?.hasMore == true
                        ? strings("customers-more", ["n": forms.number(count)]) : forms.count("customers-found", count),
                "people": (found?.customers ?? []).map { customer($0, text?.text ?? "", words) },
                "orders": (found?.orders ?? []).map { order($0, found?.customers ?? [], words) },
            ], for: visitor)
    }

    private func customer(_ customer: CustomerFound, _ text: String, _ words: CustomerWords) -> View {
        let forms = words.forms
        let last = Forms.sound(customer.lastPurchase).map { words.list([forms.day($0), customer.lastShop]) }
        return [
            "address": "/customers/\(customer.id)",
            "name": MarkedText(customer.name ?? forms.strings["customer-nameless"], text).parts,
            "sites": customer.records == 1
                ? customer.sites.first
                : words.list([forms.count("customer-records", customer.records), customer.sites.prefix(3).joined(separator: ", ")]),
            "email": customer.email.map { MarkedText($0, text).parts }, "phone": customer.phone.map { MarkedText($0, text).parts },
            "city": customer.city, "spent": words.money(customer.spent), "last": last ?? nil,
        ]
    }

    private func order(_ order: OrderFound, _ customers: [CustomerFound], _ words: CustomerWords) -> View {
        let strings = words.forms.strings
        let shipments = order.shipments.map { shipment in
            [shipment.state.map { words.word("customer-state", $0) }, shipment.carrier, shipment.trackingNumber].compactMap { $0 }
                .joined(separator: " ")
        }.filter { !$0.isEmpty }
        let buyer = order.customer.map { id in customers.first { $0.id == id }?.name ?? strings["customer-nameless"] }
        return [
            "title": strings("customers-order", ["number": order.number]), "state": words.word("customer-state", order.state),
            "detail": words.list(shipments.map { strings("customer-shipment", ["what": $0]) }),
            "buyer": buyer, "address": order.customer.map { "/customers/\($0)" }, "order": Address.order(order.number),
        ]
    }
}

/// A text with the part that was looked for.
struct MarkedText {
    let parts: View

    init(_ text: String, _ sought: String) {
        guard !sought.isEmpty, let range = text.range(of: sought, options: [.caseInsensitive, .diacriticInsensitive]) else {
            parts = ["before": text]
            return
        }
        parts = ["before": String(text[..<range.lowerBound]), "mark": String(text[range]), "after": String(text[range.upperBound...])]
    }

    /// Marks where two texts differ: what stands between their common beginning and their common end.
    static func differences(_ one: String, _ other: String) -> (View, View) {
        guard one.lowercased() != other.lowercased() else { return (["before": one], ["before": other]) }
        let (left, right) = (Array(one), Array(other))
        let most = min(left.count, right.count)
        let start = zip(left, right).prefix { $0.lowercased() == $1.lowercased() }.count
        let end = zip(left.reversed(), right.reversed()).prefix { $0.lowercased() == $1.lowercased() }.count
        // A letter in common is none between two words.
        guard 2 * (start + end) >= most, most > 0 else { return (["mark": one], ["mark": other]) }
        func marked(_ characters: [Character]) -> View {
            let stop = max(start, characters.count - min(end, most - start))
            let mark = String(characters[start..<stop])
            return ["before": String(characters[..<start]), "mark": mark.isEmpty ? nil : mark, "after": String(characters[stop...])]
        }
        return (marked(left), marked(right))
    }
}

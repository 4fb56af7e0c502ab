import ChangeSets
import Foundation
import HubRuntime

// A person as the hub knew them at a time, beside what it knows now.
extension Console {
    /// - Parameters:
    ///   - then: the profile as it was.
    ///   - now: as it is; `nil`: nobody is called so any more.
    ///   - time: in milliseconds since 1970.
    /// - Throws: a decoding error where a document is of another version.
    public func customerThen(_ then: JSONAnswer, now: JSONAnswer?, at time: UInt64, for visitor: Visitor) throws -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let words = CustomerWords(forms: forms)
        let former = try JSONDecoder().decode(CustomerDocument.self, from: Data(then.bytes))
        let present = try now.map { try JSONDecoder().decode(CustomerDocument.self, from: Data($0.bytes)) }
        let name = present?.name ?? former.name ?? strings["customer-nameless"]
        let rows = Self.fieldNames(of: [former, present].compactMap { $0 }).map { field -> View in
            let (was, today) = (former.fields[field], present?.fields[field])
            return [
                "name": words.field(field), "then": was.map { words.value($0.value, of: field) }, "site": was?.site,
                "day": (was?.time).flatMap(Forms.sound).map(forms.day), "now": today.map { words.value($0.value, of: field) },
                "isChanged": was?.value != today?.value,
            ]
        }
        let counts: [(String, Int, Int?)] = [
            ("customer-then-records", former.records.count, present?.records.count),
            ("customer-purchases", former.measures.purchases, present?.measures.purchases),
            ("customer-returns", former.measures.returns, present?.measures.returns),
        ]
        let figures = counts.map { name, was, now -> View in
            ["name": strings[name], "then": forms.number(was), "now": now.map { forms.number($0) }, "isChanged": was != now]
        }
        let title = strings("customer-then-title", ["name": name, "time": forms.moment(time)])
        return page(
            "customer-then", title: title, section: .customers,
            [
                "title": title, "name": name, "address": "/customers/\(present?.id ?? former.id)", "rows": figures + rows,
                "time": forms.moment(time),
            ], for: visitor)
    }

    /// Those of the catalogue in its order, then the sites' own.
    private static func fieldNames(of people: [CustomerDocument]) -> [String] {
        let names = Set(people.flatMap(\.fields.keys))
        let usual = Catalogue["customer"]?.fields.map(\.name.description) ?? []
        return usual.filter(names.contains) + names.subtracting(usual).sorted()
    }
}

/// A page of a timeline as a list: a heading for each day, then what was done on it.
struct CustomerTimelineView {
    let words: CustomerWords
    private var forms: Forms { words.forms }
    private var strings: Strings { words.forms.strings }

    typealias Entry = CustomerTimelineDocument.Entry

    func entries(_ entries: [Entry]) -> [View] {
        var shown: [View] = []
        var last: String?
        for entry in entries {
            let at = entry.timeDoubtful == true ? nil : Forms.sound(entry.time)
            let day = at.map(forms.day) ?? strings["customer-no-time"]
            if day != last { shown.append(["day": day]) }
            last = day
            shown.append([
                "at": forms.stamp(at), "time": at.map(forms.time), "what": what(entry), "detail": detail(entry), "amount": amount(entry),
                "isKey": ["sale", "order"].contains(entry.what) && entry.isCounted != false,
                "order": entry.what == "order" ? entry.number.map(Address.order) : nil,
                "fulfils": entry.order.map { number -> View in
                    ["address": Address.order(number), "name": strings("customer-for-order", ["number": number])]
                },
            ])
        }
        return shown
    }

    private func what(_ entry: Entry) -> String {
        func pieces(_ name: String) -> String {
            entry.lineCount.flatMap { $0 > 0 ? forms.count("\(name)-lines", $0) : nil } ?? strings[name]
        }
        switch entry.what {
        case "sale": return pieces("customer-sale")
        case "return": return pieces("customer-return")
        case "order": return pieces("customer-order")
        case "event": return words.word("customer-event", entry.kind ?? "event")
        case "note": return strings["customer-note"]
        case "identifiers": return strings["customer-new-identifiers"]
        case "consent":
            let about = words.list(
                (entry.purposes ?? []).map { words.word("customer-purpose", $0) }
                    + (entry.channels ?? []).map { words.word("customer-channel", $0) })
            return strings(
                entry.given == true ? "customer-said-yes" : "customer-said-no", ["what": about ?? strings["customer-everything"]])
        default: return entry.what
        }
    }

    private func detail(_ entry: Entry) -> String? {
        var parts: [String?] = [entry.site, entry.number.map { strings("customer-number", ["number": $0]) }]
        parts += (entry.lines ?? []).map(line)
        if let count = entry.lineCount, let lines = entry.lines, count > lines.count {
            parts.append(strings("customer-more-lines", ["n": forms.number(count - lines.count)]))
        }
        parts.append(entry.what == "order" ? entry.state.map { words.word("customer-state", $0) } : nil)
        parts += (entry.shipments ?? []).map(shipment)
        if entry.isCounted == false { parts.append(strings["customer-not-counted"]) }
        parts += [entry.page, entry.sku, entry.detail, entry.reason, entry.text, entry.author, entry.document]
        parts += (entry.identifiers ?? []).map { "\(words.kind($0.kind)) \(words.identifier($0.value))" }
        return words.list(parts)
    }

    private func line(_ line: CustomerTimelineDocument.Line) -> String? {
        guard let name = line.name ?? line.sku else { return nil }
        return line.quantity == 10_000 ? name : "\(forms.quantity(line.quantity)) × \(name)"
    }

    private func shipment(_ shipment: CustomerTimelineDocument.Shipment) -> String? {
        let told = [
            shipment.state.map { words.word("customer-state", $0) }, shipment.carrier, shipment.trackingNumber,
            Forms.sound(shipment.time).map(forms.day),
        ].compactMap { $0 }
        return told.isEmpty ? nil : strings("customer-shipment", ["what": told.joined(separator: " ")])
    }

    /// What was given back is taken off.
    private func amount(_ entry: Entry) -> String? {
        guard let total = entry.total else { return nil }
        let signed = entry.what == "return" ? -Int64(clamping: total.magnitude) : total
        return words.money(signed, entry.currency ?? "")
    }
}

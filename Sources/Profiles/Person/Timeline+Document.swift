import Causality
import ChangeSets

extension Timeline {
    /// The page as a JSON document with a fixed order of keys, for `/v1/profiles/{id}/timeline`. It holds personal data.
    public func json() -> [UInt8] {
        JSONDocument.object { document in
            document.array("entries") { list in
                for entry in entries { list.appendObject { entry.write(to: &$0) } }
            }
            if let next { document.add("next", next.description) }
        }
    }
}

extension Timeline.Entry {
    func write(to document: inout JSONDocument) {
        document.add("what", what.name)
        switch order.timeClass {
        case .credible: document.add("time", order.at)
        case .future, .ancient:
            document.add("time", order.at)
            document.add("timeDoubtful", true)
        case .unknown: document.add("timeUnknown", true)
        }
        if let site = place.site { document.add("site", site) }
        if let channel = place.channel { document.add("channel", channel) }
        document.add("record", record.life.description)
        what.write(to: &document)
    }
}

extension Timeline.What {
    var name: String {
        switch self {
        case .purchase: "sale"
        case .giveBack: "return"
        case .order: "order"
        case .event: "event"
        case .consent: "consent"
        case .note: "note"
        case .identifiers: "identifiers"
        }
    }

    func write(to document: inout JSONDocument) {
        func add(_ name: String, _ text: Text?) { if let text { document.add(name, text) } }
        switch self {
        case .purchase(let deal): deal.write(to: &document)
        case .giveBack(let deal, let reason):
            deal.write(to: &document)
            add("reason", reason)
        case .order(let deal, let state, let shipments):
            deal.write(to: &document)
            document.add("state", state)
            document.array("shipments") { list in
                for shipment in shipments { list.appendObject { shipment.write(to: &$0) } }
            }
        case .event(let kind, let page, let sku, let detail):
            add("kind", kind)
            add("page", page)
            add("sku", sku)
            add("detail", detail)
        case .consent(let word, let purposes, let channels, let isLive):
            document.array("purposes") { list in for purpose in purposes { list.append(purpose.string) } }
            document.array("channels") { list in for channel in channels { list.append(channel.string) } }
            document.add("given", word.isGiven)
            document.add("isLive", isLive)
            add("document", word.document)
        case .note(let text, let author):
            add("text", text)
            add("author", author)
        case .identifiers(let intervals):
            document.array("identifiers") { list in
                for interval in intervals {
                    list.appendObject {
                        $0.add("kind", interval.identifier.kind.description)
                        $0.add("value", interval.identifier.value)
                        interval.write(to: &$0)
                    }
                }
            }
        }
    }
}

extension Timeline.Deal {
    func write(to document: inout JSONDocument) {
        if let number { document.add("number", number) }
        if let order { document.add("order", order) }
        document.add("total", total)
        document.add("currency", currency)
        document.add("isCounted", isCounted)
        document.array("lines") { list in
            for line in lines { list.appendObject { line.write(to: &$0) } }
        }
        document.add("lineCount", lineCount)
    }
}

extension Timeline.Line {
    func write(to document: inout JSONDocument) {
        if let sku { document.add("sku", sku) }
        if let name { document.add("name", name) }
        document.add("quantity", quantity)
        document.add("amount", amount)
    }
}

extension Timeline.Shipment {
    func write(to document: inout JSONDocument) {
        if let state { document.add("state", state) }
        if let carrier { document.add("carrier", carrier) }
        if let trackingNumber { document.add("trackingNumber", trackingNumber) }
        if let at { document.add("time", at.milliseconds) }
    }
}

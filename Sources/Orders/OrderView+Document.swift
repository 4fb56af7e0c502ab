import Causality
import ChangeSets

extension OrderView {
    /// The order as a JSON document with a fixed order of keys, for the feed.
    ///
    /// Times are milliseconds since 1970 (UTC), money is in units of 10⁻⁴.
    public func json() -> [UInt8] { JSONDocument.object { write(to: &$0) } }

    /// The same, in a document that tells more.
    public func write(to document: inout JSONDocument) {
        if let number { document.add("number", number) }
        if isShortened { document.add("shortened", true) }
        document.add("state", state.name)
        document.add("source", id.source.description)
        document.array("key") { key in for value in id.key.values { key.append(value) } }
        document.add("life", id.life.description)
        document.object("fields") { object in
            for field in fields { field.writeValue(to: &object) }
        }
        document.object("dots") { object in
            for field in fields { field.writeDot(to: &object) }
        }
        document.array("states") { list in
            for side in states { list.appendObject { side.write(to: &$0) } }
        }
        document.array("shipments") { list in
            for shipment in shipments { list.appendObject { shipment.write(to: &$0) } }
        }
        if let contradiction {
            document.object("contradiction") { object in
                object.add("code", Contradiction.code)
                object.array("sides") { list in
                    for side in contradiction.sides { list.appendObject { side.write(to: &$0) } }
                }
            }
        }
    }
}

extension OrderView.Field {
    func writeValue(to document: inout JSONDocument) { document.add(name.description, value) }
    func writeDot(to document: inout JSONDocument) { document.add(name.description, dot.description) }
}

extension OrderView.Side {
    func write(to document: inout JSONDocument) {
        document.add("state", state.name)
        if let site { document.add("site", site) }
        document.add("dot", dot.description)
        document.add("time", precedence.time.milliseconds)
        document.add("record", record.life.description)
    }
}

extension OrderView.Shipment {
    func write(to document: inout JSONDocument) {
        document.add("source", id.source.description)
        document.array("key") { key in for value in id.key.values { key.append(value) } }
        document.add("life", id.life.description)
        if let state { document.add("state", state.name) }
        if let carrier { document.add("carrier", carrier) }
        if let trackingNumber { document.add("trackingNumber", trackingNumber) }
        if let time { document.add("time", time.milliseconds) }
        document.array("states") { list in
            for side in states { list.appendObject { side.write(to: &$0) } }
        }
    }
}

import Causality
import ChangeSets

extension StockFigure {
    /// The figure as a JSON document with a fixed order of keys, for the feed and `/v1/stock`.
    ///
    /// Quantities are integers in units of 10⁻⁴, times are milliseconds since 1970 (UTC).
    public func json() -> [UInt8] {
        JSONDocument.object { document in
            document.add("sku", key.sku)
            document.add("location", key.location)
            document.add("onHand", onHand)
            document.add("reserved", reserved)
            document.add("inTransit", inTransit)
            document.add("safety", safety)
            document.add("available", available)
            document.add("oversold", isOversold)
            if let count {
                document.object("count") {
                    $0.add("dot", count.dot.description)
                    $0.add("time", count.time.milliseconds)
                    $0.add("quantity", count.quantity)
                }
            }
            document.array("sites") { sites in
                for contributor in contributors { sites.appendObject { contributor.write(to: &$0) } }
            }
            document.array("conflicts") { list in
                for conflict in conflicts { list.appendObject { conflict.write(to: &$0) } }
            }
        }
    }
}

extension StockFigure.Contributor {
    func write(to document: inout JSONDocument) {
        document.add("site", site)
        document.add("lastHeard", lastHeard.milliseconds)
        document.object("clock") { object in
            for entry in clock.entries { object.add(entry.replica.description, entry.counter) }
        }
    }
}

extension StockConflict {
    /// Writes the conflict's members into an object: `code`, then what it names.
    public func write(to document: inout JSONDocument) {
        document.add("code", code)
        switch self {
        case .concurrentCounts(let dots):
            document.array("counts") { list in for dot in dots { list.append(dot.description) } }
        case .countBesideMovements(let count, let movements):
            document.add("count", count.description)
            document.array("movements") { list in for range in movements { list.appendObject { range.write(to: &$0) } } }
        case .oversold(let quantity, let movements):
            document.add("by", quantity)
            document.array("movements") { list in for range in movements { list.appendObject { range.write(to: &$0) } } }
        case .receivedMoreThanSent(let transfer, let quantity):
            document.add("document", transfer)
            document.add("by", quantity)
        }
    }
}

extension CounterRange {
    func write(to document: inout JSONDocument) {
        document.add("replica", replica.description)
        document.add("after", after)
        document.add("through", through)
    }
}

import Capture
import Causality
import ChangeSets
import Foundation
import Merging

/// Draws what a look-up found, and keeps the names of all values that it draws: they make the `seen` token.
struct Showing {
    private(set) var token = SeenToken()
    /// Something was shown that the hub may lack.
    private(set) var hasOwn = false

    private mutating func show(_ record: RecordID, _ field: FieldName, _ dot: Dot) { token.shown.show(record, field, dot) }

    // MARK: what the hub drew

    mutating func show(_ profile: ProfileDocument) {
        let records = Dictionary((profile.records ?? []).map { ($0.life, $0.id) }, uniquingKeysWith: { first, _ in first })
        for (name, field) in (profile.fields ?? [:]).sorted(by: { Text($0.key) < Text($1.key) }) {
            guard let dot = field.dot.flatMap({ Dot($0) }), let record = field.record.flatMap({ records[$0] ?? nil }) else { continue }
            show(record, FieldName(name), dot)
        }
        // A person's records may be referred to although no value of theirs is the one that is shown.
        for record in (profile.records ?? []).compactMap(\.id) { token.shown.show(record) }
    }

    mutating func show(_ order: OrderDocument) {
        guard let id = RecordID(entity: "order", source: order.source, key: order.key, life: order.life) else { return }
        token.shown.show(id)
        for (name, dot) in (order.dots ?? [:]).sorted(by: { Text($0.key) < Text($1.key) }) {
            if let dot = Dot(dot) { show(id, FieldName(name), dot) }
        }
        for side in order.states ?? [] { if let dot = Dot(side.dot) { show(id, "state", dot) } }
        for shipment in order.shipments ?? [] {
            guard let record = RecordID(entity: "shipment", source: shipment.source, key: shipment.key, life: shipment.life) else {
                continue
            }
            token.shown.show(record)
            for side in shipment.states ?? [] { if let dot = Dot(side.dot) { show(record, "state", dot) } }
        }
    }

    mutating func show(_ finding: StockFinding) {
        let document = finding.document.flatMap { StockDocument($0) }
        var figure = SeenToken.Figure(sku: Text(finding.sku), location: Text(finding.location), contains: finding.own)
        for site in document?.sites ?? [] {
            for (replica, counter) in site.clock ?? [:] {
                if let replica = ReplicaID(replica) { figure.contains.insert(Dot(replica, counter)) }
            }
        }
        let counts = [document?.count?.dot] + (document?.conflicts ?? []).flatMap { ($0.counts ?? []) + [$0.count] }
        for dot in counts.compactMap({ $0.flatMap { Dot($0) } }) { figure.counts.insert(dot) }
        if let dot = finding.unsentCountDot { figure.counts.insert(dot) }
        token.figures.append(figure)
        if !finding.own.isEmpty { hasOwn = true }
    }

    // MARK: what is drawn here

    /// `"fields": {name: [{value, dot, time}, …]}`, the value that wins last.
    mutating func draw(_ state: RecordState, _ document: inout JSONDocument) {
        token.shown.show(state.id)
        name(state.id, &document)
        document.object("fields") { object in
            for field in state.fieldNames {
                object.array(field.description) { list in
                    for write in state.siblings(of: field).writes {
                        show(state.id, field, write.dot)
                        list.appendObject { item in
                            item.add("value", write.content.value)
                            item.add("dot", write.dot.description)
                            item.add("time", write.precedence.time.milliseconds)
                        }
                    }
                }
            }
        }
    }

    mutating func drawUnsent(_ changes: [OwnRecord], _ document: inout JSONDocument) {
        document.array("unsent") { list in
            for change in changes {
                hasOwn = true
                token.shown.show(change.record)
                list.appendObject { item in
                    name(change.record, &item)
                    item.add("dot", change.dot.description)
                    item.add("time", change.time.milliseconds)
                    guard let fields = change.fields else { return item.add("deleted", true) }
                    item.object("fields") { object in
                        for field in fields {
                            show(change.record, field.name, change.dot)
                            object.add(field.name.description, field.value)
                        }
                    }
                }
            }
        }
    }

    private func name(_ record: RecordID, _ document: inout JSONDocument) {
        document.add("entity", record.entity.text)
        document.add("source", record.source.description)
        document.array("key") { list in for part in record.key.values { list.append(part) } }
        document.add("record", record.life.description)
    }

    func token(moment: UInt64) -> String {
        var token = token
        token.moment = moment
        return token.text
    }
}

import Causality

/// Writes the columns of changes, shape by shape (specification, section 4.4), and collects the ids that they name.
struct PlainWriter {
    let changes: [Change]
    let first: UInt64
    let own: ReplicaID
    var writer: ByteWriter
    var replicas = IDTable()
    var sources = IDTable()

    init(changes: [Change], first: UInt64, own: ReplicaID, reserving count: Int) {
        self.changes = changes
        self.first = first
        self.own = own
        writer = ByteWriter(reserving: count)
    }

    mutating func write(_ shape: Shape, rows: [Int]) {
        if shape.action != .stockOnly { writeSubjects(shape, rows: rows) }
        if shape.action == .write { writeFields(shape, rows: rows) }
        if let stock = shape.stock { writeStock(stock, rows: rows) }
    }

    private mutating func writeSubjects(_ shape: Shape, rows: [Int]) {
        if shape.namesSource { writeSources(rows.map { changes[$0].subject?.source }) }
        if shape.keyColumns > 0 {
            let keys = rows.map { changes[$0].keyValues }
            for column in 0..<shape.keyColumns { writer.column(keys.map { $0[column] }) }
        }
        if !shape.creates { writeDots(rows.compactMap { changes[$0].subject?.life }, rows: rows) }
        guard shape.isNamed else { return }
        writeLists(
            rows.map { row -> [Dot] in
                if case .delete(_, .named(let dots)) = changes[row].action { dots } else { [] }
            }, rows: rows)
    }

    private mutating func writeFields(_ shape: Shape, rows: [Int]) {
        let writes = rows.map { row -> [FieldWrite] in
            if case .write(_, let writes) = changes[row].action { writes } else { [] }
        }
        var values: [Value] = []
        values.reserveCapacity(rows.count)
        for (index, field) in shape.fields.enumerated() {
            if field.isNamed {
                writeLists(writes.map { if case .named(let dots) = $0[index].context { dots } else { [] } }, rows: rows)
            }
            if field.hasSaw { writeLists(writes.map { $0[index].saw }, rows: rows) }
            if field.isPersonal { continue }
            if let link = field.reference {
                writeReferences(link, writes.compactMap { $0[index].value.reference }, rows: rows)
            } else {
                values.removeAll(keepingCapacity: true)
                for write in writes { values.append(write[index].value) }
                writer.column(values)
            }
        }
    }

    private mutating func writeReferences(_ link: Shape.Link, _ references: [Reference], rows: [Int]) {
        if link.namesSource { writeSources(references.map(\.source)) }
        for column in 0..<link.keyColumns { writer.column(references.map { $0.key.values[column] }) }
        if link.hasLife { writeDots(references.compactMap(\.life), rows: rows) }
    }

    private mutating func writeStock(_ stock: Shape.Stock, rows: [Int]) {
        if stock.sku == 0 { writer.texts(rows.map { changes[$0].stock?.sku ?? "" }) }
        if stock.location == 0 { writer.texts(rows.map { changes[$0].stock?.location ?? "" }) }
        if stock.quantity == 0 { writer.integers(rows.map { changes[$0].stock?.quantity ?? 0 }) }
        guard stock.hasNote || stock.hasCounterpart || stock.expires || stock.isCount else { return }
        let effects = rows.compactMap { changes[$0].stock }
        let movements = effects.compactMap { if case .movement(let movement) = $0 { movement } else { nil } }
        if stock.hasNote { writer.texts(movements.compactMap(\.note)) }
        if stock.hasCounterpart { writer.texts(movements.compactMap(\.counterpart)) }
        if stock.expires { writer.integers(movements.compactMap { $0.expires.map { Int64($0.milliseconds) } }) }
        guard stock.code == Shape.Stock.countByClocks else { return }
        let clocks = effects.compactMap { effect -> (VectorClock, VectorClock)? in
            guard case .count(let count) = effect, case .clocks(let replaced, let included) = count.coverage else { return nil }
            return (replaced, included)
        }
        writeLists(clocks.map { $0.0.entries.map { Dot($0.replica, $0.counter) } }, rows: rows)
        writeLists(clocks.map { $0.1.entries.map { Dot($0.replica, $0.counter) } }, rows: rows)
    }

    // MARK: Names

    private mutating func writeSources(_ ids: [SourceID?]) {
        writer.integers(ids.map { id in id.map { sources.index(of: $0.raw) } ?? 0 })
    }

    /// How many dots each row has, then all of them.
    private mutating func writeLists(_ lists: [[Dot]], rows: [Int]) {
        writer.integers(lists.map { Int64($0.count) })
        writeDots(lists.flatMap { $0 }, rows: zip(lists, rows).flatMap { list, row in list.map { _ in row } })
    }

    /// A column of replicas, then one of counters: an own counter as its distance back from the change's own.
    private mutating func writeDots(_ dots: [Dot], rows: [Int]) {
        writer.integers(dots.map { $0.replica == own ? 0 : replicas.index(of: $0.replica) })
        writer.integers(
            zip(dots, rows).map { dot, row in
                let counter = Int64(bitPattern: dot.counter)
                return dot.replica == own ? Int64(bitPattern: first) + Int64(row) - counter : counter
            })
    }
}

/// Ids that a set names, in the order of first use; index 0 is the writer's own.
struct IDTable {
    private(set) var order: [ReplicaID] = []
    private var indexes: [ReplicaID: Int] = [:]

    mutating func index(of id: ReplicaID) -> Int64 {
        if let index = indexes[id] { return Int64(index) }
        order.append(id)
        indexes[id] = order.count
        return Int64(order.count)
    }
}

extension Change {
    fileprivate var keyValues: [Value] {
        switch action {
        case .write(let subject, _), .delete(let subject, _): subject.key.values
        case .stockOnly: []
        }
    }
}

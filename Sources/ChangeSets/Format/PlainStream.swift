import Causality

/// The plain stream between changes and bytes (specification, section 4.3): everything but personal values.
///
///     replicas   count, then 16 bytes each; index 0 is the writer, the others count from 1
///     sources    likewise; index 0 is the writer's own source
///     shapes     count, then each, in the order of first use
///     runs       count, then shape index and number of changes of each
///     times      one column over all changes
///     columns    shape by shape, in the order that `ShapeColumns` gives
struct PlainStream {
    var shapes: [Shape] = []
    var runs: [Run] = []
    /// Per shape, the places of its changes in the set.
    var rows: [[Int]] = []

    struct Run {
        var shape: Int
        var count: Int
    }

    /// The personal entries in their order: by shape, field, row.
    var personalColumns: [PersonalColumn] {
        shapes.indices.flatMap { shape in
            shapes[shape].fields.indices.filter { shapes[shape].fields[$0].isPersonal }
                .map { PersonalColumn(shape: shape, field: $0, name: shapes[shape].fields[$0].name, rows: rows[shape]) }
        }
    }

    struct PersonalColumn {
        var shape: Int
        var field: Int
        var name: FieldName
        /// Places of its changes in the set.
        var rows: [Int]
    }
}

// MARK: - Writing

extension PlainStream {
    /// Groups `changes` by shape.
    init(of changes: [Change]) {
        var known: [Shape: Int] = [:]
        var recent: [Int] = []
        for (place, change) in changes.enumerated() {
            let index: Int
            if let hit = recent.first(where: { shapes[$0].fits(change) }) {
                index = hit
            } else {
                let shape = Shape(of: change)
                index = known[shape] ?? shapes.count
                if index == shapes.count {
                    known[shape] = index
                    shapes.append(shape)
                    rows.append([])
                }
            }
            if recent.first != index {
                recent.removeAll { $0 == index }
                recent.insert(index, at: 0)
                if recent.count > Self.recentMax { recent.removeLast() }
            }
            rows[index].append(place)
            if let last = runs.last, last.shape == index {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(Run(shape: index, count: 1))
            }
        }
    }

    /// Shapes that are tried before one is built and looked up.
    private static let recentMax = 4

    /// - Throws: `tooLarge` when the set names more replicas or sources than a reader takes.
    func bytes(of set: ChangeSet) throws(ChangeSetError) -> [UInt8] {
        let changes = set.changes
        var columns = ColumnsWriter(changes: changes, first: set.first, own: set.replica, reserving: changes.count * 12)
        columns.writer.integers(changes.map { Int64($0.time.milliseconds) })
        for (shape, rows) in zip(shapes, rows) { columns.write(shape, rows: rows) }
        let named = max(columns.replicas.order.count, columns.sources.order.count)
        guard named <= Limits.replicasMax else {
            throw ChangeSetError(
                .tooLarge, "The change-set names \(named) other replicas or sources; \(Limits.replicasMax) are taken.",
                remedy: "Cut it into smaller change-sets.")
        }

        var writer = ByteWriter(reserving: columns.writer.bytes.count + 256)
        writer.varint(columns.replicas.order.count)
        for replica in columns.replicas.order { writer.replica(replica) }
        writer.varint(columns.sources.order.count)
        for source in columns.sources.order { writer.replica(source) }
        writer.varint(shapes.count)
        for shape in shapes { shape.write(to: &writer) }
        writer.varint(runs.count)
        for run in runs {
            writer.varint(run.shape)
            writer.varint(run.count)
        }
        writer.raw(columns.writer.bytes)
        return writer.bytes
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

struct ColumnsWriter {
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

extension Change {
    fileprivate var keyValues: [Value] {
        switch action {
        case .write(let subject, _), .delete(let subject, _): subject.key.values
        case .stockOnly: []
        }
    }
}

// MARK: - Reading

/// All of a plain stream, still by columns.
struct PlainReader {
    var stream = PlainStream()
    private(set) var times: [Int64] = []
    private var columns: ColumnReader
    private let header: ChangeSetHeader
    private var replicas: [ReplicaID] = []
    private var sources: [SourceID] = []
    private var dotsLeft = Limits.dotsTotalMax

    /// Reads up to the columns: enough to know which personal entries there are.
    init(_ bytes: [UInt8], header: ChangeSetHeader) throws(ChangeSetError) {
        self.header = header
        var reader = ByteReader(bytes, of: "change-set")
        let replicaCount = try reader.count(atMost: Limits.replicasMax, "other replicas")
        for _ in 0..<replicaCount { replicas.append(try reader.replica()) }
        let sourceCount = try reader.count(atMost: Limits.replicasMax, "other sources")
        for _ in 0..<sourceCount { sources.append(try reader.source()) }
        try Self.readShapes(&stream, from: &reader, count: header.count)
        columns = ColumnReader(reader)
    }

    private static func readShapes(
        _ stream: inout PlainStream, from reader: inout ByteReader, count: Int
    ) throws(ChangeSetError) {
        let shapeCount = try reader.count(atMost: count, "shapes for \(count) changes")
        for _ in 0..<shapeCount { stream.shapes.append(try Shape(from: &reader)) }
        stream.rows = [[Int]](repeating: [], count: shapeCount)
        let runCount = try reader.count(atMost: count, "runs for \(count) changes")
        var place = 0
        var used = 0
        var cells = 0
        for _ in 0..<runCount {
            let shape = try reader.count(atMost: used, "as the index of a shape")
            guard shape < shapeCount else { throw reader.damaged("a run points behind the shapes") }
            used = max(used, shape + 1)
            let length = try reader.count(atMost: count - place, "changes in a run")
            guard length > 0 else { throw reader.damaged("a run is empty") }
            cells += length * stream.shapes[shape].cells
            guard cells <= Limits.cellsMax else { throw reader.tooLarge("its fields number more than \(Limits.cellsMax)") }
            stream.runs.append(PlainStream.Run(shape: shape, count: length))
            stream.rows[shape].append(contentsOf: place..<place + length)
            place += length
        }
        guard place == count, used == shapeCount else { throw reader.damaged("its runs do not cover its changes and shapes") }
    }

    /// The changes, with the personal values handed in: a column a personal field, in the order of `personalColumns`.
    mutating func changes(personal: [[Value]]) throws(ChangeSetError) -> [Change] {
        times = try columns.integers(header.count)
        var changes = times.map { Change(time: Timestamp(milliseconds: UInt64(truncatingIfNeeded: $0)), action: .stockOnly) }
        guard times.allSatisfy({ $0 >= 0 && $0 <= Int64(Timestamp.largest.milliseconds) }) else {
            throw columns.reader.damaged("a time leaves the 48-bit range")
        }
        var personal = personal[...]
        for (shape, rows) in zip(stream.shapes, stream.rows) {
            try readActions(shape, rows: rows, personal: &personal, into: &changes)
            if let stock = shape.stock { try readStock(stock, rows: rows, into: &changes) }
        }
        try columns.reader.finish()
        return changes
    }

    private mutating func readActions(
        _ shape: Shape, rows: [Int], personal: inout ArraySlice<[Value]>, into changes: inout [Change]
    ) throws(ChangeSetError) {
        guard shape.action != .stockOnly else { return }
        let subjects = try origins(
            namesSource: shape.namesSource, keyColumns: shape.keyColumns, hasLife: !shape.creates, rows: rows)
        guard shape.action == .write else {
            let named = shape.isNamed ? try lists(rows) : nil
            for (index, row) in rows.enumerated() {
                changes[row].action = .delete(subjects.subject(index, of: shape.entity), named.map { .named($0[index]) } ?? .chain)
            }
            return
        }
        let fields = try shape.fields.map { (field) throws(ChangeSetError) in try readField(field, rows: rows, personal: &personal) }
        for (index, row) in rows.enumerated() {
            changes[row].action = .write(subjects.subject(index, of: shape.entity), fields.map { $0.write(index) })
        }
    }

    private mutating func readField(
        _ field: Shape.Field, rows: [Int], personal: inout ArraySlice<[Value]>
    ) throws(ChangeSetError) -> FieldColumns {
        let named = field.isNamed ? try lists(rows) : nil
        let saw = field.hasSaw ? try lists(rows) : nil
        let values: [Value]
        if field.isPersonal {
            values = personal.removeFirst()
        } else if let link = field.reference {
            // Its keys stand in columns, and are inside a reference all the same.
            columns.reader.depth += 1
            let origins = try origins(namesSource: link.namesSource, keyColumns: link.keyColumns, hasLife: link.hasLife, rows: rows)
            columns.reader.depth -= 1
            values = rows.indices.map { .reference(origins.reference($0, of: link.entity)) }
        } else {
            values = try columns.column(rows.count)
        }
        return FieldColumns(field: field, values: values, named: named, saw: saw)
    }

    private struct FieldColumns {
        var field: Shape.Field
        var values: [Value]
        var named: [[Dot]]?
        var saw: [[Dot]]?

        func write(_ index: Int) -> FieldWrite {
            FieldWrite(
                field.name, values[index], context: named.map { .named($0[index]) } ?? .chain, saw: saw?[index] ?? [],
                isPersonal: field.isPersonal)
        }
    }

    /// What subjects and references have in common: source, key and life.
    private struct Origins {
        var sources: [SourceID]?
        var keys: [[Value]]
        var lives: [Dot]?

        func key(_ index: Int) -> LocalKey {
            keys.count == 1 ? LocalKey(keys[0][index]) : LocalKey(keys.map { $0[index] })
        }

        func subject(_ index: Int, of entity: EntityName) -> Subject {
            Subject(entity: entity, source: sources?[index], key: key(index), life: lives?[index])
        }

        func reference(_ index: Int, of entity: EntityName) -> Reference {
            Reference(entity: entity, source: sources?[index], key: key(index), life: lives?[index])
        }
    }

    private mutating func origins(namesSource: Bool, keyColumns: Int, hasLife: Bool, rows: [Int]) throws(ChangeSetError) -> Origins {
        let sources = namesSource ? try readSources(rows.count) : nil
        var keys: [[Value]] = []
        for _ in 0..<keyColumns { keys.append(try columns.column(rows.count)) }
        return Origins(sources: sources, keys: keys, lives: hasLife ? try dots(rows) : nil)
    }

    private mutating func readSources(_ count: Int) throws(ChangeSetError) -> [SourceID] {
        try columns.integers(count).map { (index) throws(ChangeSetError) in
            guard index >= 1, index <= Int64(sources.count) else { throw columns.reader.damaged("an index points behind the sources") }
            return sources[Int(index) - 1]
        }
    }

    private mutating func lists(_ rows: [Int]) throws(ChangeSetError) -> [[Dot]] {
        let counts = try columns.integers(rows.count)
        var owners: [Int] = []
        for (count, row) in zip(counts, rows) {
            guard count >= 0, count <= Int64(Limits.dotsMax) else { throw columns.reader.tooLarge("\(count) dots in one list") }
            dotsLeft -= Int(count)
            guard dotsLeft >= 0 else { throw columns.reader.tooLarge("more than \(Limits.dotsTotalMax) dots") }
            owners.append(contentsOf: repeatElement(row, count: Int(count)))
        }
        let all = try dots(owners)
        var next = 0
        return counts.map { count in
            defer { next += Int(count) }
            return Array(all[next..<next + Int(count)])
        }
    }

    private mutating func dots(_ rows: [Int]) throws(ChangeSetError) -> [Dot] {
        let indexes = try columns.integers(rows.count)
        let counters = try columns.integers(rows.count)
        var dots: [Dot] = []
        dots.reserveCapacity(rows.count)
        for index in rows.indices {
            guard indexes[index] >= 0, indexes[index] <= Int64(replicas.count) else {
                throw columns.reader.damaged("an index points behind the replicas")
            }
            let isOwn = indexes[index] == 0
            let counter =
                isOwn
                ? (Int64(header.first) + Int64(rows[index])).subtractingReportingOverflow(counters[index]).partialValue : counters[index]
            guard counter >= 0 else { throw columns.reader.damaged("a counter leaves the range") }
            dots.append(Dot(isOwn ? header.replica : replicas[Int(indexes[index]) - 1], UInt64(counter)))
        }
        return dots
    }

    // MARK: Stock

    private mutating func readStock(_ stock: Shape.Stock, rows: [Int], into changes: inout [Change]) throws(ChangeSetError) {
        func writes(_ row: Int) -> [FieldWrite] {
            if case .write(_, let writes) = changes[row].action { writes } else { [] }
        }
        func text(_ place: Int, _ row: Int) throws(ChangeSetError) -> Text {
            guard let text = writes(row)[place - 1].value.text else { throw columns.reader.damaged("a stock effect points at no text") }
            return text
        }
        func quantity(_ row: Int) throws(ChangeSetError) -> Int64 {
            guard let value = writes(row)[stock.quantity - 1].value.integer, !stock.isNegated || value != .min else {
                throw columns.reader.damaged("a stock effect points at no quantity")
            }
            return stock.isNegated ? -value : value
        }
        let skus = stock.sku == 0 ? try columns.texts(rows.count) : try rows.map { row throws(ChangeSetError) in try text(stock.sku, row) }
        let locations =
            stock.location == 0
            ? try columns.texts(rows.count) : try rows.map { row throws(ChangeSetError) in try text(stock.location, row) }
        let quantities =
            stock.quantity == 0 ? try columns.integers(rows.count) : try rows.map { row throws(ChangeSetError) in try quantity(row) }
        let notes = stock.hasNote ? try columns.texts(rows.count) : nil
        let counterparts = stock.hasCounterpart ? try columns.texts(rows.count) : nil
        let ends = stock.expires ? try readTimes(rows.count) : nil
        let hasClocks = stock.code == Shape.Stock.countByClocks
        let replaced = hasClocks ? try clocks(rows) : nil
        let included = hasClocks ? try clocks(rows) : nil
        for (index, row) in rows.enumerated() {
            if let kind = Movement.Kind(rawValue: stock.code) {
                changes[row].stock = .movement(
                    Movement(
                        sku: skus[index], location: locations[index], quantity: quantities[index], kind: kind, note: notes?[index],
                        counterpart: counterparts?[index], expires: ends?[index]))
            } else {
                var count = Count(sku: skus[index], location: locations[index], quantity: quantities[index])
                if let replaced, let included { count.coverage = .clocks(replaced: replaced[index], included: included[index]) }
                changes[row].stock = .count(count)
            }
        }
    }

    private mutating func readTimes(_ count: Int) throws(ChangeSetError) -> [Timestamp] {
        try columns.integers(count).map { (value) throws(ChangeSetError) in
            guard value >= 0, value <= Int64(Timestamp.largest.milliseconds) else {
                throw columns.reader.damaged("a time leaves the 48-bit range")
            }
            return Timestamp(milliseconds: UInt64(value))
        }
    }

    private mutating func clocks(_ rows: [Int]) throws(ChangeSetError) -> [VectorClock] {
        try lists(rows).map { (dots) throws(ChangeSetError) in
            var clock = VectorClock()
            for dot in dots {
                guard dot.counter > 0, clock[dot.replica] == 0 else {
                    throw columns.reader.damaged("a vector clock names a replica twice, or 0")
                }
                clock.insert(dot)
            }
            return clock
        }
    }
}

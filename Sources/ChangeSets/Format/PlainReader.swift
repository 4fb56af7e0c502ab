import Causality

/// All of a plain stream, still by columns.
struct PlainReader {
    var stream = PlainStream()
    private(set) var times: [Int64] = []
    var columns: ColumnReader
    let header: ChangeSetHeader
    private(set) var replicas: [ReplicaID] = []
    private(set) var sources: [SourceID] = []
    /// What is left of `Limits.dotsTotalMax`.
    var dotsLeft = Limits.dotsTotalMax

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
}

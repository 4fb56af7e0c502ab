import Causality

/// The plain stream between changes and bytes (specification, section 4.3): everything but personal values.
///
///     replicas   count, then 16 bytes each; index 0 is the writer, the others count from 1
///     sources    likewise; index 0 is the writer's own source
///     shapes     count, then each, in the order of first use
///     runs       count, then shape index and number of changes of each
///     times      one column over all changes
///     columns    shape by shape, in the order that `PlainWriter` and `PlainReader` share
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
        var columns = PlainWriter(changes: changes, first: set.first, own: set.replica, reserving: changes.count * 12)
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

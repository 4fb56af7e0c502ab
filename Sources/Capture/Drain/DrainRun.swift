import Causality
import ChangeSets
import GRDB
import Mutants
import Oddities

/// One reading of a source into the journal, unsealed: rows that the log names, then (in a sweep) all rows,
/// compared with their images.
///
/// It alternates between two connections: a piece of work is one transaction of the agent's file, within
/// which rows are read from the source. Both sides' progress is in `phase`, so that memory holds one page of
/// rows and one batch of changes whatever the size of the drain.
final class DrainRun {
    private let source: CapturedSource
    private let db: Database
    private let mark: SourceMark
    private let everything: Bool
    private let now: Timestamp
    private let name: DrainName
    private let slices: Slices
    private let writer: DrainWriter
    private var readers: [RowReader?]
    private var phase: Phase
    /// The log is read up to here.
    private var target: Int64
    private var rounds = 0
    /// Tables to compare whole, by their index.
    private var toSweep: [Int]
    private var rowsInPiece = 0
    private let comparisons = RowWork.Comparisons()

    private enum Phase: Equatable {
        case log(after: Int64)
        case sweep
        case rows(table: Int, after: LocalKey?, seen: Int)
        case absent(table: Int, after: [UInt8])
        case closing
        case done
    }

    init(_ source: CapturedSource, _ db: Database, mark: SourceMark, everything: Bool, now: Timestamp, nonce: UInt64) throws {
        self.source = source
        self.db = db
        self.mark = mark
        self.everything = everything
        let settings = source.settings
        guard var replica = try source.store.read({ try StoredReplica.of(number: source.stored.replica, $0) }) else {
            throw CaptureError.damagedJournal
        }
        self.now = Mutant.timesFall.isOn ? now : replica.time.next(wallClock: now)
        name = DrainName(number: source.stored.lastDrain + 1, nonce: nonce)
        let isBaseline = everything && replica.last == 0 && source.stored.sealed.number == 0
        writer = DrainWriter(
            source: source.stored.number, number: name.number, replica: replica,
            changesPerPartMax: isBaseline ? settings.changesPerBaselinePartMax : settings.changesPerPartMax,
            bytesPerPartMax: settings.bytesPerPartMax, bytesPerBatchMax: settings.bytesPerReadMax)
        slices = Slices(
            db, milliseconds: source.connection.isWAL ? settings.walSliceMilliseconds : settings.sliceMilliseconds,
            rowsMax: settings.rowsPerSliceMax, reached: settings.reached)
        readers = source.watched.tables.map { _ in nil }
        phase = .log(after: mark.high)
        target = mark.high
        toSweep = everything ? source.watched.sweepOrder : []
    }

    var changeCount: Int { writer.count }
    /// Rows that could not be read, or not whole, and the first reason.
    var setAside: (rows: Int, first: RowError)? { comparisons.firstProblem.map { (comparisons.rowsSetAside, $0) } }
    var replica: ReplicaID { writer.replica.id }

    /// Reads, and leaves an unsealed drain in the journal.
    func read() throws -> StoredDrain {
        try slices.begin()
        target = try ChangeLog.newest(db)
        if source.stored.state == .reasserting { comparisons.extent = try extentOfRollback() }
        while phase != .done {
            try source.store.write { agent in
                try save(isWhole: false, agent)
                try piece(agent)
            }
            if phase != .done { try source.settings.reached(.partJournalled) }
            if !source.connection.isWAL { try slices.end() }
            if phase != .done { try slices.begin() }
        }
        try slices.end()
        return stored
    }

    private var stored: StoredDrain {
        StoredDrain(
            source: writer.source, name: name, replica: writer.replica.number, first: writer.replica.last + 1, last: writer.last,
            parts: Int64(writer.part), high: max(target, mark.high))
    }

    private func save(isWhole: Bool, _ agent: Database) throws {
        try stored.save(agent)
        guard isWhole else { return }
        var replica = writer.replica
        replica.time = MonotonicTime(last: now)
        try replica.save(agent)
    }

    // MARK: Phases

    private func piece(_ agent: Database) throws {
        let rows = try RowWork(
            source: source, agent: agent, writer: writer, time: now,
            opening: everything && source.stored.state == .attached
                ? .baseline(
                    countsMoveStock: source.watched.countsMoveStock,
                    poolsOpenedElsewhere: source.mapping.poolsOpenedElsewhere(than: source.site)) : .none,
            comparisons: comparisons)
        rowsInPiece = 0
        let changes = writer.count
        while phase != .done, rowsInPiece < Oddity.readsSmallPieces.less(source.settings.rowsPerPieceMax),
            writer.count - changes < source.settings.changesPerPartMax
        {
            switch phase {
            case .log(let after): try readLog(after: after, rows)
            case .sweep: try beginSweep(rows)
            case .rows(let table, let after, let seen): try readPage(table, after: after, seen: seen, rows)
            case .absent(let table, let after): try readAbsent(table, after: after, rows)
            case .closing: try close(rows)
            case .done: break
            }
        }
        if phase == .done, writer.mustResolveAgain { try writer.revise(agent, rows.resolved) }
        try writer.flush(agent)
        if phase == .done { try save(isWhole: true, agent) }
    }

    /// The rows that the log names, each once per page of the log, in the order of their first entry (S19).
    private func readLog(after number: Int64, _ rows: RowWork) throws {
        guard number < target else {
            phase = .sweep
            return
        }
        let (entries, reached) = try ChangeLog.entries(
            db, after: number, upTo: target, limit: Oddity.readsFewLogRows.less(source.settings.logRowsPerReadMax, to: 2),
            keyCounts: source.watched.keyCounts)
        var named = NamedRows(entries, watched: source.watched)
        for (place, row) in named.rows.enumerated() {
            if !row.wasThere, try rows.wasPerhapsThere(row.table, row.key) { named.noteThere(place) }
            try readRow(row.table, row.key, wasReplaced: row.wasReplaced, rows)
        }
        try readChildren(&named, rows)
        phase = .log(after: reached)
    }

    private func readRow(_ table: Int, _ key: LocalKey, wasReplaced: Bool = false, _ rows: RowWork) throws {
        guard source.watched.tables[table].mapping != nil else { return }
        let row = try reader(table).row(key)
        try rows.take(table, key: key, row: row, wasReplaced: wasReplaced)
        rowsInPiece += 1
        try slices.pause()
    }

    /// A parent's values stand in its children's records, so they are compared again; in the order of the mapping, then key (S19).
    private func readChildren(_ named: inout NamedRows, _ rows: RowWork) throws {
        for (parent, watched) in source.watched.tables.enumerated() {
            for (child, lookup) in watched.children {
                guard !toSweep.contains(child), let parents = named.parents(parent), !parents.isEmpty else { continue }
                let reader = try reader(child)
                let isIndexed = try reader.isIndexed(lookup)
                let changed = parents.filter { isIndexed || $0.wasThere }
                if !isIndexed && changed.count > Self.scansPerPageMax || Oddity.sweepsForChildren.happens {
                    toSweep.append(child)
                    continue
                }
                for row in changed {
                    guard let keys = try reader.childKeys(lookup, of: row.key, limit: source.settings.childrenPerParentMax) else {
                        toSweep.append(child)
                        break
                    }
                    for key in keys where named.add(child, key) { try readRow(child, key, rows) }
                }
            }
        }
    }

    /// A lookup without an index reads its whole table; beyond this many, one sweep of the table is cheaper.
    static let scansPerPageMax = 4

    private func beginSweep(_ rows: RowWork) throws {
        guard !toSweep.isEmpty else {
            phase = .closing
            return
        }
        let table = toSweep.removeFirst()
        try rows.forgetProblems(table)
        phase = .rows(table: table, after: nil, seen: 0)
    }

    private func readPage(_ table: Int, after: LocalKey?, seen: Int, _ rows: RowWork) throws {
        let page = try reader(table).page(after: after, limit: Oddity.readsFewRows.less(source.settings.rowsPerReadMax))
        var seen = seen
        for row in page.rows {
            if try rows.take(table, key: row.key, row: row.content, wasReplaced: false) { seen += 1 }
        }
        rowsInPiece += page.rows.count
        try slices.pause(after: page.rows.count)
        if page.isLast {
            phase = try rows.presentCount(table) > seen && !Mutant.sweepMissesGoneRows.isOn ? .absent(table: table, after: []) : .sweep
        } else {
            phase = .rows(table: table, after: page.rows.last?.key, seen: seen)
        }
    }

    /// Rows that should be there and are not.
    private func readAbsent(_ table: Int, after: [UInt8], _ rows: RowWork) throws {
        let keys = try rows.presentKeys(table, after: after, limit: Oddity.readsFewKnownKeys.less(source.settings.rowsPerReadMax))
        for bytes in keys {
            let key = try LocalKey(canonicalBytes: bytes)
            if case .absent = try reader(table).row(key) { try rows.take(table, key: key, row: .absent, wasReplaced: false) }
            rowsInPiece += 1
            try slices.pause()
        }
        phase = keys.last.map { .absent(table: table, after: $0) } ?? .sweep
    }

    /// Closes only when the log shows nothing newer than when reading began; else what was named since is read again (S18).
    private func close(_ rows: RowWork) throws {
        let newest = try ChangeLog.newest(db)
        guard newest > target, rounds < source.settings.roundsMax else {
            phase = .done
            return
        }
        rounds += 1
        if rounds == source.settings.roundsMax { try writer.beginPart(rows.agent) }
        phase = .log(after: target)
        target = newest
    }

    // MARK: Restored files

    /// Looks for what was captured after the drain that the file names: if all of it is there, only the mark was lost (S15).
    private func extentOfRollback() throws -> RecoveryComparison.Extent {
        guard let first = source.stored.laterShelf else { return .rows }
        for shelf in try source.store.read({ try Images.row(from: first, $0) }) {
            for index in source.watched.tables.indices where try !isThere(index, as: shelf) { return .rows }
        }
        return .markOnly
    }

    private func isThere(_ index: Int, as later: Int64) throws -> Bool {
        let watched = source.watched.tables[index]
        guard let mapping = watched.mapping else { return true }
        var after: [UInt8] = []
        while true {
            let told = try source.store.read { agent in
                try Images.newer(
                    shelf: later, than: source.stored.shelf, table: watched.number, after: after,
                    limit: Oddity.comparesFewImages.less(500), agent)
            }
            for image in told {
                // A row that no longer maps is not the one the hub knows: look at the rows.
                guard case .values(let values) = try reader(index).row(LocalKey(canonicalBytes: image.key)),
                    let row = try? mapping.map(values, site: source.site),
                    RowContent(row, sameIf: [], isLevel: mapping.stockRole == .level).hash == image.hash
                else { return false }
                try slices.pause()
            }
            guard let last = told.last else { return true }
            after = last.key
        }
    }

    private func reader(_ table: Int) throws -> RowReader {
        if let reader = readers[table] { return reader }
        guard let mapping = source.watched.tables[table].mapping else { preconditionFailure("Only mapped tables are read.") }
        let reader = try RowReader(db, mapping, bytesMax: source.settings.bytesPerReadMax)
        readers[table] = reader
        return reader
    }
}

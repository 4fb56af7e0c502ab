import Causality
import ChangeSets
import GRDB

/// Carries out what a row's comparison with its image says, within one transaction of the agent's file.
final class RowWork {
    let agent: Database
    private let source: CapturedSource
    private let writer: DrainWriter
    private let time: Timestamp
    private let opening: RowComparison.Opening
    private let comparisons: Comparisons
    private let images: Images
    /// Images from before a restore was noticed, while the file is compared with them (S15).
    private let told: ToldImages?
    private var hasProblems: Bool

    /// How each table is compared: found out once per drain, before the drain itself has made images.
    final class Comparisons {
        fileprivate var byTable: [Int: RowComparison] = [:]
        /// How far a restored file went back.
        var extent = RecoveryComparison.Extent.rows
        fileprivate(set) var rowsSetAside = 0
        fileprivate(set) var firstProblem: RowError?
    }

    init(
        source: CapturedSource, agent: Database, writer: DrainWriter, time: Timestamp, opening: RowComparison.Opening,
        comparisons: Comparisons
    ) throws {
        self.source = source
        self.agent = agent
        self.writer = writer
        self.time = time
        self.opening = opening
        self.comparisons = comparisons
        let stored = source.stored
        images = try Images(agent, shelf: stored.shelf, drain: writer.number, dictionary: source.dictionary)
        told =
            try stored.state == .reasserting
            ? stored.laterShelf.map { try ToldImages(agent, shelf: $0, dictionary: source.dictionary) } : nil
        hasProblems = try RowProblem.count(source: stored.number, agent) > 0
    }

    /// Compares a row with its image and journals the difference.
    ///
    /// - Parameter row: what the source has under the key.
    /// - Returns: whether there is a present image under the key afterwards.
    @discardableResult
    func take(_ table: Int, key: LocalKey, row: ReadRow, wasReplaced: Bool) throws -> Bool {
        let watched = source.watched.tables[table]
        guard let mapping = watched.mapping else { return false }
        let keyBytes = key.canonicalBytes
        if key.values.contains(where: \.isNull) {
            guard case .absent = row else {
                try setAside(watched, keyBytes, RowError.nullKey(mapping))
                return false
            }
            if hasProblems { try clearProblem(watched, keyBytes) }
            return false
        }
        let found = try images.found(table: watched.number, key: keyBytes)
        let old = found?.image
        let content: RowContent?
        var isFlagged = false
        var unread: RowError?
        do {
            let mapped = try mapped(row, mapping)
            isFlagged = mapped?.isDeleted ?? false
            content =
                isFlagged
                ? nil
                : mapped.map { RowContent($0, sameIf: mapping.sameIf, isLevel: mapping.stockRole == .level, over: old) }
            unread = mapped?.unread.first?.error
        } catch let error as RowError {
            try setAside(watched, keyBytes, error)
            return old?.state == .present
        }
        if let unread {
            try setAside(watched, keyBytes, unread.withoutField)
        } else if hasProblems {
            try clearProblem(watched, keyBytes)
        }
        let told = found?.isTouched == true ? nil : told  // a row that this drain asserted has an image of its own time
        let outcome = try outcome(
            table, mapping, key, keyBytes, old: old, told: told, row: content, isFlagged: isFlagged, wasReplaced: wasReplaced)
        if outcome.movedLife { writer.mustResolveAgain = true }
        for change in outcome.changes { try writer.append(withLives(change), agent) }
        if let image = outcome.image { try images.put(image, table: watched.number, key: keyBytes, replaces: old != nil) }
        return (outcome.image ?? old)?.state == .present
    }

    /// Whether the row may have been there before. Of a table that is only looked up there are no images to tell.
    func wasPerhapsThere(_ table: Int, _ key: LocalKey) throws -> Bool {
        try source.watched.tables[table].mapping == nil
            || images.life(table: source.watched.tables[table].number, key: key.canonicalBytes) != nil
    }

    private func mapped(_ row: ReadRow, _ mapping: TableMapping) throws -> MappedRow? {
        switch row {
        case .absent: nil
        case .values(let values): try mapping.map(values, site: source.site)
        case .refused(let error): throw error
        }
    }

    private func outcome(
        _ table: Int, _ mapping: TableMapping, _ key: LocalKey, _ keyBytes: [UInt8], old: RowImage?, told: ToldImages?, row: RowContent?,
        isFlagged: Bool, wasReplaced: Bool
    ) throws -> RowComparison.Outcome {
        let comparison = try comparison(table, mapping)
        if let told {
            let later = try told.images(table: source.watched.tables[table].number, key: keyBytes).map { image, shelf in
                RecoveryComparison.Told(image: image, keepsReferences: try row.map { try keepsReferences($0, image, on: shelf) } ?? true)
            }
            return RecoveryComparison(rows: comparison, extent: comparisons.extent).outcome(
                of: key, base: old, later: later, row: row, isFlagged: isFlagged, next: writer.next)
        }
        return comparison.outcome(of: key, from: old, to: row, isFlagged: isFlagged, wasReplaced: wasReplaced, next: writer.next)
    }

    /// A table without any image yet is opened: by the baseline of its source, or because the mapping took it in later.
    private func comparison(_ table: Int, _ mapping: TableMapping) throws -> RowComparison {
        if let known = comparisons.byTable[table] { return known }
        let isOpening = try opening != .none && isNew(table)
        let made = RowComparison(
            entity: mapping.entity, isMutable: mapping.isMutable, stockRole: mapping.stockRole, deletion: mapping.deletion,
            opening: isOpening ? opening : .none, time: time)
        comparisons.byTable[table] = made
        return made
    }

    private func isNew(_ table: Int) throws -> Bool {
        let statement = try RawStatement(cached: agent, "SELECT 1 FROM capture_image WHERE shelf = ?1 AND tab = ?2 AND drain <> ?3 LIMIT 1")
        defer { statement.reset() }
        statement.bind(source.stored.shelf, at: 1).bind(source.watched.tables[table].number, at: 2).bind(writer.number, at: 3)
        return try !statement.step()
    }

    // MARK: Lives of references

    /// The change with the lives that its references' keys have now; what has none yet is looked at again at the end.
    private func withLives(_ change: Change) throws -> Change {
        guard case .write(let subject, var fields) = change.action else { return change }
        var change = change
        for index in fields.indices {
            guard case .reference(let reference) = fields[index].value, reference.source == nil else { continue }
            let life = try life(of: reference, in: images)
            if life == nil { writer.mustResolveAgain = true }
            fields[index].value = .reference(Reference(entity: reference.entity, key: reference.key, life: life))
        }
        change.action = .write(subject, fields)
        return change
    }

    /// The change with the lives as they are at the drain's end; `nil` when it has them already (S6).
    func resolved(_ change: Change) throws -> Change? {
        let present = try withLives(change)
        return present == change ? nil : present
    }

    /// The life that a key has, or the last it had.
    private func life(of reference: Reference, in images: Images) throws -> Dot? {
        let key = reference.key.canonicalBytes
        var last: Dot?
        for number in source.watched.numbers(of: reference.entity) {
            guard let life = try images.life(table: number, key: key) else { continue }
            if !life.isDeleted { return life.dot }
            last = last ?? life.dot
        }
        return last
    }

    /// Whether what the row points at has the lives that a later image's record points at (S15): the line of another sale is
    /// another line. A customer who was edited since does not make it another sale, so only facts count.
    private func keepsReferences(_ row: RowContent, _ later: RowImage, on shelf: Images) throws -> Bool {
        for field in row.fields {
            guard let reference = field.value.reference, isFact(reference.entity) else { continue }
            let told = later.fields?.first { $0.name == field.name }?.value.reference?.life
            if try life(of: reference, in: images) != told ?? life(of: reference, in: shelf) { return false }
        }
        return true
    }

    private func isFact(_ entity: EntityName) -> Bool {
        source.watched.numbers(of: entity).contains { number in
            source.watched.index(of: number).flatMap { source.watched.tables[$0].mapping }.map { !$0.isMutable } ?? false
        }
    }

    // MARK: Sweeps

    func presentCount(_ table: Int) throws -> Int {
        let statement = try RawStatement(cached: agent, "SELECT count(*) FROM capture_image WHERE shelf = ?1 AND tab = ?2 AND state = 1")
        defer { statement.reset() }
        _ = try statement.bind(source.stored.shelf, at: 1).bind(source.watched.tables[table].number, at: 2).step()
        return Int(statement.integer(0))
    }

    func presentKeys(_ table: Int, after key: [UInt8], limit: Int) throws -> [[UInt8]] {
        try Images.presentKeys(shelf: source.stored.shelf, table: source.watched.tables[table].number, after: key, limit: limit, agent)
    }

    // MARK: Rows set aside

    private func setAside(_ watched: WatchedRows, _ key: [UInt8], _ error: RowError) throws {
        let insert = try RawStatement(
            cached: agent,
            """
            INSERT INTO capture_problem (source, tab, key, code, message, remedy, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT DO UPDATE SET code = excluded.code, message = excluded.message, remedy = excluded.remedy
            """)
        insert.bind(source.stored.number, at: 1).bind(watched.number, at: 2).bind(key, at: 3).bind(error.code.rawValue, at: 4)
            .bind(error.message, at: 5).bind(error.remedy, at: 6).bind(time.milliseconds, at: 7)
        try insert.run()
        hasProblems = true
        comparisons.rowsSetAside += 1
        comparisons.firstProblem = comparisons.firstProblem ?? error
    }

    private func clearProblem(_ watched: WatchedRows, _ key: [UInt8]) throws {
        let delete = try RawStatement(cached: agent, "DELETE FROM capture_problem WHERE source = ?1 AND tab = ?2 AND key = ?3")
        try delete.bind(source.stored.number, at: 1).bind(watched.number, at: 2).bind(key, at: 3).run()
    }

    /// A sweep tries every row of the table again.
    func forgetProblems(_ table: Int) throws {
        guard hasProblems else { return }
        try RawStatement(cached: agent, "DELETE FROM capture_problem WHERE source = ?1 AND tab = ?2")
            .bind(source.stored.number, at: 1).bind(source.watched.tables[table].number, at: 2).run()
    }
}

extension RowError {
    /// For a field alone: its row goes on.
    fileprivate var withoutField: RowError {
        var error = self
        error.message += " The rest of the row is sent."
        return error
    }

    static func nullKey(_ mapping: TableMapping) -> RowError {
        RowError(
            .keyIsNull, table: mapping.table, column: mapping.keyColumns.joined(separator: ", "),
            "A row of \(mapping.table) has no key: it holds NULL.",
            remedy: "Give the row a key in the application; until then it cannot be told from others and is left out.")
    }
}

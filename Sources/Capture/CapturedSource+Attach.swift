import Causality
import ChangeSets
import GRDB
import Mutants

extension CapturedSource {
    /// Puts our tables and triggers into the file. The first `drain` then sends the baseline.
    ///
    /// A kill between its two steps leaves a source that the same call finishes.
    ///
    /// - Parameters:
    ///   - name: the source's name at its site.
    ///   - site: what `$site` stands for in the mapping.
    ///   - takeOver: the file belongs to another agent, or to a former folder of this one: continue what it
    ///     captured, by `drain` returning `.recovery` (S16).
    /// - Throws: `CaptureError` with the reason and what to do; then nothing is attached.
    public static func attach(
        file: String, name: Text, site: Text, mapping: CheckedMapping, store: AgentDatabase, owner: VerifyingKey, takeOver: Bool = false,
        settings: CaptureSettings = CaptureSettings(), random: inout some RandomNumberGenerator
    ) throws -> CapturedSource {
        let connection = SourceFile(path: file, settings: settings)
        try connection.checkPlace()
        let drawn = Drawn(source: SourceID(.random(using: &random)), replica: .random(using: &random), nonce: random.next())
        let found = try connection.access { db in
            try dropOrphanedTriggers(db)
            return try SourceMark.read(db)
        }
        var stored = try store.write { db in
            try journalAttachment(file: file, name: name, found: found, owner: owner, takeOver: takeOver, drawn: drawn, db)
        }
        try settings.reached(.attachJournalled)
        let source: CapturedSource
        do {
            source = try CapturedSource(
                stored, connection: connection, site: site, mapping: mapping, store: store, owner: owner, settings: settings)
            try source.install(nonce: stored.sealed.nonce, takingOver: found)
        } catch {
            // The first error is the one to tell; a row that stays is an attachment that the next one takes up again.
            if stored.state == .attaching, found == nil { try? store.write { try stored.delete($0) } }
            throw error
        }
        try settings.reached(.attachInstalled)
        stored.state = takeOver && (found?.last.counter ?? 0) > 0 ? .recovering : .attached
        stored.named = stored.state == .recovering ? found?.last : nil
        try store.write { try stored.save($0) }
        source.stored = stored
        return source
    }

    /// What chance gave this attachment, so that the steps themselves draw nothing.
    private struct Drawn {
        var source: SourceID
        var replica: ReplicaID
        var nonce: UInt64
    }

    /// The first step: the source is in the agent's file before the application's file is touched.
    private static func journalAttachment(
        file: String, name: Text, found: SourceMark?, owner: VerifyingKey, takeOver: Bool, drawn: Drawn, _ db: Database
    ) throws -> StoredSource {
        let known = try StoredSource.all(db)
        if let unfinished = known.first(where: { $0.state == .attaching && $0.file == file && $0.name == name }),
            found == nil || found?.source == unfinished.id
        {
            return unfinished
        }
        if name == PostedSource.name {
            throw CaptureError(
                .alreadyAttached, "\(name) is the name of what is posted to the agent itself.", remedy: "Choose another name.")
        }
        if let taken = known.first(where: { $0.name == name || $0.file == file || ($0.id == found?.source) }) {
            throw CaptureError(
                .alreadyAttached,
                taken.name == name
                    ? "A source is attached as \(name) already: \(taken.file)." : "\(file) is attached already, as \(taken.name).",
                remedy: "Detach \(taken.name) first, or choose another name.")
        }
        if let found, !takeOver {
            let whose = found.owner == owner ? "this agent, whose folder does not know it any more" : "another agent (key \(found.owner))"
            throw CaptureError(
                .otherOwner, "\(file) is attached to \(whose).",
                remedy:
                    "If that agent is gone for good, attach with --take-over; its history is continued. Never run two agents on one file.")
        }
        if let found, found.version > SourceMark.versionNow { throw CaptureError.tooNew(file, found.version) }
        var stored = StoredSource(
            id: found?.source ?? drawn.source, name: name, file: file, state: .attaching, lastDrain: found?.drain.number ?? 0,
            sealed: found?.drain ?? DrainName(number: 0, nonce: drawn.nonce))
        stored.shelf = try Images.newShelf(db)
        try stored.save(db)
        stored.replica = try StoredReplica.open(drawn.replica, source: (stored.number, stored.id, stored.name), follows: nil, db).number
        try stored.save(db)
        return stored
    }

    /// The second step: one transaction of the application's file.
    private func install(nonce: UInt64, takingOver found: SourceMark?) throws {
        let replica = try writer().replica
        try connection.access { db in
            try checkStatements(db)
            try db.inTransaction(.immediate) {
                if var mark = found {
                    mark.owner = owner
                    try mark.write(db)
                } else {
                    try TriggerSet.dropAll(db)
                    try db.execute(sql: "DROP TABLE IF EXISTS main.\"\(ChangeLog.table)\"")
                    try db.execute(sql: "DROP TABLE IF EXISTS main.\"\(SourceMark.table)\"")
                    try db.execute(sql: SourceMark.createSQL)
                    try SourceMark(source: id, owner: owner, drain: DrainName(number: 0, nonce: nonce), last: Dot(replica, 0), high: 0)
                        .write(db)
                }
                if try !db.tableExists(exactly: ChangeLog.table) { try db.execute(sql: ChangeLog.createSQL) }
                try watched.triggers.install(db)
                return .commit
            }
        }
    }

    /// Takes our tables and triggers out of the file, and forgets the source. What is sealed is still sent.
    ///
    /// The file is left as it was before `attach`. If it is gone, the source is forgotten all the same.
    public func detach() throws {
        try reload()
        stored.state = .detaching
        try store.write { try stored.save($0) }
        try settings.reached(.detachJournalled)
        do {
            try connection.access { db in
                // Another agent's file is that agent's, tables and all (S16).
                guard let mark = try SourceMark.read(db), mark.owner == owner, try knownIDs().contains(mark.source) else { return }
                try db.inTransaction(.immediate) {
                    try TriggerSet.dropAll(db)
                    try db.execute(sql: "DROP TABLE IF EXISTS main.\"\(ChangeLog.table)\"")
                    try db.execute(sql: "DROP TABLE IF EXISTS main.\"\(SourceMark.table)\"")
                    return .commit
                }
            }
            try connection.rest()
        } catch let error as CaptureError where error.code == .noSuchFile || error.code == .notADatabase {
            logger.warning("The file of \(name) is gone; the source is forgotten without it.")
        }
        try store.write { db in
            if let unsealed = try StoredDrain.unsealed(of: stored.number, db) { try unsealed.discard(stored, db) }
            try stored.delete(db)
        }
    }

    /// Triggers whose log is gone would make the application's next write fail: they go at once.
    static func dropOrphanedTriggers(_ db: Database) throws {
        guard !Mutant.keepsOrphanedTriggers.isOn, try !db.tableExists(exactly: ChangeLog.table), try !TriggerSet.installed(db).isEmpty
        else { return }
        try db.inTransaction(.immediate) {
            try TriggerSet.dropAll(db)
            return .commit
        }
    }

    /// Whether the mapping still fits the file: every statement that a drain will use must compile.
    func checkStatements(_ db: Database) throws {
        for watched in watched.tables {
            do {
                if let mapping = watched.mapping {
                    _ = try RawStatement(db, mapping.selectSQL(.key))
                } else {
                    let columns = watched.table.keyColumns.map(SQLName.quoted).joined(separator: ", ")
                    _ = try RawStatement(db, "SELECT \(columns) FROM main.\(SQLName.quoted(watched.table.name))")
                }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
                throw CaptureError(
                    .schemaChanged,
                    "The table \(watched.table.name) of \(file) no longer fits the mapping: \(error.message ?? "it changed").",
                    remedy:
                        "The application was updated. Correct the mapping file: it is read again by itself, and what is written meanwhile is captured then."
                )
            }
        }
    }
}

extension CaptureError {
    static func tooNew(_ file: String, _ version: Int64) -> CaptureError {
        CaptureError(
            .tooNew, "A later version of this agent (tables of version \(version)) has attached \(file).",
            remedy: "Update this agent; until then the file is left alone.")
    }
}

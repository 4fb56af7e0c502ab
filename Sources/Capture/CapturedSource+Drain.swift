import Causality
import ChangeSets
import GRDB
import Mutants
import Oddities

extension CapturedSource {
    /// Reads what the application has written since the last drain, and seals it (S14).
    ///
    /// - Parameters:
    ///   - now: the wall clock; the changes' times never fall all the same.
    ///   - random: for the drain's nonce.
    /// - Throws: `CaptureError`; nothing is lost then, and the next call reads again.
    public func drain(now: Timestamp, random: inout some RandomNumberGenerator) throws -> DrainOutcome {
        try read(everything: false, now: now, nonce: random.next())
    }

    /// Compares every row with its image besides: finds what triggers cannot see (`REPLACE` removing another row,
    /// edits with triggers off), and tries again what was set aside.
    public func sweep(now: Timestamp, random: inout some RandomNumberGenerator) throws -> DrainOutcome {
        try read(everything: true, now: now, nonce: random.next())
    }

    private func read(everything: Bool, now: Timestamp, nonce: UInt64) throws -> DrainOutcome {
        defer { noteFile() }
        do {
            let outcome = try connection.access { db in
                try reload()
                if let stop = try settle(db) { return stop }
                try watch(db)
                if Oddity.forgetsNumbers.happens { dictionary.forget() }
                let isWhole = everything || stored.needsSweep || stored.state == .reasserting || Oddity.sweepsUnasked.happens
                do { return try capture(db, everything: isWhole, now: now, nonce: nonce) } catch let error as DatabaseError
                    where error.resultCode == .SQLITE_ERROR
                {
                    // A file that went back in time may have got the number of its schema a second time, for another one.
                    try checkStatements(db)
                    throw error
                }
            }
            switch outcome {
            case .nothing, .sealed: try note(problem: nil)
            case .recovery:
                try note(problem: "The file, or the agent's folder, was restored; the hub is asked for what it knew at that time.")
            case .alarm(let error): try note(problem: error.description)
            }
            return outcome
        } catch {
            dictionary.forget()
            // The error itself goes on; noting it for `status` may fail for the same reason.
            if let error = error as? CaptureError { try? note(problem: error.description) }
            throw error
        }
    }

    // MARK: Triggers

    /// Looks after the triggers: whatever moved the schema may have dropped or rewritten them, and what
    /// happened without them only a sweep can find.
    private func watch(_ db: Database) throws {
        var version: Int64 = 0
        var isInstalled = false
        // In one look: what is installed after the version was read would otherwise be taken for what stood then.
        try db.inTransaction(.deferred) {
            version = try Self.schemaVersion(db)
            isInstalled = try watched.triggers.isInstalled(db)
            return .commit
        }
        guard version != stored.schemaVersion || stored.mapping != mappingFingerprint || !isInstalled else { return }
        try checkStatements(db)
        if try !isInstalled || TriggerSet.areOutranked(db) {
            logger.notice("The triggers of \(name) are put (back) into the file, and every row is compared.")
            try db.inTransaction(.immediate) {
                try watched.triggers.install(db)
                version = try Self.schemaVersion(db)
                return .commit
            }
        }
        try settings.reached(.triggersInstalled)
        stored.schemaVersion = version
        stored.mapping = mappingFingerprint
        stored.needsSweep = !Mutant.reinstallsWithoutSweep.isOn || stored.sealed.number == 0
        try store.write { try stored.save($0) }
    }

    private static func schemaVersion(_ db: Database) throws -> Int64 { try Int64.fetchOne(db, sql: "PRAGMA schema_version") ?? 0 }

    // MARK: One drain

    private func capture(_ db: Database, everything: Bool, now: Timestamp, nonce: UInt64) throws -> DrainOutcome {
        guard var mark = try SourceMark.read(db) else { return .nothing }
        mark.source = id
        var everything = everything
        if try ChangeLog.numbered(db) < mark.high {
            logger.warning("The log of \(name) was numbered anew by somebody; every row is compared.")
            mark.high = 0
            everything = true
        }
        guard try everything || ChangeLog.newest(db) > mark.high else {
            try trim(db, mark, times: settings.trimsPerDrainMax)
            return .nothing
        }
        try settings.reached(.drainBegun)
        let run = try DrainRun(self, db, mark: mark, everything: everything, now: now, nonce: nonce)
        let drain: StoredDrain
        do { drain = try run.read() } catch {
            // SQLite has rolled back by itself where this fails.
            if db.isInsideTransaction { try? db.rollback() }
            throw error
        }
        if let (rows, first) = run.setAside {
            logger.warning(
                "rows could not be read, or not whole: \(first.message)",
                metadata: ["rows": "\(rows)", "code": "\(first.code.rawValue)", "remedy": "\(first.remedy)"])
        }
        guard run.changeCount > 0 || stored.state == .reasserting else {
            mark.high = drain.high
            try commit(mark, db)
            try store.write { try finishEmpty(drain, everything: everything, $0) }
            try trim(db, mark, times: settings.trimsPerDrainMax)
            return .nothing
        }
        if Mutant.sealsBeforeMark.isOn {
            var early = stored
            try store.write { try drain.seal(&early, $0) }
        }
        try settings.reached(.drainJournalled)
        mark.drain = drain.name
        if drain.last > 0 { mark.last = Dot(run.replica, drain.last) }
        mark.high = drain.high
        try commit(mark, db)
        try settings.reached(.drainMarked)
        try store.write { agent in
            if everything { stored.needsSweep = false }
            try drain.seal(&stored, agent)
        }
        try settings.reached(.drainSealed)
        try trim(db, mark, times: settings.trimsPerDrainMax)
        return run.changeCount == 0 ? .nothing : .sealed(drain: drain.name.number, changes: run.changeCount)
    }

    /// The mark, and the first trim, on disk: FULL on this connection makes every earlier commit of the application durable too.
    private func commit(_ mark: SourceMark, _ db: Database) throws {
        try db.inTransaction(.immediate) {
            guard let present = try SourceMark.read(db), try knownIDs().contains(present.source), present.owner == owner,
                present.drain == stored.sealed
            else {
                throw CaptureError(
                    .unknownState, "The mark in \(file) changed while the file was read.",
                    remedy: "The drain is taken back and read again. If it comes again, see that no second agent works on this file.")
            }
            try mark.write(db)
            try ChangeLog.keepNumbers(db, above: mark.high)
            try ChangeLog.trim(db, upTo: Mutant.trimsBeyondMark.isOn ? .max : mark.high, limit: settings.logRowsPerTrimMax)
            return .commit
        }
    }

    /// Deletes what is captured already, in transactions of their own, so that the application waits for none of them long.
    private func trim(_ db: Database, _ mark: SourceMark, times: Int) throws {
        for _ in 0..<times where !Oddity.trimsLater.happens {
            guard try ChangeLog.oldest(db).map({ $0 <= mark.high }) ?? false else { return }
            try db.inTransaction(.immediate) {
                try ChangeLog.trim(db, upTo: mark.high, limit: settings.logRowsPerTrimMax)
                return .commit
            }
            try settings.reached(.logTrimmed)
        }
    }

    /// A reading that came to no change needs no name: only images may have been touched.
    private func finishEmpty(_ drain: StoredDrain, everything: Bool, _ db: Database) throws {
        if everything { stored.needsSweep = false }
        stored.lastDrain = max(stored.lastDrain, drain.name.number)
        try Images.settle(shelf: stored.shelf, db)
        try db.execute(
            sql: "DELETE FROM capture_drain WHERE source = ? AND number = ?",
            arguments: [stored.number, Int64(bitPattern: drain.name.number)])
        try stored.save(db)
    }
}

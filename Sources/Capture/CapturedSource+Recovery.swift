import Causality
import ChangeSets
import GRDB
import Mutants

extension CapturedSource {
    /// The hub's history of this source is another than this folder's, or a longer one: the next drain returns `.recovery`.
    public func mustRecover() { hubIsAhead = !Mutant.ignoresHubAhead.isOn }

    /// Whether this source ever wrote under the replica, or continues what another agent wrote under it.
    public func continues(_ replica: ReplicaID) throws -> Bool {
        let writer = try writer().replica
        return try store.read { db in
            try StoredReplica.of(id: replica, db)?.source == stored.number
                || StoredReplica.chain(of: writer, db).contains { $0.replica == replica }
        }
    }

    /// Brings file and journal together before anything is read (S15, S16).
    ///
    /// - Returns: why nothing may be read; `nil` to go on.
    func settle(_ db: Database) throws -> DrainOutcome? {
        try Self.dropOrphanedTriggers(db)
        let mark = try SourceMark.read(db)
        let unsealed = try store.read { try StoredDrain.unsealed(of: stored.number, $0) }
        let known = RecoveryDecision.Known(
            sources: try knownIDs(), others: try otherIDs(), owner: owner, sealed: stored.sealed, unsealed: unsealed?.name,
            hubIsAhead: hubIsAhead)
        let decision = RecoveryDecision.of(file: mark, journal: known)
        switch decision {
        case .goOn: break
        case .discardUnsealed: try discard(unsealed)
        case .sealUnsealed:
            if let unsealed { try store.write { try unsealed.seal(&stored, $0) } }
            if hubIsAhead, let mark { try beginRecovery(mark, isKnown: true) }
        case .recover:
            try discard(unsealed)
            if let mark { try beginRecovery(mark, isKnown: known.sources.contains(mark.source)) }
        case .otherOwner, .replaced, .tooNew: return .alarm(refusal(decision))
        }
        guard stored.state == .recovering else {
            return try db.tableExists(exactly: ChangeLog.table) ? nil : .alarm(refusal(.replaced(found: id)))
        }
        let named = stored.named.flatMap { $0.counter == 0 ? nil : $0 }
        let writers = try store.read { db in try StoredReplica.fetch(db, "source = ?1") { $0.bind(stored.number, at: 1) } }
        let ownSuffice = holdsAll(since: named, writers)
        return .recovery(
            RecoveryRequest(
                source: id, name: name, named: named, wantsNewest: stored.hubWasAhead || !ownSuffice,
                namesOwnDrain: mark.map { $0.drain == stored.sealed || $0.drain.number < stored.sealed.number } ?? false,
                writers: Set(writers.map(\.id)), follows: try store.read { try StoredReplica.follows($0) }))
    }

    private func discard(_ drain: StoredDrain?) throws {
        guard let drain else { return }
        try store.write { try drain.discard(stored, $0) }
        dictionary.forget()
    }

    /// The ids under which this agent wrote the file (S22).
    func knownIDs() throws -> Set<SourceID> { try store.read { try ids("source = ?1", $0) }.union([id]) }

    private func otherIDs() throws -> Set<SourceID> {
        try store.read { db in
            try ids("source <> ?1 AND source IN (SELECT number FROM capture_source)", db)
                .union(StoredSource.all(db).lazy.filter { $0.number != self.stored.number }.map(\.id))
        }
    }

    private func ids(_ condition: String, _ db: Database) throws -> Set<SourceID> {
        let statement = try RawStatement(db, "SELECT DISTINCT source_id FROM capture_replica WHERE \(condition)")
        statement.bind(stored.number, at: 1)
        var ids: Set<SourceID> = []
        while try statement.step() { if let id = SourceID(bytes: statement.bytes(0)) { ids.insert(id) } }
        return ids
    }

    private func beginRecovery(_ mark: SourceMark, isKnown: Bool) throws {
        let named = mark.last
        guard stored.state != .recovering || stored.named != named || stored.hubWasAhead != hubIsAhead || !isKnown else { return }
        logger.warning("\(name) or the agent's folder was restored; what was captured since is looked up at the hub.")
        try store.write { db in
            try clearStaged(db)
            stored.state = .recovering
            stored.named = named
            stored.hubWasAhead = stored.hubWasAhead || hubIsAhead
            if !isKnown { stored.id = mark.source }
            try stored.save(db)
        }
        try settings.reached(.recoveryNoticed)
    }

    private func refusal(_ decision: RecoveryDecision) -> CaptureError {
        switch decision {
        case .otherOwner(let key):
            CaptureError(
                .otherOwner, "\(file) now belongs to another agent (key \(key)).",
                remedy: "If that was meant, detach \(name) here. Otherwise attach it here again with --take-over.")
        case .tooNew(let version): .tooNew(file, version)
        default:
            CaptureError(
                .replaced, "\(file) is not the file that was attached as \(name): it is another one, or our tables were removed from it.",
                remedy:
                    "Put the right file back. If this one is meant, detach \(name) and attach it anew; that sends its whole content as new."
            )
        }
    }

    /// Opens a new incarnation that follows `dot`, with the staged images. The next `drain` asserts again what the
    /// file has, and finds what is new.
    ///
    /// - Parameters:
    ///   - dot: the dot as of which the images are; `nil` when there were none to fetch.
    ///   - abandoning: what this folder has not sent yet is another history than the hub's, and never will be sent: what its own
    ///     images tell does not count.
    ///   - parting: where it abandons: another disk writes on under this source's name, so take a new one (S22). Records from
    ///     before stay what they are; the hub knows by the chain that this source may write them, too.
    ///   - beside: what stands or falls with it, in the same transaction of the agent's file.
    /// - Throws: `CaptureError` when the source is not recovering; what `beside` throws.
    public func recover(
        following dot: Dot?, abandoning: Bool = false, parting: Bool = false, random: inout some RandomNumberGenerator,
        beside: (Database) throws -> Void = { _ in }
    ) throws {
        try reload()
        try requireRecovering()
        guard let mark = try connection.access({ try SourceMark.read($0) }) else { throw refusal(.replaced(found: nil)) }
        let id = ReplicaID.random(using: &random)
        let source = SourceID(.random(using: &random))
        try store.write { db in
            let former = stored.replica
            let ownCount = try !abandoning && !stored.hubWasAhead && Self.knowsMore(than: dot, former: former, db)
            if parting { stored.id = source }
            stored.replica = try StoredReplica.open(id, source: (stored.number, stored.id, stored.name), follows: dot, db).number
            try Self.forgetUnused(replica: former, db)
            try gatherLaterImages(ownCount: ownCount, db)
            stored.shelf = try stored.stagingShelf ?? Images.newShelf(db)
            stored.stagingShelf = nil
            stored.sealed = mark.drain
            stored.lastDrain = max(stored.lastDrain, mark.drain.number)
            stored.state = .reasserting
            stored.needsSweep = true
            stored.named = nil
            stored.hubWasAhead = false
            try stored.save(db)
            try beside(db)
        }
        hubIsAhead = false
        try settings.reached(.replicaOpened)
    }

    /// The images that tell what was captured after the drain that the file names: the hub's newest, where they were
    /// fetched, and our own, where they are no older than that drain: what they tell may still wait to be sent.
    private func gatherLaterImages(ownCount: Bool, _ db: Database) throws {
        // Restored a second time before the first was asserted: the images from before the first time tell more.
        let own = stored.laterShelf ?? (ownCount ? stored.shelf : nil)
        for shelf in [stored.shelf, stored.laterShelf].compactMap({ $0 }) where shelf != own { try Images.clear(shelf: shelf, db) }
        // Our own come first: what they tell may be on its way, and the hub's are older there.
        if let newest = stored.newestShelf, let own { try Images.put(newest, beside: own, db) }
        stored.laterShelf = own ?? stored.newestShelf
        stored.newestShelf = nil
    }

    /// Whether the agent's own images tell all that was captured after the drain that the file names: they do when its
    /// present writer captured that drain. Else another history may have gone on from there, and only the hub knows it.
    private func holdsAll(since dot: Dot?, _ writers: [StoredReplica]) -> Bool {
        guard let dot else { return writers.count < 2 }
        return writers.contains { $0.number == stored.replica && $0.id == dot.replica && $0.last >= dot.counter }
    }

    /// Whether the agent's own images are those of the hub's dot, or newer ones: not so if the agent's folder was the one restored.
    private static func knowsMore(than dot: Dot?, former number: Int64, _ db: Database) throws -> Bool {
        guard let dot else { return true }
        guard let former = try StoredReplica.of(number: number, db) else { return false }
        if former.id == dot.replica { return former.last >= dot.counter }
        return try StoredReplica.chain(of: former.id, db).first { $0.replica == dot.replica }.map { $0.counter >= dot.counter } ?? false
    }

    /// A replica that never sealed a change need not be known to anybody.
    private static func forgetUnused(replica number: Int64, _ db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM capture_replica WHERE number = ?1 AND last = 0
                AND NOT EXISTS (SELECT 1 FROM capture_batch WHERE replica = ?1) AND NOT EXISTS (SELECT 1 FROM capture_image WHERE replica = ?1)
                """,
            arguments: [number])
    }

    func requireRecovering() throws {
        guard stored.state == .recovering else {
            throw CaptureError(
                .unknownState, "\(name) waits for no images.", remedy: "Drain it; it says when it does.")
        }
    }
}

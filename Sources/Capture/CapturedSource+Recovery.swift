import Causality
import ChangeSets
import GRDB

extension CapturedSource {
    /// Tells what the hub has of the present replica. If that is more than the journal ever sealed, the agent's
    /// folder went back in time, and the next drain returns `.recovery`.
    public func learn(hubLast counter: UInt64, of replica: ReplicaID) throws {
        let writer = try writer()
        if writer.replica == replica, counter > writer.last { hubIsAhead = true }
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
        let ownSuffice = try store.read { try holdsAll(since: named, $0) }
        return .recovery(
            RecoveryRequest(
                source: id, name: name, named: named, wantsNewest: stored.hubWasAhead || !ownSuffice,
                namesOwnDrain: mark?.drain == stored.sealed))
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
            for shelf in [stored.stagingShelf, stored.newestShelf].compactMap({ $0 }) { try Images.clear(shelf: shelf, db) }
            stored.stagingShelf = nil
            stored.newestShelf = nil
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

    // MARK: Images from the hub

    /// Takes a page of the images that the hub has: as of the dot that `recover` will name, or its newest ones.
    ///
    /// - Parameter isFirst: forget what an earlier try brought of this kind.
    public func stage(_ images: [RecordImage], as kind: StagedImages = .named, isFirst: Bool) throws {
        try reload()
        try requireRecovering()
        let shelf = kind == .named ? \StoredSource.stagingShelf : \StoredSource.newestShelf
        try store.write { db in
            if isFirst, let old = stored[keyPath: shelf] {
                try Images.clear(shelf: old, db)
                stored[keyPath: shelf] = nil
            }
            let number = try stored[keyPath: shelf] ?? Images.newShelf(db)
            stored[keyPath: shelf] = number
            try stored.save(db)
            switch kind {
            case .named:
                let shelf = try Images(db, shelf: number, drain: 0, dictionary: dictionary)
                for record in images { try stage(record, on: shelf, db) }
            case .newest:
                var told = try ToldImages(db, shelf: number, dictionary: dictionary)
                let base = try stored.stagingShelf.map { try Images(db, shelf: $0, drain: 0, dictionary: dictionary) }
                for record in images {
                    guard let (table, mapping) = try table(of: record, db) else { continue }
                    let image =
                        record.isDeleted ? RowImage.deleted(life: record.life) : RowImage(record, mapping: mapping, keepsLives: true)
                    let key = record.key.canonicalBytes
                    // A key may have been deleted many times: the base's own deletion counts, and that there was one.
                    let isBase = try base?.life(table: table, key: key)?.dot == record.life
                    if image.isDeleted, !isBase, try told.hasDeletion(table: table, key: key) { continue }
                    try told.put(image, table: table, key: key)
                }
            }
        }
        try settings.reached(.imagesStaged)
    }

    private func stage(_ record: RecordImage, on shelf: Images, _ db: Database) throws {
        guard let (table, mapping) = try table(of: record, db) else { return }
        let key = record.key.canonicalBytes
        let image = record.isDeleted ? RowImage.deleted(life: record.life) : RowImage(record, mapping: mapping)
        let before = try shelf.image(table: table, key: key)
        // A key given again names several records: the live one counts, else the youngest.
        if let before, !before.isDeleted && image.isDeleted || before.isDeleted == image.isDeleted && before.life > image.life { return }
        try shelf.put(image, table: table, key: key, replaces: before != nil)
    }

    private func table(of record: RecordImage, _ db: Database) throws -> (number: Int64, mapping: TableMapping)? {
        let numbers = watched.numbers(of: record.entity)
        let number =
            try numbers.count < 2
            ? numbers.first : tableHolding(record.key.canonicalBytes, life: record.life, among: numbers, db)
        guard let number, let mapping = watched.index(of: number).flatMap({ watched.tables[$0].mapping }) else { return nil }
        return (number, mapping)
    }

    /// Several tables may hold records of one entity; the images from before tell which one a key belongs to.
    private func tableHolding(_ key: [UInt8], life: Dot, among numbers: [Int64], _ db: Database) throws -> Int64? {
        let before = try Images(db, shelf: stored.shelf, drain: 0, dictionary: dictionary)
        return try numbers.first { try before.life(table: $0, key: key)?.dot == life } ?? numbers.first
    }

    /// Opens a new incarnation that follows `dot`, with the staged images. The next `drain` asserts again what the
    /// file has, and finds what is new.
    ///
    /// - Parameters:
    ///   - dot: the dot as of which the images are; `nil` when there were none to fetch.
    ///   - abandoning: what this folder has not sent yet is another history than the hub's, and never will be sent: what its own
    ///     images tell does not count.
    ///   - parting: besides, another disk writes on under this source's name: take a new one (S22). Records from before stay what
    ///     they are; the hub knows by the chain that this source may write them, too.
    /// - Throws: `CaptureError` when the source is not recovering.
    public func recover(
        following dot: Dot?, abandoning: Bool = false, parting: Bool = false, random: inout some RandomNumberGenerator
    ) throws {
        try reload()
        try requireRecovering()
        guard let mark = try connection.access({ try SourceMark.read($0) }) else { throw refusal(.replaced(found: nil)) }
        let id = ReplicaID.random(using: &random)
        let source = SourceID(.random(using: &random))
        try store.write { db in
            let former = stored.replica
            let ownCount = try !abandoning && !parting && !stored.hubWasAhead && Self.knowsMore(than: dot, former: former, db)
            if parting { stored.id = source }
            stored.replica = try StoredReplica.open(id, source: stored, follows: dot, db).number
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
    private func holdsAll(since dot: Dot?, _ db: Database) throws -> Bool {
        let writers = try StoredReplica.fetch(db, "source = ?1") { $0.bind(stored.number, at: 1) }
        guard let dot else { return writers.count < 2 }
        return writers.contains { $0.number == stored.replica && $0.id == dot.replica && $0.last >= dot.counter }
    }

    /// Whether the agent's own images are those of the hub's dot, or newer ones: not so if the agent's folder was the one restored.
    private static func knowsMore(than dot: Dot?, former number: Int64, _ db: Database) throws -> Bool {
        guard let dot else { return true }
        guard let former = try StoredReplica.of(number: number, db) else { return false }
        if former.id == dot.replica { return former.last >= dot.counter }
        var followed = former.follows
        while let limit = followed {
            if limit.replica == dot.replica { return limit.counter >= dot.counter }
            followed = try StoredReplica.of(id: limit.replica, db)?.follows
        }
        return false
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

    private func requireRecovering() throws {
        guard stored.state == .recovering else {
            throw CaptureError(
                .unknownState, "\(name) waits for no images.", remedy: "Drain it; it says when it does.")
        }
    }
}

extension RowImage {
    static func deleted(life: Dot) -> RowImage {
        RowImage(state: .deleted, life: life, hash: 0, same: nil, fields: nil, stock: .none)
    }

    /// What the hub's record tells of the row that it came from; what the row said about stock is not among it.
    ///
    /// - Parameter keepsLives: keep the lives of its references, which tell the lines of one sale from those of another.
    init(_ record: RecordImage, mapping: TableMapping, keepsLives: Bool = false) {
        let names = Set(mapping.fieldNames).union(mapping.stockRole == .level ? ["sku", "location", "quantity"] : [])
        let fields = record.fields.filter { names.contains($0.name) && !$0.value.isNull }
        self.init(
            state: .present, life: record.life, hash: ContentHash.of(fields.lazy.map { ($0.name, $0.value) }),
            same: mapping.sameIf.isEmpty
                ? nil : ContentHash.of(fields.lazy.filter { mapping.sameIf.contains($0.name) }.map { ($0.name, $0.value) }),
            fields: fields.map { ImageField(name: $0.name, value: keepsLives ? $0.value : $0.value.withoutLife) },
            stock: mapping.stockRole == .none ? .none : .unknown)
    }
}

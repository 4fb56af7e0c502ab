import Causality
import ChangeSets
import GRDB

extension PostedSource {
    /// What a recovery of this source asks for; the source itself forgets nothing, so it continues whatever the hub has of it.
    public func request() throws -> RecoveryRequest? {
        try writer().map { writer in
            RecoveryRequest(
                source: writer.source, name: Self.name, named: Dot(writer.replica, .max), wantsNewest: true, namesOwnDrain: true,
                writers: [writer.replica], follows: try store.read { try StoredReplica.follows($0) })
        }
    }

    /// Learns which records the hub has of this source: keys that a later life of the agent's folder gave out.
    ///
    /// They wait until `recover`: until then the same names may still be those of changes that were not sent.
    public func stage(_ images: [RecordImage], isFirst: Bool, of source: SourceID) throws {
        try store.write { db in
            if isFirst { try PostedRecords.forgetStaged(db) }
            for image in images {
                let record = RecordID(entity: image.entity, source: source, key: image.key, life: image.life)
                try PostedRecords.stage(record, isDeleted: image.isDeleted, db)
            }
        }
    }

    /// Lets go of what an earlier try to recover had learnt.
    public func forgetImages() throws { try store.write { try PostedRecords.forgetStaged($0) } }

    /// Opens a new writer that follows `dot`, and gives what was not sent its names anew (S22).
    ///
    /// All in one transaction, the former writer's end included: a crash in between would otherwise tell it twice.
    ///
    /// - Parameters:
    ///   - dot: `nil`: follows nothing.
    ///   - sealed: the former writer's last change when the recovery was chosen: what was posted since is not in the hub's history, whatever
    ///     stands there under its name.
    ///   - parting: the histories differ from there: under a source id of its own.
    ///   - unsent: takes the former writer's last changes, those after the counter given, out of its queue, and ends it.
    ///   - noting: what stood between, where that can neither be sent nor read any more.
    public func recover(
        following dot: Dot?, sharing sealed: UInt64, parting: Bool, random: inout some RandomNumberGenerator,
        unsent: (ReplicaID, UInt64, Database) throws -> [Change], noting: (PostedLoss, Database) throws -> Void = { _, _ in }
    ) throws {
        let drawn = (source: SourceID(.random(using: &random)), replica: ReplicaID.random(using: &random), nonce: random.next() as UInt64)
        try store.write { db in
            guard var source = try StoredPosted.find(db), let former = try StoredReplica.of(number: source.replica, db) else { return }
            let shared = dot.map { $0.replica == former.id ? min($0.counter, sealed, former.last) : 0 } ?? 0
            let changes = try unsent(former.id, shared, db)
            if parting { source.id = drawn.source }
            try source.open(drawn.replica, follows: dot, db)
            guard var writer = try StoredReplica.of(number: source.replica, db) else { throw CaptureError.damagedJournal }
            writer.time = former.time
            let last = Dot(former.id, former.last - UInt64(changes.count))
            if last.counter > shared {
                let lost = shared + 1...last.counter
                let records = try PostedRecords.forget(createdIn: lost, of: former.id, db)
                try noting(PostedLoss(replica: former.id, counters: lost, records: records), db)
            }
            let renaming = Renaming(after: last, to: drawn.replica)
            try PostedRecords.rename(after: last, to: drawn.replica, source: source.id, db)
            try PostedRecords.takeStaged(besides: drawn.replica, db)
            try source.append(changes.map(renaming.change), to: &writer, nonce: drawn.nonce, db)
            // The hub had not heard of these deletions when it told which keys are in use.
            for case .delete(let subject, _) in changes.map(\.action) {
                guard let known = try PostedRecords.find(subject.entity, subject.key, db), known.life == subject.life else { continue }
                try PostedRecords.forget(subject.entity, subject.key, db)
            }
        }
    }
}

/// Own dots after one of a replica, as dots of another: what a writer never sent may still be named anew.
struct Renaming {
    var after: Dot
    var to: ReplicaID

    init(after: Dot, to: ReplicaID) {
        self.after = after
        self.to = to
    }

    func dot(_ dot: Dot) -> Dot {
        dot.replica == after.replica && dot.counter > after.counter ? Dot(to, dot.counter - after.counter) : dot
    }

    func change(_ change: Change) -> Change {
        var change = change
        switch change.action {
        case .write(let subject, let fields): change.action = .write(self.subject(subject), fields.map(write))
        case .delete(let subject, let context): change.action = .delete(self.subject(subject), self.context(context))
        case .stockOnly: break
        }
        if case .count(var count) = change.stock, case .clocks(let replaced, let included) = count.coverage {
            count.coverage = .clocks(replaced: clock(replaced), included: clock(included))
            change.stock = .count(count)
        }
        return change
    }

    private func subject(_ subject: Subject) -> Subject {
        var subject = subject
        subject.life = subject.life.map(dot)
        return subject
    }

    private func write(_ write: FieldWrite) -> FieldWrite {
        var write = write
        write.context = context(write.context)
        write.saw = write.saw.map(dot).sorted()
        if case .reference(var reference) = write.value {
            reference.life = reference.life.map(dot)
            write.value = .reference(reference)
        }
        return write
    }

    private func context(_ context: Context) -> Context {
        guard case .named(let dots) = context else { return context }
        return .named(dots.map(dot).sorted())
    }

    /// What it contained of the former writer is split at the dot where the new one goes on.
    private func clock(_ clock: VectorClock) -> VectorClock {
        var clock = clock
        guard clock[after.replica] > after.counter else { return clock }
        clock[to] = clock[after.replica] - after.counter
        clock[after.replica] = after.counter
        return clock
    }
}

import ChangeSets
import Mutants
import Oddities

/// Gathers what is to be written, so that many pushes share one commit.
///
/// While one group commits, the next one gathers. A group's answers are given only after its commit is on
/// disk (law 2). What is small goes first, so that a sale waits for one part of a backlog at most; after each group of small ones comes
/// one that holds the first of those that wait, however large: nobody waits for ever.
actor CommitQueue {
    /// One piece of writing; runs in the group's transaction.
    struct Job: Sendable {
        var bytes: Int
        var changes: Int
        /// Works on the group's copy of the standing; must not throw for anything but the store's own failure,
        /// and may run twice: bare, then with savepoints.
        var work: @Sendable (any HubWriting, inout Standing, Isolation) throws -> Void
        var done: @Sendable (Result<Void, any Error>) -> Void
    }

    private var waiting: [Job] = []
    private var waitingBytes = 0
    private var isCommitting = false
    private var isStopped = false
    /// The last group was made of small ones, before what had waited longer.
    private var smallWentFirst = false
    private var idle: [CheckedContinuation<Void, Never>] = []
    private let bytesMax: Int

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    var waitingCount: Int { waiting.count }

    /// Runs `work` in a commit and returns when that is on disk. When it throws, nothing that it wrote stays.
    ///
    /// - Throws: `hub-busy` when too much waits already or the commit under way is late, the store's error when the commit fails.
    func submit<Value: Sendable>(
        bytes: Int, changes: Int = 1, to hub: Hub, _ work: @escaping @Sendable (any HubWriting, inout Standing, Isolation) throws -> Value
    ) async throws -> Value {
        guard !isStopped else { throw Self.stopping }
        if let late = hub.commitWatch.lateness { throw late }
        guard waiting.isEmpty || waitingBytes + bytes <= bytesMax else {
            throw HubError(.busy, "The hub has \(waitingBytes) bytes to commit first.", remedy: "Nothing: it is tried again by itself.")
        }
        let result = Box<Value>()
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let job = Job(
                bytes: bytes, changes: changes,
                work: { store, standing, isolation in
                    result.set(try Self.alone(work, store, &standing, bytes > Isolation.bareBytesMin ? isolation : .savepoints))
                },
                done: { continuation.resume(with: $0) })
            waiting.append(job)
            waitingBytes += bytes
            if !isCommitting {
                isCommitting = true
                Task { await self.commitAll(on: hub) }
            }
        }
        return try result.get()
    }

    /// Runs one job so that its refusal harms no other: only the store's own failure ends the group.
    private static func alone<Value>(
        _ work: (any HubWriting, inout Standing, Isolation) throws -> Value, _ store: any HubWriting, _ standing: inout Standing,
        _ isolation: Isolation
    ) throws -> Result<Value, any Error> {
        var trial = standing
        do {
            let value = try isolation.alone(in: store) { try work(store, &trial, isolation) }
            standing = trial
            return .success(value)
        } catch let error as HubError where error.isTransient {
            throw error
        } catch let error as Isolation.NeedsSavepoints {
            throw error
        } catch {
            return .failure(error)
        }
    }

    private func commitAll(on hub: Hub) async {
        while !waiting.isEmpty {
            let group = takeGroup(hub.options, changesMax: hub.changesPerCommit)
            hub.commitWatch.begin()
            let outcome = await hub.commit(group)
            hub.commitWatch.end()
            for job in group { job.done(outcome) }
        }
        isCommitting = false
        for continuation in idle { continuation.resume() }
        idle = []
    }

    /// The first that waits and what fits beside it; or before that, every other time, the small ones.
    private func takeGroup(_ options: Hub.Options, changesMax: Int) -> [Job] {
        let first = waiting[0]
        let small = Self.small(of: changesMax)
        smallWentFirst = !smallWentFirst && first.changes > small && waiting.contains { $0.changes <= small }
        var (group, rest, bytes, changes) = ([Job](), [Job](), 0, 0)
        for job in waiting {
            let fits = group.isEmpty || bytes + job.bytes <= options.groupBytesMax && changes + job.changes <= changesMax
            guard fits, group.count < options.groupPushesMax, !smallWentFirst || job.changes <= small else {
                rest.append(job)
                continue
            }
            bytes += job.bytes
            changes += job.changes
            group.append(job)
        }
        waiting = rest
        waitingBytes -= bytes
        return group
    }

    /// A push of so many changes, of which ten fit into a commit, is small.
    private static func small(of changesMax: Int) -> Int { changesMax / 10 }

    /// Refuses what waits and what comes later, and returns when the commit under way is on disk: nobody who waits
    /// was told anything, so whoever asked asks again.
    func stop() async {
        isStopped = true
        let refused = waiting
        waiting = []
        waitingBytes = 0
        for job in refused { job.done(.failure(Self.stopping)) }
        guard isCommitting else { return }
        await withCheckedContinuation { idle.append($0) }
    }

    private static let stopping = HubError(.stopping, "The hub is stopping.", remedy: "Nothing: it is tried again by itself.")
}

/// Carries a value out of a commit.
///
/// `@unchecked Sendable`: written in the store's transaction before the commit is announced, read after.
private final class Box<Value>: @unchecked Sendable {
    private var value: Result<Value, any Error>?
    func set(_ value: Result<Value, any Error>) { self.value = value }
    func get() throws -> Value {
        guard let value else {
            throw HubError(.storageFailed, "A commit gave no result.", remedy: "Try again; if it lasts, restart the hub.")
        }
        return try value.get()
    }
}

extension Hub {
    /// Runs a group in one transaction on a copy of the standing, and publishes the copy once it is on disk.
    func commit(_ group: [CommitQueue.Job]) async -> Result<Void, any Error> {
        let before = standing.withLock { $0 }
        let begun = ContinuousClock.now
        do {
            let (after, flowDay): (Standing, Int64?)
            do {
                (after, flowDay) = try await run(group, from: before, Oddity.commitsInSavepoints.happens ? .savepoints : .bare)
            } catch is Isolation
                .NeedsSavepoints
            {
                (after, flowDay) = try await run(group, from: before, .savepoints)
            }
            KillPoint.commitOnDisk.passed()
            let took = begun.duration(to: .now)
            pace.withLock { $0.note(changes: group.reduce(0) { $0 + $1.changes }, milliseconds: took / .milliseconds(1)) }
            standing.withLock { $0 = after }
            if let flowDay { flowPast.forget(with: flowDay) }
            if after.head.number != before.head.number { commits.announce(after.head.number) }
            note(trouble: nil)
            return .success(())
        } catch {
            note(trouble: error as? HubError ?? HubError(.storageFailed, "A commit failed: \(error).", remedy: "Look at the hub's disk."))
            return Mutant.answersBeforeCommit.isOn ? .success(()) : .failure(error)
        }
    }

    private func run(_ group: [CommitQueue.Job], from before: Standing, _ isolation: Isolation) async throws -> (Standing, flowDay: Int64?)
    {
        try await store.write { store in
            var standing = before
            for job in group { try job.work(store, &standing, isolation) }
            let day = try standing.flow.write(to: store)
            KillPoint.commitWritten.passed()
            return (standing, day)
        }
    }

    /// Says once what keeps commits from the disk, and once that they work again: a full disk meets every agent's every try.
    private func note(trouble: HubError?) {
        let before = self.trouble.withLock { present in
            defer { present = trouble }
            return present
        }
        guard before?.code != trouble?.code else { return }
        if let trouble {
            logger.error(
                "commits fail, nothing of them is acknowledged: \(trouble.message)",
                metadata: ["code": "\(trouble.code.rawValue)", "remedy": "\(trouble.remedy)"])
        } else {
            logger.notice("commits work again")
        }
    }
}

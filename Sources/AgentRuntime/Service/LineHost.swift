import Capture
import Causality
import ChangeSets
import Logging
import Synchronization

/// What the line needs of the sources, and the other way round.
final class LineHost: LineDriver.Host {
    private let agent: Agent
    private let record: HealthRecord
    private let shared = Mutex(Shared())

    private struct Shared {
        weak var driver: LineDriver?
        /// By source: one recovery at a time.
        var recoveries: [String: Task<Void, Never>] = [:]
        var indexing: Task<Void, Never>?
        /// Something was sealed that our own index may lack.
        var isIndexBehind = false
        var isDown = false
        var watch = CaptureWatch()
        var captureIsSilent = false
        /// No recovery begins any more; one that ends would otherwise look at its source, and begin another.
        var isStopped = false
    }

    /// A round that brought this many changes is likely to be followed by another at once.
    static let busyChanges = 2_000

    init(agent: Agent) {
        self.agent = agent
        record = HealthRecord(settings: AgentSettings(queue: agent.database.queue), clock: agent.clock)
    }

    func set(_ driver: LineDriver) {
        shared.withLock { shared in
            shared.driver = driver
            shared.isStopped = false
        }
    }

    func stop() async {
        let tasks = shared.withLock { shared in
            shared.isStopped = true
            return shared.recoveries.values + [shared.indexing].compactMap { $0 }
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Takes what a round of looks came to: sends what was sealed, and recovers what went back in time.
    func handle(_ round: SourceKeeper.Round) async {
        if round.sealed {
            await shared.withLock { $0.driver }?.queueChanged()
            shared.withLock { $0.isIndexBehind = true }
        }
        // While a long backlog is read, reading comes first.
        if round.changes < Self.busyChanges { index() }
        for request in round.recoveries { recover(request) }
        await record.take(agent.keeper.health)
    }

    /// Without a line, look-ups lay our own changes over: they are read off now, so that nobody waits for it later.
    ///
    /// It ends when the line is back, because then the changes go out and leave the index.
    private func index() {
        shared.withLock { shared in
            guard shared.isDown, shared.isIndexBehind, shared.indexing == nil else { return }
            shared.isIndexBehind = false
            shared.indexing = Task {
                // What cannot be indexed now is tried again by the look-up that needs it, which reports the error.
                try? self.agent.own.catchUp {
                    try self.agent.stopping.check()
                    if !(self.shared.withLock { $0.isDown }) { throw CancellationError() }
                }
                self.shared.withLock { $0.indexing = nil }
            }
        }
    }

    private func recover(_ request: RecoveryRequest) {
        shared.withLock { shared in
            guard !shared.isStopped, shared.recoveries[request.name.string] == nil else { return }
            shared.recoveries[request.name.string] = Task {
                await self.tryRecovery(request)
                // What was posted and not sent has new names already; a file's changes get theirs by the drain below.
                await self.shared.withLock { $0.driver }?.queueChanged()
                _ = self.shared.withLock { $0.recoveries.removeValue(forKey: request.name.string) }
                await self.handle(self.agent.keeper.drain([request.name.string]))
            }
        }
    }

    /// One try: what did not come through rests, and the look that follows says what is to be recovered then.
    private func tryRecovery(_ request: RecoveryRequest) async {
        let recovery = SourceRecovery(
            source: agent.keeper, line: agent.line, outbox: agent.outbox, clock: agent.clock, log: agent.log)
        var failure: (any Error)?
        do {
            if case .recovered = try await recovery.run(request) { return }
            await shared.withLock { $0.driver }?.queueChanged()
        } catch is CancellationError { return } catch {
            agent.log.warning("recovery waits", metadata: ["source": "\(request.name)", "error": "\(error)"])
            failure = error
        }
        var random = SystemRandomNumberGenerator()
        // Cut short only by the agent's end.
        try? await Task.sleep(for: .milliseconds(RecoveryRest.milliseconds(after: failure, random: &random)))
    }

    /// Looks from outside whether capture gets on, and tells people here and, with the next question for news, at the hub.
    func watchCapture() async {
        let (sign, now) = (agent.keeper.sign.last, agent.clock.monotonic())
        let (isSilent, wasSilent, driver) = shared.withLock { shared in
            let wasSilent = shared.captureIsSilent
            shared.captureIsSilent = shared.watch.isSilent(lastSign: sign.at, now: now)
            return (shared.captureIsSilent, wasSilent, shared.driver)
        }
        let problem = isSilent ? CaptureWatch.problem(sign.source) : nil
        if let problem, !wasSilent {
            agent.log.error("capture: \(problem.message)", metadata: ["code": "\(problem.code)", "remedy": "\(problem.remedy)"])
        } else if problem == nil, wasSilent {
            agent.log.notice("capture: gets on again")
        }
        // What writes to the agent's own disk comes last: that may be what hangs.
        await driver?.captureIsSilent(since: isSilent ? sign.at : nil)
        await record.take(silence: problem)
    }

    // MARK: LineDriver.Host

    /// What was not acknowledged is captured anew under a new incarnation, which follows what was.
    func fork(_ receipt: Receipt) async throws {
        agent.log.error(
            "another disk wrote under this source's name: this machine or another is a copy, or was restored",
            metadata: ["replica": "\(receipt.replica.short)", "hub has": "\(receipt.last)"])
        try await askRecovery(of: receipt.replica, or: Self.nobodyWrites(receipt.replica))
    }

    func recover(_ receipt: Receipt, _ reason: SyncCore.RecoveryReason) async throws {
        switch reason {
        case .folderIsOld:
            if try agent.outbox.settles(receipt.replica, reason) {
                agent.log.notice(
                    "the hub has another history of a former writer than this folder, which is an old copy; its file has gone on from the hub's",
                    metadata: ["replica": "\(receipt.replica.short)", "hub has": "\(receipt.last)"])
                return
            }
            try await askRecovery(of: receipt.replica, or: Self.nobodyWrites(receipt.replica))
        case .historiesDiffer:
            agent.log.error(
                "the hub has another history of this source than it acknowledged: it was restored, and a copy of this machine came first",
                metadata: ["replica": "\(receipt.replica.short)", "hub has": "\(receipt.last)"])
            if try agent.outbox.settles(receipt.replica, reason) { return }
            try await askRecovery(of: receipt.replica, or: Self.nobodyWrites(receipt.replica))
        case .setDamaged:
            agent.log.error(
                "changes that were not sent yet are damaged on the agent's own disk; what they held is captured anew",
                metadata: ["replica": "\(receipt.replica.short)", "after": "\(receipt.last)"])
            try await askRecovery(
                of: receipt.replica,
                or: AgentError(
                    .outboxDamaged,
                    "Changes of replica \(receipt.replica.short), which no attached source writes any more, are damaged in agent.db.",
                    remedy: "Check the disk, and treat the agent's folder as lost: enroll in a new one and attach with --take-over."))
        case .changesLost:
            agent.log.error(
                "the hub lacks changes that it had acknowledged, and they are no longer kept here; what the file still holds is captured anew",
                metadata: ["replica": "\(receipt.replica.short)", "after": "\(receipt.last)"])
            try await askRecovery(
                of: receipt.replica,
                or: AgentError(
                    .recovery,
                    """
                    The hub lacks changes of replica \(receipt.replica.short) after \(receipt.last), which are no longer kept here, and no \
                    attached source continues it.
                    """,
                    remedy: "Restore a newer backup of the hub, or attach the source again, so that what it still holds is sent again."))
        }
    }

    /// - Throws: `error` when no attached source writes under that replica.
    private func askRecovery(of replica: ReplicaID, or error: @autoclosure () -> AgentError) async throws {
        guard try await agent.keeper.requireRecovery(of: replica) else { throw error() }
        await handle(agent.keeper.drain())
    }

    private static func nobodyWrites(_ replica: ReplicaID) -> AgentError {
        AgentError(
            .recovery, "The hub has another history of replica \(replica.short), which no attached source writes any more.",
            remedy: "Its unsent changes are kept in agent.db; scan the sources so that what they hold is sent under their present names.")
    }

    func lineChanged(_ report: LineReport, revision: Int) async {
        shared.withLock { $0.isDown = report.pushFailure != nil || report.pullFailure != nil }
        await record.take(report, revision: revision)
    }
}

import Causality
import ChangeSets
import GRDB
import Logging

/// Carries out what `SyncCore` decides: the shell around the state machine, with the line, the outbox and the view.
///
/// Effects are carried out in the order given. A durable effect that fails (a full disk) leaves the agent's file
/// behind the machine, which is told so and waits; that is safe, because every request starts from the file: at worst
/// something is sent or asked for again.
public actor LineDriver {
    /// What the line needs of whoever keeps the sources.
    public protocol Host: Sendable {
        func fork(_ receipt: Receipt) async throws
        func recover(_ receipt: Receipt, _ reason: SyncCore.RecoveryReason) async throws
        /// A report with a lower revision than one before is late, and counts no more.
        func lineChanged(_ report: LineReport, revision: Int) async
    }

    private let line: HubLine
    private let outbox: Outbox
    private let view: LocalReplica
    private let host: any Host
    private let exchange: LineExchange
    private let clock: AgentClock
    private let log: Logger
    private var core: SyncCore
    private var random = SystemRandomNumberGenerator()
    private var requests: [UInt64: Task<Void, Never>] = [:]
    private var repairs: [ReplicaID: Task<Void, Never>] = [:]
    /// Repairs that failed, and what people can do.
    private var problems: [ReplicaID: LineReport.Refused] = [:]
    private var revision = 0
    private var entriesSinceTrim = 0
    /// Of the sets that are cut next; the hub asks for another size as it finds its own pace.
    private var setChangesMax = SetSize.changesAtFirst
    private var timer: Task<Void, Never>?
    private var isStopped = false
    private var waiter: CheckedContinuation<LineFailure?, Never>?
    private var lastReport = LineReport()
    /// What a durable effect came to that the machine has not been told yet; inside: `nil` when it works again.
    private var storeNews: LineFailure??
    private var storeFails = false
    private var repairNews: (repairs: [Topic: ViewRepair], at: Timestamp)?
    private var wasWithheld = false
    private var captureSilentSince: Instant?

    public init(
        line: HubLine, outbox: Outbox, view: LocalReplica, host: any Host, settings: SyncCore.Settings = SyncCore.Settings(),
        stopping: StopSignal = StopSignal(), clock: AgentClock = .system, log: Logger
    ) {
        self.line = line
        self.outbox = outbox
        self.view = view
        self.host = host
        exchange = LineExchange(line: line, outbox: outbox, view: view, stopping: stopping, log: log)
        self.clock = clock
        self.log = log
        core = SyncCore(settings: settings)
    }

    // MARK: For whoever keeps the sources

    /// Something was sealed, or a replica opened: look at the queue and send at once.
    public func queueChanged() {
        guard !isStopped else { return }
        do {
            let queues = try outbox.standings()
            problems = problems.filter { problem in queues.contains { $0.replica == problem.key } }
            receive(.queue(queues))
        } catch {
            storeFails = true
            receive(.store(LineFailure(error, of: outbox)))
        }
    }

    /// Since when capture has not got on; `nil`: it does. The hub is told with the next question for news.
    public func captureIsSilent(since instant: Instant?) { captureSilentSince = instant }

    /// Ends all requests. Nothing is lost by it: whatever was not acknowledged is sent again.
    public func stop() async {
        isStopped = true
        timer?.cancel()
        let running = Array(requests.values) + Array(repairs.values)
        for task in running { task.cancel() }
        for task in running { await task.value }
        waiter?.resume(returning: nil)
        waiter = nil
    }

    /// Waits until all is sent and the view is new, or the line fails for good.
    ///
    /// - Returns: why it was given up; `nil` when both sides agree.
    public func untilCaughtUp() async -> LineFailure? {
        if let end { return end.failure }
        return await withCheckedContinuation { waiter = $0 }
    }

    /// Failures in a row after which `sync` gives up.
    static let failuresMax = 3

    private var end: (failure: LineFailure?, Void)? {
        if core.isCaughtUp, !core.isMending, repairs.isEmpty {
            let refusals = core.report.refusals.merging(problems) { _, problem in problem }
            guard core.report.queued > 0, let refused = refusals.sorted(by: { $0.key < $1.key }).first?.value else { return (nil, ()) }
            return (LineFailure(.rejected, refused.message, remedy: refused.remedy), ())
        }
        if core.report.isStalled || core.report.isViewStalled { return (.stalled, ()) }
        guard let failure = core.report.storeFailure ?? core.report.pushFailure ?? core.report.pullFailure else { return nil }
        return Self.isLasting(failure, failures: core.failures) ? (failure, ()) : nil
    }

    static func isLasting(_ failure: LineFailure, failures: Int) -> Bool {
        failure.kind == .unauthorised || failure.kind == .rejected || failures >= failuresMax
    }

    // MARK: The machine

    private func receive(_ event: SyncCore.Event) {
        guard !isStopped else { return }
        for effect in core.receive(event, now: clock.monotonic(), random: &random) { carryOut(effect) }
        if let news = storeNews {
            storeNews = nil
            for effect in core.receive(.store(news), now: clock.monotonic(), random: &random) { carryOut(effect) }
        }
        if let (repairs, time) = repairNews {
            repairNews = nil
            for effect in core.receive(.repaired(repairs, at: time), now: clock.monotonic(), random: &random) { carryOut(effect) }
        }
        if wasWithheld {
            wasWithheld = false
            for effect in core.receive(.withheld, now: clock.monotonic(), random: &random) { carryOut(effect) }
        }
        if let waiter, let end {
            self.waiter = nil
            waiter.resume(returning: end.failure)
        }
    }

    private func carryOut(_ effect: SyncCore.Effect) {
        switch effect {
        case .push(let order): requests[order.ticket] = Task { await self.push(order) }
        case .pull(let order): requests[order.ticket] = Task { await self.pull(order) }
        case .abandon(let ticket): requests.removeValue(forKey: ticket)?.cancel()
        case .acknowledge(let receipt): durably { try outbox.acknowledge(receipt) }
        case .release(let receipt): durably { try outbox.release(receipt) }
        case .confirm(let replica, let through): durably { try outbox.confirm(replica, through: through) }
        case .rewind(let receipt):
            log.warning("hub was restored; sending again", metadata: ["replica": "\(receipt.replica.short)", "after": "\(receipt.last)"])
            durably { try outbox.rewind(receipt) }
            Task { self.queueChanged() }  // it may be of a former writer that nobody thought had anything to send
        case .recut(let replica, let after, let setBytesMax):
            log.notice("cutting smaller change-sets", metadata: ["replica": "\(replica.short)", "bytes": "\(setBytesMax)"])
            durably { try outbox.recut(after: after, of: replica, setBytesMax: setBytesMax, random: &random) }
        case .stage(let page, let interval):
            durably {
                let repairs = try view.stage(page, again: interval)
                if !repairs.isEmpty { repairNews = (repairs, page.time) }
                wasWithheld = try view.withholds(page)
            }
        case .rebase(let page): durably { try view.rebase(page) }
        case .endRebase:
            log.notice("all that changed while this site was away has come; the view needs no loading anew")
            durably { try view.endRebase() }
        case .compare(let order): requests[order.ticket] = Task { await self.compare(order) }
        case .restartFeed:
            log.notice("loading the view anew")
            durably { try view.restart() }
        case .fork(let receipt): repair(receipt.replica) { try await $0.fork(receipt) }
        case .recover(let receipt, let reason): repair(receipt.replica) { try await $0.recover(receipt, reason) }
        case .reconnect:
            log.warning("connected, but nothing got on for long; beginning on new connections")
            line.reconnect()
        case .wake(let instant): wake(at: instant)
        case .report(let report): tell(report)
        }
    }

    private func durably(_ work: () throws -> Void) {
        do {
            try work()
            // Beside one that failed in the same round it says nothing yet: the next one tells that the disk is well again.
            guard storeFails, storeNews == nil else { return }
            storeNews = .some(nil)
            storeFails = false
        } catch {
            storeNews = LineFailure(error, of: outbox)
            storeFails = true
        }
    }

    private func wake(at instant: Instant) {
        timer?.cancel()
        let now = clock.monotonic()
        let milliseconds = instant > now ? instant - now : 0
        timer = Task {
            do { try await Task.sleep(for: .milliseconds(milliseconds), tolerance: .milliseconds(min(milliseconds / 10, 1_000))) } catch {
                return
            }
            self.receive(.timer)
        }
    }

    /// A repair runs once at a time per replica; its end looks at the queue again.
    private func repair(_ replica: ReplicaID, _ work: @escaping @Sendable (any Host) async throws -> Void) {
        guard repairs[replica] == nil else { return }
        repairs[replica] = Task {
            do {
                try await work(self.host)
                self.problems[replica] = nil
            } catch is CancellationError {} catch {
                let problem = AgentHealth.Problem(error)
                self.problems[replica] = LineReport.Refused(code: problem.code, message: problem.message, remedy: problem.remedy)
            }
            self.repairs[replica] = nil
            self.tell(self.core.report)
            self.queueChanged()
        }
    }

    private func tell(_ told: LineReport) {
        var report = told
        report.refusals.merge(problems) { _, problem in problem }
        report.log(since: lastReport, to: log)
        lastReport = report
        revision += 1
        let (host, revision) = (host, revision)
        Task { await host.lineChanged(report, revision: revision) }
    }

    // MARK: Requests

    /// After much work, and none left: what it needed is not needed for hours.
    private func giveBackMemory() {
        guard core.isCaughtUp, entriesSinceTrim >= Self.entriesPerTrim else { return }
        entriesSinceTrim = 0
        Task { [outbox] in
            // When the last answer has been let go of, too; a stop that comes first needs no memory back.
            do { try await Task.sleep(for: .seconds(2)) } catch { return }
            outbox.releaseMemory()
            Heap.giveBack()
        }
    }

    /// Changes sent and entries received after which memory is worth giving back.
    static let entriesPerTrim = 2_000

    private func push(_ order: SyncCore.PushOrder) async {
        let (outcome, changes, asked) = await exchange.push(order, setChangesMax: setChangesMax, setBytesMax: core.settings.setBytesMax)
        if let asked { setChangesMax = asked }
        entriesSinceTrim += changes
        guard requests.removeValue(forKey: order.ticket) != nil else { return }
        receive(.push(ticket: order.ticket, outcome))
        giveBackMemory()
    }

    private func pull(_ order: SyncCore.PullOrder) async {
        var order = order
        let now = clock.monotonic()
        order.report.silentMilliseconds = captureSilentSince.map { now - min(now, $0) }
        let outcome = await exchange.pull(order)
        guard requests.removeValue(forKey: order.ticket) != nil else { return }
        if case .answered(let page, _) = outcome { entriesSinceTrim += page.entries.count }
        receive(.pull(ticket: order.ticket, outcome))
        giveBackMemory()
    }

    /// Piece by piece, so that a drain does not wait for it; the machine lets no page change the view meanwhile.
    private func compare(_ order: SyncCore.CompareOrder) async {
        let comparison = await Self.comparison(of: view, order)
        guard requests.removeValue(forKey: order.ticket) != nil else { return }
        receive(.compared(order, comparison))
    }

    /// What cannot be read now is looked at again later; a file that is damaged is told by what reads it next.
    @concurrent
    private static func comparison(of view: LocalReplica, _ order: SyncCore.CompareOrder) async -> ViewComparison? {
        try? view.compared(with: order.digest, at: order.position) { try Task.checkCancellation() }
    }
}

import Capture
import Causality
import ChangeSets
import Logging
import ServiceLifecycle
import Synchronization

/// The running agent: wakes when an application writes, sends at once, and keeps the local view new.
///
/// It sleeps otherwise: a file notification, the hub's answer to a held question and a few slow clocks are all that wake it.
public struct AgentService: Service {
    public struct Settings: Hashable, Sendable {
        /// Beside file notification, files are looked at this often: two system calls each.
        public var pollMilliseconds: UInt64 = 5_000
        /// A file that looks unchanged is read all the same this often.
        public var readMilliseconds: UInt64 = 60_000
        /// Two drains of one burst of writes are this far apart.
        public var burstMilliseconds: UInt64 = 100
        public var sweepMilliseconds: UInt64 = 6 * 3_600_000
        public var quietMilliseconds: UInt64 = 300_000
        public var line = SyncCore.Settings()

        public init() {}
    }

    private let agent: Agent
    private let settings: Settings

    public init(agent: Agent, settings: Settings = Settings()) {
        self.agent = agent
        self.settings = settings
    }

    public func run() async throws {
        let host = LineHost(agent: agent)
        let driver = LineDriver(
            line: agent.line, outbox: agent.outbox, view: agent.view, host: host, settings: settings.line, clock: agent.clock, log: agent.log)
        host.set(driver)
        let watch = FileWatch()
        let files = try await agent.keeper.open()
        for (name, file) in files {
            let isWatched = watch.add(name, file: file)
            agent.log.info("watching", metadata: ["source": "\(name)", "by": isWatched ? "notification" : "polling"])
        }
        agent.log.notice("agent started", metadata: ["site": "\(agent.membership.site)", "hub": "\(agent.membership.hubAddress)", "sources": "\(files.count)"])
        await driver.queueChanged()
        await host.handle(agent.keeper.drain())
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await watchFiles(watch, host) }
                group.addTask { await poll(host) }
            }
        }
        watch.stop()
        await host.stop()
        await driver.stop()
        agent.log.notice("agent stopped")
    }

    private func watchFiles(_ watch: FileWatch, _ host: LineHost) async {
        for await _ in watch.signals {
            let names = watch.takeChanges()
            guard !names.isEmpty else { continue }
            await host.handle(agent.keeper.drain(names))
            try? await Task.sleep(for: .milliseconds(settings.burstMilliseconds))
            if Task.isCancelled { return }
        }
    }

    private func poll(_ host: LineHost) async {
        while true {
            do { try await Task.sleep(for: .milliseconds(settings.pollMilliseconds), tolerance: .milliseconds(settings.pollMilliseconds / 5)) } catch { return }
            await host.handle(agent.keeper.drain(unchangedAfter: settings.readMilliseconds))
            await host.handle(agent.keeper.sweepIdle(olderThan: settings.sweepMilliseconds, quietFor: settings.quietMilliseconds))
        }
    }
}

/// What the line needs of the sources, and the other way round.
///
final class LineHost: LineDriver.Host {
    private let agent: Agent
    private let record: HealthRecord
    private let shared = Mutex(Shared())

    private struct Shared {
        weak var driver: LineDriver?
        /// By source: one recovery at a time.
        var recoveries: [String: Task<Void, Never>] = [:]
        var isDown = false
    }

    /// A recovery that could not go on is tried again this often.
    static let recoveryRetrySeconds = 15

    init(agent: Agent) {
        self.agent = agent
        record = HealthRecord(settings: AgentSettings(queue: agent.database.queue), clock: agent.clock)
    }

    func set(_ driver: LineDriver) { shared.withLock { $0.driver = driver } }

    func stop() async {
        let tasks = shared.withLock { Array($0.recoveries.values) }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Takes what a round of looks came to: sends what was sealed, and recovers what went back in time.
    func handle(_ round: SourceKeeper.Round) async {
        let (driver, isDown) = shared.withLock { ($0.driver, $0.isDown) }
        if round.sealed {
            await driver?.queueChanged()
            // Without a line, look-ups lay our own changes over; it costs least to read them off now.
            if isDown { try? agent.own.catchUp() }
        }
        for request in round.recoveries { recover(request) }
        await record.take(agent.keeper.health)
    }

    private func recover(_ request: RecoveryRequest) {
        shared.withLock { shared in
            guard shared.recoveries[request.name.string] == nil else { return }
            shared.recoveries[request.name.string] = Task {
                await self.repeatRecovery(request)
                _ = self.shared.withLock { $0.recoveries.removeValue(forKey: request.name.string) }
                await self.handle(self.agent.keeper.drain([request.name.string]))
            }
        }
    }

    private func repeatRecovery(_ request: RecoveryRequest) async {
        let recovery = SourceRecovery(keeper: agent.keeper, line: agent.line, outbox: agent.outbox, log: agent.log)
        while !Task.isCancelled {
            do {
                if try await recovery.run(request) == .recovered { return }
            } catch is CancellationError { return } catch {
                agent.log.warning("recovery waits", metadata: ["source": "\(request.name)", "error": "\(error)"])
                if error is CaptureError { return }  // the source's own state changed; the next look says how
            }
            try? await Task.sleep(for: .seconds(Self.recoveryRetrySeconds))
        }
    }

    // MARK: LineDriver.Host

    func fork(_ receipt: Receipt) async throws {
        throw AgentError(
            .recovery, "Another disk wrote under the name of replica \(receipt.replica.short): this machine, or another, is a copy.",
            remedy: "Keep both running; attach the copy's files anew with --take-over on the machine that is the copy. Nothing is deleted.")
    }

    func recover(_ receipt: Receipt, _ reason: SyncCore.RecoveryReason) async throws {
        switch reason {
        case .folderIsOld:
            try await agent.keeper.learn(hubLast: receipt.last, of: receipt.replica)
            await handle(agent.keeper.drain())
        case .changesLost:
            throw AgentError(
                .recovery, "The hub lacks changes of replica \(receipt.replica.short) after \(receipt.last), and they are no longer kept here.",
                remedy: "Restore a newer backup of the hub, or scan the source so that what it still holds is sent again.")
        }
    }

    func lineChanged(_ report: LineReport) async {
        shared.withLock { $0.isDown = report.pushFailure != nil || report.pullFailure != nil }
        await record.take(report)
    }
}

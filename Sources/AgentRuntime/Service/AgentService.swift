import Logging
import ServiceLifecycle

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
        /// Whether capture gets on is looked at this often.
        public var captureWatchMilliseconds: UInt64 = 15_000
        public var sweepMilliseconds: UInt64 = 6 * 3_600_000
        public var quietMilliseconds: UInt64 = 300_000
        public var line = SyncCore.Settings()

        public init() {}
    }

    private let agent: Agent
    private let settings: Settings
    private let host: LineHost
    private let teller: MappingTeller
    private let decisions: DecisionReturn

    public init(agent: Agent, settings: Settings = Settings()) {
        self.agent = agent
        self.settings = settings
        host = LineHost(agent: agent)
        teller = MappingTeller(agent: agent)
        decisions = DecisionReturn(agent: agent)
    }

    /// What programs on this machine ask and post; what they post is sent at once.
    public var desk: LoopbackDesk {
        LoopbackDesk(agent: agent) { [host] in
            var round = SourceKeeper.Round()
            round.sealed = true
            await host.handle(round)
        }
    }

    /// Runs until the service group stops gracefully: what is under way is given up between two steps then, as in a kill.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await serve()
        } onGracefulShutdown: {
            agent.stopping.raise()
        }
    }

    private func serve() async throws {
        let driver = LineDriver(
            line: agent.line, outbox: agent.outbox, view: agent.view, host: host, settings: settings.line, stopping: agent.stopping,
            clock: agent.clock, log: agent.log)
        host.set(driver)
        let watch = FileWatch()
        let files = try await agent.keeper.open()
        for (name, file) in files {
            let isWatched = watch.add(name, file: file)
            agent.log.info("watching", metadata: ["source": "\(name)", "by": isWatched ? "notification" : "polling"])
        }
        agent.log.notice(
            "agent started",
            metadata: ["site": "\(agent.membership.site)", "hub": "\(agent.membership.hubAddress)", "sources": "\(files.count)"])
        await driver.queueChanged()
        await host.handle(agent.keeper.drain())
        await teller.look()
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await watchFiles(watch, host) }
                group.addTask { await poll(host) }
                group.addTask { await watchCapture(host) }
            }
        }
        watch.stop()
        await teller.stop()
        await decisions.stop()
        await host.stop()
        await driver.stop()
        agent.log.notice("agent stopped")
    }

    private func watchFiles(_ watch: FileWatch, _ host: LineHost) async {
        for await _ in watch.signals {
            let names = watch.takeChanges()
            guard !names.isEmpty else { continue }
            await host.handle(agent.keeper.drain(names))
            // Cut short only by cancelling, which the next line looks at.
            try? await Task.sleep(for: .milliseconds(settings.burstMilliseconds))
            if Task.isCancelled { return }
        }
    }

    private func watchCapture(_ host: LineHost) async {
        while true {
            do { try await Task.sleep(for: .milliseconds(settings.captureWatchMilliseconds), tolerance: .seconds(3)) } catch { return }
            await host.watchCapture()
        }
    }

    private func poll(_ host: LineHost) async {
        while true {
            do {
                try await Task.sleep(for: .milliseconds(settings.pollMilliseconds), tolerance: .milliseconds(settings.pollMilliseconds / 5))
            } catch { return }
            await host.handle(agent.keeper.drain(unchangedAfter: settings.readMilliseconds))
            await host.handle(agent.keeper.sweepIdle(olderThan: settings.sweepMilliseconds, quietFor: settings.quietMilliseconds))
            await teller.look()
            await decisions.look()
        }
    }
}

extension AgentService: CustomStringConvertible {
    /// Not its parts: logs of the service group print it.
    public var description: String { agent.description }
}

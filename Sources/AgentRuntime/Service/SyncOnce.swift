import Causality
import ChangeSets

/// One drain, push and pull, and done: what `sync` does.
public struct SyncOnce: Sendable {
    let agent: Agent

    public init(agent: Agent) { self.agent = agent }

    public struct Result: Codable, Hashable, Sendable {
        public var captured: Int
        public var sent: UInt64
        public var sources: [AgentHealth.Source]
    }

    /// A drain that found something is followed by another for what was written meanwhile, so often: a till that never pauses
    /// must not hold the command, and a drain takes all that was there when it began.
    static let drainsMax = 4

    /// Recoveries that follow on one another, and a till that sells meanwhile, must not hold the command for ever.
    static let roundsMax = 8

    /// - Throws: `LineFailure` when the hub could not be brought up to date; what was captured stays queued.
    public func run() async throws -> Result {
        let host = LineHost(agent: agent)
        do {
            let result = try await run(host)
            await host.handle(SourceKeeper.Round())
            await DecisionReturn(agent: agent).giveBack()
            await MappingTeller(agent: agent).tellOnce()
            return result
        } catch {
            await host.handle(SourceKeeper.Round())
            throw error
        }
    }

    private func run(_ host: LineHost) async throws -> Result {
        try await agent.keeper.open()
        let before = try queued()
        let recovery = SourceRecovery(
            source: agent.keeper, line: agent.line, outbox: agent.outbox, clock: agent.clock, log: agent.log)
        var captured = 0
        try await Self.inRounds {
            captured += await Self.drained { await agent.keeper.drain() }
            try await exchange(host)
            // The hub may just have told that this folder, or the file, went back in time.
            let round = await agent.keeper.drain()
            captured += round.changes
            for request in round.recoveries { _ = try await recovery.run(request) }
            return round.sealed || !round.recoveries.isEmpty
        }
        let sent = before + UInt64(captured) - min(before + UInt64(captured), try queued())
        return Result(captured: captured, sent: sent, sources: await agent.keeper.health)
    }

    /// - Parameter round: whether another one is wanted after it.
    static func inRounds(_ round: () async throws -> Bool) async rethrows {
        for _ in 0..<roundsMax {
            guard try await round() else { return }
        }
    }

    /// - Returns: how many changes were captured.
    static func drained(_ drain: () async -> SourceKeeper.Round) async -> Int {
        var captured = 0
        for _ in 0..<drainsMax {
            let round = await drain()
            captured += round.changes
            if !round.sealed { break }
        }
        return captured
    }

    private func queued() throws -> UInt64 {
        try agent.outbox.standings().reduce(0) { $0 + ($1.sealed > $1.acknowledged ? $1.sealed - $1.acknowledged : 0) }
    }

    private func exchange(_ host: LineHost) async throws {
        var settings = SyncCore.Settings()
        settings.pullWaitMilliseconds = 0
        settings.firstCheckMilliseconds = 0
        let driver = LineDriver(
            line: agent.line, outbox: agent.outbox, view: agent.view, host: host, settings: settings, clock: agent.clock, log: agent.log)
        host.set(driver)
        await driver.queueChanged()
        let failure = await driver.untilCaughtUp()
        await host.stop()
        await driver.stop()
        if let failure { throw failure }
    }
}

import ChangeSets
import Logging

/// Tells the hub what the sources map, beside everything else: no push waits for it, and whatever comes of it stops nothing.
actor MappingTeller {
    private let agent: Agent
    private var telling = MappingTelling()
    private var task: Task<Void, Never>?
    private var isStopped = false

    init(agent: Agent) { self.agent = agent }

    /// Looks whether there is something to tell, and begins to.
    func look() async {
        let report = await present()
        guard !isStopped, telling.begin(report, now: agent.clock.monotonic()) else { return }
        task = Task {
            let outcome = await self.tell(report)
            self.telling.end(outcome, now: self.agent.clock.monotonic())
        }
    }

    func stop() async {
        isStopped = true
        task?.cancel()
        await task?.value
    }

    /// For a command that ends soon: tells it, unless the same was told within the last day.
    func tellOnce() async {
        let settings = AgentSettings(queue: agent.database.queue)
        let now = agent.clock.wall().milliseconds
        let report = await present()
        // What cannot be read, or was told by a clock that was put back since, is told once more.
        if let told = (try? settings.read(.mappingsTold, as: Told.self)) ?? nil, told.report == report, told.at <= now,
            now - told.at < MappingTelling.everyMilliseconds
        {
            return
        }
        guard await tell(report) != .failed else { return }
        // What is not written down is told once more the next time.
        try? settings.write(.mappingsTold, Told(report: report, at: now))
    }

    private struct Told: Codable {
        var report: MappingReport
        var at: UInt64
    }

    private func present() async -> MappingReport { MappingReport(sources: await agent.keeper.mappings()).bounded() }

    private func tell(_ report: MappingReport) async -> MappingTelling.Outcome {
        do {
            try await agent.line.tell(report)
            agent.log.info("told the hub what the sources map", metadata: ["sources": "\(report.sources.count)"])
            return .told
        } catch let failure as LineFailure {
            let outcome = MappingTelling.Outcome(failure)
            if outcome == .refused {
                agent.log.info("the hub does not want to know what the sources map", metadata: ["answer": "\(failure.message)"])
            }
            return outcome
        } catch { return .failed }
    }
}

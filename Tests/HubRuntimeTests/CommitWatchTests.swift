import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("A store that hangs in a commit")
struct CommitWatchTests {
    /// Does something while a commit is held that began at 0 of the clock.
    private func hanging(_ hub: Hub, _ body: () async throws -> Void) async throws {
        let gate = CommitGate()
        let holder = await gate.hold(hub)
        defer { gate.open() }
        try await body()
        gate.open()
        try await holder.value
    }

    @Test("after a minute people are told, new pushes are put off and health says so, and not a millisecond before; then all is well again")
    func late() async throws {
        let clock = SetClock()
        let test = try await TestHub(options: clock.options)
        let hub = test.hub
        func warnings() async throws -> [String] {
            try await hub.status(now: test.now).warnings.filter { $0.hasPrefix("A commit has been under way") }
        }
        #expect(hub.commitAge == 0 && hub.commitProblem == nil)
        try await hanging(hub) {
            clock.set(hub.options.commitMillisecondsMax)
            #expect(hub.commitAge == 60_000 && hub.commitProblem == nil)
            let early = try await warnings()
            #expect(early.isEmpty)
            clock.set(hub.options.commitMillisecondsMax + 1)
            // Whoever would wait now waits until the gate opens by itself.
            let problem = try #require(hub.commitProblem)
            #expect(problem.code == .busy)
            let late = try await warnings()
            #expect(late.first?.hasPrefix("A commit has been under way for 60 seconds") == true)
            let error = await #expect(throws: HubError.self) { try await hub.queue.submit(bytes: 1, to: hub) { _, _, _ in } }
            #expect(error?.code == .busy && error?.isTransient == true)
        }
        // The next commit ends what the last one began.
        try await hub.queue.submit(bytes: 1, to: hub) { _, _, _ in }
        #expect(hub.commitProblem == nil)
        let after = try await warnings()
        #expect(after.isEmpty)
    }

    @Test("what comes within the minute waits for its commit, and is committed when that ends")
    func inTime() async throws {
        let clock = SetClock()
        let test = try await TestHub(options: clock.options)
        let hub = test.hub
        var waiting: Task<Bool, any Error>?
        try await hanging(hub) {
            clock.set(hub.options.commitMillisecondsMax)
            waiting = Task { try await hub.queue.submit(bytes: 1, to: hub) { _, _, _ in true } }
            for _ in 0..<100 { await Task.yield() }
        }
        let isCommitted = try await waiting?.value
        #expect(isCommitted == true)
    }

    @Test("a question for news is answered while the store hangs: what it shows of its agent is noted later")
    func pull() async throws {
        let clock = SetClock()
        let test = try await TestHub(options: clock.options)
        let hub = test.hub
        let agent = try await test.enrol("shop")
        try await hanging(hub) {
            for time in [0, hub.options.commitMillisecondsMax + 1] as [UInt64] {
                clock.set(time)
                let began = ContinuousClock.now
                let answer = try await hub.pull(PullRequest(report: AgentReport(waiting: 3)), agent: agent.record, now: test.now)
                guard case .page(let page) = answer else {
                    Issue.record("no page")
                    return
                }
                #expect(page.consistentAt != nil)
                // The gate opens by itself after 20 seconds.
                #expect(ContinuousClock.now - began < .seconds(15))
            }
        }
    }

    @Test("a commit that failed is a problem until one works; its message names no path")
    func failed() async throws {
        let hub = try await TestHub().hub
        hub.trouble.withLock { $0 = HubError(.storageFull, "The disk of /srv/hub/hub.db is full.", remedy: "Free some space.") }
        let problem = try #require(hub.commitProblem)
        #expect(problem.code == .storageFull && !problem.description.contains("/srv"))
        try await hub.queue.submit(bytes: 1, to: hub) { _, _, _ in }
        #expect(hub.commitProblem == nil)
    }
}

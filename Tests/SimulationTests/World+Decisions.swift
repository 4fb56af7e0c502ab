import Causality
import ChangeSets
import HubRuntime
import Logging
import TestSupport

@testable import AgentRuntime

/// What operators decided and a restored hub forgot comes back from the agents, by their own code (S24).
extension World {
    func giveBackDecisions(_ index: Int) async throws {
        let site = sites[index]
        guard try !site.line.isCut && owesDecisions(site) else { return }
        if site.agent.decisions == nil { site.agent.decisions = decisionReturn(of: site) }
        let before = hub.head
        await site.agent.decisions?.giveBack()
        if hub.head != before { note("decisions given back", index) }
    }

    private func owesDecisions(_ site: Site) throws -> Bool { try DecisionKeeper(queue: site.agent.store.queue).owesAny() }

    private func decisionReturn(of site: Site) -> DecisionReturn {
        // Only one thing happens at a time: nobody else uses them meanwhile.
        nonisolated(unsafe) let (world, site) = (self, site)
        let clock = AgentClock(monotonic: { world.now }, wall: { world.clock(of: site) })
        return DecisionReturn(keeper: DecisionKeeper(queue: site.agent.store.queue), clock: clock, log: Self.silent) { sealed in
            try await world.takeBack(sealed, from: site)
        }
    }

    private func takeBack(_ sealed: [[UInt8]], from site: Site) async throws -> Answer {
        // An earlier hub has no such route.
        if hubIsOlder { throw LineFailure(.rejected, "The hub has no /v1/sync/decisions.", remedy: "Update the hub.") }
        let fate = fate(of: site)
        guard fate != .requestLost else { throw Self.lost }
        do {
            var answer: Answer?
            for _ in 0..<(fate == .doubled ? 2 : 1) {
                answer = try await hub.takeBack(sealed, agent: try await record(of: site), agentTime: clock(of: site), now: time)
            }
            guard fate != .answerLost, let answer else { throw Self.lost }
            return try throughBytes(answer)
        } catch let error as HubError where error.isTransient {
            try noteNoCommit(error)
            throw Self.lost
        }
    }

    /// What waited for another site's.
    ///
    /// - Returns: whether any came.
    func giveBackRest() async throws -> Bool {
        let before = hub.head
        // Whoever was told that the hub does not know the question asks again much later.
        let wereUnknown = try happened["older hub", default: 0] > 0 && !restartsToHeal && sites.contains { try owesDecisions($0) }
        let rest = wereUnknown ? DecisionReturn.unknownMilliseconds : DecisionReturn.gapMilliseconds
        now += rest
        rested += rest
        for index in sites.indices { try await giveBackDecisions(index) }
        return hub.head != before
    }

    func lostDecisions() throws -> [String] {
        let has = try hubStore.readNow { try Dictionary($0.replicas().map { ($0.id, $0.last) }, uniquingKeysWith: max) }
        return decisionLedger.lost(has: has).map { "lost: what was decided as \($0.replica.short):\($0.counter)" }
    }
}

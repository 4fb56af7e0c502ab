import ChangeSets
import Foundation
import HubRuntime

@testable import AgentRuntime

/// Liveness: when the faults stop, everybody comes to agree.
extension World {
    /// What went wrong is tried again by itself, and mended, within this time of the faults' end, in milliseconds: the longest that an
    /// agent waits for anything is an hour (`SyncCore.Settings.unmendedMilliseconds`), and one thing may come to light after another.
    ///
    /// Beside it, decisions are given back at their own pace (`rested`).
    static let healsWithin: UInt64 = 4 * 3_600_000

    /// Faults stop. Everybody must come to agree, and every queue must empty, within the steps given and within `healsWithin`.
    ///
    /// - Returns: whether they did, or the hub showed what must never be (`found`).
    func heal(steps: Int) async throws -> Bool {
        defer { traceHub() }
        faults = .none
        note(restartsToHeal ? "heals by starting anew" : "heals as it runs")
        hubIsOlder = false
        try mendHubDisk()
        dropRepeats { _ in true }
        healedAt = now
        for index in sites.indices { try await mend(index) }
        for index in sites.indices { try await sweep(index) }
        if damagesViews { for index in sites.indices { try damageView(index) } }
        var seen = hub.head
        for step in 0..<steps {
            guard now - healedAt <= Self.healsWithin + rested else { return false }
            if pending.isEmpty || step % 40 == 0 {
                var isQuiet = true
                for index in sites.indices { isQuiet = try await drain(index) && isQuiet }
                if isQuiet, try await isSettled, try await !replayEditsOfCollected(), try await !giveBackRest(), try await !ruleOnRest() {
                    return true
                }
                try watchHub()
                try await watchStock()
                try watchViews()
            }
            if !pending.isEmpty { try await deliver() } else { now += 500 }
            if hub.head != seen { try watchHub() }
            seen = hub.head
            if !found.isEmpty { return true }
            if step.isMultiple(of: Self.stateSteps) { traceHub() }
        }
        return false
    }

    /// The line and the disk of a site are sound again. Its agent starts anew, or goes on as it is.
    private func mend(_ index: Int) async throws {
        let site = sites[index]
        (site.line, site.oneWayUntil, site.isSlow) = (.sound, 0, false)
        if restartsToHeal { return try await restart(index) }
        site.agent.trap.arm(nil)
        site.agent.disk.fail(0)
        try site.agent.store.makeRoom()
        // What was kept on the way comes now.
        for place in pending.indices where pending[place].site == index {
            if case .event = pending[place].work { pending[place].due = min(pending[place].due, now + 1_000) }
        }
    }

    private var isSettled: Bool {
        get async throws {
            for site in sites where try await !isSettled(site) { return false }
            return true
        }
    }

    /// Nothing to send, the newest view, and both sides say that it is the hub's: the agent has proved it, and has told the hub.
    private func isSettled(_ site: Site) async throws -> Bool {
        guard try site.agent.recovery == nil && site.agent.isSent, let visible = try site.agent.view.cursor().visible, visible == hub.head,
            site.agent.core.report.agreement.differsSince == nil,
            site.agent.core.agreement.told?.position == Hexadecimal.string(visible.bytes)
        else { return false }
        // Of two machines with one key the hub hears now this one, now that one.
        guard !site.isCloned else { return true }
        let exchange = try await exchange(of: site)
        return exchange?.equalAt != nil && exchange?.differsSince == nil && exchange?.waiting == 0 && exchange?.behindSince == nil
    }

    /// What the hub says of the site's agent.
    private func exchange(of site: Site) async throws -> SiteAnswer.Exchange? {
        let key = site.key.publicKey.description
        return try await hub.site(site.name, now: time).agents.first { $0.publicKey == key }?.exchange
    }

    /// Why it did not settle, site by site.
    func unsettled() async throws -> [String] {
        var found: [String] = []
        for site in sites where try await !isSettled(site) {
            let core = site.agent.core
            let queues = try site.agent.outbox.standings().map { "\($0.replica.short) \($0.acknowledged) of \($0.sealed)" }
            found.append(
                """
                \(site.label) did not settle within \((now - healedAt) / 60_000) minutes: recovery \(site.agent.recovery != nil), queues \(queues.joined(separator: ", ")), \
                view \(try site.agent.view.cursor().visible?.description ?? "-"), hub \(hub.head), \
                told \(core.agreement.told?.position ?? "-"), comparing \(core.agreement.comparing.map { "\($0)" } ?? "-"), \
                push \(core.push), pull \(core.pull), now \(now), pending \(pending.count), \
                at the hub \(try await exchange(of: site).map { "\($0)" } ?? "-")
                """)
        }
        return found.isEmpty ? ["did not settle"] : found
    }
}

import Capture
import Causality
import ChangeSets
import Foundation
import HubRuntime
import TestSupport

@testable import AgentRuntime

/// What messages meet on their way to the hub and back.
extension World {
    func deliver() async throws {
        guard let next = pending.indices.min(by: { (pending[$0].due, pending[$0].order) < (pending[$1].due, pending[$1].order) }) else {
            return
        }
        let message = pending.remove(at: next)
        now = max(now, message.due)
        // What a proxy keeps does not end with the agent's process.
        let isKept = if case .repeated = message.work { true } else { false }
        guard isKept || message.life == sites[message.site].life else { return }
        do { try await carry(message) } catch  where FaultyDisk.fault(error) != nil {
            note("\(FaultyDisk.fault(error) ?? "") on the line", message.site)
            try await restart(message.site)
        }
    }

    private func carry(_ message: Pending) async throws {
        switch message.work {
        case .repeated(let sets, let signedAt): try await pushAgain(sets, signedAt: signedAt, message.site)
        case .wake: try await tell(message.site, .timer)
        case .queue: try await tell(message.site, .queue(try sites[message.site].agent.outbox.standings()))
        case .event(let event): try await tell(message.site, event)
        case .push(let order):
            let outcome = try await outcome(of: order, message.site)
            send(.event(.push(ticket: order.ticket, outcome)), to: message.site, after: delay(message.site, 5...300))
        case .pull(let order):
            let outcome = try await outcome(of: order, message.site)
            // While everything heals, the hub holds a question for which it has no news; else a history would be all questions.
            let isHeld = healedAt > 0 && order.waitMilliseconds > 0 && !outcome.bringsNews
            let usual = isHeld ? min(1_000, order.waitMilliseconds)...order.waitMilliseconds : 5...900
            send(.event(.pull(ticket: order.ticket, outcome)), to: message.site, after: delay(message.site, usual))
        }
    }

    /// Some answers come when nobody waits for them any more: up to ten days later.
    private func delay(_ index: Int, _ usual: ClosedRange<UInt64>) -> ClosedRange<UInt64> {
        // Somebody waits for it until the time is up.
        if now < sites[index].oneWayUntil { return 10_000...60_000 }
        guard faults.isOn, sites[index].line.latePercent > 0, generator.chance(sites[index].line.latePercent) else { return usual }
        note("answer late", index)
        return 400_000...864_000_000
    }

    func outcome(of order: SyncCore.PushOrder, _ index: Int) async throws -> SyncCore.PushOutcome {
        let site = sites[index]
        let load = try site.agent.outbox.load(
            after: order.after, of: order.replica, bytesMax: order.bytesMax, setBytesMax: site.agent.core.settings.setBytesMax,
            random: &generator)
        let frames: [Outbox.Frame]
        switch load {
        case .nothing: return .nothing
        case .missing: return .missing(acknowledged: try site.agent.outbox.acknowledgement(of: order.replica))
        case .damaged: return .damaged(acknowledged: try site.agent.outbox.acknowledgement(of: order.replica))
        case .frames(let loaded): frames = loaded
        }
        let fate = fate(of: site)
        guard fate != .requestLost else {
            note("request lost", index)
            return .failed(Self.lost)
        }
        var answer: Answer
        do {
            answer = try await push(frames, site)
            if fate == .doubled {
                note("request doubled", index)
                answer = try await push(frames, site)
            }
        } catch let error as HubError where error.isTransient {
            try noteNoCommit(error)
            return .failed(Self.lost)
        }
        if answer.isReceipt { perhapsRepeat(frames, index) }
        if fate == .answerLost {
            note(now < site.oneWayUntil ? "committed on a one-way line" : "answer lost after commit", index)
            return .failed(Self.lost)
        }
        if !answer.isReceipt, try site.agent.outbox.isDamaged(oneOf: frames, of: order.replica, at: answer.standing) {
            return .damaged(acknowledged: try site.agent.outbox.acknowledgement(of: order.replica))
        }
        return .answered(
            answer, through: frames.last?.last ?? order.after, isSingle: frames.count == 1,
            standing: try site.agent.outbox.standing(of: answer.standing))
    }

    func fate(of site: Site) -> FaultyLine.Fate {
        site.line.isOneWay = now < site.oneWayUntil
        return site.line.fate(using: &generator)
    }

    // MARK: what comes again when nobody expects it

    /// A proxy may deliver once more what the hub took in: in any order with what was sent since, whatever became of the agent.
    private func perhapsRepeat(_ frames: [Outbox.Frame], _ index: Int) {
        guard sites[index].line.repeatPercent > 0, generator.chance(sites[index].line.repeatPercent) else { return }
        let kept: ClosedRange<UInt64> = generator.chance(50) ? 1_000...10_000 : 10_000...300_000
        send(.repeated(frames.map(\.bytes), signedAt: clock(of: sites[index])), to: index, after: kept)
    }

    /// Nobody hears the answer.
    private func pushAgain(_ sets: [[UInt8]], signedAt: Timestamp, _ index: Int) async throws {
        guard let agent = try await hub.agent(sites[index].key.publicKey) else { return }
        do { _ = try await hub.push(sets, agent: agent, agentTime: signedAt, now: time) } catch let error as HubError
            where error.isTransient
        { return try noteNoCommit(error) }
        note("request repeated later", index)
    }

    /// What a site has told anew since would count twice if the former telling came after all, and nobody could know it: where a disk was
    /// lost, or the hub went back further than its agents keep, what is under way is lost, too.
    func dropRepeats(of isMeant: (Site) -> Bool) {
        pending.removeAll { if case .repeated = $0.work { isMeant(sites[$0.site]) } else { false } }
    }

    func push(_ frames: [Outbox.Frame], _ site: Site) async throws -> Answer {
        try throughBytes(
            try await hub.push(frames.map(\.bytes), agent: try await record(of: site), agentTime: clock(of: site), now: time))
    }

    /// Through the bytes of the line and back, signature and all.
    func throughBytes(_ answer: Answer) throws -> Answer {
        let nonce = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let bytes = try answer.encoded(nonce: nonce, key: hub.signingKey)
        return try Answer.decode(bytes, nonce: nonce, key: hub.signingKey.publicKey)
    }

    func outcome(of order: SyncCore.PullOrder, _ index: Int) async throws -> SyncCore.PullOutcome {
        let site = sites[index]
        let fate = fate(of: site)
        guard fate != .requestLost else { return .failed(Self.lost) }
        var request = PullRequest(
            cursor: try site.agent.view.cursor().reached, maxBytes: 2 << 10,
            replicas: Set(try site.agent.outbox.replicas(openIn: site.agent.view)), report: hubIsOlder ? nil : order.report,
            keepsDecisions: !hubIsOlder)
        switch order.wish {
        case .digest where hubIsOlder, .again where hubIsOlder, .rebase where hubIsOlder:
            note("older hub asked what it does not know", index)
        case .news: break
        case .digest(let ranges): request.digestRanges = ranges
        case .again(let interval): request.again = interval
        case .rebase: (request.digestRanges, request.rebases) = (Limits.digestRangesMax, true)
        }
        let answer = try await hub.pull(request, agent: try await record(of: site), now: time)
        guard fate != .answerLost, case .page(let page) = try throughBytes(answer) else { return .failed(Self.lost) }
        return .answered(page, standings: try page.own.map { try site.agent.outbox.standing(of: $0) })
    }

    func record(of site: Site) async throws -> AgentRecord {
        guard let agent = try await hub.agent(site.key.publicKey) else { throw SimulationError(message: "\(site.name) is not enrolled") }
        return agent
    }

    static let lost = LineFailure(.unreachable, "The line is down.", remedy: "Nothing to do.")
}

extension SyncCore.PullOutcome {
    fileprivate var bringsNews: Bool { if case .answered(let page, _) = self { !page.entries.isEmpty || page.restart } else { true } }
}

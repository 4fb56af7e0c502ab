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
        guard message.life == sites[message.site].life else { return }
        do { try await carry(message) } catch  where AgentDisk.fault(error) != nil {
            note("\(AgentDisk.fault(error) ?? "") on the line", message.site)
            try await restart(message.site)
        }
    }

    private func carry(_ message: Pending) async throws {
        switch message.work {
        case .wake: try await tell(message.site, .timer)
        case .event(let event): try await tell(message.site, event)
        case .push(let order):
            let outcome = try await outcome(of: order, message.site)
            send(.event(.push(ticket: order.ticket, outcome)), to: message.site, after: delay(message.site, 5...300))
        case .pull(let order):
            let outcome = try await outcome(of: order, message.site)
            send(.event(.pull(ticket: order.ticket, outcome)), to: message.site, after: delay(message.site, 5...900))
        }
    }

    /// Some answers come when nobody waits for them any more: up to ten days later.
    private func delay(_ index: Int, _ usual: ClosedRange<UInt64>) -> ClosedRange<UInt64> {
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
        let fate = site.line.fate(using: &generator)
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
        } catch let error as HubError where error.code == .busy { return .failed(Self.lost) }
        if fate == .answerLost {
            note("answer lost after commit", index)
            return .failed(Self.lost)
        }
        if !answer.isReceipt, try site.agent.outbox.isDamaged(oneOf: frames, of: order.replica, at: answer.standing) {
            return .damaged(acknowledged: try site.agent.outbox.acknowledgement(of: order.replica))
        }
        return .answered(
            answer, through: frames.last?.last ?? order.after, isSingle: frames.count == 1,
            standing: try site.agent.outbox.standing(of: answer.standing))
    }

    func push(_ frames: [Outbox.Frame], _ site: Site) async throws -> Answer {
        try throughBytes(
            try await hub.push(frames.map(\.bytes), agent: try await record(of: site), agentTime: clock(of: site), now: time))
    }

    /// Through the bytes of the line and back, signature and all.
    private func throughBytes(_ answer: Answer) throws -> Answer {
        let nonce = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let bytes = try answer.encoded(nonce: nonce, key: hub.signingKey)
        return try Answer.decode(bytes, nonce: nonce, key: hub.signingKey.publicKey)
    }

    func outcome(of order: SyncCore.PullOrder, _ index: Int) async throws -> SyncCore.PullOutcome {
        let site = sites[index]
        let fate = site.line.fate(using: &generator)
        guard fate == .delivered || fate == .doubled else { return .failed(Self.lost) }
        var request = PullRequest(
            cursor: try site.agent.view.cursor().reached, maxBytes: 2 << 10,
            replicas: Set(try site.agent.outbox.replicas(openIn: site.agent.view)), report: hubIsOlder ? nil : order.report)
        switch order.wish {
        case _ where hubIsOlder: break
        case .news: break
        case .digest(let ranges): request.digestRanges = ranges
        case .again(let interval): request.again = interval
        }
        let answer = try await hub.pull(request, agent: try await record(of: site), now: time)
        guard case .page(let page) = try throughBytes(answer) else { return .failed(Self.lost) }
        return .answered(page, standings: try page.own.map { try site.agent.outbox.standing(of: $0) })
    }

    func record(of site: Site) async throws -> AgentRecord {
        guard let agent = try await hub.agent(site.key.publicKey) else { throw SimulationError(message: "\(site.name) is not enrolled") }
        return agent
    }

    private static let lost = LineFailure(.unreachable, "The line is down.", remedy: "Nothing to do.")
}

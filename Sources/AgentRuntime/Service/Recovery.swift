import Capture
import Causality
import ChangeSets
import Oddities

/// One recovery of a source: the choice that was made, and what has to be done for it.
struct Recovery: Hashable, Sendable {
    /// What the source follows from now on; `nil`: nothing.
    var follows: Dot?
    /// What is unsent of the former replica is captured anew.
    var abandons = false
    /// ... under a source id of its own (S22).
    var parts = false
    /// The newest images are needed, too: the folder's own are too old or say nothing of what was.
    var needsNewest: Bool
    /// The former replica's last change when this was chosen; later ones are no part of the hub's history.
    var sealed: UInt64 = 0
    /// Of an abandoned replica: how far its history here is the hub's; `nil`: all that the file names.
    var shared: UInt64?

    init?(_ plan: RecoveryPlan, isDamaged: Bool, needsNewest: Bool) {
        switch plan {
        case .waitForPush: return nil
        case .follow(let dot, let leaves): (follows, abandons) = (dot, leaves)
        case .part(let dot): (follows, abandons, parts) = (dot, true, true)
        }
        self.needsNewest = needsNewest || abandons
        shared = parts || isDamaged ? follows?.counter ?? 0 : nil
    }
}

extension Outbox {
    /// What to do for `request`; `nil`: what is sealed has to be at the hub first.
    ///
    /// - Parameters:
    ///   - heard: what the hub has of this agent's replicas.
    ///   - follows: what the named replica follows itself.
    func recovery(for request: RecoveryRequest, heard: [Receipt], follows: Dot?) throws -> Recovery? {
        if Oddity.recoversLater.happens { return nil }
        let hub = heard.first { $0.replica == request.named?.replica }
        let queue = try request.named.map { try self.queue(of: $0.replica) }
        let isDamaged = try queue.map { try self.isDamaged(after: $0.acknowledged, of: $0.replica) } ?? false
        let plan = RecoveryPlan(
            named: request.named, namesOwnDrain: request.namesOwnDrain, queue: queue, hubLast: hub?.last ?? 0,
            standing: try hub.map { try standing(of: $0) } ?? .agrees, isDamaged: isDamaged, follows: follows,
            shared: try request.named.flatMap { try shared(of: $0.replica) })
        // A writer that this folder knows nothing of: the folder is older than it, and so are its own images.
        let hasForgotten = try heard.contains { try !hasSent($0.replica) }
        var recovery = Recovery(plan, isDamaged: isDamaged, needsNewest: request.wantsNewest || hasForgotten)
        recovery?.sealed = queue?.sealed ?? 0
        return recovery
    }

    /// The source has recovered as `recovery` says.
    func finish(_ recovery: Recovery, of request: RecoveryRequest) throws {
        guard recovery.abandons, let former = request.named?.replica else { return }
        try abandon(former, sharing: recovery.shared)
    }
}

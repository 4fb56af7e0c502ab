import Capture
import Causality
import ChangeSets
import Logging

/// Brings a source back that went back in time, with what the hub has (S15), or whose name another disk used, too (S22).
///
/// The triggers only log until this is through, so the application sells on and nothing is missed.
struct SourceRecovery: Sendable {
    let keeper: SourceKeeper
    let line: HubLine
    let outbox: Outbox
    let log: Logger

    /// A hub that says "more" for ever must not hold an agent for ever.
    static let pagesMax = 1_000_000

    enum Result: Hashable, Sendable {
        case recovered
        /// What is sealed has to be at the hub first; come back when it is.
        case waitsForPush
    }

    func run(_ request: RecoveryRequest) async throws -> Result {
        let heard = try await line.standings()
        let hub = heard.first { $0.replica == request.named?.replica }
        let queue = try request.named.map { try outbox.queue(of: $0.replica) }
        let standing = try hub.map { try outbox.standing(of: $0) } ?? .agrees
        if standing == .ahead, let named = request.named, try await hasAnotherHistory(named.replica) { return .waitsForPush }
        let isDamaged = try queue.map { try outbox.isDamaged(after: $0.acknowledged, of: $0.replica) } ?? false
        var follows: Dot?
        if let named = request.named { follows = try await keeper.followed(by: named.replica) }
        let shared = try request.named.flatMap { try outbox.shared(of: $0.replica) }
        let plan = RecoveryPlan(
            named: request.named, namesOwnDrain: request.namesOwnDrain, queue: queue, hubLast: hub?.last ?? 0, standing: standing,
            isDamaged: isDamaged, follows: follows, shared: shared)
        let (dot, abandons, parts): (Dot?, Bool, Bool)
        switch plan {
        case .waitForPush: return .waitsForPush
        case .follow(let followed, let leaves): (dot, abandons, parts) = (followed, leaves, false)
        case .part(let followed): (dot, abandons, parts) = (followed, true, true)
        }
        var count = 0
        if let dot { count += try await stage(.named, asOf: dot, for: request) }
        // A writer that this folder knows nothing of: the folder is older than it, and so are its own images.
        let hasForgotten = try heard.contains { try !outbox.hasSent($0.replica) }
        if request.wantsNewest || abandons || hasForgotten { count += try await stage(.newest, asOf: dot, for: request) }
        try await keeper.recover(request.name.string, following: dot, abandoning: abandons, parting: parts)
        if abandons, let former = request.named?.replica {
            try outbox.abandon(former, sharing: parts || isDamaged ? dot?.counter ?? 0 : nil)
        }
        log.notice(
            parts ? "another disk writes under this source's name; it goes on as a source of its own" : "source recovered",
            metadata: ["source": "\(request.name)", "as of": "\(dot?.description ?? "the start")", "records": "\(count)"])
        return .recovered
    }

    /// The hub has more of a replica than this folder: more of the same, or, where it was restored and a copy of this machine came
    /// first, something else. The last set that it acknowledged tells; if it is not there, all that is kept is sent again.
    private func hasAnotherHistory(_ replica: ReplicaID) async throws -> Bool {
        guard let frame = try outbox.lastAcknowledged(of: replica), case .fork = try await line.push([frame]) else { return false }
        return try outbox.rewindToKept(replica)
    }

    /// - Returns: how many images came.
    private func stage(_ kind: StagedImages, asOf dot: Dot?, for request: RecoveryRequest) async throws -> Int {
        var count = 0
        var after: [UInt8]?
        for page in 0..<Self.pagesMax {
            let images = try await line.images(source: request.source, asOf: dot, isNewest: kind == .newest, after: after)
            try await keeper.stage(images.records, as: kind, isFirst: page == 0, of: request.name.string)
            count += images.records.count
            guard let next = images.next else { break }
            after = next
        }
        return count
    }
}

extension HubLine {
    /// What the hub has of this agent's replicas.
    func standings() async throws -> [Receipt] { try await pull(cursor: nil, waitMilliseconds: 0, bytesMax: 1).own }
}

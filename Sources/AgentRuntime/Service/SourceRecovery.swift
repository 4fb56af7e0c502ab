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
        if let hub = heard.first(where: { $0.replica == request.named?.replica }), try outbox.standing(of: hub) == .ahead,
            try await hasAnotherHistory(hub.replica)
        {
            return .waitsForPush
        }
        var follows: Dot?
        if let named = request.named { follows = try await keeper.followed(by: named.replica) }
        guard let recovery = try outbox.recovery(for: request, heard: heard, follows: follows) else { return .waitsForPush }
        var count = 0
        if let dot = recovery.follows { count += try await stage(.named, asOf: dot, for: request) }
        if recovery.needsNewest { count += try await stage(.newest, asOf: recovery.follows, for: request) }
        try await keeper.recover(request, as: recovery, outbox: outbox)
        log.notice(
            recovery.parts ? "another disk writes under this source's name; it goes on as a source of its own" : "source recovered",
            metadata: [
                "source": "\(request.name)", "as of": "\(recovery.follows?.description ?? "the start")", "records": "\(count)",
            ])
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
            try await keeper.stage(images.records, as: kind, isFirst: page == 0, of: request)
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

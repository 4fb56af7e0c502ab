import Capture
import Causality
import ChangeSets
import Logging

/// What a recovery asks of the hub.
protocol RecoveryLine {
    /// What the hub has of this agent's replicas.
    func standings() async throws -> [Receipt]
    /// The last of these ends of change-sets, latest first, that the hub has, too; counter 0 when it has none.
    func shared(_ replica: ReplicaID, ends: [SetEnd]) async throws -> SetEnd
    func images(source: SourceID, asOf dot: Dot?, isNewest: Bool, after: [UInt8]?) async throws -> ImagesPage
}

/// What a recovery asks of the source that went back in time.
protocol RecoveringSource {
    /// Lets go of what an earlier try had fetched: the hub may have been restored since, and told then what it lacks now.
    func forgetImages(of request: RecoveryRequest) async throws
    func stage(_ images: [RecordImage], as kind: StagedImages, isFirst: Bool, of request: RecoveryRequest) async throws
    func recover(_ request: RecoveryRequest, as recovery: Recovery, outbox: Outbox) async throws
}

/// Brings a source back that went back in time, with what the hub has (S15), or whose name another disk used, too (S22).
///
/// The triggers only log until this is through, so the application sells on and nothing is missed.
struct SourceRecovery<Source: RecoveringSource, Line: RecoveryLine> {
    let source: Source
    let line: Line
    let outbox: Outbox
    let clock: AgentClock
    let log: Logger
    var pagesMax = RecoveryResult.pagesMax

    func run(_ request: RecoveryRequest) async throws -> RecoveryResult {
        let heard = try await line.standings()
        for receipt in heard where request.writers.contains(receipt.replica) {
            try await agree(receipt)
        }
        guard let recovery = try outbox.recovery(for: request, heard: heard) else { return .waitsForPush }
        var count = 0
        try await source.forgetImages(of: request)
        if let dot = recovery.follows { count += try await stage(.named, asOf: dot, for: request) }
        if recovery.needsNewest { count += try await stage(.newest, asOf: recovery.follows, for: request) }
        try LostChanges.note(recovery.gaps, of: request.name, in: AgentSettings(queue: outbox.queue), clock: clock)
        try await source.recover(request, as: recovery, outbox: outbox)
        log.notice(
            recovery.parts ? "another disk writes under this source's name; it goes on as a source of its own" : "source recovered",
            metadata: [
                "source": "\(request.name)", "as of": "\(recovery.follows?.description ?? "the start")", "records": "\(count)",
            ])
        return .recovered(recovery)
    }

    /// The hub has a replica otherwise than this folder: more of the same, or, where a copy of this machine wrote to it, something else,
    /// even of what a hub that was restored since had acknowledged here. The hashes tell how far the two are one.
    private func agree(_ receipt: Receipt) async throws {
        guard try outbox.standing(of: receipt) != .agrees else { return }
        var ends = try outbox.ends(of: receipt.replica)[...]
        var shared = SetEnd(0, .zero)
        while shared.last == 0, !ends.isEmpty {
            shared = try await line.shared(receipt.replica, ends: Array(ends.prefix(SetEnd.askedMax)))
            ends = ends.dropFirst(SetEnd.askedMax)
        }
        try outbox.agree(receipt, sharing: shared)
    }

    /// - Returns: how many images came.
    private func stage(_ kind: StagedImages, asOf dot: Dot?, for request: RecoveryRequest) async throws -> Int {
        var count = 0
        var after: [UInt8]?
        for page in 0..<pagesMax {
            let images = try await line.images(source: request.source, asOf: dot, isNewest: kind == .newest, after: after)
            try await source.stage(images.records, as: kind, isFirst: page == 0, of: request)
            count += images.records.count
            guard let next = images.next else { return count }
            after = next
        }
        throw LineFailure(
            .untrusted, "The hub's images of \(request.name) do not end after \(pagesMax) pages.",
            remedy: "Look at the hub's log, and report this. The application sells on; what it writes is captured then.")
    }
}

extension SourceRecovery: Sendable where Source: Sendable, Line: Sendable {}

enum RecoveryResult: Hashable, Sendable {
    case recovered(Recovery)
    /// What is sealed has to be at the hub first; come back when it is.
    case waitsForPush

    /// A hub that says "more" for ever must not hold an agent for ever.
    static let pagesMax = 1_000_000
}

extension HubLine: RecoveryLine {
    func standings() async throws -> [Receipt] { try await pull(cursor: nil, waitMilliseconds: 0, bytesMax: 1).own }
}

extension SourceKeeper: RecoveringSource {}

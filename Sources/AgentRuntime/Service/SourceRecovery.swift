import Capture
import Causality
import ChangeSets
import Logging

/// What a recovery asks of the hub.
protocol RecoveryLine {
    /// What the hub has of this agent's replicas.
    func standings() async throws -> [Receipt]
    func push(_ frames: [Outbox.Frame]) async throws -> Answer
    func images(source: SourceID, asOf dot: Dot?, isNewest: Bool, after: [UInt8]?) async throws -> ImagesPage
}

/// What a recovery asks of the source that went back in time.
protocol RecoveringSource {
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

    func run(_ request: RecoveryRequest) async throws -> RecoveryResult {
        let heard = try await line.standings()
        for receipt in heard where request.writers.contains(receipt.replica) {
            if try await hasAnotherHistory(receipt) { return .waitsForPush }
        }
        guard let recovery = try outbox.recovery(for: request, heard: heard) else { return .waitsForPush }
        var count = 0
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

    /// The hub has more of a replica than it acknowledged here: more of the same, or, where it was restored and a copy of this machine
    /// came first, something else. The last set that it acknowledged tells; if it is not there, all that is kept is sent again.
    private func hasAnotherHistory(_ receipt: Receipt) async throws -> Bool {
        guard try outbox.isBeyondUs(receipt), let frame = try outbox.lastAcknowledged(of: receipt.replica),
            case .fork = try await line.push([frame])
        else { return false }
        return try outbox.rewindToKept(receipt.replica)
    }

    /// - Returns: how many images came.
    private func stage(_ kind: StagedImages, asOf dot: Dot?, for request: RecoveryRequest) async throws -> Int {
        var count = 0
        var after: [UInt8]?
        for page in 0..<RecoveryResult.pagesMax {
            let images = try await line.images(source: request.source, asOf: dot, isNewest: kind == .newest, after: after)
            try await source.stage(images.records, as: kind, isFirst: page == 0, of: request)
            count += images.records.count
            guard let next = images.next else { break }
            after = next
        }
        return count
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

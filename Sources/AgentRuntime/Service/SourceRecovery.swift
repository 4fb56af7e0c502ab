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
        guard let named = request.named else {
            try await keeper.recover(request.name.string, following: nil)
            return .recovered
        }
        let hubLast = try await line.last(of: named.replica)
        let queue = try outbox.standings().first { $0.replica == named.replica }
        let isUnsent = queue.map { $0.sealed > $0.acknowledged } ?? false
        // Unsent changes whose counters the hub has otherwise: the histories part after what is acknowledged.
        let isForked = isUnsent && hubLast > (queue?.acknowledged ?? 0)
        if isUnsent, !isForked { return .waitsForPush }
        let last = min(named.counter, isForked ? queue?.acknowledged ?? 0 : hubLast)
        let dot = last == 0 ? nil : Dot(named.replica, last)
        var count = 0
        if let dot {
            var after: [UInt8]?
            for page in 0..<Self.pagesMax {
                let images = try await line.images(source: request.source, asOf: dot, after: after)
                try await keeper.stage(images.records, isFirst: page == 0, of: request.name.string)
                count += images.records.count
                guard let next = images.next else { break }
                after = next
            }
        }
        try await keeper.recover(request.name.string, following: dot)
        if isForked { try outbox.abandon(named.replica) }
        log.notice(
            "source recovered",
            metadata: ["source": "\(request.name)", "as of": "\(dot.map(\.description) ?? "the start")", "records": "\(count)"])
        return .recovered
    }
}

extension HubLine {
    /// The last counter that the hub has of a replica, whoever asks.
    func last(of replica: ReplicaID) async throws -> UInt64 {
        let page = try await pull(cursor: nil, waitMilliseconds: 0, bytesMax: 1, replicas: [replica])
        return page.own.first { $0.replica == replica }?.last ?? 0
    }
}

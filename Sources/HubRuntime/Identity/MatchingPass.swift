import Causality
import ChangeSets
import Dispatch
import Foundation
import Profiles
import Synchronization

/// Learns a model from all customer records and finds all proposals, from one read transaction.
///
/// Takes some gigabytes and minutes for a million records, a second for ten thousand.
struct MatchingPass: Sendable {
    /// The line's end that it has seen.
    let head: UInt64
    let records: [RecordNumber]
    let traits: [PersonTraits]

    init(_ store: any HubReading, _ standing: Standing) throws {
        var records: [RecordNumber] = []
        var traits: [PersonTraits] = []
        try store.eachCustomer { customer in
            try Task.checkCancellation()
            guard let found = try Matcher.traits(of: customer.record, store, standing) else { return }
            records.append(customer.record)
            traits.append(found)
        }
        head = standing.head.number
        self.records = records
        self.traits = traits
    }

    private static let seed: UInt64 = 0x7472_6962

    /// What a pass found.
    struct Result: Sendable {
        var model: MatchModel
        var proposals: [ProposalRow]
    }

    func run() -> Result {
        guard traits.count > 1 else { return Result(model: .standard(records: traits.count), proposals: []) }
        let blocks = PersonBlocks(traits)
        // Which pairs are drawn to learn from is no secret and should not differ from run to run.
        var chance = SeededChance(seed: Self.seed)
        let model = MatchModel.learned(from: blocks, chance: &chance)
        // One core is left to the sites.
        let threads = max(1, ProcessInfo.processInfo.activeProcessorCount - 1)
        let found = blocks.proposals(MatchScorer(model), bitsMin: Float(Matcher.bitsMin), threads: threads)
        let rows = found.map { proposal in
            let (one, other) = (records[Int(proposal.lower)], records[Int(proposal.higher)])
            return ProposalRow(lower: min(one, other), higher: max(one, other), bits: Double(proposal.bits))
        }
        return Result(model: model, proposals: rows)
    }

    /// On a thread of its own, so that the hub's few threads go on answering.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled: a hub that stops does not wait minutes for what nobody will see.
    func result() async throws -> Result {
        let waiting = Waiting()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                waiting.begin(continuation)
                DispatchQueue.global(qos: .utility).async { waiting.end(.success(run())) }
                // Cancelled before there was anything to end.
                if Task.isCancelled { waiting.end(.failure(CancellationError())) }
            }
        } onCancel: {
            waiting.end(.failure(CancellationError()))
        }
    }

    /// Who waits for a pass: what ends it first counts.
    private final class Waiting: Sendable {
        private let continuation = Mutex<CheckedContinuation<MatchingPass.Result, any Error>?>(nil)

        func begin(_ continuation: CheckedContinuation<MatchingPass.Result, any Error>) { self.continuation.withLock { $0 = continuation } }

        func end(_ result: Swift.Result<MatchingPass.Result, any Error>) {
            let waiting = continuation.withLock { $0.take() }
            waiting?.resume(with: result)
        }
    }

    /// Keys of all records' blocks, in the order in which a store takes them fastest.
    func blockRows() -> [(key: UInt64, record: RecordNumber)] {
        var rows: [(key: UInt64, record: RecordNumber)] = []
        for (record, traits) in zip(records, traits) { for key in Matcher.keys(traits) { rows.append((key, record)) } }
        rows.sort { Int64(bitPattern: $0.key) < Int64(bitPattern: $1.key) }
        return rows
    }
}

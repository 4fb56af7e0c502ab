import Causality
import ChangeSets
import GRDB
import Logging

/// One request and its answer, held against what this folder has: what the state machine is told of it.
struct LineExchange: Sendable {
    let line: HubLine
    let outbox: Outbox
    let view: LocalReplica
    let stopping: StopSignal
    let log: Logger

    /// - Returns: what came of it, how many changes were sent, and how many the hub asks a set to hold at most, if it said so.
    func push(
        _ order: SyncCore.PushOrder, setChangesMax: Int, setBytesMax: Int
    ) async -> (SyncCore.PushOutcome, changes: Int, setChangesMax: Int?) {
        var changes = 0
        var asked: Int?
        do {
            var random = SystemRandomNumberGenerator()
            let load = try outbox.load(
                after: order.after, of: order.replica, bytesMax: order.bytesMax, setChangesMax: setChangesMax, setBytesMax: setBytesMax,
                random: &random, goesOn: stopping.check)
            switch load {
            case .nothing: return (.nothing, changes, asked)
            case .missing: return (.missing(acknowledged: try outbox.acknowledgement(of: order.replica)), changes, asked)
            case .damaged: return (.damaged(acknowledged: try outbox.acknowledgement(of: order.replica)), changes, asked)
            case .frames(let frames):
                changes = frames.reduce(0) { $0 + Int($1.last - $1.first + 1) }
                let answer: Answer
                (answer, asked) = try await line.push(frames)
                log.debug(
                    "pushed",
                    metadata: [
                        "replica": "\(order.replica.short)", "sets": "\(frames.count)",
                        "bytes": "\(frames.reduce(0) { $0 + $1.bytes.count })",
                    ])
                if !answer.isReceipt, try outbox.isDamaged(oneOf: frames, of: order.replica, at: answer.standing) {
                    return (.damaged(acknowledged: try outbox.acknowledgement(of: order.replica)), changes, asked)
                }
                let outcome = SyncCore.PushOutcome.answered(
                    answer, through: frames.last?.last ?? order.after, isSingle: frames.count == 1,
                    standing: try outbox.standing(of: answer.standing))
                return (outcome, changes, asked)
            }
        } catch { return (.failed(LineFailure(error, of: outbox)), changes, asked) }
    }

    func pull(_ order: SyncCore.PullOrder) async -> SyncCore.PullOutcome {
        do {
            let page = try await line.pull(
                cursor: try view.cursor().reached, waitMilliseconds: order.waitMilliseconds, bytesMax: order.bytesMax,
                replicas: try outbox.replicas(openIn: view), wish: order.wish, report: order.report,
                keepsDecisions: true)
            return .answered(page, standings: try page.own.map { try outbox.standing(of: $0) })
        } catch { return .failed(LineFailure(error, of: outbox)) }
    }
}

extension LineFailure {
    /// What an error in the middle of an exchange means to the line.
    init(_ error: any Error, of outbox: Outbox) {
        if let failure = error as? LineFailure {
            self = failure
        } else if error is CancellationError {
            self = LineFailure(.unreachable, "The request was given up.", remedy: "Nothing to do; it is sent again.")
        } else if let error = error as? ChangeSetError {
            self = LineFailure(.local, "The agent could not prepare a request. \(error.message)", remedy: error.remedy)
        } else {
            let problem = AgentHealth.Problem(error is DatabaseError ? AgentError(database: error, file: outbox.queue.path) : error)
            self = LineFailure(.local, problem.message, remedy: problem.remedy)
        }
    }
}

extension Answer {
    /// The hub could make something of what was sent.
    var isReceipt: Bool {
        switch self {
        case .receipt, .fork, .gap: true
        case .refusal, .page, .images: false
        }
    }

    /// Where the hub stands, whatever else it says; pages and images say it themselves.
    var standing: Receipt {
        switch self {
        case .receipt(let receipt), .fork(let receipt), .gap(let receipt): receipt
        case .refusal(let refusal): refusal.standing
        case .page(let page): Receipt.none(page.reached, page.time)
        case .images: Receipt.none(Position(generation: ReplicaID(high: 0, low: 0), number: 0, line: 0), Timestamp(milliseconds: 0))
        }
    }
}

extension Receipt {
    static func none(_ position: Position, _ time: Timestamp) -> Receipt {
        Receipt(replica: ReplicaID(high: 0, low: 0), last: 0, hash: .zero, position: position, keepUntil: 0, time: time)
    }
}

import Causality
import Synchronization

/// What was found when all customer records were last looked through, and whether they are being looked through just now.
public struct QualityStanding: Sendable {
    /// The report as a document; `nil`: they were never looked through.
    public var report: JSONAnswer?
    /// Since when they are being looked through anew, in milliseconds since 1970.
    public var since: UInt64?
    /// Why that failed the last time.
    public var problem: HubError?

    public init(report: JSONAnswer? = nil, since: UInt64? = nil, problem: HubError? = nil) {
        self.report = report
        self.since = since
        self.problem = problem
    }
}

/// Lets all customer records be looked through once at a time, and keeps the last report: whoever asks meanwhile gets the one under way.
final class QualityDesk: Sendable {
    private struct Look {
        var task: Task<JSONAnswer, any Error>
        var since: Timestamp
    }

    private struct State {
        var last: JSONAnswer?
        var look: Look?
        var problem: HubError?
        var isStopped = false
    }

    private let state = Mutex(State())

    var standing: QualityStanding {
        state.withLock { QualityStanding(report: $0.last, since: $0.look?.since.milliseconds, problem: $0.problem) }
    }

    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// The look under way; where there is none, `look` begins.
    ///
    /// - Throws: `hub-stopping`.
    func begin(now: Timestamp, _ look: @escaping @Sendable () async throws -> JSONAnswer) throws -> Task<JSONAnswer, any Error> {
        try state.withLock { state in
            guard !state.isStopped else { throw Self.stopping }
            if let look = state.look { return look.task }
            let task = Task { try await self.run(look) }
            state.look = Look(task: task, since: now)
            return task
        }
    }

    private func run(_ look: @Sendable () async throws -> JSONAnswer) async throws -> JSONAnswer {
        do {
            let report = try await look()
            state.withLock { state in
                state.look = nil
                state.last = report
                state.problem = nil
            }
            return report
        } catch {
            let problem =
                error as? HubError
                ?? HubError(.storageFailed, "The records could not be looked through: \(error).", remedy: "Look at the hub's log.")
            state.withLock { state in
                state.look = nil
                state.problem = problem
            }
            throw problem
        }
    }

    /// A report that an earlier run of the hub has kept.
    func remember(_ report: JSONAnswer) {
        state.withLock { state in if state.last == nil { state.last = report } }
    }

    /// Ends the look under way, which notices it at the next record.
    func stop() async {
        let task = state.withLock { state in
            state.isStopped = true
            return state.look?.task
        }
        _ = await task?.result
    }

    static let stopping = HubError(.stopping, "The hub is stopping.", remedy: "Ask again when it runs.")
}

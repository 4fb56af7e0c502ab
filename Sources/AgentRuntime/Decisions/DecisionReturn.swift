import Causality
import ChangeSets
import Logging

/// Gives a restored hub the decisions back that this agent kept for it, beside everything else: no sale waits for it, and whatever comes
/// of it stops nothing.
actor DecisionReturn {
    /// Change-sets in one request; one goes however large it is.
    static let bytesMax = 256 << 10
    /// Nobody answered, or the hub is busy.
    static let retryMilliseconds: UInt64 = 60_000
    /// What is missing before these may come from another site.
    static let gapMilliseconds: UInt64 = 15 * 60_000
    /// A hub of an earlier version does not know the question.
    static let unknownMilliseconds: UInt64 = 6 * 3_600_000

    private let keeper: DecisionKeeper
    private let clock: AgentClock
    private let log: Logger
    private let send: @Sendable ([[UInt8]]) async throws -> Answer
    /// Generations whose decisions have to wait, and until when.
    private var blocked: [ReplicaID: Instant] = [:]
    private var notBefore: Instant = 0
    private var task: Task<Void, Never>?
    private var isStopped = false

    init(keeper: DecisionKeeper, clock: AgentClock, log: Logger, send: @escaping @Sendable ([[UInt8]]) async throws -> Answer) {
        self.keeper = keeper
        self.clock = clock
        self.log = log
        self.send = send
    }

    init(agent: Agent) {
        self.init(keeper: DecisionKeeper(queue: agent.database.queue), clock: agent.clock, log: agent.log) { [line = agent.line] in
            try await line.giveBack($0)
        }
    }

    /// Looks whether something is owed, and begins to give it back.
    func look() {
        let now = clock.monotonic()
        guard !isStopped, task == nil, now >= notBefore else { return }
        // A file that cannot be read is told by what needs it.
        guard (try? keeper.owesAny()) ?? false else { return }
        task = Task {
            await self.giveBack()
            self.task = nil
        }
    }

    func stop() async {
        isStopped = true
        task?.cancel()
        await task?.value
    }

    /// Gives back all that can be given now.
    func giveBack() async {
        do {
            while !Task.isCancelled, let batch = try keeper.owed(passing: waiting(), bytesMax: Self.bytesMax) {
                try take(try await send(batch.rows.map(\.sealed)), to: batch)
            }
        } catch is CancellationError {} catch {
            let isUnknown = (error as? LineFailure)?.kind == .rejected
            notBefore = clock.monotonic() + (isUnknown ? Self.unknownMilliseconds : Self.retryMilliseconds)
            log.info("decisions that are kept for the hub wait", metadata: ["error": "\(error)"])
        }
    }

    private func waiting() -> Set<ReplicaID> {
        let now = clock.monotonic()
        blocked = blocked.filter { $0.value > now }
        return Set(blocked.keys)
    }

    private func take(_ answer: Answer, to batch: DecisionKeeper.Batch) throws {
        let standing = answer.standing
        // Where the hub stands with another replica says nothing about these.
        let last = standing.replica == batch.generation ? standing.last : 0
        // A fork has counters as far as these, and others than these under them.
        let isFork = if case .fork = answer { true } else { false }
        let taken = isFork ? [] : batch.rows.filter { $0.first <= last }
        let rest = batch.rows.dropFirst(taken.count)
        try keeper.settle(taken, at: standing.position.number)
        if !taken.isEmpty {
            log.notice("gave decisions back to the hub", metadata: ["generation": "\(batch.generation.short)", "sets": "\(taken.count)"])
        }
        switch answer {
        case .receipt: if taken.isEmpty { wait(for: batch.generation, Self.retryMilliseconds) }
        case .gap:
            guard let next = rest.first else { return }
            try keeper.note("Those before them are missing; another site may bring them.", of: next)
            wait(for: batch.generation, Self.gapMilliseconds)
        case .fork: try keeper.settle(rest, at: standing.position.number, refused: "It has decided something else since.")
        case .refusal(let refusal):
            guard refusal.isFinal else { return wait(for: batch.generation, Self.retryMilliseconds) }
            try keeper.settle(rest.prefix(1), at: standing.position.number, refused: refusal.message)
            if rest.isEmpty, taken.isEmpty { wait(for: batch.generation, Self.retryMilliseconds) }
        case .page, .images: throw LineFailure.wrongAnswer
        }
    }

    private func wait(for generation: ReplicaID, _ milliseconds: UInt64) { blocked[generation] = clock.monotonic() + milliseconds }
}

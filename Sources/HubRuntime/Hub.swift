import Causality
import ChangeSets
import Logging
import Synchronization

/// The hub, without HTTP or SQL: the one merge point.
///
/// All writes go through one queue into the store's one writer, many pushes to a commit. All reads see one
/// committed state. Time and chance are arguments, so that a simulation can own them.
public final class Hub: Sendable {
    public struct Options: Sendable {
        public var clockBound = ClockBound()
        /// Pushes and bytes taken into one commit, and bytes that may wait for theirs.
        public var groupPushesMax = 64
        public var groupBytesMax = 16 << 20
        /// A commit holds no more changes than this, one change-set aside, however fast the machine is (`CommitPace`).
        public var commitChangesMax = 10_000
        /// ... and takes about this long at most while more waits: short beside a sale's own way from the till's commit to its receipt.
        /// Infinite: only the number of changes counts, and the same pushes make the same commits.
        public var commitPaceMilliseconds = 20.0
        public var queueBytesMax = 64 << 20
        /// Writers that the hub knows; a new one is refused then. Each takes some memory, and never goes.
        public var replicasMax = Strangers.replicasMax
        /// A commit that takes longer is told of, and nothing new is taken to wait for it.
        public var commitMillisecondsMax: UInt64 = 60_000
        /// How long an agent's question for news may wait for what is noted of it.
        public var notePatience = Duration.seconds(5)
        /// For how long a commit takes: milliseconds, never set back.
        public var monotonic: @Sendable () -> UInt64 = Hub.systemMonotonic
        /// A change that waits longer for what it names is shown as a conflict.
        public var longWaitMilliseconds: UInt64 = 24 * 3600 * 1000
        /// For one page of conflicts so many rows are looked at, whatever is found in them: some seconds' worth.
        public var conflictRowsMax = 50_000
        /// So many open conflicts, of one kind or of all, are put in an order by age or cost; what is kept of them takes some megabytes.
        public var conflictsOrderedMax = 10_000
        public var tokenLifeMilliseconds: UInt64 = 7 * 24 * 3600 * 1000
        public var pageBytesMax = 4 << 20
        /// Shorter than the idle time-outs of the proxies that may stand between.
        public var pullWaitMillisecondsMax: UInt64 = 50_000
        /// After summing up what a site's view holds, nothing is summed up for so many times as long as it took.
        public var digestRestFactor = 19

        /// What finding out one password shall cost.
        public var passwordCost = PasswordHash.Cost.usual

        public init() {}
    }

    /// Which hub this is: 16 random bytes, drawn once.
    public let id: ReplicaID
    /// Signs every answer on the sync line.
    public let signingKey: SigningKey
    public let generation: GenerationRow
    public let options: Options
    let store: any HubStore
    let random: @Sendable (Int) -> [UInt8]
    let logger: Logger
    let standing: Mutex<Standing>
    let commits = CommitSignal()
    let views = SiteViews()
    let digests: DigestDesk
    let notes: AgentNotes
    let exchanges: ExchangeLogs
    let returns = DecisionReturns()
    let queue: CommitQueue
    let pace: Mutex<CommitPace>
    let commitWatch: CommitWatch
    let tally = ConflictTally()
    let openLists = OpenConflictLists()
    let keptCounts = KeptCounts()
    let flowPast = FlowPast()
    let businessDesk = BusinessDesk()
    let passwords = PasswordDesk()
    let signIns = Mutex(SignInGuard())
    /// Why the last commit failed; `nil` when it did not.
    let trouble = Mutex<HubError?>(nil)
    /// Whether a question about an earlier time is being answered: each takes a store of its own.
    let lookBack = SoleRun()
    /// Whether all customers are being looked through, for rules that are weighed or tried.
    let scan = SoleRun()
    /// Whether a pass over all customers makes proposals.
    let matching = SoleRun()
    let matchScorer = Mutex<KnownScorer?>(nil)
    let qualityDesk = QualityDesk()

    /// Opens the hub over its store: makes it a hub if it is empty, and opens a new generation (S23).
    ///
    /// - Parameters:
    ///   - random: random bytes; the system's unless a simulation gives its own.
    /// - Throws: `HubError` of the store.
    public static func open(
        store: any HubStore, now: Timestamp, options: Options = Options(), logger: Logger = Logger(label: "tributary.hub"),
        random: @escaping @Sendable (Int) -> [UInt8] = Hub.systemRandom
    ) async throws -> Hub {
        let opened = try await store.write { writing in
            var opened = try Opening(store: writing, now: now, random: random)
            let redraw = Redraw(store: store, bound: options.clockBound, key: opened.signingKey.publicKey)
            if try redraw.run(in: writing) {
                logger.notice("views of an earlier version were drawn anew from the journal; where they differ, sites load theirs anew")
                opened.standing = try Standing(reading: writing)
            }
            return opened
        }
        return Hub(store: store, opened: opened, options: options, logger: logger, random: random)
    }

    init(
        store: any HubStore, opened: Opening, options: Options, logger: Logger, random: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.store = store
        self.options = options
        self.logger = logger
        self.random = random
        id = opened.hub
        signingKey = opened.signingKey
        generation = opened.generation
        standing = Mutex(opened.standing)
        queue = CommitQueue(bytesMax: options.queueBytesMax)
        pace = Mutex(CommitPace(millisecondsMax: options.commitPaceMilliseconds, most: options.commitChangesMax))
        commitWatch = CommitWatch(most: options.commitMillisecondsMax, clock: options.monotonic)
        digests = DigestDesk(restFactor: options.digestRestFactor)
        notes = AgentNotes(opened.notes)
        exchanges = ExchangeLogs(opened.exchanges)
    }

    public static let systemRandom: @Sendable (Int) -> [UInt8] = { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// How many changes a commit holds at most now, and a change-set of a backlog should.
    public var changesPerCommit: Int { pace.withLock { $0.changes } }

    /// The newest committed position.
    public var head: Position { standing.withLock { $0.head.position } }

    /// Lets waiting pulls answer at once, and refuses what waits or comes after. A commit under way finishes, and
    /// the sites' logs are kept; of who is answered meanwhile, when it is called once more.
    public func stop() async {
        commits.stop()
        await qualityDesk.stop()
        await queue.stop()
        await keepExchanges()
    }
}

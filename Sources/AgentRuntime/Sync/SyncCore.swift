import Causality
import ChangeSets

/// The agent's side of the line as a state machine: (state, event, now, random) in, effects out.
///
/// Two lanes run beside each other: **push** sends what is queued, one request at a time, replica after
/// replica; **pull** asks for news and lets the hub hold the question while there are none. The machine does
/// no I/O and reads no clock, so a simulation can own network, disk and time. Whoever drives it carries
/// effects out in the order given, and durable ones (`acknowledge`, `rewind`, `stage`...) before the next event.
///
/// Only a receipt acknowledges. A receipt that is *behind what was acknowledged when the question was asked*
/// is the hub's restore (S22); one that is merely older than a later answer is not, because push and pull
/// overtake each other.
public struct SyncCore: Sendable {
    public struct Settings: Hashable, Sendable {
        /// Change-set bytes in one push; at least one set goes, however large. A backlog packs to some three bytes a change, so
        /// this is about 40,000 changes: what a hub merges well within a request's time.
        public var pushBytesMax = 128 << 10
        /// One set's bytes after a signed refusal as too large are halved from here.
        public var setBytesMax = 4 << 20
        public var pullBytesMax = 1 << 20
        /// How long the hub may hold a pull; below `TransferLimits.slowSeconds`.
        public var pullWaitMilliseconds: UInt64 = 45_000
        /// While this many changes are queued and on their way, news is asked for only so often: each page would mostly
        /// bring back what was just sent, and take the hub's and this machine's time from sending it.
        public var backlogChangesMin: UInt64 = 10_000
        public var backlogPullMilliseconds: UInt64 = 10_000
        /// An answer later than this is given up by the machine itself, whatever the shell does.
        public var requestMillisecondsMax: UInt64 = 330_000
        public var retryFirstMilliseconds: UInt64 = 1_000
        public var retryLongestMilliseconds: UInt64 = 60_000
        /// After 401, 403, 404, a final refusal: what does not pass by itself is looked at again this often.
        public var retryRefusedMilliseconds: UInt64 = 300_000
        /// A new sale tries a broken line at once, but not more often than this.
        public var eagerMilliseconds: UInt64 = 5_000
        /// Queue not empty, hub answering, nothing acknowledged for this long, or pages that do not lead on: begin on new connections.
        public var stallMilliseconds: UInt64 = 300_000
        /// ... and for this long: tell people.
        public var stallAlarmMilliseconds: UInt64 = 900_000
        /// The view is held against the hub's this often at most, and so soon after a start.
        public var checkMilliseconds: UInt64 = 900_000
        public var firstCheckMilliseconds: UInt64 = 5_000
        /// The hub left the answer out.
        public var checkRetryMilliseconds: UInt64 = 300_000
        /// A difference that neither a repair nor a first load mended is looked at again after this.
        public var unmendedMilliseconds: UInt64 = 3_600_000
        /// More intervals than this, or more entries than this many and than this share of the view, are not asked for again: the view is
        /// loaded anew.
        public var againIntervalsMax = 64
        public var againEntriesMin: UInt64 = 1_000
        public var againPercentMax: UInt64 = 25
        /// A hub without a digest to spare is asked for it again after this, at most, and so often in all, before the view is loaded anew.
        public var rebaseRetryMilliseconds: UInt64 = 30_000
        public var rebasesMax = 4

        public init() {}
    }

    public enum Event: Sendable {
        /// What is queued, at start and whenever it changed; followed replicas before those that follow them.
        case queue([QueueStanding])
        /// The time given with `wake` has come.
        case timer
        case push(ticket: UInt64, PushOutcome)
        case pull(ticket: UInt64, PullOutcome)
        /// What came of `compare`; `nil`: it could not be carried out.
        case compared(CompareOrder, ViewComparison?)
        /// Entries that were asked for again are visible, and what of them had not been right.
        case repaired([Topic: ViewRepair], at: Timestamp)
        /// A consistent page was put aside, because a rebase is not through.
        case withheld
        /// A durable effect could not be carried out, because the agent's own disk failed; `nil`: it works again.
        case store(LineFailure?)
    }

    public enum PushOutcome: Sendable {
        /// A valid answer of the hub. `through` is the last counter that the request carried, `isSingle` whether in one set.
        case answered(Answer, through: UInt64, isSingle: Bool, standing: Standing)
        /// There was nothing to send after all.
        case nothing
        /// What comes next is no longer kept, so that the hub can never get it from here.
        case missing(acknowledged: Receipt)
        /// What comes next is not what was written or signed here: the agent's own disk has damaged it.
        case damaged(acknowledged: Receipt)
        case failed(LineFailure)
    }

    public enum PullOutcome: Sendable {
        /// A valid page. `standings` compares each of `page.own`, in its order.
        case answered(FeedPage, standings: [Standing])
        case failed(LineFailure)
    }

    public enum Effect: Sendable {
        /// Load sets after the counter `after`, cutting new ones where none are, and send them.
        case push(PushOrder)
        case pull(PullOrder)
        /// Give the request up; its outcome is not wanted any more.
        case abandon(ticket: UInt64)
        /// Durable: the hub has this on disk.
        case acknowledge(Receipt)
        /// Durable: the hub has what was acknowledged of this abandoned replica; keep no more of that than it asks for.
        case release(Receipt)
        /// Durable: the hub has our sets up to there, and more that this folder does not know.
        case confirm(replica: ReplicaID, through: UInt64)
        /// Durable: the hub has less than it said before; send again from there.
        case rewind(Receipt)
        /// Durable: cut the replica's sets after `after` again, none above `setBytesMax` where changes allow.
        case recut(replica: ReplicaID, after: UInt64, setBytesMax: Int)
        /// Durable, one transaction: the page's entries and the cursor. Visible when the page is consistent. With an interval:
        /// what the page brings of it again, which stands in for all that the view has of it.
        case stage(FeedPage, again: FeedInterval?)
        /// Durable, one transaction: the page's entries and the cursor, of which nothing becomes visible before `endRebase`.
        case rebase(FeedPage)
        /// Durable: the next consistent page shows all that was put aside.
        case endRebase
        /// Hold the visible view, in a rebase what it would be, against the digest; answered with `compared` in any case.
        case compare(CompareOrder)
        /// Durable: forget the cursor and what is staged; the visible view stays until the new one is whole.
        case restartFeed
        /// Open a new incarnation after what is acknowledged (S22): another disk wrote under this replica's name after that.
        case fork(Receipt)
        /// Follow S15: the hub and this folder do not agree, and sending again cannot mend it.
        /// The receipt says what the hub has.
        case recover(Receipt, RecoveryReason)
        /// Begin on new connections.
        case reconnect
        /// Come back with `timer` at this time; replaces the earlier wish.
        case wake(at: Instant)
        /// What is wrong on the line changed.
        case report(LineReport)
    }

    public struct PushOrder: Hashable, Sendable {
        public var ticket: UInt64
        public var replica: ReplicaID
        public var after: UInt64
        public var bytesMax: Int
    }

    public struct PullOrder: Hashable, Sendable {
        public var ticket: UInt64
        public var waitMilliseconds: UInt64
        public var bytesMax: Int
        public var wish: Wish
        public var report: AgentReport

        /// What is asked for besides news.
        public enum Wish: Hashable, Sendable {
            case news
            /// A digest, of so many ranges for each topic at most.
            case digest(ranges: Int)
            /// In place of news, what the hub has between these numbers.
            case again(FeedInterval)
            /// News from below the feed's floor, and a digest of many ranges: what went since is found by it.
            case rebase
        }
    }

    public struct CompareOrder: Hashable, Sendable {
        public var ticket: UInt64
        public var digest: ViewDigest
        /// What the view must contain for the digest to be one of it.
        public var position: Position
        public var time: Timestamp
    }

    public enum RecoveryReason: String, Hashable, Sendable {
        /// The hub knows later changes of this replica than this folder.
        case folderIsOld = "agent-folder-restored"
        /// The hub lacks changes that are no longer kept here; they are lost.
        case changesLost = "changes-lost"
        /// The hub has another history where it acknowledged ours: it was restored, and a copy of this machine came first. What
        /// is kept here is sent again, and shows where the histories part.
        case historiesDiffer = "histories-differ"
        /// What comes next is damaged on the agent's own disk: it has to be captured anew.
        case setDamaged = "outbox-damaged"
    }

    public let settings: Settings

    // Queue
    var queues: [QueueStanding] = []
    /// Replicas that wait for a new incarnation or an operator; value: since when nothing is tried.
    var blocked: [ReplicaID: Instant] = [:]
    var lastPushed: ReplicaID?
    var pushBytesMax: Int
    var setBytesMax: [ReplicaID: Int] = [:]
    /// Replicas whose sets go one by one, to find the first that another disk wrote differently.
    var singly: Set<ReplicaID> = []
    /// Former writers that were to be sent again, and after which change: the hub asked for no more than was here if it asks again.
    var rewound: [ReplicaID: UInt64] = [:]

    // Lanes
    var push = Lane()
    var pull = Lane()
    var lastTicket: UInt64 = 0
    var isPullConsistent = false
    /// The last ticket given when a push was answered, and that of the last pull that brought a consistent view.
    var lastPushAnswered: UInt64 = 0
    var lastConsistentPull: UInt64 = 0
    var hasRestartedFeed = false
    /// How long to ask for nothing while what comes cannot be kept.
    var store: Backoff

    var agreement = Agreement()

    // Watchdog
    /// Since when something waits.
    var waitingFrom: Instant?
    var progressAt: Instant = 0
    var heardAt: Instant?
    var hasReconnected = false
    /// Where the last page ended, since when no page leads on from there, and whether new connections were tried for it.
    var reached: Position?
    var viewStuckFrom: Instant?
    var hasReconnectedView = false
    var isStarted = false

    // What people are told
    public internal(set) var report = LineReport()
    var reported = LineReport()
    var wakeAt: Instant?

    public init(settings: Settings = Settings()) {
        self.settings = settings
        pushBytesMax = settings.pushBytesMax
        let backoff = Backoff(firstMilliseconds: settings.retryFirstMilliseconds, longestMilliseconds: settings.retryLongestMilliseconds)
        store = backoff
        push.backoff = backoff
        pull.backoff = backoff
    }

    public mutating func receive(_ event: Event, now: Instant, random: inout some RandomNumberGenerator) -> [Effect] {
        if !isStarted { progressAt = now }
        isStarted = true
        agreement.begin(now, within: settings.firstCheckMilliseconds, random: &random)
        var effects: [Effect] = []
        switch event {
        // One that came a little early is asked for again.
        case .timer: wakeAt = nil
        case .queue(let standings): takeQueue(standings, now: now)
        case .push(let ticket, let outcome): takePush(ticket, outcome, now: now, random: &random, effects: &effects)
        case .pull(let ticket, let outcome): takePull(ticket, outcome, now: now, random: &random, effects: &effects)
        case .store(let failure): takeStore(failure, now: now, random: &random)
        case .compared(let order, let comparison): takeComparison(order, comparison, now: now, random: &random, effects: &effects)
        case .withheld: takeWithheld(now: now, effects: &effects)
        case .repaired(let repairs, let time): if !repairs.isEmpty { report.agreement.mended(repairs, at: time) }
        }
        waitingFrom = queued == 0 ? nil : waitingFrom ?? now
        giveUpLateRequests(now: now, random: &random, effects: &effects)
        giveUpLateComparison(now: now, random: &random, effects: &effects)
        watch(now: now, effects: &effects)
        startPush(now: now, effects: &effects)
        startPull(now: now, effects: &effects)
        schedule(now: now, effects: &effects)
        if report != reported {
            reported = report
            effects.append(.report(report))
        }
        return effects
    }

    /// Nothing is queued that could be sent, and the view was asked for after the last push: it contains what was sent.
    public var isCaughtUp: Bool { !hasWork && push.request == nil && isPullConsistent && lastConsistentPull > lastPushAnswered }

    /// A difference from the hub's view is being looked for or mended.
    public var isMending: Bool { agreement.isBusy }

    /// Failures in a row of the lane, or the disk, that has most of them.
    public var failures: Int { max(push.backoff.failures, pull.backoff.failures, store.failures) }

    /// Changes that the hub has not acknowledged.
    var queued: UInt64 { queues.reduce(0) { $0 + ($1.sealed > $1.acknowledged ? $1.sealed - $1.acknowledged : 0) } }

    var hasWork: Bool { queues.contains { $0.sealed > $0.acknowledged && blocked[$0.replica] == nil } }

    mutating func nextTicket() -> UInt64 {
        lastTicket += 1
        return lastTicket
    }

    /// One of the two request lanes.
    struct Lane: Sendable {
        var request: Request?
        /// Not before this time.
        var notBefore: Instant = 0
        var startedAt: Instant = 0
        /// The wait may be cut short by a new sale.
        var isEager = false
        var backoff = Backoff(firstMilliseconds: 1, longestMilliseconds: 1)

        mutating func wait(_ milliseconds: UInt64, now: Instant, eager: Bool) {
            notBefore = now + milliseconds
            isEager = eager
        }

        func isFree(_ now: Instant) -> Bool { request == nil && notBefore <= now }
    }

    struct Request: Sendable {
        var ticket: UInt64
        var replica: ReplicaID?
        var after: UInt64 = 0
        /// What the hub had acknowledged when it was asked.
        var known: [ReplicaID: UInt64]
        var startedAt: Instant
        var wish = PullOrder.Wish.news
    }
}

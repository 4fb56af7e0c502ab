import Causality
import ChangeSets
import Mutants

/// When the agent asks whether its view is the hub's, and what it does about a difference: the part of `SyncCore` that
/// proves the agreement of both sides.
///
/// A check asks for one sum a topic. Where one differs, the next question asks for many, range by range; then the ranges that
/// differ are asked for again, and the view that comes of it is checked at once. What that does not mend, a first load does; what
/// that does not mend either is told to people and looked at again after an hour.
struct Agreement: Sendable {
    enum Step: Hashable, Sendable {
        /// One sum a topic, when it is time.
        case check
        /// The sums differ: where?
        case ranges
        /// These are wanted again; the first one is asked for.
        case again([FeedInterval])
        /// The cursor is below the feed's floor: all that is held has to be compared before news may be shown.
        case rebase
    }

    var step = Step.check
    /// Nothing but what is asked for again is asked before this time; `nil`: the agent has not begun.
    var dueAt: Instant?
    /// The ticket of the answer that is being held against the view, since when: no page may change the view meanwhile.
    var comparing: (ticket: UInt64, since: Instant)?
    /// The next check is of a view that was just mended.
    var isProving = false
    /// In a row, and the view differed afterwards.
    var repairs = 0
    /// What is asked for again belongs to a rebase, of which nothing is visible yet.
    var isRebasing = false
    /// Ends of a rebase that were reached since the last page that was shown.
    var rebases = 0
    /// What to tell the hub with each question.
    var told: AgentReport.View?

    mutating func begin(_ now: Instant, within milliseconds: UInt64, random: inout some RandomNumberGenerator) {
        if dueAt == nil { rest(now, about: milliseconds, least: 0, random: &random) }
    }

    /// The time is drawn, so that a thousand agents do not ask together.
    mutating func rest(_ now: Instant, about most: UInt64, least: UInt64, random: inout some RandomNumberGenerator) {
        step = .check
        isProving = false
        dueAt = now + UInt64.random(in: least...max(least, most), using: &random)
    }

    /// What the next question for news asks besides.
    ///
    /// - Parameter patience: how long a check may be late for the sake of changes that are on their way: both sides are equal
    ///   only when nothing is.
    func question(_ now: Instant, patience: UInt64) -> SyncCore.PullOrder.Wish {
        switch step {
        case .again(let intervals): intervals.first.map(SyncCore.PullOrder.Wish.again) ?? .news
        case .check: dueAt.map { $0 + patience <= now } ?? false ? .digest(ranges: 1) : .news
        case .ranges: dueAt.map { $0 <= now } ?? false ? .digest(ranges: Limits.digestRangesMax) : .news
        case .rebase: .rebase
        }
    }

    /// An answer to `.again`: what is left is asked for next, and at the end the view is checked.
    ///
    /// - Returns: whether nothing is left.
    mutating func took(through number: UInt64, of interval: FeedInterval, now: Instant) -> Bool {
        // An answer that does not get on is none: the comparison that follows says so.
        guard case .again(var intervals) = step, intervals.first == interval, number > interval.after else {
            (step, dueAt, isRebasing) = (isRebasing ? .rebase : .check, now, false)
            return false
        }
        if number >= interval.through { intervals.removeFirst() } else { intervals[0].after = number }
        step = intervals.isEmpty ? .check : .again(intervals)
        isProving = intervals.isEmpty
        dueAt = now
        return intervals.isEmpty
    }

    /// It is under way, and what people ask for (`sync`) waits for its end.
    var isBusy: Bool { comparing != nil || isProving || step != .check }
}

/// What came of holding the view against the hub's digest of the same position.
public struct ViewComparison: Hashable, Sendable {
    public struct Difference: Hashable, Sendable {
        public var interval: FeedInterval
        /// On the side that has more.
        public var entries: UInt64

        public init(interval: FeedInterval, entries: UInt64) {
            self.interval = interval
            self.entries = entries
        }
    }

    /// What this side sums up to, in the hub's ranges.
    public var own: ViewDigest
    public var differences: [Difference]
    /// Entries whose body is not what was written: the number of each.
    public var damaged: [FeedInterval]
    /// What the hub has in all.
    public var hubEntries: UInt64

    public init(own: ViewDigest, hubEntries: UInt64, differences: [Difference], damaged: [FeedInterval]) {
        self.own = own
        self.hubEntries = hubEntries
        self.differences = differences
        self.damaged = damaged
    }

    public var isEqual: Bool { differences.isEmpty && damaged.isEmpty || Mutant.findsEveryViewEqual.isOn }
}

/// What a repair found and mended, of one topic.
public struct ViewRepair: Codable, Hashable, Sendable {
    public var missing: UInt64 = 0
    /// Of another number than the hub's.
    public var stale: UInt64 = 0
    /// Here and not at the hub.
    public var extra: UInt64 = 0
    /// The body was not what had been written.
    public var damaged: UInt64 = 0
    /// Which they were, the first `namesMax`: of stock `SKU at LOCATION`; of what may be about people `#` and the number on the hub's
    /// line. `nil` in what an earlier version wrote down.
    public var names: [String]?

    public static let namesMax = 20

    public init() {}

    mutating func name(_ topic: Topic, number: UInt64, key: [UInt8]) {
        guard names?.count ?? 0 < Self.namesMax else { return }
        var reader = ByteReader(key, of: "stock key")
        // A key that a disk has changed is called by its number.
        let words = topic == .stock ? (try? (sku: reader.text(), location: reader.text())) : nil
        names = (names ?? []) + [words.map { "\($0.sku.string) at \($0.location.string)" } ?? "#\(number)"]
    }

    public var entries: UInt64 { missing + stale + extra + damaged }
}

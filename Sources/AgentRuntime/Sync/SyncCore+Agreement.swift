import Causality
import ChangeSets

extension SyncCore {
    /// An answer to a question for a digest: compared before anything else changes the view, or left out by the hub.
    mutating func takeDigest(
        of page: FeedPage, asked wish: PullOrder.Wish, ticket: UInt64, now: Instant, random: inout some RandomNumberGenerator,
        effects: inout [Effect]
    ) {
        guard case .digest = wish, let position = page.consistentAt else { return }
        guard let digest = page.digest else {
            // It is busy, or of an earlier version.
            return checkLater(now, random: &random)
        }
        agreement.comparing = (ticket, now)
        effects.append(.compare(CompareOrder(ticket: ticket, digest: digest, position: position, time: page.time)))
    }

    mutating func takeComparison(
        _ order: CompareOrder, _ comparison: ViewComparison?, now: Instant, random: inout some RandomNumberGenerator,
        effects: inout [Effect]
    ) {
        guard agreement.comparing?.ticket == order.ticket else { return }
        agreement.comparing = nil
        agreement.isProving = false
        if agreement.step == .rebase {
            return takeRebase(comparison, now: now, random: &random, effects: &effects)
        }
        guard let comparison else {
            return checkLater(now, random: &random)
        }
        agreement.told = AgentReport.View(position: order.position, digest: comparison.own)
        guard !comparison.isEqual else {
            agreement.repairs = 0
            report.agreement.agreed(at: order.time, isWhole: queued == 0 && !report.hubRestored)
            return agreement.rest(now, about: settings.checkMilliseconds, least: settings.checkMilliseconds * 4 / 5, random: &random)
        }
        report.agreement.differed(at: order.time, comparison)
        askAtOnce(now)
        if !comparison.differences.isEmpty, agreement.step == .check {
            agreement.step = .ranges
        } else {
            mend(comparison, now: now, random: &random, effects: &effects)
        }
    }

    /// This check came to nothing.
    mutating func checkLater(_ now: Instant, random: inout some RandomNumberGenerator) {
        agreement.rest(now, about: settings.checkRetryMilliseconds, least: settings.checkRetryMilliseconds / 2, random: &random)
    }

    /// No idle wait, and no held question, before a repair.
    mutating func askAtOnce(_ now: Instant) {
        agreement.dueAt = now
        if pull.backoff.failures == 0 { pull.notBefore = now }
    }

    private mutating func mend(
        _ comparison: ViewComparison, now: Instant, random: inout some RandomNumberGenerator, effects: inout [Effect]
    ) {
        agreement.repairs += 1
        if agreement.repairs == 1, let intervals = intervals(of: comparison) {
            agreement.step = .again(intervals)
        } else if agreement.repairs <= 2 {
            loadAnew(now, effects: &effects)
        } else {
            agreement.repairs = 0
            agreement.rest(
                now, about: settings.unmendedMilliseconds, least: settings.unmendedMilliseconds * 4 / 5, random: &random)
        }
    }

    /// What to ask for again; `nil`: so much that a first load does it as well.
    func intervals(of comparison: ViewComparison) -> [FeedInterval]? {
        let intervals = FeedInterval.merged(comparison.differences.map(\.interval) + comparison.damaged)
        let entries = comparison.differences.reduce(UInt64(comparison.damaged.count)) { $0 + $1.entries }
        let isMuch = entries > settings.againEntriesMin && entries * 100 > comparison.hubEntries * settings.againPercentMax
        return intervals.count > settings.againIntervalsMax || isMuch ? nil : intervals
    }

    mutating func loadAnew(_ now: Instant, effects: inout [Effect]) {
        (agreement.step, agreement.dueAt, agreement.isProving, agreement.isRebasing) = (.check, now, true, false)
        isPullConsistent = false
        reached = nil
        effects.append(.restartFeed)
    }

    /// A shell that lost a comparison must not hold the line for ever.
    mutating func giveUpLateComparison(now: Instant, random: inout some RandomNumberGenerator, effects: inout [Effect]) {
        guard let (ticket, since) = agreement.comparing, now >= since + settings.requestMillisecondsMax else { return }
        agreement.comparing = nil
        checkLater(now, random: &random)
        effects.append(.abandon(ticket: ticket))
    }

    /// What this side tells of itself with each question.
    func agentReport(_ now: Instant) -> AgentReport {
        AgentReport(
            waiting: queued, waitingMilliseconds: waitingFrom.map { now - min(now, $0) }, view: agreement.told,
            repaired: report.agreement.repair)
    }
}

extension LineReport {
    /// Whether the view is the hub's, as last found. Times are the hub's.
    public struct Agreement: Codable, Hashable, Sendable {
        /// When the view was last found to be the hub's.
        public var equalAt: UInt64?
        /// The hub had all of ours then, too.
        public var isWhole: Bool?
        public var differsSince: UInt64?
        /// Entries in ranges that differ, or that are damaged, by the topic's name: at least one of them is not the hub's.
        public var differing: [String: UInt64] = [:]
        public var repairedAt: UInt64?
        public var repaired: [String: ViewRepair] = [:]

        public init() {}

        mutating func agreed(at time: Timestamp, isWhole: Bool) {
            equalAt = time.milliseconds
            self.isWhole = isWhole
            differsSince = nil
            differing = [:]
        }

        mutating func differed(at time: Timestamp, _ comparison: ViewComparison) {
            differsSince = differsSince ?? time.milliseconds
            differing = [:]
            for difference in comparison.differences { differing[difference.interval.topic.name, default: 0] += difference.entries }
            for damaged in comparison.damaged { differing[damaged.topic.name, default: 0] += 1 }
        }

        mutating func mended(_ repairs: [Topic: ViewRepair], at time: Timestamp) {
            repairedAt = time.milliseconds
            repaired = Dictionary(repairs.map { ($0.key.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        }

        var repair: AgentReport.Repaired? {
            repairedAt.map { AgentReport.Repaired(at: $0, entries: repaired.mapValues(\.entries)) }
        }

        /// `3 entries of stock, 1 entry of customers`.
        public var repairedText: String { AgentReport.Repaired.text(repaired.mapValues(\.entries)) }
    }
}

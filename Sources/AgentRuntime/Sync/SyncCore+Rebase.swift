import Causality
import ChangeSets

/// What the agent does when its cursor is none that the hub goes on from: after a long absence it lies below the feed's floor, where
/// deletions may have been missed.
///
/// It asks once more, as a *rebase*: the hub then goes on from below the floor, and sums up all that the view should hold. What is
/// held is compared with that before any of it is shown; the ranges that differ are asked for again, as in a repair. Only where that
/// cannot be (a cursor that is not on the hub's line, a hub of an earlier version, too much that differs) the view is loaded anew.
extension SyncCore {
    mutating func takeRestart(
        of wish: PullOrder.Wish, now: Instant, random: inout some RandomNumberGenerator, effects: inout [Effect]
    ) {
        isPullConsistent = false
        agreement.isRebasing = false
        guard wish != .rebase else {
            // What was to be mended is loaded anew with the rest, and checked then.
            (agreement.step, agreement.dueAt) = (.check, now)
            return effects.append(.restartFeed)
        }
        agreement.step = .rebase
        // A hub that keeps saying "again" must not be asked in a tight circle.
        if hasRestartedFeed { pull.wait(pull.backoff.fail(random: &random), now: now, eager: false) }
        hasRestartedFeed = true
    }

    mutating func takeRebase(
        _ page: FeedPage, ticket: UInt64, now: Instant, random: inout some RandomNumberGenerator, effects: inout [Effect]
    ) {
        effects.append(.rebase(page))
        isPullConsistent = false
        report.pulled(at: page.time, isConsistent: false)
        let isFurther = leadsOn(page, now: now)
        guard let position = page.consistentAt else {
            if !isFurther, !page.entries.isEmpty {
                pull.wait(pull.backoff.fail(random: &random), now: now, eager: false)
            } else if page.entries.isEmpty {
                pull.wait(Self.idlePullMilliseconds, now: now, eager: false)
            }
            return
        }
        agreement.rebases += 1
        guard let digest = page.digest else {
            // It is busy, or of an earlier version.
            return rebaseLater(now, random: &random, effects: &effects)
        }
        agreement.comparing = (ticket, now)
        effects.append(.compare(CompareOrder(ticket: ticket, digest: digest, position: position, time: page.time)))
    }

    /// What the view would be was compared.
    mutating func takeRebase(
        _ comparison: ViewComparison?, now: Instant, random: inout some RandomNumberGenerator, effects: inout [Effect]
    ) {
        guard let comparison else { return rebaseLater(now, random: &random, effects: &effects) }
        guard agreement.rebases <= settings.rebasesMax, let intervals = intervals(of: comparison) else {
            return loadAnew(now, effects: &effects)
        }
        askAtOnce(now)
        agreement.isRebasing = true
        agreement.step = intervals.isEmpty ? .check : .again(intervals)
        agreement.isProving = intervals.isEmpty
        if intervals.isEmpty { endRebase(effects: &effects) }
    }

    mutating func endRebase(effects: inout [Effect]) {
        agreement.isRebasing = false
        effects.append(.endRebase)
    }

    private mutating func rebaseLater(_ now: Instant, random: inout some RandomNumberGenerator, effects: inout [Effect]) {
        guard agreement.rebases < settings.rebasesMax else { return loadAnew(now, effects: &effects) }
        let most = settings.rebaseRetryMilliseconds
        pull.wait(UInt64.random(in: most / 2...most, using: &random), now: now, eager: false)
    }

    /// The view is in a rebase of which this machine knew nothing. The question that is under way may be held for long.
    mutating func takeWithheld(now: Instant, effects: inout [Effect]) {
        for ticket in [agreement.comparing?.ticket, pull.request?.ticket].compactMap({ $0 }) { effects.append(.abandon(ticket: ticket)) }
        (agreement.comparing, pull.request) = (nil, nil)
        (agreement.step, agreement.isRebasing, agreement.isProving) = (.rebase, false, false)
        isPullConsistent = false
        pull.notBefore = now
    }
}

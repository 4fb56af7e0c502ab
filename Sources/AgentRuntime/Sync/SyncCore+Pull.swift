import Causality
import ChangeSets
import Oddities

extension SyncCore {
    mutating func startPull(now: Instant, effects: inout [Effect]) {
        guard pull.request == nil, agreement.comparing == nil, pullDue <= now || pull.notBefore <= now && Oddity.pullsBesideBacklog.happens
        else { return }
        let ticket = nextTicket()
        let patience = queued == 0 || agreement.isProving ? 0 : settings.checkRetryMilliseconds
        var wish = agreement.question(now, patience: patience)
        if wish == .news, Oddity.checksAgain.happens { wish = .digest(ranges: Oddity.asksForRanges.happens ? Limits.digestRangesMax : 1) }
        pull.request = Request(ticket: ticket, replica: nil, known: acknowledged, startedAt: now, wish: wish)
        pull.startedAt = now
        // A question that is held must not make a check late.
        let untilCheck = agreement.dueAt.map { max($0 + patience, now) - now } ?? .max
        let wait = isPullConsistent && wish == .news ? min(settings.pullWaitMilliseconds, untilCheck) : 0
        effects.append(
            .pull(
                PullOrder(
                    ticket: ticket, waitMilliseconds: wait, bytesMax: Oddity.pullsLittle.less(settings.pullBytesMax), wish: wish,
                    report: agentReport(now))))
    }

    /// When the next page may be asked for.
    var pullDue: Instant {
        let isSendingBacklog = push.request != nil && queued >= settings.backlogChangesMin && pull.startedAt > 0
        return isSendingBacklog ? max(pull.notBefore, pull.startedAt + settings.backlogPullMilliseconds) : pull.notBefore
    }

    mutating func takePull(
        _ ticket: UInt64, _ outcome: PullOutcome, now: Instant, random: inout some RandomNumberGenerator, effects: inout [Effect]
    ) {
        guard let request = pull.request, request.ticket == ticket else { return }
        pull.request = nil
        pull.notBefore = now
        switch outcome {
        case .failed(let failure):
            fail(failure, lane: \.pull, now: now, random: &random)
            report.pullFailure = failure
        case .answered(let page, let standings):
            heard(now)
            takePage(page, standings: standings, request: request, now: now, random: &random, effects: &effects)
        }
    }

    private mutating func takePage(
        _ page: FeedPage, standings: [Standing], request: Request, now: Instant, random: inout some RandomNumberGenerator,
        effects: inout [Effect]
    ) {
        if page.restart {
            reached = nil
            takeRestart(of: request.wish, now: now, random: &random, effects: &effects)
        } else if request.wish == .rebase {
            takeRebase(page, ticket: request.ticket, now: now, random: &random, effects: &effects)
        } else if case .again(let interval) = request.wish, let number = page.again {
            effects.append(.stage(page, again: FeedInterval(topic: interval.topic, after: interval.after, through: number)))
            if agreement.took(through: number, of: interval, now: now), agreement.isRebasing { endRebase(effects: &effects) }
            pull.backoff.succeed()
        } else {
            effects.append(.stage(page, again: nil))
            isPullConsistent = page.consistentAt != nil
            if isPullConsistent { lastConsistentPull = request.ticket }
            hasRestartedFeed = false
            agreement.rebases = 0
            report.pulled(at: page.time, isConsistent: page.consistentAt != nil)
            if !leadsOn(page, now: now), !page.entries.isEmpty {
                pull.wait(pull.backoff.fail(random: &random), now: now, eager: false)
            } else if page.entries.isEmpty, now < request.startedAt + Self.idlePullMilliseconds {
                pull.wait(request.startedAt + Self.idlePullMilliseconds - now, now: now, eager: false)
            }
            if case .again = request.wish {
                // The hub does not know the question any more; the next check finds out what is left of it.
                if agreement.isRebasing { loadAnew(now, effects: &effects) } else { checkLater(now, random: &random) }
            }
            takeDigest(of: page, asked: request.wish, ticket: request.ticket, now: now, random: &random, effects: &effects)
        }
        for (receipt, standing) in zip(page.own, standings) {
            settle(receipt, standing: standing, known: request.known[receipt.replica] ?? 0, now: now, effects: &effects)
        }
        // The hub can be reached: whoever waits for the line need not wait any longer.
        if push.request == nil, push.isEager { push.notBefore = now }
    }

    /// Whether the page ends further on than the one before, or says that there is no more. One that does neither would be asked for
    /// again in a tight circle, for ever.
    mutating func leadsOn(_ page: FeedPage, now: Instant) -> Bool {
        let isStuck = page.reached == reached && (!page.entries.isEmpty || page.consistentAt == nil)
        reached = page.reached
        guard !isStuck else {
            // A disk here that cannot keep pages is told as such.
            if report.storeFailure == nil { viewStuckFrom = viewStuckFrom ?? now }
            return false
        }
        pull.backoff.succeed()
        viewStuckFrom = nil
        hasReconnectedView = false
        report.isViewStalled = false
        return true
    }

    /// An empty page comes no more often than this, even from a hub that does not hold questions.
    static let idlePullMilliseconds: UInt64 = 1_000
}

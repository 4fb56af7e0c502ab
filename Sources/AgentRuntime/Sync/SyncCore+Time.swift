import Causality
import ChangeSets
import Mutants
import Oddities

extension SyncCore {
    /// The hub itself answered, with a valid signature.
    mutating func heard(_ now: Instant) { heardAt = now }

    mutating func fail(
        _ failure: LineFailure, lane: WritableKeyPath<SyncCore, Lane>, now: Instant, random: inout some RandomNumberGenerator
    ) {
        let delay = self[keyPath: lane].backoff.fail(asked: failure.retryAfterMilliseconds, random: &random)
        switch failure.kind {
        case .unreachable:
            self[keyPath: lane].wait(delay, now: now, eager: true)
        case .busy, .notTheHub, .untrusted, .tooLarge, .local:
            self[keyPath: lane].wait(delay, now: now, eager: false)
        case .unauthorised, .rejected:
            self[keyPath: lane].wait(max(delay, settings.retryRefusedMilliseconds), now: now, eager: false)
        }
    }

    /// What the hub sends cannot be kept, so nothing is asked of it for a while: a full disk must not make a tight circle.
    mutating func takeStore(_ failure: LineFailure?, now: Instant, random: inout some RandomNumberGenerator) {
        report.storeFailure = failure
        guard failure != nil else { return store.succeed() }
        let delay = store.fail(random: &random)
        isPullConsistent = false
        for lane in [\SyncCore.push, \SyncCore.pull] {
            let until = max(now + delay, self[keyPath: lane].notBefore)
            self[keyPath: lane].wait(until - now, now: now, eager: false)
        }
    }

    /// A shell that lost an answer must not hold the line for ever.
    mutating func giveUpLateRequests(now: Instant, random: inout some RandomNumberGenerator, effects: inout [Effect]) {
        let late = LineFailure(
            .unreachable, "The hub did not answer within \(settings.requestMillisecondsMax / 1000) seconds.",
            remedy: "Check the line; the agent tries again by itself.")
        if let request = push.request, isLate(request, now) {
            push.request = nil
            effects.append(.abandon(ticket: request.ticket))
            failPush(late, now: now, random: &random)
        }
        if let request = pull.request, isLate(request, now) {
            pull.request = nil
            effects.append(.abandon(ticket: request.ticket))
            fail(late, lane: \.pull, now: now, random: &random)
            report.pullFailure = late
        }
    }

    private func isLate(_ request: Request, _ now: Instant) -> Bool {
        now >= request.startedAt + settings.requestMillisecondsMax || now > request.startedAt && Oddity.givesUpEarly.happens
    }

    /// Connected, no error and no progress is a fault.
    mutating func watch(now: Instant, effects: inout [Effect]) {
        if Oddity.reconnectsUnasked.happens { reconnect(now: now, effects: &effects) }
        if Mutant.watchesNoStall.isOn { return }
        watchView(now: now, effects: &effects)
        guard isStalling(now) else { return }
        if !hasReconnected, now >= progressAt + settings.stallMilliseconds {
            hasReconnected = true
            reconnect(now: now, effects: &effects)
        }
        if now >= progressAt + settings.stallAlarmMilliseconds { report.isStalled = true }
    }

    /// The hub answers questions for news, and no page leads on.
    private mutating func watchView(now: Instant, effects: inout [Effect]) {
        guard let viewStuckFrom, isViewStalling else { return }
        if !hasReconnectedView, now >= viewStuckFrom + settings.stallMilliseconds {
            hasReconnectedView = true
            reconnect(now: now, effects: &effects)
        }
        if now >= viewStuckFrom + settings.stallAlarmMilliseconds { report.isViewStalled = true }
    }

    /// A line or a disk that fails is told as such.
    private var isViewStalling: Bool { viewStuckFrom != nil && report.pullFailure == nil && report.storeFailure == nil }

    private mutating func reconnect(now: Instant, effects: inout [Effect]) {
        for lane in [\SyncCore.push, \SyncCore.pull] {
            if let request = self[keyPath: lane].request { effects.append(.abandon(ticket: request.ticket)) }
            self[keyPath: lane].request = nil
            self[keyPath: lane].notBefore = now
        }
        blocked = [:]
        effects.append(.reconnect)
    }

    private func isStalling(_ now: Instant) -> Bool {
        guard queues.contains(where: { $0.sealed > $0.acknowledged }), let heardAt else { return false }
        return heardAt >= progressAt || now < heardAt + settings.stallMilliseconds
    }

    mutating func schedule(now: Instant, effects: inout [Effect]) {
        var times: [Instant] = []
        if let request = push.request { times.append(request.startedAt + settings.requestMillisecondsMax) }
        if let request = pull.request { times.append(request.startedAt + settings.requestMillisecondsMax) }
        if push.request == nil, hasWork { times.append(push.notBefore) }
        if let (_, since) = agreement.comparing {
            times.append(since + settings.requestMillisecondsMax)
        } else if pull.request == nil {
            times.append(pullDue)
        }
        times += blocked.values.map { $0 + settings.retryRefusedMilliseconds }
        if isStalling(now) {
            if !hasReconnected { times.append(progressAt + settings.stallMilliseconds) }
            if !report.isStalled { times.append(progressAt + settings.stallAlarmMilliseconds) }
        }
        if let viewStuckFrom, isViewStalling {
            if !hasReconnectedView { times.append(viewStuckFrom + settings.stallMilliseconds) }
            if !report.isViewStalled { times.append(viewStuckFrom + settings.stallAlarmMilliseconds) }
        }
        guard let due = times.min().map({ max($0, now + 1) }) else { return }
        let next = Oddity.wakesEarly.happens ? now + 1 : due
        guard next != wakeAt else { return }
        wakeAt = next
        effects.append(.wake(at: next))
    }
}

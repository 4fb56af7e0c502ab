import Causality
import ChangeSets
import Mutants
import Oddities

extension SyncCore {
    mutating func takeQueue(_ standings: [QueueStanding], now: Instant) {
        let known = Dictionary(queues.map { ($0.replica, $0) }, uniquingKeysWith: { first, _ in first })
        let grew = standings.contains { $0.sealed > (known[$0.replica]?.sealed ?? 0) }
        if !hasWork { progressAt = now }  // an empty queue that fills begins a new wait
        queues = standings
        // Whose queue is gone, or begins further back than it did, is tried at once.
        blocked = blocked.filter { entry in
            standings.contains { $0.replica == entry.key && $0.acknowledged >= known[entry.key]?.acknowledged ?? 0 }
        }
        // A new sale tries a broken line at once, though not at every sale.
        if grew, push.request == nil, push.isEager, now >= push.startedAt + settings.eagerMilliseconds { push.notBefore = now }
        report.queued = queued
    }

    mutating func startPush(now: Instant, effects: inout [Effect]) {
        for (replica, since) in blocked where now >= since + settings.retryRefusedMilliseconds { blocked[replica] = nil }
        guard push.isFree(now), let queue = nextQueue() else { return }
        let ticket = nextTicket()
        push.request = Request(ticket: ticket, replica: queue.replica, after: queue.acknowledged, known: acknowledged, startedAt: now)
        push.startedAt = now
        lastPushed = queue.replica
        if Oddity.sendsSingly.happens { singly.insert(queue.replica) }
        let bytesMax = singly.contains(queue.replica) ? 1 : Oddity.pushesLittle.less(pushBytesMax)
        effects.append(.push(PushOrder(ticket: ticket, replica: queue.replica, after: queue.acknowledged, bytesMax: bytesMax)))
    }

    /// Replica after replica, so that one till's backlog does not hold up another's sale.
    private func nextQueue() -> QueueStanding? {
        let ready = queues.filter { $0.sealed > $0.acknowledged && blocked[$0.replica] == nil }
        guard let last = lastPushed, let index = queues.firstIndex(where: { $0.replica == last }) else { return ready.first }
        let later = queues[(index + 1)...].first { candidate in ready.contains(candidate) }
        return later ?? ready.first
    }

    var acknowledged: [ReplicaID: UInt64] {
        Dictionary(queues.map { ($0.replica, $0.acknowledged) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func takePush(
        _ ticket: UInt64, _ outcome: PushOutcome, now: Instant, random: inout some RandomNumberGenerator, effects: inout [Effect]
    ) {
        guard let request = push.request, request.ticket == ticket, let replica = request.replica else { return }
        push.request = nil
        push.notBefore = now
        switch outcome {
        case .answered(let answer, let through, let isSingle, let standing):
            heard(now)
            // A pull that was asked before now may not contain what was sent.
            lastPushAnswered = lastTicket
            let sent = Sent(request: request, replica: replica, through: through, isSingle: isSingle)
            takeAnswer(answer, to: sent, standing: standing, now: now, random: &random, effects: &effects)
        case .nothing:
            // The journal was shorter than the queue said: the next `queue` event puts it right.
            if let index = queues.firstIndex(where: { $0.replica == replica }) { queues[index].sealed = queues[index].acknowledged }
        case .missing(let acknowledged):
            block(replica, now: now)
            effects.append(.recover(acknowledged, .changesLost))
        case .damaged(let acknowledged):
            block(replica, now: now)
            effects.append(.recover(acknowledged, .setDamaged))
        case .failed(let failure):
            if Mutant.takesUnauthorisedForReceipt.isOn, failure.kind == .unauthorised {
                effects.append(.confirm(replica: replica, through: queues.first { $0.replica == replica }?.sealed ?? 0))
            }
            failPush(failure, now: now, random: &random)
        }
    }

    private struct Sent {
        var request: Request
        var replica: ReplicaID
        var through: UInt64
        var isSingle: Bool
    }

    private mutating func takeAnswer(
        _ answer: Answer, to sent: Sent, standing: Standing, now: Instant, random: inout some RandomNumberGenerator, effects: inout [Effect]
    ) {
        switch answer {
        case .page, .images: failPush(.wrongAnswer, now: now, random: &random)
        case .refusal(let refusal): takeRefusal(refusal, to: sent, standing: standing, now: now, random: &random, effects: &effects)
        case .gap(let receipt) where receipt.replica != sent.replica:
            // It follows a replica that the hub does not have far enough yet (S5): that one goes first.
            if let queue = queues.first(where: { $0.replica == receipt.replica }) {
                // All that is here of it is there: the rest was another disk's, and a hub that was restored has lost it.
                let isAllThere = (standing == .agrees || standing == .ahead) && queue.sealed <= receipt.last
                if isAllThere { effects.append(.recover(receipt, .changesLost)) }
                settle(receipt, standing: standing, known: sent.request.known[receipt.replica] ?? 0, now: now, effects: &effects)
            } else if standing == .agrees, rewound[receipt.replica] != receipt.last {
                // A former writer, of which the hub had everything: it was restored.
                report.hubRestored = true
                rewound[receipt.replica] = receipt.last
                effects.append(.rewind(receipt))
            } else {
                // ... and nobody here has what it lacks.
                effects.append(.recover(receipt, .changesLost))
            }
            push.wait(push.backoff.fail(random: &random), now: now, eager: false)
        case .receipt(let receipt), .gap(let receipt), .fork(let receipt):
            guard receipt.replica == sent.replica else { return failPush(.wrongAnswer, now: now, random: &random) }
            pushBytesMax = min(settings.pushBytesMax, pushBytesMax * 2)
            report.pushed(at: receipt.time)
            if case .fork = answer, !Mutant.ignoresForkAnswer.isOn { return takeFork(receipt, to: sent, now: now, effects: &effects) }
            if case .receipt = answer, standing == .ahead || standing == .differs { confirm(sent, now: now, effects: &effects) }
            let before = acknowledged[sent.replica] ?? 0
            settle(receipt, standing: standing, known: sent.request.known[sent.replica] ?? 0, now: now, effects: &effects)
            let isStuck = blocked[sent.replica] == nil && acknowledged[sent.replica] == sent.request.after && before == sent.request.after
            // Connected, no error and no progress: never in a tight circle.
            if isStuck { push.wait(push.backoff.fail(random: &random), now: now, eager: false) }
        }
    }

    /// Another disk wrote some of these counters. One set at a time tells which is the first.
    private mutating func takeFork(_ receipt: Receipt, to sent: Sent, now: Instant, effects: inout [Effect]) {
        guard sent.isSingle else {
            singly.insert(sent.replica)
            return
        }
        singly.remove(sent.replica)
        block(sent.replica, now: now)
        effects.append(.fork(receipt))
    }

    /// The hub took these sets as repeats, although it has more than this folder: up to here the histories are one.
    private mutating func confirm(_ sent: Sent, now: Instant, effects: inout [Effect]) {
        guard let index = queues.firstIndex(where: { $0.replica == sent.replica }), queues[index].acknowledged < sent.through else {
            return
        }
        queues[index].acknowledged = sent.through
        progressAt = now
        push.backoff.succeed()
        report.queued = queued
        effects.append(.confirm(replica: sent.replica, through: sent.through))
    }

    /// Draws the conclusion from what the hub says it has of one replica.
    ///
    /// - Parameter known: what it had acknowledged when this answer was asked for.
    mutating func settle(_ receipt: Receipt, standing: Standing, known: UInt64, now: Instant, effects: inout [Effect]) {
        guard let index = queues.firstIndex(where: { $0.replica == receipt.replica }) else { return }
        // The hub may well have another history of it, and more.
        if queues[index].isAbandoned, standing != .agrees {
            if receipt.last >= queues[index].sealed { effects.append(.release(receipt)) }
            return
        }
        switch standing {
        case .differs where receipt.last <= queues[index].acknowledged:
            effects.append(.recover(receipt, .historiesDiffer))
        case .differs, .ahead:
            // What is still to be sent tells exactly where the histories part: each set comes back as a repeat or a fork.
            guard queues[index].sealed <= queues[index].acknowledged else { return }
            block(receipt.replica, now: now)
            effects.append(.recover(receipt, .folderIsOld))
        case .forgotten where receipt.last < known:
            block(receipt.replica, now: now)
            effects.append(.recover(receipt, .changesLost))
        case .agrees where receipt.last < known && !Mutant.ignoresHubRestore.isOn:
            queues[index].acknowledged = receipt.last
            report.hubRestored = true
            effects.append(.rewind(receipt))
        case .agrees where receipt.last > queues[index].acknowledged:
            queues[index].acknowledged = receipt.last
            setBytesMax[receipt.replica] = nil
            push.backoff.succeed()
            progressAt = now
            hasReconnected = false
            report.isStalled = false
            report.refusals[receipt.replica] = nil
            report.queued = queued
            if queued == 0 { report.hubRestored = false }
            effects.append(.acknowledge(receipt))
        case .agrees where receipt.last == queues[index].acknowledged:
            // The same again: only keep-until may have moved.
            effects.append(.acknowledge(receipt))
        case .agrees, .forgotten:
            break  // older than what another answer said meanwhile
        }
    }

    private mutating func takeRefusal(
        _ refusal: Refusal, to sent: Sent, standing: Standing, now: Instant, random: inout some RandomNumberGenerator,
        effects: inout [Effect]
    ) {
        let replica = sent.replica
        guard refusal.standing.replica == replica else { return failPush(.wrongAnswer, now: now, random: &random) }
        settle(refusal.standing, standing: standing, known: sent.request.known[replica] ?? 0, now: now, effects: &effects)
        guard blocked[replica] == nil else { return }
        report.refusals[replica] = LineReport.Refused(code: refusal.code, message: refusal.message, remedy: refusal.remedy)
        if refusal.code == ChangeSetError.Code.tooLarge.rawValue {
            let bytesMax = (setBytesMax[replica] ?? settings.setBytesMax) / 2
            setBytesMax[replica] = bytesMax
            guard bytesMax >= Self.setBytesMin else { return block(replica, now: now) }
            effects.append(.recut(replica: replica, after: acknowledged[replica] ?? 0, setBytesMax: bytesMax))
            push.wait(push.backoff.fail(random: &random), now: now, eager: false)
        } else if refusal.isFinal {
            block(replica, now: now)
        } else {
            push.wait(push.backoff.fail(random: &random), now: now, eager: false)
        }
    }

    /// Nothing is deleted; it is looked at again after a while, or when the shell has opened another incarnation.
    mutating func block(_ replica: ReplicaID, now: Instant) { blocked[replica] = now }

    mutating func failPush(_ failure: LineFailure, now: Instant, random: inout some RandomNumberGenerator) {
        if failure.kind == .tooLarge { pushBytesMax = max(Self.setBytesMin, pushBytesMax / 2) }
        fail(failure, lane: \.push, now: now, random: &random)
        report.pushFailure = failure
    }

    static let setBytesMin = 4 << 10
}

extension LineFailure {
    static let stalled = LineFailure(
        .busy, "The hub answers, but nothing gets through.",
        remedy: "Look at tributary-agent status here, and at the hub's status. What waits is kept, and goes out later.")

    static let wrongAnswer = LineFailure(
        .untrusted, "The hub signed an answer that does not belong to the question.",
        remedy: "Check that nothing between the agent and the hub rewrites requests; report this.")
}

import Causality
import ChangeSets
import TestSupport

@testable import AgentRuntime

/// A hub of thirty lines, an agent's durable state of ten, and a line that loses and repeats: enough to drive the
/// real `SyncCore` through whole lives, from a seed.
struct SyncRig {
    // The agent's disk
    var sealed: UInt64 = 0
    var acknowledged: UInt64 = 0
    /// Ends of the sets cut so far, in order; the hash of a set is a function of its end and of the writer.
    var cuts: [UInt64] = []
    var cursor: UInt64?
    var staged: [UInt64] = []
    var visible: UInt64 = 0
    // The hub's disk
    var hubLast: UInt64 = 0
    var hubWriter: UInt8 = 0
    var hubApplied: [UInt64] = []
    var head: UInt64 = 0
    // The line
    var core = SyncCore()
    var now: Instant = 1_000
    var random: SeededGenerator
    var wakeAt: Instant = 0
    var inFlight: [(at: Instant, event: SyncCore.Event)] = []
    var line = FaultyLine.sound
    var effects: [SyncCore.Effect] = []
    var pushes: [SyncCore.PushOrder] = []
    var pulls: [SyncCore.PullOrder] = []

    static let replica = ReplicaID(high: 1, low: 1)
    static let setSize: UInt64 = 7

    init(seed: UInt64, settings: SyncCore.Settings = SyncCore.Settings()) {
        random = SeededGenerator(seed: seed)
        core = SyncCore(settings: settings)
    }

    static func hash(_ end: UInt64, writer: UInt8 = 0) -> Digest {
        if end == 0 { return .zero }
        return Digest(bytes: (0..<32).map { $0 == 31 ? writer : UInt8(truncatingIfNeeded: end >> (8 * UInt64($0 % 8))) })!
    }

    var position: Position { Position(generation: ReplicaID(high: 9, low: 9), number: head, line: head) }

    var receipt: Receipt {
        Receipt(
            replica: Self.replica, last: hubLast, hash: Self.hash(hubLast, writer: hubWriter), position: position, keepUntil: 0,
            time: Timestamp(milliseconds: now))
    }

    func standing(_ receipt: Receipt) -> Standing {
        let known = receipt.last == 0 || cuts.contains(receipt.last)
        return .judge(receipt, hash: known ? Self.hash(receipt.last) : nil, cut: cuts.last ?? 0, keptAfter: 0)
    }

    mutating func sell(_ changes: UInt64) {
        sealed += changes
        feed(.queue([QueueStanding(replica: Self.replica, acknowledged: acknowledged, sealed: sealed)]))
    }

    /// As after a kill: the machine is new, the disk is what it was.
    mutating func restart() {
        core = SyncCore(settings: core.settings)
        inFlight = []
        wakeAt = now
        sell(0)
    }

    mutating func feed(_ event: SyncCore.Event) {
        let made = core.receive(event, now: now, random: &random)
        effects += made
        for effect in made { carryOut(effect) }
    }

    private mutating func carryOut(_ effect: SyncCore.Effect) {
        switch effect {
        case .push(let order):
            pushes.append(order)
            send(order)
        case .pull(let order):
            pulls.append(order)
            ask(order)
        case .acknowledge(let receipt): acknowledged = receipt.last
        case .rewind(let receipt): acknowledged = receipt.last
        case .stage(let page):
            cursor = page.reached.number
            staged += page.entries.map(\.number)
            if page.consistentAt != nil { visible = page.reached.number }
        case .restartFeed: cursor = nil
        case .wake(let instant): wakeAt = instant
        case .abandon(let ticket): inFlight.removeAll { Self.ticket($0.event) == ticket }
        case .recut, .fork, .recover, .reconnect, .report: break
        }
    }

    private static func ticket(_ event: SyncCore.Event) -> UInt64? {
        switch event {
        case .push(let ticket, _), .pull(let ticket, _): ticket
        case .queue, .timer: nil
        }
    }

    private mutating func latency() -> Instant { now + UInt64.random(in: 5...400, using: &random) }

    private mutating func send(_ order: SyncCore.PushOrder) {
        while (cuts.last ?? 0) < sealed, (cuts.last ?? 0) < order.after + 3 * Self.setSize { cuts.append(min(sealed, (cuts.last ?? 0) + Self.setSize)) }
        let through = cuts.last { $0 <= order.after + 3 * Self.setSize } ?? order.after
        guard through > order.after else { return inFlight.append((latency(), .push(ticket: order.ticket, .nothing))) }
        let fate = line.fate(using: &random)
        guard fate != .requestLost else { return inFlight.append((latency() + 2_000, .push(ticket: order.ticket, .failed(Self.lost)))) }
        var answer = admit(order.after, through)
        if fate == .doubled { answer = admit(order.after, through) }
        guard fate != .answerLost else { return inFlight.append((latency() + 2_000, .push(ticket: order.ticket, .failed(Self.lost)))) }
        let outcome = SyncCore.PushOutcome.answered(answer, through: through, standing: standing(answer.standing))
        inFlight.append((latency(), .push(ticket: order.ticket, outcome)))
    }

    /// The hub: a repeat changes nothing, a gap is named, everything else is applied once.
    private mutating func admit(_ after: UInt64, _ through: UInt64) -> Answer {
        if after > hubLast { return .gap(receipt) }
        if hubWriter != 0, after < hubLast { return .fork(receipt) }
        for counter in (after + 1)...through where counter > hubLast {
            hubApplied.append(counter)
            hubLast = counter
            head += 1
        }
        return .receipt(receipt)
    }

    private mutating func ask(_ order: SyncCore.PullOrder) {
        let fate = line.fate(using: &random)
        guard fate == .delivered || fate == .doubled else { return inFlight.append((latency() + 2_000, .pull(ticket: order.ticket, .failed(Self.lost)))) }
        let start = cursor ?? 0
        let isOff = start > head
        let reached = isOff ? start : min(head, start + 5)
        let page = FeedPage(
            entries: (isOff || reached == start) ? [] : ((start + 1)...reached).map { FeedEntry(number: $0, topic: .stock, key: [UInt8($0 & 255)], body: []) },
            reached: Position(generation: position.generation, number: reached, line: reached), consistentAt: reached == head && !isOff ? position : nil,
            restart: isOff, own: [receipt], held: [], time: Timestamp(milliseconds: now))
        let wait = page.entries.isEmpty && !isOff ? min(order.waitMilliseconds, 3_000) : 0
        inFlight.append((latency() + wait, .pull(ticket: order.ticket, .answered(page, standings: page.own.map(standing)))))
    }

    static let lost = LineFailure(.unreachable, "lost", remedy: "none")

    /// Lets time pass; only what is due happens.
    mutating func run(for milliseconds: UInt64) {
        let end = now + milliseconds
        while true {
            let next = inFlight.indices.min { inFlight[$0].at < inFlight[$1].at }
            let due = min(next.map { inFlight[$0].at } ?? .max, wakeAt > now ? wakeAt : .max)
            guard due <= end else { break }
            now = max(now, due)
            if let next, inFlight[next].at <= now { feed(inFlight.remove(at: next).event) } else { feed(.timer) }
        }
        now = end
    }

    var reports: [LineReport] { effects.compactMap { if case .report(let report) = $0 { report } else { nil } } }
    func count(_ isWanted: (SyncCore.Effect) -> Bool) -> Int { effects.count(where: isWanted) }
}

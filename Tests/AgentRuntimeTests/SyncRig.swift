import Causality
import ChangeSets
import TestSupport

@testable import AgentRuntime

/// A hub of thirty lines, an agent's durable state of ten, and a line that loses and repeats: enough to drive the
/// real `SyncCore` through whole lives, from a seed.
struct SyncRig {
    struct CutSet: Hashable {
        var first: UInt64
        var end: UInt64
        /// Which disk wrote it: the same counters of another disk have another hash.
        var writer: UInt8
    }

    struct Disk {
        var sealed: UInt64 = 0
        var acknowledged: UInt64 = 0
        var cuts: [CutSet] = []
        var cursor: UInt64?
        var visible: UInt64 = 0
        var writer: UInt8 = 0
    }

    /// The agent's disk; a copy of it is a backup, or a clone.
    var disk = Disk()
    // The hub's disk
    var hubSets: [CutSet] = []
    var hubApplied: [UInt64] = []
    var head: UInt64 = 0
    // The line
    var core = SyncCore()
    var now: Instant = 1_000
    var random: SeededGenerator
    var wakeAt: Instant = 0
    var inFlight: [(at: Instant, event: SyncCore.Event)] = []
    var line = FaultyLine.sound
    /// Every request ends so.
    var failure: LineFailure?
    /// The hub answers and admits nothing.
    var isHubStuck = false
    /// The hub's pages bring something, and do not lead on.
    var isFeedStuck = false
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

    var sealed: UInt64 { disk.sealed }
    var acknowledged: UInt64 { disk.acknowledged }
    var visible: UInt64 { disk.visible }
    var cursor: UInt64? {
        get { disk.cursor }
        set { disk.cursor = newValue }
    }
    var hubLast: UInt64 { hubSets.last?.end ?? 0 }

    var position: Position { Position(generation: ReplicaID(high: 9, low: 9), number: head, line: head) }

    var receipt: Receipt {
        Receipt(
            replica: Self.replica, last: hubLast, hash: Self.hash(hubLast, writer: hubSets.last?.writer ?? 0), position: position,
            keepUntil: 0,
            time: Timestamp(milliseconds: now))
    }

    func standing(_ receipt: Receipt) -> Standing {
        let own = disk.cuts.first { $0.end == receipt.last }
        return .judge(receipt, hash: own.map { Self.hash($0.end, writer: $0.writer) }, cut: disk.cuts.last?.end ?? 0, keptAfter: 0)
    }

    mutating func sell(_ changes: UInt64) {
        disk.sealed += changes
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
        case .acknowledge(let receipt): disk.acknowledged = receipt.last
        case .confirm(_, let through): disk.acknowledged = through
        case .rewind(let receipt): disk.acknowledged = receipt.last
        case .stage(let page, let interval):
            if interval != nil { break }
            cursor = page.reached.number
            if page.consistentAt != nil { disk.visible = page.reached.number }
        case .rebase(let page): cursor = page.reached.number
        case .restartFeed: cursor = nil
        case .wake(let instant): wakeAt = instant
        case .abandon(let ticket): inFlight.removeAll { Self.ticket($0.event) == ticket }
        case .recut, .fork, .recover, .reconnect, .report, .compare, .release, .endRebase: break
        }
    }

    private static func ticket(_ event: SyncCore.Event) -> UInt64? {
        switch event {
        case .push(let ticket, _), .pull(let ticket, _): ticket
        case .queue, .timer, .store, .compared, .repaired, .withheld: nil
        }
    }

    private mutating func latency() -> Instant { now + UInt64.random(in: 5...400, using: &random) }

    private mutating func send(_ order: SyncCore.PushOrder) {
        let countMax = order.bytesMax == 1 ? 1 : 3
        while (disk.cuts.last?.end ?? 0) < sealed, disk.cuts.count(where: { $0.first > order.after }) < countMax {
            let last = disk.cuts.last?.end ?? 0
            disk.cuts.append(CutSet(first: last + 1, end: min(sealed, last + Self.setSize), writer: disk.writer))
        }
        let sets = Array(disk.cuts.filter { $0.first > order.after }.prefix(countMax))
        guard let through = sets.last?.end else { return inFlight.append((latency(), .push(ticket: order.ticket, .nothing))) }
        if let failure { return inFlight.append((latency(), .push(ticket: order.ticket, .failed(failure)))) }
        let fate = line.fate(using: &random)
        guard fate != .requestLost else { return inFlight.append((latency() + 2_000, .push(ticket: order.ticket, .failed(Self.lost)))) }
        var answer = admit(sets)
        if fate == .doubled { answer = admit(sets) }
        guard fate != .answerLost else { return inFlight.append((latency() + 2_000, .push(ticket: order.ticket, .failed(Self.lost)))) }
        let outcome = SyncCore.PushOutcome.answered(
            answer, through: through, isSingle: sets.count == 1, standing: standing(answer.standing))
        inFlight.append((latency(), .push(ticket: order.ticket, outcome)))
    }

    /// The hub: a repeat changes nothing, a gap and a fork are named, everything else is applied once.
    private mutating func admit(_ sets: [CutSet]) -> Answer {
        for set in sets {
            if set.first <= hubLast {
                guard hubSets.contains(set) else { return .fork(receipt) }
            } else if set.first > hubLast + 1 {
                return .gap(receipt)
            } else if !isHubStuck {
                hubSets.append(set)
                hubApplied += set.first...set.end
                head += set.end - set.first + 1
            } else {
                break
            }
        }
        return .receipt(receipt)
    }

    private mutating func ask(_ order: SyncCore.PullOrder) {
        if let failure { return inFlight.append((latency(), .pull(ticket: order.ticket, .failed(failure)))) }
        let fate = line.fate(using: &random)
        guard fate == .delivered || fate == .doubled else {
            return inFlight.append((latency() + 2_000, .pull(ticket: order.ticket, .failed(Self.lost))))
        }
        let start = cursor ?? 0
        if isFeedStuck {
            let page = FeedPage(
                entries: [FeedEntry(number: start, topic: .stock, key: [1], body: [])],
                reached: Position(generation: position.generation, number: start, line: start), consistentAt: nil, restart: false,
                own: [receipt], held: [], time: Timestamp(milliseconds: now))
            return inFlight.append((latency(), .pull(ticket: order.ticket, .answered(page, standings: page.own.map(standing)))))
        }
        let isOff = start > head
        let reached = isOff ? start : min(head, start + 5)
        let page = FeedPage(
            entries: (isOff || reached == start)
                ? [] : ((start + 1)...reached).map { FeedEntry(number: $0, topic: .stock, key: [UInt8($0 & 255)], body: []) },
            reached: Position(generation: position.generation, number: reached, line: reached),
            consistentAt: reached == head && !isOff ? position : nil,
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

import Causality
import ChangeSets
import Foundation
import GRDB
import TestSupport

@testable import AgentRuntime

/// A hub that is a list of entries, a real local replica, and the real machine between them: each answer comes a moment later.
struct AgreementRig {
    let queue: DatabaseQueue
    let view: LocalReplica
    var core: SyncCore
    var random = SeededGenerator(seed: 7)
    var now: Instant = 1_000
    var wakeAt: Instant = .max
    var inFlight: [(at: Instant, event: SyncCore.Event)] = []
    var effects: [SyncCore.Effect] = []
    var pulls: [SyncCore.PullOrder] = []
    // The hub
    var entries: [FeedEntry]
    var head: UInt64
    var givesDigests = true
    var pageEntriesMax = 40
    /// What the hub says of sums is wrong for good.
    var isHubWrong = false
    /// Below it deletions may have been missed.
    var floor: UInt64 = 0
    var knowsRebase = true
    /// So many digests are left out.
    var digestsLeftOut = 0
    /// Entries that came.
    var received = 0
    /// The numbers of what was visible, whenever they changed; `nil`: nobody watches.
    var shown: [[Int64]]?

    init(entries count: UInt64, settings: SyncCore.Settings = SyncCore.Settings()) throws {
        queue = try DatabaseQueue()
        try AgentSchema.migrate(queue)
        view = LocalReplica(queue: queue)
        core = SyncCore(settings: settings)
        entries = (1...count).map { Self.entry($0) }
        head = count
    }

    static func entry(_ number: UInt64, key: String? = nil) -> FeedEntry {
        let topic: Topic = number.isMultiple(of: 2) ? .stock : .profile
        var writer = ByteWriter()
        writer.text(key ?? "k\(number)")
        writer.text("shop")
        return FeedEntry(number: number, topic: topic, key: writer.bytes, body: Array("{\"n\":\(number)}".utf8))
    }

    var position: Position { Self.position(head) }
    static func position(_ number: UInt64) -> Position { Position(generation: ReplicaID(high: 9, low: 9), number: number, line: number) }

    var digest: ViewDigest { digest(ranges: 1) }

    func digest(ranges: Int) -> ViewDigest {
        ViewDigest(
            topics: [Topic.profile, .stock].map { topic in
                let own = entries.filter { $0.topic == topic && $0.body != nil }
                let step = max(1, (own.count + ranges - 1) / ranges)
                var found: [RangeDigest] = []
                for (index, entry) in own.enumerated() {
                    if index % step == 0 { found.append(RangeDigest(through: 0)) }
                    found[found.count - 1].add(ViewDigest.sum(topic, number: entry.number, key: entry.key))
                    found[found.count - 1].through = entry.number
                }
                if found.isEmpty { found = [RangeDigest(through: head)] }
                found[found.count - 1].through = head
                if isHubWrong { found[0].sum &+= 1 }
                return TopicDigest(topic: topic, ranges: found)
            })
    }

    mutating func change(_ entry: FeedEntry) {
        head += 1
        var entry = entry
        entry.number = head
        entries.removeAll { $0.topic == entry.topic && $0.key == entry.key }
        entries.append(entry)
    }

    /// They died long ago, and nothing of them is left: a cursor below the new head may have missed it.
    mutating func collect(_ numbers: some Sequence<UInt64>) {
        head += 1
        floor = head
        let numbers = Set(numbers)
        entries.removeAll { numbers.contains($0.number) }
    }

    /// Another process, which knows nothing of this one, goes on from the same file.
    mutating func startAnew() throws {
        core = SyncCore(settings: core.settings)
        (inFlight, wakeAt) = ([], .max)
        try feed(.queue([]))
    }

    mutating func feed(_ event: SyncCore.Event) throws {
        defer { watch() }
        for effect in core.receive(event, now: now, random: &random) {
            effects.append(effect)
            switch effect {
            case .pull(let order):
                pulls.append(order)
                let page = try answer(order)
                received += page.entries.count
                inFlight.append((now + 20 + order.waitMilliseconds, .pull(ticket: order.ticket, .answered(page, standings: []))))
            case .stage(let page, let interval):
                let repairs = try view.stage(page, again: interval)
                if !repairs.isEmpty { inFlight.append((now, .repaired(repairs, at: page.time))) }
                if try view.withholds(page) { inFlight.append((now, .withheld)) }
            case .rebase(let page): try view.rebase(page)
            case .endRebase: try view.endRebase()
            case .compare(let order):
                inFlight.append((now + 5, .compared(order, try view.compared(with: order.digest, at: order.position))))
            case .restartFeed: try view.restart()
            case .wake(let instant): wakeAt = instant
            default: break
            }
        }
    }

    private mutating func answer(_ order: SyncCore.PullOrder) throws -> FeedPage {
        let cursor = try view.cursor().reached
        var page = FeedPage(
            entries: [], reached: position, consistentAt: nil, restart: false, own: [], held: [], time: Timestamp(milliseconds: now))
        let loading = ReplicaID(high: 0, low: floor)
        let isRebase = knowsRebase && order.wish == .rebase
        if let cursor, cursor.number > 0, cursor.number < floor, cursor.generation != loading, !isRebase {
            page.restart = true
            page.reached = Self.position(0)
            return page
        }
        if givesDigests, case .again(let interval) = order.wish {
            let found = entries.filter { $0.topic == interval.topic && interval.contains($0.number) }
            page.entries = Array(found.prefix(pageEntriesMax))
            page.again = found.count > pageEntriesMax ? page.entries.last?.number : interval.through
            page.reached = cursor ?? Self.position(0)
            return page
        }
        let found = entries.filter { $0.number > cursor?.number ?? 0 }
        page.entries = Array(found.prefix(pageEntriesMax))
        if found.count > pageEntriesMax {
            page.reached = Self.position(page.entries.last?.number ?? 0)
            if page.reached.number < floor { page.reached.generation = loading }
        } else {
            page.consistentAt = position
            if givesDigests, let ranges = order.wish.ranges {
                if digestsLeftOut == 0 { page.digest = digest(ranges: ranges) } else { digestsLeftOut -= 1 }
            }
        }
        return page
    }

    mutating func run(for milliseconds: UInt64) throws {
        let end = now + milliseconds
        while true {
            let next = inFlight.indices.min { inFlight[$0].at < inFlight[$1].at }
            let due = min(next.map { inFlight[$0].at } ?? .max, wakeAt > now ? wakeAt : .max)
            guard due <= end else { break }
            now = max(now, due)
            if let next, inFlight[next].at <= now { try feed(inFlight.remove(at: next).event) } else { try feed(.timer) }
        }
        now = end
    }

    private mutating func watch() {
        guard shown != nil,
            let numbers = try? queue.read({ try Int64.fetchAll($0, sql: "SELECT number FROM view_entry ORDER BY number") }),
            shown?.last != numbers
        else { return }
        shown?.append(numbers)
    }

    func sql(_ sql: String, _ arguments: StatementArguments = []) throws {
        try queue.write { try $0.execute(sql: sql, arguments: arguments) }
    }

    var isHubs: Bool {
        get throws {
            let rows = try queue.read {
                try Row.fetchAll($0, sql: "SELECT topic, key, number, body FROM view_entry ORDER BY number").map {
                    FeedEntry(
                        number: $0[2], topic: Topic(rawValue: $0[0]) ?? .record, key: Array($0[1] as Data), body: Array($0[3] as Data))
                }
            }
            return rows == entries.filter { $0.body != nil }
        }
    }

    var restarts: Int { effects.count(where: { if case .restartFeed = $0 { true } else { false } }) }
    var agreement: LineReport.Agreement { core.report.agreement }
    func wishes(_ isWanted: (SyncCore.PullOrder.Wish) -> Bool) -> Int { pulls.count(where: { isWanted($0.wish) }) }
    var digestsAsked: Int { wishes { if case .digest = $0 { true } else { false } } }
}

extension SyncCore.PullOrder.Wish {
    /// Of the digest that is asked for.
    var ranges: Int? {
        switch self {
        case .digest(let ranges): ranges
        case .rebase: Limits.digestRangesMax
        case .news, .again: nil
        }
    }
}

import Causality
import ChangeSets
import TestSupport
import Testing

@testable import AgentRuntime

/// A thousand agents' cores before one hub of limited strength, on one virtual clock.
@Suite("A thousand agents at once")
struct CrowdTests {
    /// Answers one push after another; more than its room of them at once it asks to come again.
    private struct Hub {
        static let room = 64
        static let millisecondsPerPush: Instant = 20
        static let busy = LineFailure(.busy, "busy", remedy: "none", retryAfterMilliseconds: 1_000)
        var freeAt: Instant = 0
        var inRoom: [Instant] = []
        var asked: [Instant] = []
        var refused = 0

        /// When the push is answered; `nil`: it is refused.
        mutating func push(at now: Instant) -> Instant? {
            asked.append(now)
            inRoom.removeAll { $0 <= now }
            guard inRoom.count < Self.room else {
                refused += 1
                return nil
            }
            freeAt = max(freeAt, now) + Self.millisecondsPerPush
            inRoom.append(freeAt)
            return freeAt
        }

        var busiestSecond: Int { Dictionary(grouping: asked) { $0 / 1_000 }.values.map(\.count).max() ?? 0 }
    }

    private struct Agent {
        var core = SyncCore()
        var random: SeededGenerator
        let replica: ReplicaID
        var acknowledged: UInt64 = 0
    }

    private struct Crowd {
        static let changes: UInt64 = 10
        var agents: [Agent]
        var hub = Hub()
        /// What happens when, in order; the number keeps chance out of it.
        var events = Events()
        var now: Instant = 1_000
        /// Nobody reaches the hub before.
        let hubIsBackAt: Instant

        init(count: Int, hubIsBackAt: Instant) {
            self.hubIsBackAt = hubIsBackAt
            agents = (0..<count).map { Agent(random: SeededGenerator(seed: UInt64($0)), replica: ReplicaID(high: 5, low: UInt64($0))) }
        }

        var waiting: Int { agents.count { $0.acknowledged < Self.changes } }

        mutating func feed(_ index: Int, _ event: SyncCore.Event) {
            var agent = agents[index]
            let effects = agent.core.receive(event, now: now, random: &agent.random)
            agents[index] = agent
            for effect in effects {
                switch effect {
                case .push(let order): push(order, index)
                // News are of no concern here: none of them answers.
                case .pull(let order): events.add(now + 30_000, index, .pull(ticket: order.ticket, .failed(Self.lost)))
                case .wake(let instant): events.add(max(now + 1, instant), index, .timer)
                case .acknowledge(let receipt):
                    agents[index].acknowledged = receipt.last
                    feed(index, queue(index))
                default: break
                }
            }
        }

        func queue(_ index: Int) -> SyncCore.Event {
            let agent = agents[index]
            return .queue([QueueStanding(replica: agent.replica, acknowledged: agent.acknowledged, sealed: Self.changes)])
        }

        private mutating func push(_ order: SyncCore.PushOrder, _ index: Int) {
            guard now >= hubIsBackAt else { return events.add(now + 5, index, .push(ticket: order.ticket, .failed(Self.lost))) }
            guard let answeredAt = hub.push(at: now) else {
                return events.add(now + 5, index, .push(ticket: order.ticket, .failed(Hub.busy)))
            }
            let receipt = Receipt(
                replica: agents[index].replica, last: Self.changes, hash: .zero,
                position: Position(generation: ReplicaID(high: 9, low: 9), number: 1, line: 1), keepUntil: 0,
                time: Timestamp(milliseconds: answeredAt))
            events.add(
                answeredAt, index,
                .push(ticket: order.ticket, .answered(.receipt(receipt), through: Self.changes, isSingle: true, standing: .agrees)))
        }

        /// Until all is sent, or so long.
        mutating func run(until end: Instant) {
            while waiting > 0, let (at, index, event) = events.next(), at <= end {
                now = max(now, at)
                feed(index, event)
            }
        }

        static let lost = LineFailure(.unreachable, "lost", remedy: "none")
    }

    /// A queue by time; what is due at once comes in the order in which it was added.
    private struct Events {
        private var byTime: [Instant: [(Int, SyncCore.Event)]] = [:]
        private var times: [Instant] = []

        mutating func add(_ at: Instant, _ index: Int, _ event: SyncCore.Event) {
            if byTime[at] == nil {
                let place = times.partitioningIndex { $0 <= at }
                times.insert(at, at: place)
            }
            byTime[at, default: []].append((index, event))
        }

        mutating func next() -> (Instant, Int, SyncCore.Event)? {
            guard let at = times.last, let first = byTime[at]?.first else { return nil }
            byTime[at]?.removeFirst()
            if byTime[at]?.isEmpty ?? true {
                byTime[at] = nil
                times.removeLast()
            }
            return (at, first.0, first.1)
        }
    }

    @Test("all start in one moment, as after a power cut of the region: the hub is kept busy, and asked few times in vain")
    func startTogether() {
        var crowd = Crowd(count: 1_000, hubIsBackAt: 0)
        for index in crowd.agents.indices { crowd.feed(index, crowd.queue(index)) }
        let start = crowd.now
        crowd.run(until: start + 600_000)
        let ideal = 1_000 * Hub.millisecondsPerPush
        #expect(crowd.waiting == 0)
        #expect(crowd.now - start <= 3 * ideal)
        #expect(crowd.hub.asked.count <= 6 * 1_000)
    }

    @Test("the hub comes back after two minutes: the crowd is spread over its longest wait")
    func hubComesBack() {
        var crowd = Crowd(count: 1_000, hubIsBackAt: 120_000)
        for index in crowd.agents.indices { crowd.feed(index, crowd.queue(index)) }
        crowd.run(until: 120_000 + 600_000)
        let busiest = crowd.hub.busiestSecond
        #expect(crowd.waiting == 0)
        #expect(crowd.now - 120_000 <= 90_000)
        #expect(busiest <= 100 && crowd.hub.asked.count <= 2 * 1_000)
    }
}

extension Array {
    /// The first place from which on the condition holds, where it holds for all that follow.
    fileprivate func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

import HubTestSupport
import Synchronization
import Testing

@testable import HubRuntime

@Suite("Bounds of the queue into the store's one writer")
struct QueueBoundTests {
    private final class Order: Sendable {
        private let noted = Mutex<[String]>([])
        var names: [String] { noted.withLock { $0 } }
        func note(_ name: String) { noted.withLock { $0.append(name) } }
    }

    /// Lets so many jobs gather while a commit is under way, as many as there is room for, and then go.
    ///
    /// Three more are offered: when three are refused, all others wait.
    ///
    /// - Returns: how many jobs shared each commit, in the order of the commits.
    private func commits(_ waiting: Int, bytes: Int = 10, changes: Int = 1) async throws -> [Int] {
        var options = Hub.Options()
        options.commitPaceMilliseconds = .infinity
        options.queueBytesMax = waiting * bytes
        let hub = try await TestHub(options: options).hub
        let gate = CommitGate()
        let holder = await gate.hold(hub)
        let surplus = 3
        let bases = await withTaskGroup(of: Int64?.self) { group in
            for _ in 0..<(waiting + surplus) {
                group.addTask {
                    try? await hub.queue.submit(bytes: bytes, changes: changes, to: hub) { _, standing, _ -> Int64 in
                        standing.heldCount += 1
                        // What was committed before: the same for all that share a commit.
                        return hub.standing.withLock { $0.heldCount }
                    }
                }
            }
            for _ in 0..<surplus {
                let answer = await group.next()
                #expect(answer == .some(nil), "taken beyond the bound")
            }
            gate.open()
            return await group.reduce(into: [Int64]()) { bases, base in if let base { bases.append(base) } }
        }
        try await holder.value
        #expect(bases.count == waiting, "refused below the bound")
        return Dictionary(grouping: bases) { $0 }.sorted { $0.key < $1.key }.map(\.value.count)
    }

    @Test("As many bytes wait as may, and no more; one job that is larger than that is taken while nobody waits")
    func bytes() async throws {
        #expect(try await commits(2).reduce(0, +) == 2)
        var options = Hub.Options()
        options.queueBytesMax = 1
        let hub = try await TestHub(options: options).hub
        let isTaken = try await hub.queue.submit(bytes: 1_000, to: hub) { _, _, _ in true }
        #expect(isTaken)
    }

    @Test("A commit takes as many pushes as it may; one more is for the next")
    func pushes() async throws {
        let most = Hub.Options().groupPushesMax
        #expect(try await commits(most) == [most])
        #expect(try await commits(most + 1) == [most, 1])
    }

    @Test("A commit takes as many bytes as it may; a byte more is for the next")
    func groupBytes() async throws {
        let quarter = Hub.Options().groupBytesMax / 4
        #expect(try await commits(4, bytes: quarter) == [4])
        #expect(try await commits(4, bytes: quarter + 1) == [3, 1])
    }

    @Test("A commit holds as many changes as it may, and no more; a push of more has a commit to itself")
    func changes() async throws {
        let quarter = Hub.Options().commitChangesMax / 4
        #expect(try await commits(5, changes: quarter) == [4, 1])
        #expect(try await commits(4, changes: quarter + 1) == [3, 1])
        #expect(try await commits(2, changes: 4 * quarter + 1) == [1, 1])
    }

    @Test("Small pushes go before the parts of a backlog that wait, one part comes after each group of them, and nobody waits for ever")
    func smallFirst() async throws {
        var options = Hub.Options()
        options.commitChangesMax = 100
        options.commitPaceMilliseconds = .infinity
        let hub = try await TestHub(options: options).hub
        let (gate, order) = (CommitGate(), Order())
        var tasks = [await gate.hold(hub)]
        for (number, changes) in [100, 100, 10, 11, 1].enumerated() {
            tasks.append(
                Task {
                    try await hub.queue.submit(bytes: 10, changes: changes, to: hub) { _, _, _ in
                        order.note("\(changes) changes, \(number)")
                    }
                })
            while await hub.queue.waitingCount <= number { await Task.yield() }
        }
        gate.open()
        for task in tasks { try await task.value }
        #expect(
            order.names == ["10 changes, 2", "1 changes, 4", "100 changes, 0", "100 changes, 1", "11 changes, 3"])
    }
}

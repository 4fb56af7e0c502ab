import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("One job of a group fails")
struct IsolationTests {
    struct Unforeseen: Error {}

    /// Larger jobs run bare at first, smaller ones in a savepoint.
    @Test("Law 5: what it wrote is undone, and every other job of its group stays", arguments: [16, Isolation.bareBytesMin + 1])
    func failsAlone(bytes: Int) async throws {
        let bench = try await TestHub()
        let hub = bench.hub
        let outcomes = await withTaskGroup(of: (Int, Bool).self) { group in
            for number in 0..<12 {
                group.addTask {
                    do {
                        try await hub.queue.submit(bytes: bytes, to: hub) { store, standing, isolation in
                            try store.put(StaleRow(view: "test", key: [UInt8(number)], reason: "written"))
                            standing.heldCount += 1
                            guard number % 4 == 2 else { return }
                            // Also where the job itself shields a part of its work.
                            try isolation.alone(in: store) {
                                try store.put(StaleRow(view: "test", key: [UInt8(number), 1], reason: "written"))
                                throw Unforeseen()
                            }
                        }
                        return (number, true)
                    } catch { return (number, !(error is Unforeseen)) }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let expected = (0..<12).filter { $0 % 4 != 2 }
        #expect(outcomes.filter(\.value).keys.sorted() == expected)
        let stored = try bench.store.readNow { try $0.stale(after: nil, limit: 100) }.map(\.key)
        #expect(stored == expected.map { [UInt8($0)] })
        #expect(hub.standing.withLock { $0.heldCount } == Int64(expected.count))
    }
}

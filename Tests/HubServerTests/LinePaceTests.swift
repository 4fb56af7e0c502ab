import ChangeSets
import HTTPTypes
import HubRuntime
import HubTestSupport
import Synchronization
import Testing

@testable import HubServer
@testable import Serving

@Suite("How slowly a body may come and an answer go")
struct LinePaceTests {
    private struct Path: ServedPath {
        let method = HTTPRequest.Method.post
        let path = "/v1/x"
        let bodyBytesMax = 1 << 20
    }

    private static let grace = Duration.seconds(LinePace.graceSeconds)

    /// A body in pieces, each with the time at which it has come.
    private func collect(_ pieces: [(bytes: Int, after: Duration)]) async throws -> Int {
        let parts = AsyncStream<[UInt8]> { stream in
            for piece in pieces { stream.yield([UInt8](repeating: 0, count: piece.bytes)) }
            stream.finish()
        }
        var times = pieces.map(\.after).makeIterator()
        return try await BoundedBody.collect(parts, for: Path(), pace: .usual) { times.next() ?? .zero }.count
    }

    private func isTooSlow(_ pieces: [(bytes: Int, after: Duration)]) async -> Bool {
        let error = await #expect(throws: ServerError.self) { try await collect(pieces) }
        return error?.code == .tooSlow
    }

    @Test("For half a minute nothing is asked of a body; after that a byte for each quarter of a millisecond, over all that has come")
    func bodies() async throws {
        let rate = LinePace.bytesPerSecondMin
        #expect(try await collect([(1, Self.grace)]) == 1)
        #expect(await isTooSlow([(1, Self.grace + .milliseconds(1))]))
        #expect(try await collect([(rate, Self.grace + .seconds(1))]) == rate)
        #expect(await isTooSlow([(rate, Self.grace + .milliseconds(1_001))]))
        // What came fast at first counts.
        #expect(try await collect([(10 * rate, .seconds(1)), (1, Self.grace + .seconds(10))]) == 10 * rate + 1)
        #expect(await isTooSlow([(10 * rate, .seconds(1)), (1, Self.grace + .seconds(11))]))
    }

    @Test("A line of 64 kbit/s brings the longest push in time, one of half of that just so, a slower one does not")
    func slowLines() {
        let bytes = HubRoutes.pushBytesMax
        #expect(LinePace.usual.allowance(for: bytes) >= .seconds(bytes / 8_000))
        #expect(LinePace.usual.allowance(for: bytes) >= .seconds(bytes / 4_000))
        #expect(LinePace.usual.allowance(for: bytes) < .seconds(bytes / 3_900))
    }

    @Test("The body's length is bounded as before", arguments: [0, 1])
    func length(more: Int) async throws {
        let most = Path().bodyBytesMax
        if more == 0 {
            #expect(try await collect([(most - 1, .zero), (1, .zero)]) == most)
        } else {
            let error = await #expect(throws: ServerError.self) { try await collect([(most, .zero), (1, .zero)]) }
            #expect(error?.code == .tooLarge)
        }
    }

    @Test("Agents take it for a hub that asks them to come again, and the answer says what to look at")
    func told() {
        let reply = ErrorReply(ServerError(.tooSlow, "slow", remedy: "look"))
        #expect(reply.status.code == 408 && reply.isTransient && reply.code == "request-too-slow")
    }

    @Test("A body that trickles into a hub is refused, and its room is free for the next one", .timeLimit(.minutes(1)))
    func served() async throws {
        // Nothing is slow enough for this hub.
        let hasty = LinePace(graceSeconds: 0, bytesPerSecondMin: 1_000_000_000)
        try await ServedHub.run(bodyBytesMax: 10_000, pace: hasty) { hub in
            let key = try await hub.test.enrol("shop-1").key
            for _ in 0..<2 {
                let answer = try await hub.askSigned("/v1/sync/push", [UInt8](repeating: 0, count: 10_000), key: key)
                #expect(answer.status == 408 && answer.error["code"] == "request-too-slow")
            }
        }
    }

    @Test("An answer that is read in time is written whole; one that is not is given up after what its length allows")
    func answers() async throws {
        let asked = Mutex<[Duration]>([])
        let wasWritten = Mutex(false)
        try await LinePace.usual.hold(40_000, { wasWritten.withLock { $0 = true } }) { allowance in
            asked.withLock { $0.append(allowance) }
            try await Self.forever()
        }
        #expect(wasWritten.withLock { $0 })
        await #expect(throws: LineTooSlow.self) {
            try await LinePace.usual.hold(40_000, { try await Self.forever() }) { allowance in asked.withLock { $0.append(allowance) } }
        }
        #expect(Set(asked.withLock { $0 }) == [.seconds(40)])
    }

    /// Until the task is cancelled.
    private static func forever() async throws {
        for await _ in AsyncStream<Void>(unfolding: { try? await Task.sleep(for: .seconds(3_600)) }) { try Task.checkCancellation() }
        throw CancellationError()
    }
}

import Causality
import Testing

@testable import HubRuntime

@Suite("An answer that is kept while another one is being made")
struct KeptAnswerTests {
    private struct Broken: Error {}

    private static let now = Timestamp(milliseconds: 1_000)

    @Test("one is made at a time: who asks meanwhile finds the one under way, and the last one where there is any")
    func once() async throws {
        let kept = KeptAnswer<Int>()
        let (gate, open) = AsyncStream<Void>.makeStream()
        var begun = 0
        var tasks: [Task<Int, any Error>] = []
        for _ in 0..<3 {
            guard
                case .making(let making, let isBegun, nil) = kept.find(
                    now: Self.now,
                    { _ in
                        for await _ in gate {}
                        return 7
                    })
            else { return #expect(Bool(false)) }
            if isBegun { begun += 1 }
            tasks.append(making)
        }
        #expect(begun == 1 && kept.last == nil && kept.standing.since == Self.now)
        open.finish()
        for task in tasks { #expect(try await task.value == 7) }
        #expect(kept.last == 7 && kept.making == nil && kept.standing.since == nil)
        guard case .last(7) = kept.find(now: Self.now, unless: { $0 == 7 }, { _ in 8 }) else { return #expect(Bool(false)) }
        guard case .making(let next, true, 7) = kept.find(now: Self.now, unless: { $0 == 6 }, { ($0 ?? 0) + 1 }) else {
            return #expect(Bool(false))
        }
        #expect(try await next.value == 8 && kept.last == 8)
    }

    @Test("what fails is told to who waits, leaves the last one, and is tried again by the next")
    func failed() async throws {
        let kept = KeptAnswer<Int>()
        kept.remember(1)
        kept.remember(2)
        guard case .making(let making, true, 1) = kept.find(now: Self.now, { _ in throw Broken() }) else { return #expect(Bool(false)) }
        await #expect(throws: Broken.self) { try await making.value }
        #expect(kept.last == 1 && kept.standing.problem is Broken && kept.making == nil)
        guard case .making(let again, true, 1) = kept.find(now: Self.now, { _ in 3 }) else { return #expect(Bool(false)) }
        #expect(try await again.value == 3 && kept.last == 3 && kept.standing.problem == nil)
    }

    @Test("who stops waits for the one under way, and none begins after it")
    func stopped() async throws {
        let kept = KeptAnswer<Int>()
        kept.change { $0 += 1 }
        guard case .making = kept.find(now: Self.now, { _ in 1 }) else { return #expect(Bool(false)) }
        await kept.stop()
        #expect(kept.last == 1 && kept.isStopped)
        guard case .stopped = kept.find(now: Self.now, { _ in 2 }) else { return #expect(Bool(false)) }
        kept.change { $0 += 1 }
        #expect(kept.last == 2)
        guard case .last(2) = kept.find(now: Self.now, unless: { _ in true }, { _ in 3 }) else { return #expect(Bool(false)) }
    }

    @Test("who counts conflicts waits for the count, and who comes meanwhile gets the one before; a decision is counted at once")
    func tally() async throws {
        let tally = ConflictTally()
        @Sendable func conflicts(_ count: Int) -> OpenConflicts {
            var open = OpenConflicts()
            open.byKind = [.oversell: count]
            return open
        }
        #expect(try await tally.count(head: 1, now: Self.now) { conflicts(1) }.count == 1)
        // Nothing was committed, or it is not long ago.
        #expect(try await tally.count(head: 1, now: Self.now.advanced(byMilliseconds: 60_000)) { conflicts(2) }.count == 1)
        let last = Self.now.advanced(byMilliseconds: ConflictTally.everyMilliseconds - 1)
        #expect(try await tally.count(head: 2, now: last) { conflicts(2) }.count == 1)
        let later = Self.now.advanced(byMilliseconds: ConflictTally.everyMilliseconds)
        let (gate, open) = AsyncStream<Void>.makeStream()
        let (begun, begin) = AsyncStream<Void>.makeStream()
        async let counting = tally.count(head: 2, now: later) {
            begin.finish()
            for await _ in gate {}
            return conflicts(2)
        }
        for await _ in begun {}
        #expect(try await tally.count(head: 2, now: later) { conflicts(9) }.count == 1)
        open.finish()
        #expect(try await counting.count == 2)
        tally.forget()
        #expect(try await tally.count(head: 3, now: later) { conflicts(3) }.count == 3)
    }
}

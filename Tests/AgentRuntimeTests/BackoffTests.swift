import TestSupport
import Testing

@testable import AgentRuntime

@Suite("Backoff")
struct BackoffTests {
    @Test("waits double from the first to the longest, jittered within the upper half", arguments: 0..<50)
    func doubling(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var backoff = Backoff(firstMilliseconds: 1_000, longestMilliseconds: 60_000)
        for expected: UInt64 in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
            let wait = backoff.fail(random: &random)
            #expect(wait >= expected / 2 && wait <= expected)
        }
        backoff.succeed()
        #expect(backoff.fail(random: &random) <= 1_000)
    }

    @Test("what the hub asks for is waited, up to an hour")
    func asked() {
        var random = SeededGenerator(seed: 1)
        var backoff = Backoff(firstMilliseconds: 1_000, longestMilliseconds: 60_000)
        #expect(backoff.fail(asked: 90_000, random: &random) == 90_000)
        #expect(backoff.fail(asked: 999_999_999, random: &random) == 3_600_000)
    }
}

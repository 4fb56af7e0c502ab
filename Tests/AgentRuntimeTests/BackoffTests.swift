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

    @Test("what the hub asks for is waited, up to an hour, and up to half as long again", arguments: 0..<50)
    func asked(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var backoff = Backoff(firstMilliseconds: 1_000, longestMilliseconds: 60_000)
        #expect((90_000...135_000).contains(backoff.fail(asked: 90_000, random: &random)))
        #expect((3_600_000...5_400_000).contains(backoff.fail(asked: 999_999_999, random: &random)))
    }
}

import CurlClient
import Testing

@testable import HubCommand

@Suite("How long the hub's own commands wait")
struct WaitBoundTests {
    @Test("A running hub has four hours for a backup, and may be silent all the time")
    func backup() {
        let seconds = RunningHub.backupSecondsMax
        #expect(seconds == 4 * 3_600)
        #expect(RunningHub.limits.totalMilliseconds == seconds * 1_000 && RunningHub.limits.slowSeconds == seconds)
    }

    @Test("A pass over all customers waits for quiet so many rounds, and begins in the next one")
    func matching() {
        let most = Matchmaking.waitRoundsMax
        #expect(Matchmaking.beginsPass(isQuiet: true, waited: 1))
        #expect(!Matchmaking.beginsPass(isQuiet: false, waited: most) && Matchmaking.beginsPass(isQuiet: false, waited: most + 1))
        #expect(most * Matchmaking.everySeconds == 600)
    }
}

import CurlClient
import Testing

@testable import AdminCommand

@Suite("How long an operator's command waits for the hub")
struct WaitBoundTests {
    @Test(
        "the hub may be silent for as long as an answer may take, and no longer",
        arguments: [
            (HubConnection.answerSecondsMax, 60), (IdentityCommand.secondsMax, 900), (HubConnection.lookBackSecondsMax, 1_800),
        ])
    func answers(secondsMax: Int, seconds: Int) {
        let limits = HubConnection.limits(secondsMax: secondsMax)
        #expect(limits.totalMilliseconds == seconds * 1_000 && limits.slowSeconds == seconds)
        #expect(limits.responseBytesMax == 64 << 20)
    }
}

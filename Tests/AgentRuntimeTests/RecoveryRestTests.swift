import Capture
import TestSupport
import Testing

@testable import AgentRuntime

@Suite("RecoveryRest")
struct RecoveryRestTests {
    private static let states: Set<CaptureError.Code> = [.unknownState, .notAttached, .otherOwner, .replaced, .tooNew, .schemaChanged]

    @Test(
        "a source is looked at again at once only where it is in another state now: a full disk of the agent is waited for",
        arguments: CaptureError.Code.allCases)
    func codes(code: CaptureError.Code) {
        var random = SeededGenerator(seed: 1)
        let rest = RecoveryRest.milliseconds(after: CaptureError(code, "m", remedy: "r"), random: &random)
        #expect(Self.states.contains(code) ? rest == 0 : RecoveryRest.milliseconds.contains(rest))
    }

    @Test("the line, what is not sent yet and whatever else are waited for, 15 seconds at least and half as long again at most, as drawn")
    func others() {
        var random = SeededGenerator(seed: 1)
        let errors: [(any Error)?] = [nil, LineFailure(.busy, "m", remedy: "r"), AgentError(.recovery, "m", remedy: "r")]
        for error in errors {
            let rests = (0..<1_000).map { _ in RecoveryRest.milliseconds(after: error, random: &random) }
            #expect(rests.allSatisfy { (15_000...22_500).contains($0) })
            #expect(Set(rests).count > 100)
        }
    }
}

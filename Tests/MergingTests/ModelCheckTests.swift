import Foundation
import TestSupport
import Testing

@Suite("The merge against the whole history")
struct ModelCheckTests {
    /// `TRIBUTARY_MODEL=4x6` is the whole model: 4 writes, up to 6 exchanges; without it a smaller one runs.
    @Test("Laws 4 and 6: every state of 3 replicas, 2 records and 2 fields, however it is reached, is what the whole history says")
    func everyState() throws {
        let bounds = (ProcessInfo.processInfo.environment["TRIBUTARY_MODEL"] ?? "3x4").split(separator: "x").compactMap { Int($0) }
        var check = ModelCheck(writesMax: try #require(bounds.first), exchangesMax: try #require(bounds.last))
        let began = ContinuousClock.now
        try check.run()
        print(
            "model: \(bounds[0]) writes, \(bounds[1]) exchanges: \(check.nodes) states, \(check.ways) ways, \(ContinuousClock.now - began)")
        #expect(check.ways > check.nodes && check.nodes > 1000)
    }
}

import Foundation
import Testing

@testable import AgentRuntime

@Suite("JSON as it is posted")
struct JSONInputTests {
    @Test("lists within each other are read up to the bound, and beyond it refused at once", arguments: [0, 1, 2, 50, 400])
    func depth(beyond: Int) {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let depth = JSONInput.depthMax + beyond
            let json = String(repeating: open, count: depth) + "7" + String(repeating: close, count: depth)
            let start = ContinuousClock.now
            let read = try? JSONDecoder().decode(JSONInput.self, from: Data(json.utf8))
            #expect((read != nil) == (beyond == 0))
            #expect(ContinuousClock.now - start < .seconds(1))
        }
    }
}

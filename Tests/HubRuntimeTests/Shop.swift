import ChangeSets
import HubTestSupport

/// A hub with one shop and its till.
struct Shop {
    let bench: TestHub
    let agent: TestAgent
    var till: TestWriter

    init() async throws {
        bench = try await TestHub()
        agent = try await bench.enrol("shop-1")
        till = TestWriter("till", seed: 1, key: agent.key)
    }

    mutating func tell(_ changes: [Change]) async throws { try await bench.push([try till.seal(changes)], from: agent) }
}

import HubRuntime
import HubTestSupport
import Serving
import Testing

@testable import HubServer

@Suite("How much the hub holds of answers that are not read yet")
struct AnswerBudgetTests {
    @Test("Long answers are held up to the budget and not a byte beyond; who drops one gives its room back")
    func budget() throws {
        let most = Listener.Options(host: "127.0.0.1", port: 0).answerBytesMax
        let budget = AnswerBudget(bytesMax: most)
        let length = AnswerBudget.freeBytesMax + 1
        let first = try budget.room(for: most - length)
        var second = try budget.room(for: length)
        #expect(first != nil && second != nil)
        let refused = #expect(throws: HubServerError.self) { try budget.room(for: length) }
        #expect(refused?.code == .busy)
        second = nil
        #expect(throws: HubServerError.self) { try budget.room(for: length + 1) }
        second = try budget.room(for: length)
        #expect(second != nil)
        withExtendedLifetime((first, second)) {}
    }

    @Test("Short answers need no room, however little there is")
    func short() throws {
        let budget = AnswerBudget(bytesMax: 0)
        #expect(try budget.room(for: AnswerBudget.freeBytesMax) == nil)
        #expect(throws: HubServerError.self) { try budget.room(for: AnswerBudget.freeBytesMax + 1) }
    }

    /// A list of sites that is longer than what is free.
    private func sites(_ hub: ServedHub) async throws -> ServedHub.Answer {
        try await hub.ask(.get, "/v1/sites")
    }

    private func fill(_ hub: ServedHub) async throws {
        for number in 0..<1_000 {
            let name = "shop-\(number)-" + String(repeating: "x", count: 40)
            _ = try await hub.test.hub.addSite(name: name, kind: .store, region: nil, now: hub.test.now)
        }
    }

    @Test("Whoever asks while there is no room is asked to come again in a second; short answers go on")
    func full() async throws {
        try await ServedHub.run(answerBytesMax: 0) { hub in
            #expect(try await sites(hub).status == 200)
            try await fill(hub)
            let answer = try await sites(hub)
            #expect(answer.status == 503 && answer.error["code"] == "hub-busy" && answer.header("retry-after") == "1")
            #expect(try await hub.ask(.get, "/healthz").status == 200)
        }
    }

    @Test("Room is free again once an answer is written, however many follow on each other, and each comes whole")
    func written() async throws {
        // Several of them, for a client has all of an answer a little before the hub knows.
        let room = 4 << 20
        try await ServedHub.run(answerBytesMax: room) { hub in
            try await fill(hub)
            var lengths: Set<Int> = []
            for _ in 0..<48 {
                let answer = try await sites(hub)
                #expect(answer.status == 200 && answer.json != nil)
                lengths.insert(answer.body.count)
            }
            let length = try #require(lengths.min())
            #expect(length > AnswerBudget.freeBytesMax && 4 * length < room && 48 * length > room)
        }
    }
}

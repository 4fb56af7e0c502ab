import ChangeSets
import HubRuntime
import Serving
import Testing

@testable import HubServer

@Suite("Bounds of what the hub reads and remembers of requests")
struct RequestBoundTests {
    @Test("Bodies are held up to the budget, and not a byte beyond; what is given back can be taken again")
    func budget() throws {
        let most = Listener.Options(host: "127.0.0.1", port: 0).bodyBytesMax
        let budget = BodyBudget(bytesMax: most)
        try budget.take(most - 5, of: .proved)
        try budget.take(5, of: .proved)
        let refused = #expect(throws: HubServerError.self) { try budget.take(1, of: .proved) }
        #expect(refused?.code == .busy)
        budget.giveBack(5, of: .proved)
        #expect(throws: HubServerError.self) { try budget.take(6, of: .proved) }
        try budget.take(5, of: .proved)
    }

    @Test("One agent's bodies take a part of it, so do those of all who have yet to prove who they are; others find room beside them")
    func share() throws {
        let most = Listener.Options(host: "127.0.0.1", port: 0).bodyBytesMax
        #expect(BodyBudget.callerBytesMax <= most / 4)
        let budget = BodyBudget(bytesMax: most)
        let (one, other) = (BodyBudget.Caller.agent(SigningKey().publicKey), BodyBudget.Caller.agent(SigningKey().publicKey))
        for caller in [one, .unproved] {
            try budget.take(BodyBudget.callerBytesMax - 1, of: caller)
            try budget.take(1, of: caller)
            let refused = #expect(throws: HubServerError.self) { try budget.take(1, of: caller) }
            #expect(refused?.code == .busy)
            // What carries no body needs no room.
            try budget.take(0, of: caller)
        }
        try budget.take(BodyBudget.callerBytesMax, of: other)
        budget.giveBack(1, of: one)
        try budget.take(1, of: one)
        budget.giveBack(BodyBudget.callerBytesMax, of: one)
        try budget.take(BodyBudget.callerBytesMax, of: one)
    }

    @Test("Whoever comes while the hub has no more room is asked to come again in a second, and is then taken in", arguments: [0, 1])
    func room(more: Int) async throws {
        try await ServedHub.run(bodyBytesMax: 10_000) { hub in
            let key = try await hub.enrolled("shop-1")
            // An empty frame is refused with a signature: it was read.
            let answer = try await hub.askSigned("/v1/sync/push", [UInt8](repeating: 0, count: 10_000 + 4 * more), key: key)
            #expect(answer.status == (more == 0 ? 200 : 503) && answer.header("retry-after") == (more == 0 ? nil : "1"))
            #expect(answer.error["code"] == (more == 0 ? nil : "hub-busy"))
            #expect(try await hub.askSigned("/v1/sync/push", [UInt8](repeating: 0, count: 10_000), key: key).status == 200)
        }
    }

    @Test("So many nonces are remembered; one more pushes the oldest out, and no other")
    func nonces() {
        let nonces = SeenNonces()
        let key = SigningKey().publicKey
        func admits(_ number: Int) -> Bool {
            nonces.admit((0..<RequestSignature.nonceByteCount).map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> (8 * $0)) : 0 }, of: key)
        }
        #expect((0..<SeenNonces.noncesMax).allSatisfy(admits))
        #expect(!admits(0))
        #expect(admits(SeenNonces.noncesMax))
        #expect(admits(0))
        #expect(!admits(2) && !admits(SeenNonces.noncesMax))
    }

    @Test("Every route reads a body as long as it says, and refuses one that is a byte longer")
    func bodies() async throws {
        try await ServedHub.run { hub in
            let key = try await hub.enrolled("shop-1")
            let bounded = hub.routes.filter { $0.bodyBytesMax > 0 }
            #expect(
                Set(bounded.map(\.bodyBytesMax)) == [
                    HubRoutes.bodyBytesMax, HubRoutes.questionBytesMax, HubRoutes.pushBytesMax, HubRoutes.rulesBytesMax,
                    HubRoutes.rulesFormBytesMax, HubRoutes.mappingsBytesMax, HubRoutes.noteBytesMax,
                ])
            for route in bounded {
                let path = route.path.replacing("{name}", with: "a").replacing("{id}", with: "a").replacing("{sku}", with: "a")
                func status(_ count: Int) async throws -> Int {
                    // Neither JSON nor a whole frame.
                    if route.access.role != nil { return try await hub.ask(.post, path, String(repeating: "x", count: count)).status }
                    return try await hub.askSigned(path, [UInt8](repeating: 0xFF, count: count), key: key).status
                }
                let read = try await status(route.bodyBytesMax)
                #expect((200..<500).contains(read) && read != 413, "\(route.path)")
                // Whoever is refused before the body is read may find the connection closed under it.
                let refused = try? await status(route.bodyBytesMax + 1)
                #expect(refused == nil || refused == 413, "\(route.path)")
            }
        }
    }

    @Test("A body that does not say its length is read up to the bound, and no further", arguments: [0, 1])
    func undeclared(more: Int) async throws {
        try await ServedHub.run { hub in
            let body = String(repeating: "x", count: HubRoutes.bodyBytesMax + more)
            let answer = try await hub.ask(.post, "/v1/sites", body, headers: [(name: "Transfer-Encoding", value: "chunked")])
            #expect(answer.status == (more == 0 ? 400 : 413))
        }
    }

    @Test("A push has so many frames, and no more: millions of empty ones are not even looked at", arguments: [0, 1])
    func frames(more: Int) async throws {
        try await ServedHub.run { hub in
            let key = try await hub.enrolled("shop-1")
            let body = [UInt8](repeating: 0, count: 4 * (Limits.changesMax + more))
            // An empty frame is refused with a signature, which says more.
            #expect(try await hub.askSigned("/v1/sync/push", body, key: key).status == (more == 0 ? 200 : 400))
        }
    }

    @Test("A request with many header lines, or long ones, is answered below the bound and refused beyond it")
    func headers() async throws {
        let options = Listener.Options(host: "127.0.0.1", port: 0)
        try await ServedHub.run { hub in
            func status(_ headers: [(name: String, value: String)]) async -> Int? {
                try? await hub.ask(.get, "/healthz", headers: headers).status
            }
            func lines(_ count: Int) -> [(name: String, value: String)] { (0..<count).map { (name: "X-Line-\($0)", value: "1") } }
            func long(_ count: Int) -> [(name: String, value: String)] { [(name: "X-Long", value: String(repeating: "x", count: count))] }
            // The client sends a few of its own besides.
            #expect(await status(lines(options.headersMax - 10)) == 200)
            #expect(await status(lines(options.headersMax + 1)) != 200)
            #expect(await status(long(options.headerBytesMax - 1_000)) == 200)
            #expect(await status(long(options.headerBytesMax + 1)) != 200)
        }
    }
}

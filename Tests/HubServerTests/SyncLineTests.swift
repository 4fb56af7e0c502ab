import ChangeSets
import Foundation
import HubRuntime
import HubTestSupport
import Testing

@Suite("The sync line over HTTP")
struct SyncLineTests {
    @Test("a push is answered with a receipt that only this request's nonce and the hub's key open")
    func receipt() async throws {
        try await ServedHub.run { hub in
            let key = try await hub.enrolled("shop-1")
            var writer = TestWriter("till", seed: 1, key: key)
            let set = try writer.seal([Make.customer(1, email: "ada@example.com", at: TestHub.start)])
            let nonce = SignedRequests.nonce()
            let answer = try await hub.askSigned("/v1/sync/push", SignedRequests.frames([set]), key: key, nonce: nonce)
            #expect(answer.header("tributary-set-changes").flatMap { Int($0) } == hub.test.hub.changesPerCommit)
            #expect(answer.status == 200 && answer.header("content-type") == "application/vnd.tributary")
            let hubKey = hub.test.hub.signingKey.publicKey
            guard case .receipt(let receipt) = try ChangeSets.Answer.decode(answer.body, nonce: nonce, key: hubKey) else {
                Issue.record("not a receipt")
                return
            }
            #expect(receipt.last == 1 && receipt.hash == set.hash)
            #expect(throws: ChangeSetError.self) { try ChangeSets.Answer.decode(answer.body, nonce: SignedRequests.nonce(), key: hubKey) }
            #expect(throws: ChangeSetError.self) { try ChangeSets.Answer.decode(answer.body, nonce: nonce, key: SigningKey().publicKey) }
        }
    }

    @Test("the very same push twice, as libcurl may send it, gives the same receipt")
    func repeatedPush() async throws {
        try await ServedHub.run { hub in
            let key = try await hub.enrolled("shop-1")
            var writer = TestWriter("till", seed: 1, key: key)
            let body = SignedRequests.frames([try writer.seal([Make.customer(1, at: TestHub.start)])])
            let nonce = SignedRequests.nonce()
            let first = try await hub.askSigned("/v1/sync/push", body, key: key, nonce: nonce)
            let second = try await hub.askSigned("/v1/sync/push", body, key: key, nonce: nonce)
            #expect(first.status == 200 && first.body == second.body)
        }
    }

    @Test("a pull that was overheard cannot be asked again")
    func repeatedPull() async throws {
        try await ServedHub.run { hub in
            let key = try await hub.enrolled("shop-1")
            let body = Array(#"{"cursor":null,"waitMilliseconds":0,"maxBytes":100000,"replicas":[]}"#.utf8)
            let nonce = SignedRequests.nonce()
            #expect(try await hub.askSigned("/v1/sync/pull", body, key: key, nonce: nonce).status == 200)
            let again = try await hub.askSigned("/v1/sync/pull", body, key: key, nonce: nonce)
            #expect(again.status == 409 && again.error["code"] == "request-repeated")
        }
    }

    @Test("S22: an agent learns how far its history of a replica is the hub's, and nothing of another site's")
    func sharedHistory() async throws {
        try await ServedHub.run { hub in
            let key = try await hub.enrolled("shop-1")
            var writer = TestWriter("till", seed: 1, key: key)
            let sets = try (1...3).map { try writer.seal([Make.customer($0, at: TestHub.start)]) }
            #expect(try await hub.askSigned("/v1/sync/push", SignedRequests.frames(sets), key: key).status == 200)
            let replica = writer.replica
            func shared(_ ends: [SetEnd], key: SigningKey) async throws -> (status: Int, end: SetEnd?) {
                let nonce = SignedRequests.nonce()
                let list = String(decoding: try JSONEncoder().encode(ends), as: UTF8.self)
                let body = Array(#"{"replica":"\#(replica)","ends":\#(list)}"#.utf8)
                let answer = try await hub.askSigned("/v1/sync/shared", body, key: key, nonce: nonce)
                guard answer.status == 200 else { return (answer.status, nil) }
                let decoded = try ChangeSets.Answer.decode(answer.body, nonce: nonce, key: hub.test.hub.signingKey.publicKey)
                guard case .receipt(let receipt) = decoded else { return (answer.status, nil) }
                return (answer.status, SetEnd(receipt.last, receipt.hash))
            }
            let ends = sets.enumerated().map { SetEnd(UInt64($0.offset + 1), $0.element.hash) }
            // The copy's last ones are others, one at a counter that the hub has and one beyond.
            let foreign = [SetEnd(9, ends[0].hash), SetEnd(3, ends[0].hash)]
            #expect(try await shared(foreign + [ends[1], ends[0]], key: key).end == ends[1])
            #expect(try await shared(foreign, key: key).end == SetEnd(0, .zero))
            #expect(try await shared([], key: key).end == SetEnd(0, .zero))
            let most = Array(repeating: foreign[1], count: SetEnd.askedMax)
            #expect(try await shared(most, key: key).status == 200)
            #expect(try await shared(most + foreign, key: key).status == 400)
            #expect(try await shared(ends, key: try await hub.enrolled("shop-2")).status == 400)
            let damaged = Array(#"{"replica":"\#(replica)","ends":[{"last":1,"hash":"00"}]}"#.utf8)
            #expect(try await hub.askSigned("/v1/sync/shared", damaged, key: key).status == 400)
        }
    }

    @Test("a signature covers body and path; each header must be there", arguments: ["Agent", "Time", "Nonce", "Signature"])
    func signature(header: String) async throws {
        try await ServedHub.run { hub in
            let key = try await hub.enrolled("shop-1")
            let body = Array("{}".utf8)
            let missing = try await hub.askSigned("/v1/sync/pull", body, key: key, without: "Tributary-\(header)")
            #expect(missing.status == 401 && missing.error["code"] == "request-unsigned")
            let otherBody = try await hub.askSigned("/v1/sync/pull", body, key: key, signedBody: Array("[]".utf8))
            #expect(otherBody.status == 401 && otherBody.error["code"] == "request-signature-invalid")
            let otherPath = try await hub.askSigned("/v1/sync/pull", body, key: key, signedPath: "/v1/sync/push")
            #expect(otherPath.status == 401 && otherPath.error["code"] == "request-signature-invalid")
        }
    }

    @Test("an unknown agent, a revoked one and a wrong token are refused with a remedy, before the body counts")
    func strangers() async throws {
        try await ServedHub.run { hub in
            let stranger = try await hub.askSigned("/v1/sync/push", [1, 2, 3], key: SigningKey())
            #expect(stranger.status == 401 && stranger.error["code"] == "agent-unknown" && stranger.error["remedy"] != nil)
            let key = try await hub.enrolled("shop-1")
            #expect(try await hub.ask(.post, "/v1/sites/shop-1/revoke").status == 200)
            let revoked = try await hub.askSigned("/v1/sync/push", [1, 2, 3], key: key)
            #expect(revoked.status == 401 && revoked.error["code"] == "agent-revoked")
            let newcomer = SigningKey()
            let body = Array(#"{"token":"none","publicKey":"\#(newcomer.publicKey)","version":"test"}"#.utf8)
            let token = try await hub.askSigned("/v1/agents/enroll", body, key: newcomer)
            #expect(token.status == 401 && token.error["code"] == "token-invalid")
        }
    }

    @Test("enrolment is answered again for the same key and token, and refused for another key")
    func enrolment() async throws {
        try await ServedHub.run { hub in
            let added = try await hub.ask(.post, "/v1/sites", #"{"name":"shop-1","kind":"store"}"#).json as? [String: Any]
            let token = try #require(added?["token"] as? String)
            let key = SigningKey()
            let body = Array(#"{"token":"\#(token)","publicKey":"\#(key.publicKey)","version":"test"}"#.utf8)
            let first = try await hub.askSigned("/v1/agents/enroll", body, key: key)
            let second = try await hub.askSigned("/v1/agents/enroll", body, key: key)
            #expect(first.status == 200 && first.body == second.body)
            #expect((first.json as? [String: Any])?["hubKey"] as? String == hub.test.hub.signingKey.publicKey.description)
            let thief = SigningKey()
            let stolen = Array(#"{"token":"\#(token)","publicKey":"\#(thief.publicKey)","version":"test"}"#.utf8)
            let refused = try await hub.askSigned("/v1/agents/enroll", stolen, key: thief)
            #expect(refused.status == 401 && refused.error["code"] == "token-used")
        }
    }

    @Test("a push that ends inside a frame is refused whole")
    func cutFrame() async throws {
        try await ServedHub.run { hub in
            let key = try await hub.enrolled("shop-1")
            for body: [UInt8] in [[1], [1, 0, 0], [9, 0, 0, 0, 1], [255, 255, 255, 255]] {
                let answer = try await hub.askSigned("/v1/sync/push", body, key: key)
                #expect(answer.status == 400 && answer.error["code"] == "request-malformed")
            }
        }
    }

    @Test("a damaged, foreign, too new or empty push gets a signed refusal with its code, and the right one is taken afterwards")
    func badSets() async throws {
        try await ServedHub.run { hub in
            let (key, thief) = (try await hub.enrolled("shop-1"), try await hub.enrolled("shop-2"))
            var writer = TestWriter("till", seed: 1, key: key)
            let first = try writer.seal([Make.movement("MUG", "shop-1", pieces: 3, at: TestHub.start)])
            guard case .receipt = try await push(hub, key, [first.bytes]) else {
                Issue.record("not taken")
                return
            }
            let good = try writer.seal([Make.movement("MUG", "shop-1", pieces: 4, at: TestHub.start)]).bytes
            var (flipped, newer) = (good, good)
            flipped[flipped.count / 2] ^= 0x10
            newer[4] = 200  // the version, which stands after the magic
            let cases: [(sets: [[UInt8]], key: SigningKey, codes: [String])] = [
                ([Array(good.dropLast(9))], key, ["changeset-truncated", "changeset-damaged"]),
                ([flipped], key, ["changeset-damaged", "signature-invalid"]), ([newer], key, ["changeset-too-new"]),
                ([[]], key, ["changeset-truncated"]), ([], key, ["push-empty"]), ([Array("<html>".utf8)], key, ["not-a-changeset"]),
                ([good], thief, ["signature-invalid", "replica-of-another"]),
            ]
            for bad in cases {
                guard case .refusal(let refusal) = try await push(hub, bad.key, bad.sets) else {
                    Issue.record("taken: \(bad.codes)")
                    continue
                }
                #expect(bad.codes.contains(refusal.code) && refusal.isFinal && !refusal.remedy.isEmpty, "\(refusal.code) for \(bad.codes)")
            }
            for _ in 0..<2 {
                guard case .receipt(let receipt) = try await push(hub, key, [first.bytes, good]) else {
                    Issue.record("not taken")
                    return
                }
                #expect(receipt.last == 2)
            }
            let stock = try await hub.ask(.get, "/v1/stock/MUG")
            #expect(String(decoding: stock.body, as: UTF8.self).contains(#""onHand":70000"#))
        }
    }

    private func push(_ hub: ServedHub, _ key: SigningKey, _ sets: [[UInt8]]) async throws -> ChangeSets.Answer {
        let nonce = SignedRequests.nonce()
        let body = sets.flatMap { set in (0..<4).map { UInt8(truncatingIfNeeded: set.count >> (8 * $0)) } + set }
        let answer = try await hub.askSigned("/v1/sync/push", body, key: key, nonce: nonce)
        return try ChangeSets.Answer.decode(answer.body, nonce: nonce, key: hub.test.hub.signingKey.publicKey)
    }

    @Test("a waiting pull wakes for news, and ends when the hub stops")
    func longPoll() async throws {
        // So long that even on a starved machine nothing ends because the wait is over.
        let (wait, patience) = (600_000, Duration.seconds(300))
        var options = Hub.Options()
        options.pullWaitMillisecondsMax = UInt64(wait)
        try await ServedHub.run(hub: options) { hub in
            let (writerKey, readerKey) = (try await hub.enrolled("shop-1"), try await hub.enrolled("shop-2"))
            let first = try await pull(hub, readerKey, cursor: nil, wait: 0)
            async let waiting = pull(hub, readerKey, cursor: first.reached, wait: wait)
            var writer = TestWriter("till", seed: 1, key: writerKey)
            let set = try writer.seal([Make.customer(1, email: "ada@example.com", at: TestHub.start)])
            _ = try await hub.askSigned("/v1/sync/push", SignedRequests.frames([set]), key: writerKey)
            #expect(try await !waiting.entries.isEmpty)
        }
        let began = ContinuousClock.now
        try await ServedHub.run(hub: options) { hub in
            let key = try await hub.enrolled("shop-1")
            let first = try await pull(hub, key, cursor: nil, wait: 0)
            async let waiting = pull(hub, key, cursor: first.reached, wait: wait)
            await hub.group.triggerGracefulShutdown()
            _ = try? await waiting
        }
        #expect(ContinuousClock.now - began < patience)
    }

    private func pull(_ hub: ServedHub, _ key: SigningKey, cursor: Position?, wait: Int) async throws -> FeedPage {
        let text = cursor.map { "\"\(Hexadecimal.string($0.bytes))\"" } ?? "null"
        let body = Array(#"{"cursor":\#(text),"waitMilliseconds":\#(wait),"maxBytes":100000,"replicas":[]}"#.utf8)
        let nonce = SignedRequests.nonce()
        let answer = try await hub.askSigned("/v1/sync/pull", body, key: key, nonce: nonce)
        guard case .page(let page) = try ChangeSets.Answer.decode(answer.body, nonce: nonce, key: hub.test.hub.signingKey.publicKey) else {
            throw ChangeSetError(.damaged, "no page", remedy: "")
        }
        return page
    }
}

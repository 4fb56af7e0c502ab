import Causality
import Testing

@testable import ChangeSets

@Suite("Answers, requests and keys")
struct LineTests {
    private static let replica = ReplicaID(high: 1, low: 2)
    private static let position = Position(generation: replica, number: 77, line: 0xDEAD_BEEF_0000_0001)
    private static let receipt = Receipt(
        replica: replica, last: 12, hash: Digest(bytes: Samples.seed(5)) ?? .zero, position: position, keepUntil: 3,
        time: Timestamp(milliseconds: 1_700_000_000_000))
    private static let nonce = [UInt8](repeating: 8, count: 16)

    static let answers: [Answer] = [
        .receipt(receipt), .fork(receipt), .gap(receipt),
        .refusal(Refusal(code: "changeset-too-large", message: "It is too large.", remedy: "Cut it.", standing: receipt, isFinal: true)),
        .page(
            FeedPage(
                entries: [
                    FeedEntry(number: 5, topic: .record, key: [1, 2], body: [3]), FeedEntry(number: 6, topic: .stock, key: [], body: nil),
                    FeedEntry(number: 7, topic: .order, key: [9], body: []),
                ], reached: position, consistentAt: position, restart: true, own: [receipt, receipt], held: [Dot(replica, 4)],
                time: Timestamp(milliseconds: 9))),
        .page(
            FeedPage(entries: [], reached: position, consistentAt: nil, restart: false, own: [], held: [], time: Timestamp(milliseconds: 9))
        ),
        .page(
            FeedPage(
                entries: [], reached: position, consistentAt: position, restart: false, own: [], held: [], time: Timestamp(milliseconds: 9),
                kept: KeptDecisions(keepUntil: 3, decisions: [KeptDecision(number: 7, first: Dot(replica, 1), sealed: [1, 2])]))),
        .images(
            ImagesPage(
                records: [
                    RecordImage(
                        entity: "sale", key: LocalKey(["a", 1]), life: Dot(replica, 3),
                        fields: [.init("number", "7"), .init("of its own", .real(1.5))], isDeleted: false)
                ], next: [1])),
        .images(ImagesPage(records: [], next: nil)),
    ]

    @Test("every answer comes back, bound to its request and its hub", arguments: LineTests.answers)
    func roundTrip(answer: Answer) throws {
        let bytes = try answer.encoded(nonce: Self.nonce, key: Samples.key)
        #expect(try Answer.decode(bytes, nonce: Self.nonce, key: Samples.key.publicKey) == answer)
        let other = [UInt8](repeating: 9, count: 16)
        expectBadReceipt { try Answer.decode(bytes, nonce: other, key: Samples.key.publicKey) }
        expectBadReceipt { try Answer.decode(bytes, nonce: Self.nonce, key: SigningKey().publicKey) }
        for count in 0..<bytes.count {
            #expect(throws: ChangeSetError.self) {
                try Answer.decode(Array(bytes.prefix(count)), nonce: Self.nonce, key: Samples.key.publicKey)
            }
        }
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: ChangeSetError.self) { try Answer.decode(damaged, nonce: Self.nonce, key: Samples.key.publicKey) }
        }
    }

    @Test("a page of another web server is no answer")
    func html() {
        let page = Array("<html><body>Welcome to the hotel's network. Please log in.</body></html>".utf8)
        expectBadReceipt { try Answer.decode(page, nonce: Self.nonce, key: Samples.key.publicKey) }
        expectBadReceipt { try Answer.decode([], nonce: Self.nonce, key: Samples.key.publicKey) }
    }

    @Test("what an agent signs with a request, to the byte")
    func request() {
        let message = RequestSignature.message(
            method: "POST", path: "/v1/sync/push", time: Timestamp(milliseconds: 1_700_000_000_000), nonce: Self.nonce,
            body: Array("body".utf8))
        let text = """
            tributary request 1
            POST
            /v1/sync/push
            1700000000000
            08080808080808080808080808080808
            230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5
            """
        #expect(String(decoding: message, as: UTF8.self) == text)
    }

    @Test("keys go through their files and their names")
    func keys() throws {
        let key = SigningKey()
        let again = try SigningKey(rawBytes: key.rawBytes)
        #expect(again.publicKey == key.publicKey && VerifyingKey(key.publicKey.description) == key.publicKey)
        #expect(VerifyingKey(bytes: key.publicKey.bytes) == key.publicKey)
        #expect(key.publicKey.description.utf8.count == 64 && "\(key)" == "SigningKey(secret)")
        #expect(VerifyingKey("00") == nil && VerifyingKey("g" + key.publicKey.description.dropFirst()) == nil)
        #expect(key.publicKey.isValid(try again.signature(for: [1]), for: [1]))
        #expect(!key.publicKey.isValid(try again.signature(for: [1]), for: [2]) && !key.publicKey.isValid([], for: [1]))
        #expect(throws: ChangeSetError.self) { try SigningKey(rawBytes: [1]) }
    }

    private func expectBadReceipt(_ body: () throws -> Answer) {
        let error = #expect(throws: ChangeSetError.self) { try body() }
        #expect(error?.code == .badReceipt)
    }
}

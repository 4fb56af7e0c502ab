import Causality
import Testing

@testable import ChangeSets

@Suite("Bounds of answers")
struct AnswerBoundTests {
    private static let nonce = [UInt8](repeating: 8, count: 16)
    private static let position = Position(generation: ReplicaID(high: 1, low: 2), number: 7, line: 1)

    private static func page(_ bodies: [[UInt8]]) -> Answer {
        .page(
            FeedPage(
                entries: bodies.map { FeedEntry(number: 5, topic: .stock, key: [1], body: $0) }, reached: position, consistentAt: nil,
                restart: false, own: [], held: [], time: Timestamp(milliseconds: 9)))
    }

    private func code(_ body: () throws -> Void) -> ChangeSetError.Code? {
        do { try body() } catch { return (error as? ChangeSetError)?.code }
        return nil
    }

    @Test("An answer that inflates to the most is written and read; one that would inflate to a byte more is not written")
    func plainBytes() throws {
        // Each well within what one value may have.
        let piece = [UInt8](repeating: 7, count: Limits.answerPlainBytesMax / 8)
        func page(_ last: Int) -> Answer { Self.page(Array(repeating: piece, count: 7) + [Array(piece.prefix(last))]) }
        // What the page needs besides, whatever the last body's length: that is told in as many bytes in all of them.
        let half = piece.count / 2
        let besides = try plainCount(of: page(half).encoded(nonce: Self.nonce, key: Samples.key)) - half
        let last = Limits.answerPlainBytesMax - besides
        let bytes = try page(last).encoded(nonce: Self.nonce, key: Samples.key)
        #expect(try plainCount(of: bytes) == Limits.answerPlainBytesMax)
        #expect(throws: Never.self) { try Answer.decode(bytes, nonce: Self.nonce, key: Samples.key.publicKey) }
        #expect(code { _ = try page(last + 1).encoded(nonce: Self.nonce, key: Samples.key) } == .tooLarge)
    }

    /// The length of the payload as the answer announces it: after magic, version, kind, compression and nonce.
    private func plainCount(of bytes: [UInt8]) throws -> Int {
        var reader = ByteReader(bytes, from: 23, to: bytes.count, of: "answer")
        return Int(try reader.varint())
    }

    @Test("An answer as long as answers may be is looked at; a byte more is refused by its length", arguments: [0, 1])
    func bytesRead(more: Int) {
        let bytes = [UInt8](repeating: 0, count: Limits.answerBytesMax + more)
        let found = code { _ = try Answer.decode(bytes, nonce: Self.nonce, key: Samples.key.publicKey) }
        #expect(found == (more == 0 ? .badReceipt : .tooLarge))
    }

    @Test("An answer that deflate cannot make small enough is not written")
    func bytesWritten() {
        // The same noise again and again, further apart than deflate looks back.
        var draws = Draws(seed: 1)
        let noise = (0..<5_000).flatMap { _ in withUnsafeBytes(of: draws.next()) { Array($0) } }
        func answer(_ count: Int) -> Answer {
            var body: [UInt8] = []
            body.reserveCapacity(count + noise.count)
            while body.count < count { body += noise }
            return Self.page([Array(body.prefix(count))])
        }
        // Stored blocks and envelope take less than a thousandth.
        let room = Limits.answerBytesMax / 1_000
        #expect(code { _ = try answer(Limits.answerBytesMax - room).encoded(nonce: Self.nonce, key: Samples.key) } == nil)
        #expect(code { _ = try answer(Limits.answerBytesMax).encoded(nonce: Self.nonce, key: Samples.key) } == .tooLarge)
    }
}

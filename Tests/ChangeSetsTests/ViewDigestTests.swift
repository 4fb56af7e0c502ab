import Causality
import Testing

@testable import ChangeSets

@Suite("Digests of a view")
struct ViewDigestTests {
    private typealias Entry = (number: UInt64, key: [UInt8])

    private static let entries: [Entry] = (1...60).map { (UInt64($0 * 3), [UInt8($0), 7]) }

    private static func digest(_ entries: [Entry], of topic: Topic = .stock) -> RangeDigest {
        entries.reduce(into: RangeDigest(through: 999)) { $0.add(ViewDigest.sum(topic, number: $1.number, key: $1.key)) }
    }

    @Test("the order of the entries does not matter")
    func order() {
        let whole = Self.digest(Self.entries)
        #expect(Self.digest(Self.entries.reversed()) == whole)
        #expect(Self.digest(Array(Self.entries[30...] + Self.entries[..<30])) == whole)
    }

    @Test("every single entry that is missing, too many, of another number or another topic changes it")
    func everyDifference() {
        let whole = Self.digest(Self.entries)
        for index in Self.entries.indices {
            var less = Self.entries
            less.remove(at: index)
            #expect(!Self.digest(less).isEqual(to: whole))
            #expect(!Self.digest(Self.entries + [(Self.entries[index].number, [UInt8(index), 8])]).isEqual(to: whole))
            var stale = Self.entries
            stale[index].number -= 1
            #expect(!Self.digest(stale).isEqual(to: whole))
        }
        #expect(!Self.digest(Self.entries, of: .order).isEqual(to: whole))
    }

    @Test("an entry's sum is the first 8 bytes of SHA-256(topic, number, key)")
    func bytes() {
        // printf '\x03\0\0\0\0\0\0\0\x05MUG' | sha256sum
        #expect(ViewDigest.sum(.stock, number: 5, key: Array("MUG".utf8)) == Self.known)
    }

    private static let known: UInt64 = 0x7521B87DB5A16B05

    @Test("each number falls into exactly one range, and what lies above all of them into the last")
    func ranges() {
        let topic = TopicDigest(topic: .stock, ranges: [3, 4, 90].map { RangeDigest(through: $0) })
        #expect([0, 1, 3, 4, 5, 90, 91, .max].map { topic.range(of: $0) } == [0, 0, 0, 1, 2, 2, 2, 2])
        for number: UInt64 in [1, 3, 4, 5, 90, 91] {
            let found = topic.ranges.indices.filter { topic.interval($0).contains(number) }
            #expect(found == [topic.range(of: number)])
        }
    }

    @Test("intervals that touch are asked for as one, of one topic")
    func merging() {
        func interval(_ topic: Topic, _ after: UInt64, _ through: UInt64) -> FeedInterval {
            FeedInterval(topic: topic, after: after, through: through)
        }
        let merged = FeedInterval.merged([
            interval(.stock, 5, 9), interval(.profile, 9, 12), interval(.stock, 0, 5), interval(.stock, 7, 8), interval(.stock, 10, 11),
        ])
        #expect(merged == [interval(.profile, 9, 12), interval(.stock, 0, 9), interval(.stock, 10, 11)])
    }

    private static func page(_ topics: [TopicDigest]) -> Answer {
        let position = Position(generation: ReplicaID(high: 1, low: 2), number: 77, line: 3)
        return .page(
            FeedPage(
                entries: [], reached: position, consistentAt: position, restart: false, own: [], held: [], time: Timestamp(milliseconds: 9),
                digest: ViewDigest(topics: topics)))
    }

    private static let nonce = [UInt8](repeating: 8, count: 16)

    @Test("a page with a digest, or with entries again, is of version 2, and comes back; without, it is of version 1 as ever")
    func versions() throws {
        let position = Position(generation: ReplicaID(high: 1, low: 2), number: 77, line: 3)
        var plain = FeedPage(
            entries: [FeedEntry(number: 5, topic: .stock, key: [1], body: [2])], reached: position, consistentAt: nil, restart: false,
            own: [], held: [], time: Timestamp(milliseconds: 9))
        #expect(try Answer.page(plain).encoded(nonce: Self.nonce, key: Samples.key)[4] == 1)
        plain.again = 70
        let again = try Answer.page(plain).encoded(nonce: Self.nonce, key: Samples.key)
        #expect(again[4] == 2)
        #expect(try Answer.decode(again, nonce: Self.nonce, key: Samples.key.publicKey) == .page(plain))
        var lowered = again
        lowered[4] = 1
        #expect(throws: ChangeSetError.self) { try Answer.decode(lowered, nonce: Self.nonce, key: Samples.key.publicKey) }
        var raised = again
        raised[4] = 3
        #expect(throws: ChangeSetError.self) { try Answer.decode(raised, nonce: Self.nonce, key: Samples.key.publicKey) }
    }

    @Test("a digest has up to 256 ranges for a topic, at least one, that ascend; anything else is refused")
    func bounds() throws {
        func reads(_ topics: [TopicDigest]) throws -> Bool {
            let bytes = try Self.page(topics).encoded(nonce: Self.nonce, key: Samples.key)
            do {
                return try Answer.decode(bytes, nonce: Self.nonce, key: Samples.key.publicKey) == Self.page(topics)
            } catch is ChangeSetError {
                return false
            }
        }
        func topic(_ topic: Topic, _ numbers: [UInt64]) -> TopicDigest {
            TopicDigest(topic: topic, ranges: numbers.map { RangeDigest(through: $0, entries: 3, sum: .max - $0) })
        }
        #expect(try reads([topic(.record, Array(1...256)), topic(.order, [4])]))
        #expect(try !reads([topic(.record, Array(1...257))]))
        #expect(try !reads([topic(.record, [])]))
        #expect(try !reads([topic(.record, [2, 2])]))
        #expect(try !reads([topic(.stock, [2]), topic(.profile, [2])]))
        #expect(try !reads([topic(.stock, [2]), topic(.stock, [3])]))
    }
}

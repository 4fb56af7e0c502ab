import Causality
import Foundation
import Testing

@testable import ChangeSets

/// Pages with digests, and with decisions to keep, written by a program in another language from the specification alone.
@Suite("Vectors of pages")
struct PageVectorTests {
    private static let folder = Vectors.folder.appending(path: "pages")

    struct Meaning: Decodable {
        struct Entry: Decodable {
            var number: UInt64
            var topic, key: String
            var body: String?
        }
        struct Part: Decodable {
            struct Range: Decodable {
                var through, entries: UInt64
                var sum: String
            }
            var topic: String
            var ranges: [Range]
        }
        struct Kept: Decodable {
            struct Decision: Decodable {
                var number: UInt64
                var first, sealed: String
            }
            var keepUntil: UInt64
            var decisions: [Decision]
        }
        var reached: String
        var restart: Bool
        var consistentAt: String?
        var time: UInt64
        var entries: [Entry]
        var digest: [Part]?
        var again: UInt64?
        var kept: Kept?
    }

    private static func topic(_ name: String) throws -> Topic {
        let names: [String: Topic] = ["record": .record, "profile": .profile, "stock": .stock, "order": .order]
        return try #require(names[name])
    }

    private static func page(_ meaning: Meaning) throws -> FeedPage {
        func position(_ hex: String) throws -> Position { try #require(Hexadecimal.bytes(hex).flatMap { Position(bytes: $0) }) }
        return FeedPage(
            entries: try meaning.entries.map {
                FeedEntry(
                    number: $0.number, topic: try topic($0.topic), key: try #require(Hexadecimal.bytes($0.key)),
                    body: $0.body.flatMap { Hexadecimal.bytes($0) })
            }, reached: try position(meaning.reached), consistentAt: try meaning.consistentAt.map(position), restart: meaning.restart,
            own: [], held: [], time: Timestamp(milliseconds: meaning.time),
            digest: try meaning.digest.map { parts in
                ViewDigest(
                    topics: try parts.map { part in
                        TopicDigest(
                            topic: try topic(part.topic),
                            ranges: try part.ranges.map {
                                RangeDigest(through: $0.through, entries: $0.entries, sum: try #require(UInt64($0.sum, radix: 16)))
                            })
                    })
            }, again: meaning.again,
            kept: try meaning.kept.map { kept in
                KeptDecisions(
                    keepUntil: kept.keepUntil,
                    decisions: try kept.decisions.map {
                        KeptDecision(
                            number: $0.number, first: try #require(Dot($0.first)), sealed: try #require(Hexadecimal.bytes($0.sealed)))
                    })
            })
    }

    @Test(
        "each page reads to what the JSON beside it says, is written to the same bytes, and sums up to its digest",
        arguments: ["digest-whole", "digest-ranges", "again", "decisions"])
    func vector(name: String) throws {
        let bytes = Array(try Data(contentsOf: Self.folder.appending(path: "\(name).payload")))
        let json = try Data(contentsOf: Self.folder.appending(path: "\(name).json"))
        let page = try Self.page(JSONDecoder().decode(Meaning.self, from: json))
        var reader = ByteReader(bytes, of: "page")
        #expect(try FeedPage(from: &reader, version: page.version) == page)
        try reader.finish()
        var writer = ByteWriter()
        page.write(to: &writer)
        #expect(writer.bytes == bytes)
        var older = ByteReader(bytes, of: "page")
        #expect(throws: ChangeSetError.self) { try FeedPage(from: &older, version: page.version - 1) }
        for part in page.digest?.topics ?? [] {
            var own = part.ranges.map { RangeDigest(through: $0.through) }
            for entry in page.entries where entry.topic == part.topic && entry.body != nil {
                own[part.range(of: entry.number)].add(ViewDigest.sum(entry.topic, number: entry.number, key: entry.key))
            }
            #expect(own == part.ranges)
        }
    }
}

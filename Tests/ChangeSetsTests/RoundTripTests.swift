import Causality
import Testing

@testable import ChangeSets

@Suite("Change-sets come back as they went")
struct RoundTripTests {
    @Test("any set, by 400 seeds, with its hash and signature", arguments: [0, 1, 2, 3])
    func roundTrip(block: UInt64) throws {
        for seed in block * 100..<block * 100 + 100 {
            var samples = Samples(seed: seed)
            let set = samples.changeSet(count: seed % 25 == 0 ? 700 : nil)
            let encoded = try ChangeSetCodec.encode(set, seed: Samples.seed(UInt8(seed % 256)), key: Samples.key)
            try #require(try ChangeSetCodec.decode(encoded.bytes) == set, "seed \(seed)")
            try #require(try ChangeSetCodec.verify(encoded.bytes, key: Samples.key.publicKey) == encoded.hash, "seed \(seed)")
            try #require(try ChangeSetCodec.hash(of: encoded.bytes) == encoded.hash, "seed \(seed)")
            let header = try ChangeSetCodec.header(of: encoded.bytes)
            try #require(
                header.opening == set.opening && header.count == set.changes.count && header.last == set.last && header.part == set.part)
        }
    }

    @Test("the same set, seed and key give the same bytes")
    func deterministic() throws {
        var samples = Samples(seed: 5)
        let set = samples.changeSet(count: 300)
        let encoded = try (0..<3).map { _ in try ChangeSetCodec.encode(set, seed: Samples.seed(1), key: Samples.key) }
        #expect(Set(encoded).count == 1)
    }

    @Test("journal pieces, by seed")
    func journal() throws {
        for seed in 0..<200 as Range<UInt64> {
            var samples = Samples(seed: seed)
            let changes = samples.changeSet().changes
            let bytes = ChangeCoding.encode(changes)
            try #require(try ChangeCoding.decode(bytes) == changes, "seed \(seed)")
        }
        #expect(try ChangeCoding.decode(ChangeCoding.encode([])) == [])
    }

    @Test("keys, record names and positions")
    func keys() throws {
        for seed in 0..<200 as Range<UInt64> {
            var samples = Samples(seed: seed)
            let key = LocalKey([samples.value(), samples.value()])
            #expect(try LocalKey(canonicalBytes: key.canonicalBytes) == key)
            let record = RecordID(entity: "sale", source: SourceID(samples.dot().replica), key: key, life: samples.dot())
            #expect(try RecordID(canonicalBytes: record.canonicalBytes) == record)
            let position = Position(generation: samples.dot().replica, number: samples.draws.next(), line: samples.draws.next())
            #expect(position.bytes.count == 32 && Position(bytes: position.bytes) == position)
        }
        #expect(Position(bytes: []) == nil)
        #expect(LocalKey("7").canonicalBytes != LocalKey(7).canonicalBytes)
        #expect(throws: ChangeSetError.self) { try LocalKey(canonicalBytes: LocalKey(7).canonicalBytes + [0]) }
    }

    @Test("a vector clock comes back whole, however many replicas it counts", arguments: [0, 1, 10, 11, 500])
    func clock(count: UInt64) throws {
        var clock = VectorClock()
        for number in 0..<count { clock[ReplicaID(high: number % 3, low: number)] = number + 1 }
        var writer = ByteWriter()
        writer.clock(clock)
        var reader = ByteReader(writer.bytes, of: "clock")
        #expect(try reader.clock() == clock && clock.count == Int(count))
        try reader.finish()
    }

    @Test("columns of every coding", arguments: 0..<12)
    func columns(kind: Int) throws {
        var draws = Draws(seed: UInt64(kind))
        for rows in [1, 2, 7, 8, 9, 64, 255, 256, 257, 3000] {
            let values: [Value] = (0..<rows).map { row in
                switch kind {
                case 0: .integer(Int64(row) * 10_000)
                case 1: .integer(Int64(bitPattern: draws.next()))
                case 2: .integer([Int64.min, .max][draws.below(2)])
                case 3: .integer(Int64(draws.below(200)) * 123_457_00)
                case 4: .real(Double(row) / 3)
                case 5: .text(Text("SKU-\(draws.below(1 + rows / 3))"))
                case 6: .text(Text(String(500_000 + row / 3)))
                case 7: .text(Text(String(decoding: draws.bytes(5), as: UTF8.self)))
                case 8: draws.oneIn(3) ? .null : .integer(Int64(row))
                case 9: draws.oneIn(3) ? .null : .text("x")
                case 10: draws.oneIn(2) ? .blob([1]) : .null
                default: .null
                }
            }
            var writer = ByteWriter()
            writer.column(values)
            var reader = ColumnReader(ByteReader(writer.bytes))
            try #require(try reader.column(rows) == values, "kind \(kind), \(rows) rows")
            try reader.reader.finish()
        }
    }
}

import Causality
import Testing

@testable import ChangeSets

@Suite("Nothing that is sent can harm the reader")
struct DamageTests {
    private static func small() throws -> EncodedChangeSet {
        var samples = Samples(seed: 11)
        var set = samples.changeSet(count: 6)
        set.changes.append(
            Change(
                time: Timestamp(milliseconds: 5),
                action: .write(
                    Subject(entity: "customer", key: LocalKey(3)),
                    [FieldWrite("email", "a@example.org", isPersonal: true), FieldWrite("name", "Ann", isPersonal: true)])))
        return try ChangeSetCodec.encode(set, seed: Samples.seed(9), key: Samples.key)
    }

    @Test("a set cut short anywhere is refused")
    func truncated() throws {
        let bytes = try Self.small().bytes
        for count in 0..<bytes.count {
            expectError("cut to \(count)") { _ = try ChangeSetCodec.open(Array(bytes.prefix(count)), key: Samples.key.publicKey) }
            expectError("cut to \(count)") { _ = try ChangeSetCodec.decode(Array(bytes.prefix(count))) }
        }
    }

    @Test("a set with one bit flipped is refused, and decoding it alone at worst gives other values")
    func flipped() throws {
        let bytes = try Self.small().bytes
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            expectError("bit \(bit)") { _ = try ChangeSetCodec.open(damaged, key: Samples.key.publicKey) }
            do { _ = try ChangeSetCodec.decode(damaged) } catch let error as ChangeSetError { #expect(!error.remedy.isEmpty) }
        }
    }

    @Test("a plain stream of any bytes whatever is read or refused", arguments: 0..<8)
    func noise(block: UInt64) throws {
        var samples = Samples(seed: 300 + block)
        let set = samples.changeSet(count: 12)
        let encoded = try ChangeSetCodec.encode(set, seed: Samples.seed(1), key: Samples.key, deflating: false)
        let header = try ChangeSetCodec.header(of: encoded.bytes)
        for _ in 0..<400 {
            var damaged = encoded.bytes
            for _ in 0...samples.draws.below(3) {
                damaged[header.byteCount + samples.draws.below(header.plainSentCount)] = samples.draws.bytes(1)[0]
            }
            do { _ = try ChangeSetCodec.decode(damaged) } catch let error as ChangeSetError { #expect(!error.remedy.isEmpty) }
        }
    }

    @Test("trailing bytes, a newer version, other files and nothing at all are told apart")
    func codes() throws {
        let bytes = try Self.small().bytes
        var newer = bytes
        newer[4] = 2
        let cases: [([UInt8], ChangeSetError.Code)] = [
            ([], .truncated), (Array("SQLite format 3".utf8), .notAChangeSet), (newer, .tooNew), (bytes + [0], .damaged),
            (Array(bytes.prefix(60)), .truncated), (bytes + [UInt8](repeating: 0, count: Limits.setBytesMax), .tooLarge),
        ]
        for (bytes, code) in cases {
            let error = #expect(throws: ChangeSetError.self) { try ChangeSetCodec.decode(bytes) }
            #expect(error?.code == code, "\(error?.message ?? "")")
        }
        let other = SigningKey()
        let error = #expect(throws: ChangeSetError.self) { try ChangeSetCodec.verify(bytes, key: other.publicKey) }
        #expect(error?.code == .badSignature)
    }

    @Test("a bomb is refused by what it announces, before memory is asked for")
    func bomb() throws {
        let zeros = [UInt8](repeating: 0, count: 32 << 20)
        let deflated = Deflate.deflated(zeros)
        // Announces less than it holds, more than it holds, and more than deflate can reach.
        for rawCount in [0, 1000, zeros.count - 1, zeros.count + 1, deflated.count * 1032 + 1] {
            let error = #expect(throws: ChangeSetError.self) {
                try Deflate.inflated(deflated, in: 0..<deflated.count, rawCount: rawCount, of: "bomb")
            }
            #expect(error?.code == .damaged)
            #expect(error?.message.contains("cannot hold") == (rawCount > deflated.count * 1032), "asked for memory first")
        }
        #expect(try Deflate.inflated(deflated, in: 0..<deflated.count, rawCount: zeros.count, of: "bomb") == zeros)
    }

    @Test("numbers have one form")
    func numbers() throws {
        for value in [0, 1, 127, 128, 1 << 14, UInt64(Int64.max), .max] as [UInt64] {
            var writer = ByteWriter()
            writer.varint(value)
            writer.signed(Int64(bitPattern: value))
            var reader = ByteReader(writer.bytes)
            #expect(try reader.varint() == value)
            #expect(try reader.signed() == Int64(bitPattern: value))
            #expect(reader.isAtEnd)
        }
        for bytes in [[0x80, 0x00], [0x80], [UInt8](repeating: 0xFF, count: 10), [UInt8](repeating: 0xFF, count: 9) + [2]] as [[UInt8]] {
            expectError("\(bytes)") {
                var reader = ByteReader(bytes)
                _ = try reader.varint()
            }
        }
    }

    @Test("a name that has a code has no other form")
    func names() throws {
        for (written, isRead) in [("customer", false), ("thing of its own", true)] {
            var writer = ByteWriter()
            writer.varint(0)
            writer.text(written)
            var reader = ByteReader(writer.bytes)
            if isRead { #expect(try reader.entity() == EntityName(written)) } else { expectError("\(written)") { _ = try reader.entity() } }
        }
        for (entity, isRead) in [("customer", false), ("sale", true), ("thing of its own", true)] as [(EntityName, Bool)] {
            var writer = ByteWriter()
            writer.varint(0)
            writer.text("email")
            var reader = ByteReader(writer.bytes)
            if isRead {
                #expect(try reader.field(of: entity) == "email")
            } else {
                expectError("email of \(entity)") { _ = try reader.field(of: entity) }
            }
        }
    }

    private func expectError(_ what: Comment, _ body: () throws -> Void) {
        let error = #expect(throws: ChangeSetError.self, what, performing: body)
        #expect(error?.message.isEmpty == false && error?.remedy.isEmpty == false, what)
    }
}

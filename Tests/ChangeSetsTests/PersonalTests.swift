import Causality
import Testing

@testable import ChangeSets

@Suite("Personal values can be destroyed while the chain still verifies (S21)")
struct PersonalTests {
    private typealias Entry = ChangeSet.PersonalEntry

    private static func customers(_ count: Int) -> ChangeSet {
        let changes = (0..<count).map { index in
            Change(
                time: Timestamp(milliseconds: 1_700_000_000_000),
                action: .write(
                    Subject(entity: "customer", key: LocalKey(.integer(Int64(index)))),
                    [
                        FieldWrite("name", .text(Text("Name \(index) Secretson")), isPersonal: true),
                        FieldWrite("email", .text(Text("secret\(index)@example.org")), isPersonal: true), FieldWrite("country", "GB"),
                    ]))
        }
        return ChangeSet(
            replica: ReplicaID(high: 7, low: 7), first: 1, previous: .zero,
            opening: ChangeSet.Opening(source: SourceID(ReplicaID(high: 1, low: 1)), name: "till", follows: nil), part: .whole(drain: 1),
            changes: changes)
    }

    @Test("one entry, then another, then all: hash and signature hold, the value is nowhere in the bytes")
    func destroying() throws {
        var set = Self.customers(40)
        let encoded = try ChangeSetCodec.encode(set, seed: Samples.seed(3), key: Samples.key)
        var bytes = encoded.bytes
        for step: Set<Entry> in [
            [Entry(change: 3, field: "email")], [Entry(change: 3, field: "name"), Entry(change: 3, field: "email")],
            Set((0..<40).flatMap { [Entry(change: $0, field: "email"), Entry(change: $0, field: "name")] }),
        ] {
            bytes = try ChangeSetCodec.destroying(entries: step, in: bytes)
            set = set.without(step)
            let (opened, hash) = try ChangeSetCodec.open(bytes, key: Samples.key.publicKey)
            #expect(hash == encoded.hash)
            #expect(opened == set)
            #expect(opened.destroyed == set.destroyed)
            // The seed would let anybody try guesses against the leaf.
            #expect(!contains(bytes, Samples.seed(3)))
        }
        #expect(try ChangeSetCodec.destroying(entries: [Entry(change: 3, field: "email")], in: bytes) == bytes)
        #expect(throws: ChangeSetError.self) { try ChangeSetCodec.encode(set, seed: Samples.seed(3), key: Samples.key) }
    }

    @Test("destroying any entries of any set, by seed, keeps the hash")
    func anySet() throws {
        for seed in 500..<600 as Range<UInt64> {
            var samples = Samples(seed: seed)
            let set = samples.changeSet()
            let encoded = try ChangeSetCodec.encode(set, seed: Samples.seed(0), key: Samples.key)
            var entries: Set<Entry> = []
            for (index, change) in set.changes.enumerated() {
                guard case .write(_, let writes) = change.action else { continue }
                for write in writes where write.isPersonal && samples.draws.oneIn(2) {
                    entries.insert(Entry(change: index, field: write.field))
                }
            }
            let bytes = try ChangeSetCodec.destroying(entries: entries, in: encoded.bytes)
            let (opened, hash) = try ChangeSetCodec.open(bytes, key: Samples.key.publicKey)
            try #require(hash == encoded.hash && opened == set.without(entries), "seed \(seed)")
        }
    }

    @Test("an entry that is not there is refused, and so is a value put in another's place")
    func refused() throws {
        let encoded = try ChangeSetCodec.encode(Self.customers(3), seed: Samples.seed(3), key: Samples.key)
        for entry in [Entry(change: 0, field: "country"), Entry(change: 3, field: "email"), Entry(change: 0, field: "phone")] {
            let error = #expect(throws: ChangeSetError.self) { try ChangeSetCodec.destroying(entries: [entry], in: encoded.bytes) }
            #expect(error?.code == .invalid)
        }
        // A section with the same seed and another value: well formed, its check right, its root another.
        var forged = Self.customers(3)
        guard case .write(let subject, var writes) = forged.changes[0].action else { return }
        writes[0].value = "Mallory"
        forged.changes[0].action = .write(subject, writes)
        let other = try ChangeSetCodec.encode(forged, seed: Samples.seed(3), key: Samples.key)
        let header = try ChangeSetCodec.header(of: encoded.bytes)
        let end = header.byteCount + header.plainSentCount + SigningKey.signatureByteCount
        let mixed = Array(encoded.bytes[..<end] + other.bytes[end...])
        #expect(try ChangeSetCodec.decode(mixed) == forged)
        let error = #expect(throws: ChangeSetError.self) { try ChangeSetCodec.verify(mixed, key: Samples.key.publicKey) }
        #expect(error?.code == .badSignature)
    }

    @Test("no personal value stands in the plain stream")
    func plainStream() throws {
        let encoded = try ChangeSetCodec.encode(Self.customers(300), seed: Samples.seed(3), key: Samples.key)
        let stream = try Opened.plainStream(of: encoded.bytes, ChangeSetCodec.header(of: encoded.bytes))
        #expect(!contains(stream, Array("ecret".utf8)))
        #expect(contains(stream, Array("GB".utf8)))
    }

    private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: part) }
    }
}

extension ChangeSet {
    /// What remains when `entries` are destroyed.
    func without(_ entries: Set<PersonalEntry>) -> ChangeSet {
        var result = self
        for entry in entries {
            guard case .write(let subject, var writes) = changes[entry.change].action else { continue }
            for index in writes.indices where writes[index].field == entry.field { writes[index].value = .null }
            if case .write(_, let before) = result.changes[entry.change].action {
                for index in writes.indices where writes[index].field != entry.field { writes[index].value = before[index].value }
            }
            result.changes[entry.change].action = .write(subject, writes)
        }
        result.destroyed.formUnion(entries)
        return result
    }
}

import Causality
import Testing

@testable import ChangeSets

@Suite("Every bound holds on both sides, when writing and when reading")
struct LimitTests {
    private static let replica = ReplicaID(high: 1, low: 2)

    private static func set(_ changes: [Change], name: Text = "till", total: UInt32 = 1) -> ChangeSet {
        ChangeSet(
            replica: replica, first: 1, previous: .zero, opening: ChangeSet.Opening(source: SourceID(replica), name: name, follows: nil),
            part: ChangeSet.Part(drain: 1, number: 1, total: total), changes: changes)
    }

    private static func write(
        entity: EntityName = "x", key: LocalKey = LocalKey(1), _ fields: [FieldWrite] = [], times count: Int = 1
    ) -> [Change] {
        [Change](
            repeating: Change(time: Timestamp(milliseconds: 1), action: .write(Subject(entity: entity, key: key), fields)), count: count)
    }

    private static func fields(_ count: Int) -> [FieldWrite] { (0..<count).map { FieldWrite(FieldName("f\($0)"), .null) } }
    private static func named(_ dots: Int) -> [FieldWrite] {
        [FieldWrite("f", 1, context: .named([Dot](repeating: Dot(replica, 1), count: dots)))]
    }
    private static func name(_ bytes: Int) -> String { String(repeating: "n", count: bytes) }
    private static func text(_ bytes: Int) -> Value { .text(Text(String(repeating: "t", count: bytes))) }

    private static func nested(_ depth: Int) -> Value {
        depth == 0 ? 1 : .reference(Reference(entity: "x", key: LocalKey(nested(depth - 1)), life: nil))
    }

    /// A bound, the last set that keeps it and the first that does not.
    static let names = cases.map(\.name)
    private static let cases: [(name: String, within: ChangeSet, beyond: ChangeSet)] = [
        ("changes", set(write(times: Limits.changesMax)), set(write(times: Limits.changesMax + 1))),
        ("fields", set(write(fields(Limits.fieldsMax))), set(write(fields(Limits.fieldsMax + 1)))),
        ("entity name", set(write(entity: EntityName(name(255)))), set(write(entity: EntityName(name(256))))),
        ("field name", set(write([FieldWrite(FieldName(name(255)), 1)])), set(write([FieldWrite(FieldName(name(256)), 1)]))),
        ("source name", set(write(), name: Text(name(255))), set(write(), name: Text(name(256)))),
        (
            "key columns", set(write(key: LocalKey([Value](repeating: 1, count: 32)))),
            set(write(key: LocalKey([Value](repeating: 1, count: 33))))
        ),
        ("references", set(write([FieldWrite("f", nested(4))])), set(write([FieldWrite("f", nested(5))]))),
        ("references in keys", set(write(key: LocalKey(nested(4)))), set(write(key: LocalKey(nested(5))))),
        ("value", set(write([FieldWrite("f", text(Limits.valueBytesMax))])), set(write([FieldWrite("f", text(Limits.valueBytesMax + 1))]))),
        (
            "personal value", set(write([FieldWrite("f", text(Limits.valueBytesMax), isPersonal: true)])),
            set(write([FieldWrite("f", text(Limits.valueBytesMax + 1), isPersonal: true)]))
        ),
        ("dots", set(write(named(Limits.dotsMax))), set(write(named(Limits.dotsMax + 1)))),
        ("dots in all", set(write(named(1000), times: 200)), set(write(named(1000), times: 201))),
        ("values in all", set(write([FieldWrite("f", text(1 << 20))], times: 63)), set(write([FieldWrite("f", text(1 << 20))], times: 65))),
        ("cells", set(write(fields(999), times: 1000)), set(write(fields(1000), times: 1000))),
        ("parts", set(write(), total: UInt32(Limits.partsMax)), set(write(), total: UInt32(Limits.partsMax + 1))),
    ]

    @Test("limit", arguments: LimitTests.names)
    func limits(name: String) throws {
        let (_, within, beyond) = try #require(Self.cases.first { $0.name == name })
        try within.checkLimits()
        // A million fields take a debug build too long; the reader's side of that bound is seen below.
        if name != "cells" {
            let bytes = try ChangeSetCodec.encode(within, seed: Samples.seed(0), key: Samples.key).bytes
            #expect(try ChangeSetCodec.decode(bytes).changes.count == within.changes.count)
        }
        let error = #expect(throws: ChangeSetError.self) { try ChangeSetCodec.encode(beyond, seed: Samples.seed(0), key: Samples.key) }
        #expect(error?.code == .tooLarge)
        let unchecked = try ChangeSetCodec.encode(beyond, seed: Samples.seed(0), key: Samples.key, deflating: true, checking: false)
        let refusal = #expect(throws: ChangeSetError.self) { try ChangeSetCodec.decode(unchecked.bytes) }
        #expect(refusal?.code == .tooLarge, "\(refusal?.message ?? "")")
    }

    @Test(
        "what deflate can make of so many bytes is looked for in them; a byte more is refused before memory is asked for",
        arguments: [0, 1])
    func ratio(more: Int) throws {
        // As near to 1,032 as deflate comes.
        let count = 8 << 20
        let bytes = Deflate.deflated([UInt8](repeating: 0, count: count), level: 9)
        #expect(count > bytes.count * 1_000)
        #expect(try Deflate.inflated(bytes, in: 0..<bytes.count, rawCount: count, of: "test").count == count)
        let error = #expect(throws: ChangeSetError.self) {
            try Deflate.inflated(bytes, in: 0..<bytes.count, rawCount: bytes.count * 1_032 + more, of: "test")
        }
        #expect(error?.message.contains(more == 0 ? "does not hold" : "cannot hold") == true, "\(error?.message ?? "")")
    }

    @Test("bytes of a set")
    func setBytes() throws {
        var draws = Draws(seed: 1)
        let noise = (0..<(Limits.setBytesMax / 8)).flatMap { _ in withUnsafeBytes(of: draws.next()) { Array($0) } }
        let envelope = 300
        let within = Self.set(Self.write([FieldWrite("f", .blob(Array(noise.dropLast(envelope + noise.count / 1000))))]))
        let encoded = try ChangeSetCodec.encode(within, seed: Samples.seed(0), key: Samples.key)
        #expect(try ChangeSetCodec.decode(encoded.bytes) == within)
        let beyond = Self.set(Self.write([FieldWrite("f", .blob(noise))]))
        let error = #expect(throws: ChangeSetError.self) { try ChangeSetCodec.encode(beyond, seed: Samples.seed(0), key: Samples.key) }
        #expect(error?.code == .tooLarge)
    }

    @Test("other replicas named")
    func replicas() throws {
        func set(_ count: Int) -> ChangeSet {
            let dots = (0..<count).map { Dot(ReplicaID(high: 9, low: UInt64($0)), 1) }
            let lists = stride(from: 0, to: count, by: Limits.dotsMax).map { Array(dots[$0..<min(count, $0 + Limits.dotsMax)]) }
            return Self.set(lists.flatMap { Self.write([FieldWrite("f", 1, context: .named($0))]) })
        }
        let within = set(Limits.replicasMax)
        #expect(try ChangeSetCodec.decode(ChangeSetCodec.encode(within, seed: Samples.seed(0), key: Samples.key).bytes) == within)
        let error = #expect(throws: ChangeSetError.self) {
            try ChangeSetCodec.encode(set(Limits.replicasMax + 1), seed: Samples.seed(0), key: Samples.key)
        }
        #expect(error?.code == .tooLarge)
    }

    @Test("sets that break a rule are not encoded")
    func rules() throws {
        var noOpening = Self.set(Self.write())
        noOpening.opening = nil
        var late = Self.set(Self.write())
        late.first = 2
        var chained = Self.set(Self.write())
        chained.previous = Digest(bytes: Samples.seed(1)) ?? .zero
        var counter = Self.set(Self.write())
        counter.changes[0].action = .delete(Subject(entity: "x", key: LocalKey(1), life: Dot(Self.replica, .max)), .chain)
        let twice = Self.set(Self.write([FieldWrite("f", 1), FieldWrite("f", 2)]))
        let many = Self.set(Self.write(Self.fields(17) + Self.fields(1)))
        for set in [Self.set([]), noOpening, late, chained, counter, twice, many] {
            let error = #expect(throws: ChangeSetError.self) { try ChangeSetCodec.encode(set, seed: Samples.seed(0), key: Samples.key) }
            #expect(error?.code == .invalid)
        }
    }
}

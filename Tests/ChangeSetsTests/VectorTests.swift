import Causality
import Foundation
import Testing

@testable import ChangeSets

/// The cases of `protocol/vectors`, made anew from fixed seeds and keys and held against the files there.
///
/// `TRIBUTARY_WRITE_VECTORS=1 swift test --filter VectorTests` writes the files that are missing. A file
/// that is there is never written again: it is the judge.
enum Vectors {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../protocol/vectors").standardizedFileURL
    static let isWriting = ProcessInfo.processInfo.environment["TRIBUTARY_WRITE_VECTORS"] != nil

    private static let till = ReplicaID(high: 0x1111_1111_1111_1111, low: 0x2222_2222_2222_2222)
    private static let other = ReplicaID(high: 0x3333_3333_3333_3333, low: 0x4444_4444_4444_4444)
    private static let source = SourceID(ReplicaID(high: 0x5555_5555_5555_5555, low: 0x6666_6666_6666_6666))
    private static let time = Timestamp(milliseconds: 1_700_000_000_000)

    private static func changeSet(_ changes: [Change], first: UInt64 = 42) -> ChangeSet {
        ChangeSet(
            replica: till, first: first, previous: first == 1 ? .zero : Digest(bytes: Samples.seed(1)) ?? .zero,
            opening: first == 1 ? ChangeSet.Opening(source: source, name: "till 3", follows: nil) : nil, part: .whole(drain: 7),
            changes: changes)
    }

    private static var customers: ChangeSet {
        changeSet(
            (1...3).map { number in
                Change(
                    time: time,
                    action: .write(
                        Subject(entity: "customer", key: LocalKey(.integer(number))),
                        [
                            FieldWrite("name", .text(Text("Customer \(number)")), isPersonal: true),
                            FieldWrite("email", number == 2 ? .null : .text(Text("c\(number)@example.org")), isPersonal: true),
                            FieldWrite("country", "GB"),
                        ]))
            }, first: 1)
    }

    private static var sale: ChangeSet {
        let lines = [("85123A", 6, 25_500), ("71053", 6, 33_900), ("84406B", 8, 27_500)].enumerated().map { index, line in
            Change(
                time: time,
                action: .write(
                    Subject(entity: "sale line", key: LocalKey([.integer(536_365), .integer(Int64(index + 1))])),
                    [
                        FieldWrite("sale", .reference(Reference(entity: "sale", key: LocalKey(536_365), life: Dot(till, 42)))),
                        FieldWrite("sku", .text(Text(line.0))), FieldWrite("quantity", .integer(Int64(line.1) * 10_000)),
                        FieldWrite("unit price", .integer(Int64(line.2))),
                    ]),
                stock: .movement(Movement(sku: Text(line.0), location: "shop 1", quantity: Int64(line.1) * -10_000, kind: .sale)))
        }
        let head = Change(
            time: time,
            action: .write(
                Subject(entity: "sale", key: LocalKey(536_365)),
                [
                    FieldWrite("number", "536365"),
                    FieldWrite("customer", .reference(Reference(entity: "customer", key: LocalKey(17_850), life: Dot(other, 9)))),
                    FieldWrite("at", .integer(1_291_191_960_000)), FieldWrite("currency", "GBP"),
                ]))
        return changeSet([head] + lines)
    }

    private static var decision: ChangeSet {
        let subject = Subject(entity: "customer", source: source, key: LocalKey(3), life: Dot(other, 5))
        return changeSet([
            Change(
                time: time,
                action: .write(
                    subject,
                    [
                        FieldWrite(
                            "phone", "+44 20 7946 0000", context: .named([Dot(other, 5), Dot(till, 40)]), saw: [Dot(other, 8)],
                            isPersonal: true)
                    ])),
            Change(time: time, action: .write(subject, [FieldWrite("country", .null, context: .named([]))])),
            Change(time: time, action: .delete(Subject(entity: "note", key: LocalKey("n-1"), life: Dot(till, 3)), .named([Dot(till, 3)]))),
            Change(time: time, action: .delete(Subject(entity: "note", key: LocalKey("n-2"), life: Dot(till, 4)), .chain)),
        ])
    }

    private static var stock: ChangeSet {
        let clock = VectorClock([other: 5, till: 41] as [ReplicaID: UInt64])
        return changeSet([
            Change(time: time, action: .stockOnly, stock: .count(Count(sku: "71053", location: "shop 1", quantity: 120_000))),
            Change(
                time: time, action: .stockOnly,
                stock: .count(
                    Count(sku: "71053", location: "pool", quantity: 0, coverage: .clocks(replaced: clock, included: VectorClock())))),
            Change(
                time: time, action: .stockOnly,
                stock: .movement(
                    Movement(
                        sku: "71053", location: "shop 1", quantity: -30_000, kind: .transferOut, note: "T-17", counterpart: "shop 2"))),
            Change(
                time: time, action: .stockOnly,
                stock: .movement(
                    Movement(
                        sku: "71053", location: "web", quantity: 10_000, kind: .reservation, expires: time.advanced(byMilliseconds: 900_000)
                    ))),
        ])
    }

    private static var values: ChangeSet {
        var samples = Samples(seed: 0)
        let odd: [Value] = [
            .null, .integer(.min), .integer(.max), .real(.nan), .real(-0.0), .text("e\u{301} \"quoted\"\n"), .malformedText([0xFF, 0xFE]),
            .blob([0, 1, 2]), .reference(Reference(entity: "thing", source: source, key: LocalKey(["a", .real(1.5)]), life: nil)),
        ]
        return changeSet(
            odd.enumerated().map { index, value in
                Change(
                    time: time.advanced(byMilliseconds: UInt64(index)),
                    action: .write(
                        Subject(entity: "thing of its own", key: LocalKey(value)),
                        [FieldWrite("value", value), FieldWrite("kept", value, isPersonal: true)]))
            } + (0..<20).map { _ in samples.change() })
    }

    /// A column of every coding, by the number that the specification gives it: 24 rows each.
    static let codings: [(field: FieldName, values: [Value])] = [
        ("mixed", rows { $0 % 3 == 0 ? .integer($0) : .text(Text("n-\($0)")) }),
        ("constant", rows { _ in "GB" }),
        ("integers", rows { .integer($0 * $0 * 13 % 11 * 10_000) }),
        ("differences", rows { .integer(1_291_191_960 + $0 * 60 + $0 % 2) }),
        ("dictionary", rows { .integer([123_456_789, -987_654_321, 555_555_555][Int($0 * 7 % 5 % 3)]) }),
        ("reals", rows { .real(Double($0) / 8) }),
        ("texts", rows { .text(Text("\($0 * 7919 % 97)!")) }),
        ("text dictionary", rows { .text(Text("warehouse \($0 % 4)")) }),
        ("decimal texts", rows { .text(Text(String($0 * 37 - 100))) }),
        ("sparse", rows { $0 % 3 == 1 ? .integer($0) : .null }),
    ]

    private static func rows(_ value: (Int64) -> Value) -> [Value] { (0..<24).map(value) }

    /// The codings, and 300 names in one column: above 256 entries a dictionary's indexes take two bytes.
    private static var columns: ChangeSet {
        changeSet(
            (0..<24).map { row in
                Change(
                    time: time.advanced(byMilliseconds: UInt64(row) * 40),
                    action: .write(
                        Subject(entity: "reading", key: LocalKey(.integer(Int64(row)))),
                        codings.map { FieldWrite($0.field, $0.values[row]) }))
            }
                + (0..<300).map { row in
                    let count = Count(sku: Text("shoe-\(1000 + row * 7 % 300)"), location: "shop 1", quantity: Int64(row % 9) * 10_000)
                    return Change(time: time.advanced(byMilliseconds: 1000), action: .stockOnly, stock: .count(count))
                })
    }

    static func valid() throws -> [(name: String, set: ChangeSet, bytes: [UInt8])] {
        var part = changeSet(sale.changes, first: 9000)
        part.part = ChangeSet.Part(drain: 12, number: 2, total: 3)
        var follows = customers
        follows.opening?.follows = Dot(other, 977)
        var cases: [(String, ChangeSet, [UInt8])] = []
        for (name, set) in [
            ("customers", customers), ("follows", follows), ("sale", sale), ("decision", decision), ("stock", stock), ("values", values),
            ("part-2-of-3", part), ("columns", columns),
        ] {
            cases.append((name, set, try ChangeSetCodec.encode(set, seed: Samples.seed(7), key: Samples.key).bytes))
        }
        for seed in 1...4 as ClosedRange<UInt64> {
            var samples = Samples(seed: 900 + seed)
            let set = samples.changeSet(count: 40)
            cases.append(
                (
                    "drawn-\(seed)", set,
                    try ChangeSetCodec.encode(set, seed: Samples.seed(UInt8(seed)), key: Samples.key, deflating: seed % 2 == 0).bytes
                ))
        }
        let entries: [ChangeSet.PersonalEntry] = (0..<3).flatMap { row in
            [ChangeSet.PersonalEntry(change: row, field: "name"), ChangeSet.PersonalEntry(change: row, field: "email")]
        }
        for (name, gone) in [("customers-one-destroyed", [entries[2], entries[3]]), ("customers-all-destroyed", entries)] {
            cases.append((name, customers.without(Set(gone)), try ChangeSetCodec.destroying(entries: Set(gone), in: cases[0].2)))
        }
        return cases
    }

    static func invalid() throws -> [(name: String, code: ChangeSetError.Code, bytes: [UInt8])] {
        let good = try ChangeSetCodec.encode(customers, seed: Samples.seed(7), key: Samples.key).bytes
        let header = try ChangeSetCodec.header(of: good)
        let personal = header.byteCount + header.plainSentCount + SigningKey.signatureByteCount
        func changed(_ offset: Int, to value: UInt8) -> [UInt8] {
            var bytes = good
            bytes[offset] = value
            return bytes
        }
        // A header that announces 64 MiB out of a few bytes.
        var bomb = ByteWriter()
        ChangeSetHeader(of: sale, plainRawCount: Limits.plainBytesMax, plainSentCount: 100, compression: .deflate).write(to: &bomb)
        bomb.raw([UInt8](repeating: 0, count: 200))
        var huge = ByteWriter()
        ChangeSetHeader(of: sale, plainRawCount: Limits.plainBytesMax + 1, plainSentCount: 100, compression: .deflate).write(to: &huge)
        huge.raw([UInt8](repeating: 0, count: 200))
        let many = changeSet([Change](repeating: stock.changes[0], count: Limits.changesMax + 1))
        return [
            ("empty", .truncated, []), ("text-file", .notAChangeSet, Array("id,name\n1,Ann\n".utf8)),
            ("newer-version", .tooNew, changed(4, to: 2)),
            ("unknown-compression", .tooNew, changed(5, to: 2)), ("unknown-flags", .tooNew, changed(6, to: 2)),
            ("cut-in-header", .truncated, Array(good.prefix(40))), ("cut-in-body", .truncated, Array(good.prefix(header.byteCount + 9))),
            ("cut-in-personal", .truncated, Array(good.prefix(personal + 20))), ("trailing-byte", .damaged, good + [0]),
            ("other-replica", .badSignature, changed(8, to: 0x99)),
            ("signature-flipped", .badSignature, changed(personal - 40, to: good[personal - 40] ^ 1)),
            ("not-first-without-previous", .damaged, changed(55, to: 2)), ("counter-zero", .damaged, changed(55, to: 0)),
            ("personal-flipped", .damaged, changed(good.count - 6, to: good[good.count - 6] ^ 4)), ("bomb", .damaged, bomb.bytes),
            ("stream-too-large", .tooLarge, huge.bytes),
            (
                "too-many-changes", .tooLarge,
                try ChangeSetCodec.encode(many, seed: Samples.seed(7), key: Samples.key, deflating: true, checking: false).bytes
            ),
        ]
    }
}

@Suite("The files of protocol/vectors are the judge")
struct VectorTests {
    private func file(_ path: String) -> URL { Vectors.folder.appending(path: path) }

    private func committed(_ path: String, made: Data) throws -> Data {
        let url = file(path)
        if Vectors.isWriting, !FileManager.default.fileExists(atPath: url.path) {
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try made.write(to: url)
        }
        return try Data(contentsOf: url)
    }

    @Test("valid files mean what their JSON says, and are written the same today")
    func valid() throws {
        let key = try committed("public-key.txt", made: Data("\(Samples.key.publicKey)\n".utf8))
        #expect(key == Data("\(Samples.key.publicKey)\n".utf8))
        let cases = try Vectors.valid()
        for (name, set, bytes) in cases {
            let file = [UInt8](try committed("valid/\(name).changeset", made: Data(bytes)))
            let json = try committed("valid/\(name).json", made: Data((set.json() + "\n").utf8))
            let (opened, hash) = try ChangeSetCodec.open(file, key: Samples.key.publicKey)
            #expect(opened == set, "\(name)")
            #expect(Data((opened.json() + "\n").utf8) == json, "\(name)")
            // Another zlib may deflate otherwise; what is deflated is the same.
            let header = try ChangeSetCodec.header(of: file)
            #expect(try Opened.plainStream(of: file, header) == Opened.plainStream(of: bytes, ChangeSetCodec.header(of: bytes)), "\(name)")
            if file.count == bytes.count { #expect(try ChangeSetCodec.hash(of: bytes) == hash, "\(name)") }
        }
        #expect(try names(in: "valid", "changeset") == cases.map(\.name).sorted())
    }

    @Test("the vector `columns` has a column of every coding")
    func codings() {
        let chosen = Vectors.codings.map { column -> UInt8? in
            var writer = ByteWriter()
            writer.column(column.values)
            return writer.bytes.first
        }
        #expect(chosen == (0..<10).map { ColumnCoding(rawValue: $0)?.rawValue })
    }

    @Test("invalid files are refused with the code beside them")
    func invalid() throws {
        let cases = try Vectors.invalid()
        for (name, code, bytes) in cases {
            let file = [UInt8](try committed("invalid/\(name).changeset", made: Data(bytes)))
            let expected = try committed("invalid/\(name).error", made: Data("\(code.rawValue)\n".utf8))
            #expect(expected == Data("\(code.rawValue)\n".utf8))
            let error = #expect(throws: ChangeSetError.self, "\(name)") { try ChangeSetCodec.open(file, key: Samples.key.publicKey) }
            #expect(error?.code == code, "\(name): \(error?.message ?? "")")
        }
        #expect(try names(in: "invalid", "changeset") == cases.map(\.name).sorted())
    }

    /// The proof that the specification is enough: a reader written from it agrees with ours on every file.
    @Test("the reader in plain Python agrees", .enabled(if: VectorTests.python != nil, "python3 is not on this machine"))
    func reference() throws {
        let reader = file("../reference/read_changeset.py").standardizedFileURL.path
        for name in try names(in: "valid", "changeset") {
            let (status, output, error) = try run([reader, file("valid/\(name).changeset").path, Samples.key.publicKey.description])
            #expect(status == 0, "\(name): \(error)")
            #expect(output == (try Data(contentsOf: file("valid/\(name).json"))), "\(name)")
        }
        for name in try names(in: "invalid", "changeset") {
            let (status, _, error) = try run([reader, file("invalid/\(name).changeset").path, Samples.key.publicKey.description])
            let code = try String(contentsOf: file("invalid/\(name).error"), encoding: .utf8).dropLast()
            #expect(status == 1 && error.hasPrefix("\(code): "), "\(name): \(error)")
        }
    }

    private func names(in folder: String, _ ending: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: file(folder).path).filter { $0.hasSuffix("." + ending) }
            .map { String($0.dropLast(ending.count + 1)) }.sorted()
    }

    static let python: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        .map { $0 + "/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    private func run(_ arguments: [String]) throws -> (status: Int32, output: Data, error: String) {
        let process = Process()
        process.executableURL = URL(filePath: Self.python ?? "/usr/bin/python3")
        process.arguments = ["-B"] + arguments
        let output = Pipe()
        let error = Pipe()
        process.standardOutput = output
        process.standardError = error
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        let text = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, data, text)
    }
}

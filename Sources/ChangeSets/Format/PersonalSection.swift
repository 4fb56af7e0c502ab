import Causality
import Crypto
import Mutants

/// The personal values of a change-set, behind its signature, so that they can be destroyed later while
/// the chain still verifies (S21, specification section 4.7).
///
///     1     kind: 0 no entries (and nothing follows), 1 whole, 2 some destroyed
///     1     compression: 0 stored, 1 deflate
///     …     varint length of the stream when inflated, varint length as sent
///     …     whole: the seed (32). Some destroyed: varint how many; the index of the first, then of each
///           the distance to the one before - 1; their leaves (32 each); the salts (16) of all the others
///     …     the stream: one column a personal field, of the entries that are left
///     4     the first bytes of SHA-256 over the section up to here
///
/// The set's hash covers the root over the entries' leaves, never this section's bytes:
///
///     salt(i) = first 16 bytes of HMAC-SHA256(key: seed, i as four bytes)
///     leaf(i) = SHA-256(0 ‖ salt(i) ‖ change index, four bytes ‖ field name, a text ‖ value)
///     root    = SHA-256(1 ‖ leaf(0) ‖ leaf(1) ‖ …)
struct PersonalSection {
    /// One column a personal field, in the order of the plain stream; destroyed values read as null.
    var columns: [[Value]]
    var secrets: Secrets

    enum Secrets {
        case seed([UInt8])
        /// Leaves of what was destroyed, by entry; salts of the others in order.
        case partial(leaves: [Int: [UInt8]], salts: [[UInt8]])
    }

    static let saltByteCount = 16
    private static let checkByteCount = 4

    var entryCount: Int { columns.reduce(0) { $0 + $1.count } }

    /// The root over no entries.
    static let emptyRoot = Array(SHA256.hash(data: [1]))

    var isPartial: Bool { if case .partial = secrets { true } else { false } }
    func isDestroyed(_ entry: Int) -> Bool { if case .partial(let leaves, _) = secrets { leaves[entry] != nil } else { false } }

    // MARK: Hashing

    func root(of plain: [PlainStream.PersonalColumn]) -> [UInt8] {
        var salts = salts().makeIterator()
        var hash = SHA256()
        hash.update(data: [1])
        var entry = 0
        for (column, values) in zip(plain, columns) {
            var name = ByteWriter()
            name.text(column.name.text)
            for (row, value) in zip(column.rows, values) {
                if case .partial(let leaves, _) = secrets, let leaf = leaves[entry] {
                    hash.update(data: leaf)
                } else if let salt = salts.next() {
                    let hashed = Mutant.leavesPersonalValuesOut.isOn ? .null : value
                    hash.update(data: Self.leaf(salt: salt, change: row, name: name.bytes, value: hashed))
                }
                entry += 1
            }
        }
        return Array(hash.finalize())
    }

    static func leaf(salt: [UInt8], change: Int, name: [UInt8], value: Value) -> [UInt8] {
        var writer = ByteWriter(reserving: 64)
        writer.byte(0)
        writer.raw(salt)
        writer.fixed32(UInt32(change))
        writer.raw(name)
        writer.value(value)
        return Array(SHA256.hash(data: writer.bytes))
    }

    /// The salts of the entries that are left.
    private func salts() -> [[UInt8]] {
        switch secrets {
        case .partial(_, let salts): return salts
        case .seed(let seed):
            let key = SymmetricKey(data: seed)
            return (0..<entryCount).map { entry in
                var index = ByteWriter()
                index.fixed32(UInt32(entry))
                return Array(HMAC<SHA256>.authenticationCode(for: index.bytes, using: key).prefix(Self.saltByteCount))
            }
        }
    }

    // MARK: Destroying

    /// The same section without `entries`: their values and salts are gone, their leaves stay.
    func destroying(_ entries: Set<Int>, of plain: [PlainStream.PersonalColumn]) -> PersonalSection {
        var leaves: [Int: [UInt8]] = [:]
        if case .partial(let known, _) = secrets { leaves = known }
        var result = self
        var kept: [[UInt8]] = []
        var salts = salts().makeIterator()
        var entry = 0
        for index in plain.indices {
            var name = ByteWriter()
            name.text(plain[index].name.text)
            for (place, row) in plain[index].rows.enumerated() {
                defer { entry += 1 }
                guard leaves[entry] == nil, let salt = salts.next() else { continue }
                if entries.contains(entry) {
                    leaves[entry] = Self.leaf(salt: salt, change: row, name: name.bytes, value: columns[index][place])
                    result.columns[index][place] = .null
                } else {
                    kept.append(salt)
                }
            }
        }
        result.secrets = .partial(leaves: leaves, salts: kept)
        return result
    }

    // MARK: Bytes

    func write(to writer: inout ByteWriter) throws(ChangeSetError) {
        guard entryCount > 0 else { return writer.byte(0) }
        let start = writer.bytes.count
        let stream = stream()
        guard stream.count <= Limits.plainBytesMax else {
            throw ChangeSetError(
                .tooLarge, "The personal values of the change-set take \(stream.count) bytes; \(Limits.plainBytesMax) are taken.",
                remedy: "Cut it into smaller change-sets.")
        }
        let deflated = Deflate.deflated(stream)
        let isDeflated = deflated.count < stream.count
        writer.byte(isPartial ? 2 : 1)
        writer.byte(isDeflated ? 1 : 0)
        writer.varint(stream.count)
        writer.varint(isDeflated ? deflated.count : stream.count)
        write(secrets, to: &writer)
        writer.raw(isDeflated ? deflated : stream)
        writer.raw(SHA256.hash(data: writer.bytes[start...]).prefix(Self.checkByteCount))
    }

    private func stream() -> [UInt8] {
        var writer = ByteWriter()
        var entry = 0
        for values in columns {
            let start = entry
            entry += values.count
            writer.column(isPartial ? values.indices.filter { !isDestroyed(start + $0) }.map { values[$0] } : values)
        }
        return writer.bytes
    }

    private func write(_ secrets: Secrets, to writer: inout ByteWriter) {
        switch secrets {
        case .seed(let seed): writer.raw(seed)
        case .partial(let leaves, let salts):
            let destroyed = leaves.sorted { $0.key < $1.key }
            writer.varint(destroyed.count)
            var next = 0
            for (entry, _) in destroyed {
                writer.varint(entry - next)
                next = entry + 1
            }
            for (_, leaf) in destroyed { writer.raw(leaf) }
            for salt in salts { writer.raw(salt) }
        }
    }

    /// Reads the section that fills `bytes` from `start` to their end.
    init(_ bytes: [UInt8], from start: Int, of plain: [PlainStream.PersonalColumn]) throws(ChangeSetError) {
        var reader = ByteReader(bytes, from: start, to: bytes.count, of: "change-set")
        let entryCount = plain.reduce(0) { $0 + $1.rows.count }
        let kind = try reader.byte()
        guard kind <= 2 else { throw reader.tooNew("the personal section's kind \(kind)") }
        guard (kind == 0) == (entryCount == 0) else { throw reader.damaged("its personal section does not fit its fields") }
        columns = []
        secrets = .partial(leaves: [:], salts: [])
        guard kind > 0 else {
            try reader.finish()
            return
        }

        let compression = try reader.byte()
        guard compression <= 1 else { throw reader.tooNew("the compression \(compression)") }
        let rawCount = try reader.count(atMost: Limits.plainBytesMax, "bytes in the personal stream")
        let sentCount = try reader.count(atMost: Limits.setBytesMax, "bytes in the deflated personal stream")
        guard compression == 1 || rawCount == sentCount else { throw reader.damaged("its personal stream is not as long as it says") }
        if kind == 1 {
            secrets = .seed(try reader.raw(ChangeSetCodec.seedByteCount))
        } else {
            secrets = try Self.partial(from: &reader, of: entryCount)
        }
        let streamStart = reader.offset
        let sent = try reader.raw(sentCount)
        let checked = bytes[start..<reader.offset]
        guard try reader.raw(Self.checkByteCount).elementsEqual(SHA256.hash(data: checked).prefix(Self.checkByteCount)) else {
            throw reader.damaged("its personal section does not match its check")
        }
        try reader.finish()
        let stream =
            compression == 0
            ? sent
            : try Deflate.inflated(bytes, in: streamStart..<streamStart + sentCount, rawCount: rawCount, of: "change-set")
        columns = try readColumns(stream, of: plain)
    }

    private static func partial(from reader: inout ByteReader, of entryCount: Int) throws(ChangeSetError) -> Secrets {
        let count = try reader.count(atMost: entryCount, "destroyed entries of \(entryCount)")
        var entries: [Int] = []
        var next = 0
        for _ in 0..<count {
            let entry = next + (try reader.count(atMost: entryCount, "as the distance of an entry"))
            guard entry < entryCount else { throw reader.damaged("a destroyed entry is out of range") }
            entries.append(entry)
            next = entry + 1
        }
        var leaves: [Int: [UInt8]] = [:]
        for entry in entries { leaves[entry] = try reader.raw(Digest.byteCount) }
        try reader.need((entryCount - count) * saltByteCount, "\(entryCount - count) salts")
        var salts: [[UInt8]] = []
        for _ in 0..<entryCount - count { salts.append(try reader.raw(saltByteCount)) }
        return .partial(leaves: leaves, salts: salts)
    }

    private func readColumns(_ stream: [UInt8], of plain: [PlainStream.PersonalColumn]) throws(ChangeSetError) -> [[Value]] {
        var reader = ColumnReader(ByteReader(stream, of: "personal section"))
        var columns: [[Value]] = []
        var entry = 0
        for column in plain {
            let isKept = column.rows.indices.map { !isDestroyed(entry + $0) }
            entry += column.rows.count
            var kept = try reader.column(isKept.count { $0 }).makeIterator()
            columns.append(isKept.map { $0 ? kept.next() ?? .null : .null })
        }
        try reader.reader.finish()
        return columns
    }

    init(columns: [[Value]], seed: [UInt8]) {
        self.columns = columns
        secrets = .seed(seed)
    }
}

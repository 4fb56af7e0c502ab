import Causality

/// The part of a change-set that can be read without inflating anything.
///
///     offset  bytes
///     0       4     "TRCS"
///     4       1     version, 1
///     5       1     compression of both streams: 0 stored, 1 deflate (RFC 1951)
///     6       1     flags: 1 = the opening names what it follows
///     7       16    replica
///     23      32    hash of the replica's change-set before; zeros in the first
///     55      …     varints: first counter, count, drain, part number, part total,
///                   plain stream's length when inflated, its length as sent
///     …       …     only when the first counter is 1: source (16), its name (text),
///                   and with flag 1 the dot that the replica follows
///
/// All of it is hashed. The personal section's lengths stand in that section, because they change when a
/// person's entries are destroyed (S21).
public struct ChangeSetHeader: Hashable, Sendable {
    public var replica: ReplicaID
    public var first: UInt64
    public var count: Int
    public var previous: Digest
    public var opening: ChangeSet.Opening?
    public var part: ChangeSet.Part
    /// Bytes of the plain stream when inflated, and as sent.
    public var plainRawCount: Int
    public var plainSentCount: Int
    /// Bytes of the header itself: the plain stream begins here.
    public internal(set) var byteCount: Int
    var compression: Compression

    public var last: UInt64 { first + UInt64(count) - 1 }

    enum Compression: UInt8 {
        case stored = 0
        case deflate = 1
    }

    static let magic = Array("TRCS".utf8)
    static let version: UInt8 = 1
}

extension ChangeSetHeader {
    init(of set: ChangeSet, plainRawCount: Int, plainSentCount: Int, compression: Compression) {
        self.init(
            replica: set.replica, first: set.first, count: set.changes.count, previous: set.previous, opening: set.opening,
            part: set.part, plainRawCount: plainRawCount, plainSentCount: plainSentCount, byteCount: 0, compression: compression)
    }

    func write(to writer: inout ByteWriter) {
        writer.raw(Self.magic)
        writer.byte(Self.version)
        writer.byte(compression.rawValue)
        writer.byte(opening?.follows == nil ? 0 : 1)
        writer.replica(replica)
        writer.digest(previous)
        writer.varint(first)
        writer.varint(count)
        writer.varint(part.drain)
        writer.varint(UInt64(part.number))
        writer.varint(UInt64(part.total))
        writer.varint(plainRawCount)
        writer.varint(plainSentCount)
        if let opening {
            writer.source(opening.source)
            writer.text(opening.name)
            if let follows = opening.follows { writer.dot(follows) }
        }
    }

    init(reading bytes: [UInt8]) throws(ChangeSetError) {
        guard !bytes.isEmpty else {
            throw ChangeSetError(.truncated, "The change-set is empty.", remedy: "Fetch or send it again.")
        }
        guard bytes.count <= Limits.setBytesMax else {
            throw ChangeSetError(
                .tooLarge, "The change-set has \(bytes.count) bytes; \(Limits.setBytesMax) are taken.",
                remedy: "Let the agent cut it into smaller change-sets.")
        }
        var reader = ByteReader(bytes, of: "change-set")
        guard bytes.starts(with: Self.magic.prefix(bytes.count)) else {
            throw ChangeSetError(
                .notAChangeSet, "These \(bytes.count) bytes are no change-set: they do not begin with TRCS.",
                remedy: "Name a change-set file, or fetch it again.")
        }
        _ = try reader.raw(4)
        let version = try reader.byte()
        guard version == Self.version else {
            throw ChangeSetError(
                .tooNew, "The change-set has version \(version); this side reads version \(Self.version).",
                remedy: "Update this side; the other side keeps the change-set until then.")
        }
        let compressionCode = try reader.byte()
        guard let compression = Compression(rawValue: compressionCode) else { throw reader.tooNew("the compression \(compressionCode)") }
        let flags = try reader.byte()
        guard flags < 2 else { throw reader.tooNew("the header flags \(flags)") }
        let replica = try reader.replica()
        let previous = try reader.digest()
        let first = try reader.varint()
        let count = try reader.count(atMost: Limits.changesMax, "changes")
        guard count >= 1 else { throw reader.damaged("it holds no change") }
        guard first >= 1, first <= Self.counterMax - UInt64(count) else { throw reader.damaged("its counters leave the range") }
        let part = try Self.part(from: &reader)
        let rawCount = try reader.count(atMost: Limits.plainBytesMax, "bytes in the plain stream")
        let sentCount = try reader.count(atMost: Limits.setBytesMax, "bytes in the deflated plain stream")
        guard (first == 1) == (previous == .zero) else {
            throw reader.damaged("only the first change-set of a replica has none before it")
        }
        guard first == 1 || flags == 0 else { throw reader.damaged("only the first change-set of a replica follows another") }
        let opening = first == 1 ? try Self.opening(from: &reader, follows: flags == 1) : nil
        self.init(
            replica: replica, first: first, count: count, previous: previous, opening: opening, part: part,
            plainRawCount: rawCount, plainSentCount: sentCount, byteCount: reader.offset, compression: compression)
    }

    private static func part(from reader: inout ByteReader) throws(ChangeSetError) -> ChangeSet.Part {
        let drain = try reader.varint()
        let number = try reader.count(atMost: Limits.partsMax, "as the number of a part")
        let total = try reader.count(atMost: Limits.partsMax, "parts")
        guard number >= 1, number <= total else { throw reader.damaged("it is part \(number) of \(total)") }
        return ChangeSet.Part(drain: drain, number: UInt32(number), total: UInt32(total))
    }

    private static func opening(from reader: inout ByteReader, follows: Bool) throws(ChangeSetError) -> ChangeSet.Opening {
        let source = try reader.source()
        let name = try reader.text(atMost: Limits.nameBytesMax)
        return ChangeSet.Opening(source: source, name: name, follows: follows ? try reader.dot() : nil)
    }

    /// SQLite's largest integer, in which stores keep counters.
    static let counterMax = UInt64(Int64.max)
}

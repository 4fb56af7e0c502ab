import Causality
import Crypto

/// A change-set as it travels and is kept, with its hash.
public struct EncodedChangeSet: Hashable, Sendable {
    public let bytes: [UInt8]
    /// Names the set for ever: the next set of the replica says it as `previous`.
    public let hash: Digest

    public init(bytes: [UInt8], hash: Digest) {
        self.bytes = bytes
        self.hash = hash
    }
}

/// Change-sets to bytes and back (specification, section 4).
///
///     header             hashed, readable without inflating
///     plain stream       hashed, deflated: everything but personal values, by columns
///     signature (64)     Ed25519 over "tributary change-set 1\n" ‖ hash
///     personal section   its values are hashed through the root; they can be destroyed later
///
///     hash = SHA-256(header ‖ plain stream as sent ‖ root over the personal entries)
public enum ChangeSetCodec {
    public static let seedByteCount = 32
    static let domain = Array("tributary change-set 1\n".utf8)

    /// - Parameter seed: 32 random bytes, fresh for every set: they keep guesses at destroyed values unprovable.
    /// - Throws: `tooLarge` when a limit is passed (cut it and try again), `invalid` when the set breaks a rule of the format.
    public static func encode(_ set: ChangeSet, seed: [UInt8], key: SigningKey) throws -> EncodedChangeSet {
        try encode(set, seed: seed, key: key, deflating: true)
    }

    /// Tests leave the limits unchecked here to see that the reading side holds them by itself.
    static func encode(
        _ set: ChangeSet, seed: [UInt8], key: SigningKey, deflating: Bool, checking: Bool = true
    ) throws -> EncodedChangeSet {
        precondition(seed.count == seedByteCount, "The seed of a change-set has 32 bytes.")
        if checking { try set.checkLimits() }
        let stream = PlainStream(of: set.changes)
        let plain = try stream.bytes(of: set)
        guard plain.count <= Limits.plainBytesMax else { throw tooLarge(plain.count, Limits.plainBytesMax) }
        let deflated = deflating ? Deflate.deflated(plain) : plain
        let isDeflated = deflated.count < plain.count

        var writer = ByteWriter(reserving: deflated.count + 256)
        let sent = isDeflated ? deflated : plain
        ChangeSetHeader(of: set, plainRawCount: plain.count, plainSentCount: sent.count, compression: isDeflated ? .deflate : .stored)
            .write(to: &writer)
        writer.raw(sent)
        let columns = stream.personalColumns
        let section = PersonalSection(columns: columns.map { set.values(of: $0) }, seed: seed)
        let hash = digest(writer.bytes, root: section.root(of: columns))
        writer.raw(try key.signature(for: domain + hash.bytes))
        try section.write(to: &writer)
        guard writer.bytes.count <= Limits.setBytesMax else { throw tooLarge(writer.bytes.count, Limits.setBytesMax) }
        return EncodedChangeSet(bytes: writer.bytes, hash: hash)
    }

    /// Reads the header alone: no stream is inflated, nothing is verified.
    public static func header(of bytes: [UInt8]) throws -> ChangeSetHeader { try ChangeSetHeader(reading: bytes) }

    /// The chain hash, computed from what is there; the signature is not looked at.
    public static func hash(of bytes: [UInt8]) throws -> Digest { try Opened(bytes).hash }

    /// The chain hash, after the signature over it was checked.
    ///
    /// - Throws: `badSignature` when `key` did not sign this set, or when any hashed byte was changed since.
    public static func verify(_ bytes: [UInt8], key: VerifyingKey) throws -> Digest {
        let opened = try Opened(bytes)
        try opened.checkSignature(key)
        return opened.hash
    }

    /// The set itself, without a look at hash or signature; see `open` for both in one pass.
    public static func decode(_ bytes: [UInt8]) throws -> ChangeSet {
        var opened = try Opened(bytes)
        return try opened.changeSet()
    }

    /// Verifies and decodes in one pass: what the hub does with every set of a push.
    public static func open(_ bytes: [UInt8], key: VerifyingKey) throws -> (set: ChangeSet, hash: Digest) {
        var opened = try Opened(bytes)
        try opened.checkSignature(key)
        return (try opened.changeSet(), opened.hash)
    }

    /// The set without the given personal values: they and their salts are gone, their leaves stay, and the
    /// hash and the signature still hold (S21). Entries that are gone already stay gone.
    ///
    /// - Throws: `invalid` when the set has no such personal entry.
    public static func destroying(entries: Set<ChangeSet.PersonalEntry>, in bytes: [UInt8]) throws -> [UInt8] {
        let opened = try Opened(bytes)
        let columns = opened.plain.stream.personalColumns
        var places: Set<Int> = []
        var found = 0
        var entry = 0
        for column in columns {
            for row in column.rows {
                if entries.contains(ChangeSet.PersonalEntry(change: row, field: column.name)) {
                    places.insert(entry)
                    found += 1
                }
                entry += 1
            }
        }
        guard found == entries.count else {
            throw ChangeSetError(
                .invalid, "\(entries.count - found) of the \(entries.count) values to destroy do not stand in this change-set.",
                remedy: "Look up the change's place and field again; nothing was destroyed.")
        }
        if places.isEmpty { return bytes }
        var writer = ByteWriter(reserving: bytes.count)
        writer.raw(bytes[..<opened.personalStart])
        try opened.personal.destroying(places, of: columns).write(to: &writer)
        return writer.bytes
    }

    static func digest(_ hashed: some Sequence<UInt8>, root: [UInt8]) -> Digest {
        Digest(unchecked: Array(SHA256.hash(data: Array(hashed) + root)))
    }

    private static func tooLarge(_ count: Int, _ limit: Int) -> ChangeSetError {
        ChangeSetError(
            .tooLarge, "The change-set takes \(count) bytes; \(limit) are taken.", remedy: "Cut it into smaller change-sets.")
    }
}

/// A change-set taken apart, its columns still unread.
struct Opened {
    let bytes: [UInt8]
    let header: ChangeSetHeader
    var plain: PlainReader
    let personal: PersonalSection
    let hash: Digest

    private var plainEnd: Int { header.byteCount + header.plainSentCount }
    var personalStart: Int { plainEnd + SigningKey.signatureByteCount }

    init(_ bytes: [UInt8]) throws(ChangeSetError) {
        self.bytes = bytes
        header = try ChangeSetHeader(reading: bytes)
        let range = header.byteCount..<header.byteCount + header.plainSentCount
        plain = try PlainReader(try Self.plainStream(of: bytes, header), header: header)
        let columns = plain.stream.personalColumns
        personal = try PersonalSection(bytes, from: range.upperBound + SigningKey.signatureByteCount, of: columns)
        hash = ChangeSetCodec.digest(bytes[..<range.upperBound], root: personal.root(of: columns))
    }

    static func plainStream(of bytes: [UInt8], _ header: ChangeSetHeader) throws(ChangeSetError) -> [UInt8] {
        let range = header.byteCount..<header.byteCount + header.plainSentCount
        let reader = ByteReader(bytes, from: min(range.upperBound, bytes.count), to: bytes.count, of: "change-set")
        guard range.upperBound + SigningKey.signatureByteCount < bytes.count else { throw reader.truncated("the rest") }
        switch header.compression {
        case .deflate: return try Deflate.inflated(bytes, in: range, rawCount: header.plainRawCount, of: "change-set")
        case .stored:
            guard header.plainRawCount == header.plainSentCount else { throw reader.damaged("its stream is not as long as it says") }
            return Array(bytes[range])
        }
    }

    func checkSignature(_ key: VerifyingKey) throws(ChangeSetError) {
        guard key.isValid(Array(bytes[plainEnd..<personalStart]), for: ChangeSetCodec.domain + hash.bytes) else {
            throw ChangeSetError(
                .badSignature,
                "Change-set \(header.first) of replica \(header.replica.short) is not signed with the key of the agent that sent it.",
                remedy:
                    "If the agent was enrolled anew, send again what it signed with its new key; else look for damage on its disk or on the way."
            )
        }
    }

    mutating func changeSet() throws(ChangeSetError) -> ChangeSet {
        var set = ChangeSet(
            replica: header.replica, first: header.first, previous: header.previous, opening: header.opening, part: header.part,
            changes: try plain.changes(personal: personal.columns))
        guard personal.isPartial else { return set }
        var entry = 0
        for column in plain.stream.personalColumns {
            for row in column.rows {
                if personal.isDestroyed(entry) { set.destroyed.insert(ChangeSet.PersonalEntry(change: row, field: column.name)) }
                entry += 1
            }
        }
        return set
    }
}

extension ChangeSet {
    func values(of column: PlainStream.PersonalColumn) -> [Value] {
        column.rows.map { row in
            if case .write(_, let writes) = changes[row].action { writes[column.field].value } else { .null }
        }
    }
}

import Causality
import Crypto

/// A change-set as it travels and is kept, with its hash.
public struct EncodedChangeSet: Hashable, Sendable {
    public let bytes: [UInt8]
    public let hash: Digest
}

/// Change-sets to bytes and back (specification, section 4).
public enum ChangeSetCodec {
    public static let seedByteCount = 32
    static let domain = Array("tributary change-set 1\n".utf8)

    public static func encode(_ set: ChangeSet, seed: [UInt8], key: SigningKey) throws -> EncodedChangeSet {
        let plain = ChangeCoding.encode(set.changes)
        let sent = Deflate.deflated(plain)
        let header = ChangeSetHeader(of: set, plainRawCount: plain.count, plainSentCount: sent.count, compression: .deflate)
        var writer = ByteWriter()
        header.write(to: &writer)
        writer.raw(sent)
        let hash = Digest(unchecked: Array(SHA256.hash(data: writer.bytes)))
        writer.raw(try key.signature(for: domain + hash.bytes))
        return EncodedChangeSet(bytes: writer.bytes, hash: hash)
    }

    public static func header(of bytes: [UInt8]) throws -> ChangeSetHeader { try ChangeSetHeader(reading: bytes) }

    public static func hash(of bytes: [UInt8]) throws -> Digest {
        let header = try header(of: bytes)
        return Digest(unchecked: Array(SHA256.hash(data: bytes.prefix(header.byteCount + header.plainSentCount))))
    }

    public static func verify(_ bytes: [UInt8], key: VerifyingKey) throws -> Digest {
        let hash = try hash(of: bytes)
        guard key.isValid(Array(bytes.suffix(64)), for: domain + hash.bytes) else {
            throw ChangeSetError(.badSignature, "The change-set is not signed with the agent's key.", remedy: "Enrol the agent again.")
        }
        return hash
    }

    public static func decode(_ bytes: [UInt8]) throws -> ChangeSet {
        let header = try header(of: bytes)
        let plain = try Deflate.inflated(
            bytes, in: header.byteCount..<header.byteCount + header.plainSentCount, rawCount: header.plainRawCount, of: "change-set")
        return ChangeSet(
            replica: header.replica, first: header.first, previous: header.previous, opening: header.opening, part: header.part,
            changes: try ChangeCoding.decode(plain))
    }
}

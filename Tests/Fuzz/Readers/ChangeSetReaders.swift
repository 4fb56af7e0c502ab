import Causality
import struct Crypto.SHA256
import HubTestSupport

@testable import ChangeSets
@testable import HubRuntime

/// What a hub does with a change-set that anybody may have made.
extension FuzzedReader {
    static let changeSet = FuzzedReader(name: "change-set") {
        try changeSetFiles() + stored(changeSetFiles())
    } read: { bytes in
        try readChangeSet(bytes)
        let mended = withMendedCheck(bytes)
        if mended != bytes { try readChangeSet(mended) }
    }

    /// Three bytes of announced length, then what is to be inflated.
    static let inflate = FuzzedReader(name: "inflate") {
        let plain: [[UInt8]] = [[], [0], Array("hello hello hello hello".utf8), [UInt8](repeating: 7, count: 4096)]
        return plain.map { announced($0.count) + Deflate.deflated($0) }
    } read: { bytes in
        var pieces = Pieces(bytes)
        let count = Int(pieces.byte()) << 16 | Int(pieces.byte()) << 8 | Int(pieces.byte())
        let sent = pieces.rest
        let plain = try attempt(ChangeSetError.self) { try Deflate.inflated(sent, in: 0..<sent.count, rawCount: count, of: "input") }
        guard let plain else { return }
        try promise(plain.count == count, "Inflated, it has \(plain.count) bytes where \(count) were announced.")
        let again = Deflate.deflated(plain)
        try promise(
            try Deflate.inflated(again, in: 0..<again.count, rawCount: count, of: "input") == plain, "Deflating changed the bytes.")
    }

    /// A change-set, signed as an enrolled agent's and pushed to a fresh hub, and what the hub then sends back.
    static let push = FuzzedReader(name: "push") {
        try stored(changeSetFiles())
    } read: { bytes in
        guard var set = try? ChangeSetCodec.decode(withMendedCheck(bytes)) else { return }
        (set.first, set.previous, set.destroyed) = (1, .zero, [])
        set.opening = ChangeSet.Opening(source: SourceID(set.replica), name: set.opening?.name ?? "till", follows: nil)
        let test = try await TestHub()
        try await push(set, to: test)
        await test.hub.stop()
    }

    /// What an agent gives back as a decision that it kept for the hub: as it is, and as a change-set that the hub signed and sealed.
    static let decisionSeal = FuzzedReader(name: "decision-seal") {
        let collection = Decision(.collect, conflict: "collect:2", message: "", fingerprint: "0", author: "ann", note: nil)
        let decided = ChangeSet(
            replica: ReplicaID(high: 1, low: 2), first: 1, previous: .zero,
            opening: ChangeSet.Opening(source: SourceID(ReplicaID(high: 3, low: 4)), name: "hub", follows: nil),
            part: .whole(drain: 1), changes: [collection.change(counter: 1, time: TestHub.start)])
        return try stored(changeSetFiles()) + [ChangeSetCodec.encode(decided, seed: seed, key: key, deflating: false).bytes]
    } read: { bytes in
        let seal = DecisionSeal(key)
        let sealed = try seal.sealed(bytes)
        try promise(seal.opened(sealed) == bytes, "Out of its seal, it is something else.")
        try promise(seal.opened(bytes) == nil, "What nobody sealed is opened.")
        if let last = sealed.last {
            try promise(seal.opened(sealed.dropLast() + [last ^ 1]) == nil, "What was changed in its seal is opened.")
        }
        guard var set = try? ChangeSetCodec.decode(withMendedCheck(bytes)) else { return }
        let test = try await TestHub()
        (set.first, set.previous, set.destroyed) = (1, .zero, [])
        set.opening = ChangeSet.Opening(source: SourceID(test.hub.id), name: "hub", follows: nil)
        try await giveBack(set, to: test)
        await test.hub.stop()
    }

    private static func giveBack(_ set: ChangeSet, to test: TestHub) async throws {
        let agent = try await test.enrol("shop-1", region: "de")
        let key = test.hub.signingKey
        guard let signed = try? ChangeSetCodec.encode(set, seed: seed, key: key).bytes else { return }
        func answer(to frame: [UInt8]) async throws -> Answer {
            try await test.hub.takeBack([frame], agent: agent.record, agentTime: test.now, now: test.now)
        }
        guard case .refusal(let refusal) = try await answer(to: signed), refusal.code == "decision-not-ours" else {
            throw BrokenPromise("What is not in the hub's seal was taken back.")
        }
        let sealed = try DecisionSeal(key).sealed(signed)
        guard case .receipt(let receipt) = try await answer(to: sealed) else { return }
        try promise(receipt.last == set.last, "The hub takes \(receipt.last) of \(set.last) changes back.")
        let head = test.hub.head
        guard case .receipt(let again) = try await answer(to: sealed), again.last == receipt.last, test.hub.head == head else {
            throw BrokenPromise("Given back twice, it has another effect.")
        }
    }

    private static func push(_ set: ChangeSet, to test: TestHub) async throws {
        let agent = try await test.enrol("shop-1", region: "de")
        guard let sealed = try? ChangeSetCodec.encode(set, seed: seed, key: agent.key) else { return }
        guard case .receipt(let receipt) = try await test.push([sealed], from: agent) else { return }
        try promise(receipt.last == set.last, "The hub acknowledges \(receipt.last) of \(set.last) changes.")
        for entry in try await test.pullAll(agent).entries { try readFed(entry) }
        let verification = try await test.hub.verify()
        try promise(verification.isEqual, "A rebuild differs: \(verification.differences)")
    }

    private static func announced(_ count: Int) -> [UInt8] { [16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } }

    private static let key = SigningKey.fuzzing
    private static let seed = [UInt8](repeating: 5, count: ChangeSetCodec.seedByteCount)

    private static func changeSetFiles() throws -> [[UInt8]] { try Repository.files("protocol/vectors/valid", ".changeset") }

    /// The same sets with their plain streams as they are, so that a changed byte is one of a column and not of a deflate block.
    private static func stored(_ files: [[UInt8]]) throws -> [[UInt8]] {
        try files.map { file in
            var set = try ChangeSetCodec.decode(file)
            set.destroyed = []
            return try ChangeSetCodec.encode(set, seed: seed, key: key, deflating: false).bytes
        }
    }

    /// With the personal section's own check set right: without it hardly any change of that section would be read.
    private static func withMendedCheck(_ bytes: [UInt8]) -> [UInt8] {
        guard let header = try? ChangeSetCodec.header(of: bytes) else { return bytes }
        let start = header.byteCount + header.plainSentCount + SigningKey.signatureByteCount
        guard bytes.count > start + 4 else { return bytes }
        let check = Array(SHA256.hash(data: Array(bytes[start..<bytes.count - 4])).prefix(4))
        return Array(bytes.dropLast(4)) + check
    }

    private static func readChangeSet(_ bytes: [UInt8]) throws {
        guard let set = try attempt(ChangeSetError.self, body: { try ChangeSetCodec.decode(bytes) }) else { return }
        let header = try ChangeSetCodec.header(of: bytes)
        try promise(header.count == set.changes.count && header.last == set.last, "Header and changes disagree.")
        let hash = try ChangeSetCodec.hash(of: bytes)
        _ = set.json(hash: hash)
        var whole = set
        whole.destroyed = []
        let again = try ChangeSetCodec.encode(whole, seed: seed, key: key)
        try promise(try ChangeSetCodec.open(again.bytes, key: key.publicKey).set == whole, "Written again, the set is another (P5).")
        try destroyOne(of: set, bytes, hash)
    }

    /// P3, of the first personal value that is there.
    private static func destroyOne(of set: ChangeSet, _ bytes: [UInt8], _ hash: Digest) throws {
        for (place, change) in set.changes.enumerated() {
            guard case .write(_, let writes) = change.action, let write = writes.first(where: \.isPersonal) else { continue }
            let entry = ChangeSet.PersonalEntry(change: place, field: write.field)
            guard !set.destroyed.contains(entry) else { continue }
            let left = try ChangeSetCodec.destroying(entries: [entry], in: bytes)
            try promise(try ChangeSetCodec.hash(of: left) == hash, "Destroying a value changed the hash (P3).")
            try promise(try ChangeSetCodec.decode(left).destroyed == set.destroyed.union([entry]), "Another value was destroyed.")
            return
        }
    }
}

extension SigningKey {
    /// Nobody's key: the same at every start.
    static let fuzzing: SigningKey = {
        do { return try SigningKey(rawBytes: (0..<32).map { UInt8($0) }) } catch { fatalError("32 bytes are a key: \(error)") }
    }()
}

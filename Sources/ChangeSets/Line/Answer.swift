import Causality
import Mutants
import Oddities

/// An answer of the hub on the sync line, bound to the request's nonce and signed with the hub's key.
///
/// Nothing else is an acknowledgement: not status 200, not a captive portal's page (law 2).
///
///     offset  bytes
///     0       4      "TRAN"
///     4       1      version: 1; 2 for a page with a digest or entries again, 3 with decisions to keep
///     5       1      kind: 1 receipt, 2 refusal, 3 fork, 4 gap, 5 page, 6 images
///     6       1      compression of the payload: 0 stored, 1 deflate
///     7       16     the request's nonce
///     23      …      varint payload length when inflated, varint payload length as sent, payload
///     …       64     Ed25519 signature over "tributary answer 1\n" (with the version's digit) and all bytes before
public enum Answer: Hashable, Sendable {
    /// Everything up to the receipt's counter is on the hub's disk.
    case receipt(Receipt)
    case refusal(Refusal)
    /// The hub has a journaled counter of this replica with another hash: a clone or a restored disk.
    case fork(Receipt)
    /// The first change-set does not continue what the hub has; the receipt says where to go on.
    case gap(Receipt)
    case page(FeedPage)
    case images(ImagesPage)

    static let magic = Array("TRAN".utf8)
    static let versionMax: UInt8 = 3

    /// The signature's prefix carries the version, so that a signature never passes from one format to another.
    static func domain(_ version: UInt8) -> [UInt8] { Array("tributary answer \(version)\n".utf8) }

    private var version: UInt8 { if case .page(let page) = self { page.version } else { 1 } }

    /// Whether the payload is worth deflating, kind by kind.
    private var kind: (code: UInt8, isDeflated: Bool) {
        switch self {
        case .receipt: (1, false)
        case .refusal: (2, false)
        case .fork: (3, false)
        case .gap: (4, false)
        case .page: (5, true)
        case .images: (6, true)
        }
    }

    /// - Throws: `tooLarge` when the payload is over `Limits.answerPlainBytesMax` or the answer over `answerBytesMax`.
    public func encoded(nonce: [UInt8], key: SigningKey) throws -> [UInt8] {
        precondition(nonce.count == RequestSignature.nonceByteCount, "A request's nonce has 16 bytes.")
        let plain = payload
        guard plain.count <= Limits.answerPlainBytesMax else { throw Self.tooLarge(plain.count, Limits.answerPlainBytesMax) }
        let isDeflated = kind.isDeflated && !Oddity.answersPlain.happens
        let sent = isDeflated ? Deflate.deflated(plain) : plain
        var writer = ByteWriter(reserving: sent.count + 128)
        writer.raw(Self.magic)
        writer.byte(version)
        writer.byte(kind.code)
        writer.byte(isDeflated ? 1 : 0)
        writer.raw(nonce)
        writer.varint(plain.count)
        writer.varint(sent.count)
        writer.raw(sent)
        writer.raw(try key.signature(for: Self.domain(version) + writer.bytes))
        guard writer.bytes.count <= Limits.answerBytesMax else { throw Self.tooLarge(writer.bytes.count, Limits.answerBytesMax) }
        return writer.bytes
    }

    private static func tooLarge(_ count: Int, _ limit: Int) -> ChangeSetError {
        ChangeSetError(.tooLarge, "An answer has \(count) bytes; \(limit) are taken.", remedy: "Ask for smaller pages (maxBytes).")
    }

    private var payload: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .receipt(let receipt), .fork(let receipt), .gap(let receipt): writer.receipt(receipt)
        case .refusal(let refusal): refusal.write(to: &writer)
        case .page(let page): page.write(to: &writer)
        case .images(let page): page.write(to: &writer)
        }
        return writer.bytes
    }

    /// - Throws: `badReceipt` when these are not the bytes of an answer, when they answer another request,
    ///   or when the hub's key did not sign them; other codes when signed bytes do not read.
    public static func decode(_ bytes: [UInt8], nonce: [UInt8], key: VerifyingKey) throws -> Answer {
        let payloadStart = 7 + RequestSignature.nonceByteCount
        guard bytes.count <= Limits.answerBytesMax else { throw tooLarge(bytes.count, Limits.answerBytesMax) }
        guard bytes.starts(with: magic) else { throw badReceipt("These \(bytes.count) bytes are no answer of a hub.") }
        guard bytes.count > payloadStart + SigningKey.signatureByteCount else { throw badReceipt("The hub's answer was cut short.") }
        let version = bytes[4]
        guard (1...versionMax).contains(version) else {
            throw ChangeSetError(
                .tooNew, "The hub answers in version \(version); this side reads versions up to \(versionMax).",
                remedy: "Update this side; nothing was lost.")
        }
        let signed = Array(bytes.dropLast(SigningKey.signatureByteCount))
        guard
            key.isValid(Array(bytes.suffix(SigningKey.signatureByteCount)), for: domain(version) + signed)
                || Mutant.believesUnsignedAnswers.isOn
        else {
            throw badReceipt("The answer is not signed with the key of the hub that this agent enrolled with.")
        }
        guard Array(bytes[7..<payloadStart]) == nonce || Mutant.believesOldAnswers.isOn else {
            throw badReceipt("The answer belongs to another request.")
        }
        return try answer(kind: bytes[5], version: version, payload: inflatedPayload(signed, from: payloadStart))
    }

    private static func inflatedPayload(_ signed: [UInt8], from start: Int) throws -> [UInt8] {
        var reader = ByteReader(signed, from: start, to: signed.count, of: "answer")
        let rawCount = try reader.count(atMost: Limits.answerPlainBytesMax, "bytes when inflated")
        let sentCount = try reader.count(atMost: Limits.answerBytesMax, "bytes")
        guard sentCount == reader.remaining else { throw reader.damaged("its payload is not as long as it says") }
        switch signed[6] {
        case 0:
            guard rawCount == sentCount else { throw reader.damaged("its payload is not as long as it says") }
            return try reader.raw(sentCount)
        case 1: return try Deflate.inflated(signed, in: reader.offset..<signed.count, rawCount: rawCount, of: "answer")
        case let other: throw reader.tooNew("the compression \(other)")
        }
    }

    private static func answer(kind: UInt8, version: UInt8, payload: [UInt8]) throws -> Answer {
        var reader = ByteReader(payload, of: "answer")
        let answer: Answer
        switch kind {
        case 1: answer = .receipt(try reader.receipt())
        case 2: answer = .refusal(try Refusal(from: &reader))
        case 3: answer = .fork(try reader.receipt())
        case 4: answer = .gap(try reader.receipt())
        case 5: answer = .page(try FeedPage(from: &reader, version: version))
        case 6: answer = .images(try ImagesPage(from: &reader))
        default: throw reader.tooNew("the kind of answer \(kind)")
        }
        try reader.finish()
        return answer
    }

    private static func badReceipt(_ message: String) -> ChangeSetError {
        ChangeSetError(
            .badReceipt, message,
            remedy:
                "Check the hub's address and what stands between (a proxy, a portal's page); the agent keeps everything and tries again.")
    }
}

/// The hub took nothing of a push, and why.
public struct Refusal: Hashable, Sendable {
    /// Stable, listed in `protocol/errors.md`.
    public var code: String
    public var message: String
    public var remedy: String
    /// Where the hub stands with the replica (S22).
    public var standing: Receipt
    /// Sending the same bytes again will be refused again.
    public var isFinal: Bool

    public init(code: String, message: String, remedy: String, standing: Receipt, isFinal: Bool) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.standing = standing
        self.isFinal = isFinal
    }

    func write(to writer: inout ByteWriter) {
        writer.text(code)
        writer.text(message)
        writer.text(remedy)
        writer.receipt(standing)
        writer.flag(isFinal)
    }

    init(from reader: inout ByteReader) throws {
        code = try reader.text().string
        message = try reader.text().string
        remedy = try reader.text().string
        standing = try reader.receipt()
        isFinal = try reader.flag()
    }
}

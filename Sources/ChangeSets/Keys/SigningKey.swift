import Crypto

/// The secret half of an Ed25519 key pair: an agent's, or the hub's.
///
/// Prints as a placeholder; `rawBytes` is for the key file only.
public struct SigningKey: Sendable, CustomStringConvertible {
    private let key: Curve25519.Signing.PrivateKey

    public static let signatureByteCount = 64

    /// A new key, from the system's random source.
    public init() { key = Curve25519.Signing.PrivateKey() }

    /// - Throws: `damaged` unless there are 32 bytes.
    public init(rawBytes: [UInt8]) throws {
        do { key = try Curve25519.Signing.PrivateKey(rawRepresentation: rawBytes) } catch {
            throw ChangeSetError(
                .damaged, "A signing key has 32 bytes, not \(rawBytes.count).", remedy: "Restore the key file, or enrol again.")
        }
    }

    public var rawBytes: [UInt8] { Array(key.rawRepresentation) }
    public var publicKey: VerifyingKey { VerifyingKey(key.publicKey) }
    public var description: String { "SigningKey(secret)" }

    /// 64 bytes. The caller puts the purpose in front of the message, so that a signature given for one
    /// thing never passes for another.
    public func signature(for message: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: message)) }
}

/// The public half of an Ed25519 key pair; its description is 64 hexadecimal digits.
public struct VerifyingKey: Hashable, Sendable, LosslessStringConvertible {
    /// 32 bytes.
    public let bytes: [UInt8]
    private let key: Curve25519.Signing.PublicKey

    init(_ key: Curve25519.Signing.PublicKey) {
        self.key = key
        bytes = Array(key.rawRepresentation)
    }

    public init?(bytes: [UInt8]) {
        guard bytes.count == 32, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return nil }
        self.key = key
        self.bytes = bytes
    }

    public init?(_ description: String) {
        guard let bytes = Hexadecimal.bytes(description) else { return nil }
        self.init(bytes: bytes)
    }

    public var description: String { Hexadecimal.string(bytes) }

    public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        signature.count == SigningKey.signatureByteCount && key.isValidSignature(signature, for: message)
    }

    public static func == (left: VerifyingKey, right: VerifyingKey) -> Bool { left.bytes == right.bytes }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

import Crypto
import CryptoExtras

/// What is kept of a password: enough to recognise it, and slow to guess from.
///
/// scrypt (RFC 7914), whose cost is in memory as much as in time. The costs stand beside each hash, so that later hubs can ask for more
/// and still recognise what earlier ones kept.
public struct PasswordHash: Hashable, Sendable {
    /// Of one hash, 128·r·N bytes are needed and read 2·p times.
    public struct Cost: Hashable, Sendable {
        /// scrypt's N: a power of two.
        public var rounds: Int
        /// scrypt's r.
        public var blockSize: Int
        /// scrypt's p.
        public var parallelism: Int

        public init(rounds: Int, blockSize: Int, parallelism: Int) {
            self.rounds = rounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// 32 MiB and about a quarter of a second: one of the settings that OWASP's Password Storage Cheat Sheet takes for equally strong.
        public static let usual = Cost(rounds: 1 << 15, blockSize: 8, parallelism: 3)
    }

    public var cost: Cost
    public var salt: [UInt8]
    public var bytes: [UInt8]

    public init(cost: Cost, salt: [UInt8], bytes: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.bytes = bytes
    }

    static let byteCount = 32
    static let saltByteCount = 16

    /// Takes as long as `cost` says; call it where that blocks nobody.
    ///
    /// - Throws: the library's error for a cost that scrypt does not have.
    init(of password: String, salt: [UInt8], cost: Cost) throws {
        self.init(cost: cost, salt: salt, bytes: try Self.bytes(password, salt, cost))
    }

    /// Takes as long as its cost says, whatever the answer is.
    func isOf(_ password: String) throws -> Bool {
        let other = try Self.bytes(password, salt, cost)
        // Every byte is looked at: the time tells nothing of how far the two agree.
        return zip(bytes, other).reduce(bytes.count ^ other.count) { $0 | Int($1.0 ^ $1.1) } == 0
    }

    /// Typed on another keyboard, the same characters may come as other code points: NFC makes them one (RFC 8265).
    private static func bytes(_ password: String, _ salt: [UInt8], _ cost: Cost) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(password.precomposedStringWithCanonicalMapping.utf8), salt: salt, outputByteCount: byteCount, rounds: cost.rounds,
            blockSize: cost.blockSize, parallelism: cost.parallelism)
        return key.withUnsafeBytes(Array.init)
    }
}

import ChangeSets
import Crypto
import Foundation

/// Closes the hub's own change-sets for the agents that keep them: nobody but this hub opens them again, and only unchanged (S24).
///
/// What was decided may be about customers and sites that are none of the keeper's business, so it keeps what it cannot read. The keys
/// derive from the hub's signing key, which its backups hold.
struct DecisionSeal {
    private let key: SymmetricKey
    private let nonceKey: SymmetricKey
    private static let domain = Array("tributary decision 1\n".utf8)
    private static let nonceByteCount = 12

    init(_ hub: SigningKey) {
        func derived(_ purpose: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: hub.rawBytes), info: Self.domain + Array(purpose.utf8), outputByteCount: 32)
        }
        (key, nonceKey) = (derived("key"), derived("nonce"))
    }

    /// The same bytes for every agent: the nonce follows from what is sealed, so that it is never used for anything else.
    func sealed(_ bytes: [UInt8]) throws -> [UInt8] {
        let nonce = Array(HMAC<SHA256>.authenticationCode(for: bytes, using: nonceKey).prefix(Self.nonceByteCount))
        let box = try ChaChaPoly.seal(bytes, using: key, nonce: ChaChaPoly.Nonce(data: nonce), authenticating: Self.domain)
        return Array(box.combined)
    }

    /// - Returns: `nil` for what this hub did not seal, or what was changed since.
    func opened(_ sealed: [UInt8]) -> [UInt8]? {
        // Every way in which it fails means the same.
        guard let box = try? ChaChaPoly.SealedBox(combined: sealed),
            let bytes = try? ChaChaPoly.open(box, using: key, authenticating: Self.domain)
        else { return nil }
        return Array(bytes)
    }
}

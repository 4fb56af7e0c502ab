import Causality
import Crypto

/// What an agent signs with every request, so that the hub knows who asks and that nobody asks it again.
///
/// The line's headers carry the rest: `Tributary-Agent` (64 hexadecimal digits), `Tributary-Time`
/// (milliseconds), `Tributary-Nonce` (32 hexadecimal digits), `Tributary-Signature` (base64).
public enum RequestSignature {
    public static let nonceByteCount = 16

    /// Six lines, the last one without a line feed:
    ///
    ///     tributary request 1
    ///     POST
    ///     /v1/sync/push
    ///     1700000000000
    ///     nonce, 32 hexadecimal digits
    ///     SHA-256 of the body, 64 hexadecimal digits
    public static func message(method: String, path: String, time: Timestamp, nonce: [UInt8], body: [UInt8]) -> [UInt8] {
        let lines = [
            "tributary request 1", method, path, String(time.milliseconds), Hexadecimal.string(nonce),
            Hexadecimal.string(SHA256.hash(data: body)),
        ]
        return Array(lines.joined(separator: "\n").utf8)
    }
}

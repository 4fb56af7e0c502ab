import Causality
import ChangeSets
import CurlClient
import Foundation

/// Signs requests with the agent's key, so that the hub knows who asks and that nobody asks it again.
struct SignedRequest: Sendable {
    var request: HTTPRequest
    /// The answer must carry it.
    var nonce: [UInt8]

    init(
        _ method: HTTPRequest.Method, _ path: String, at hub: HubAddress, body: [UInt8], contentType: String, limits: TransferLimits,
        key: SigningKey, now: Timestamp, random: inout some RandomNumberGenerator
    ) throws {
        nonce = (0..<RequestSignature.nonceByteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let message = RequestSignature.message(method: method.rawValue, path: hub.path + path, time: now, nonce: nonce, body: body)
        let headers = [
            ("Content-Type", contentType), ("Accept", "application/vnd.tributary, application/json"),
            ("Tributary-Agent", key.publicKey.description), ("Tributary-Time", String(now.milliseconds)),
            ("Tributary-Nonce", Hexadecimal.string(nonce)),
            ("Tributary-Signature", Data(try key.signature(for: message)).base64EncodedString()),
        ]
        request = HTTPRequest(
            method, hub.description + path, headers: headers.map { (name: $0.0, value: $0.1) }, body: body, limits: limits)
    }
}

import Causality
import ChangeSets
import Foundation
import HTTPTypes

/// Who an agent's request says it comes from, and the proof.
///
/// The four headers `Tributary-Agent`, `-Time`, `-Nonce` and `-Signature`; the signature covers method, path, time,
/// nonce and body, so nothing of it can be used for another request. The time is no ground to refuse: a till's clock
/// may be years off, and its sales count all the same (law 7).
struct SignedCaller: Sendable {
    let key: VerifyingKey
    /// The agent's wall clock when it asked.
    let time: Timestamp
    /// 16 bytes; the answer is bound to them.
    let nonce: [UInt8]
    let signature: [UInt8]

    /// - Throws: `request-unsigned` when a header is missing or has not its form.
    init(_ headers: HTTPFields) throws(HubServerError) {
        guard let key = headers[.tributaryAgent].flatMap({ VerifyingKey($0) }) else {
            throw Self.unsigned("Tributary-Agent, 64 hexadecimal digits")
        }
        guard let milliseconds = headers[.tributaryTime].flatMap({ UInt64($0) }) else {
            throw Self.unsigned("Tributary-Time, milliseconds since 1970")
        }
        guard let nonce = headers[.tributaryNonce].flatMap({ Hexadecimal.bytes($0) }), nonce.count == RequestSignature.nonceByteCount else {
            throw Self.unsigned("Tributary-Nonce, 32 hexadecimal digits")
        }
        guard let signature = headers[.tributarySignature].flatMap({ Data(base64Encoded: $0) }) else {
            throw Self.unsigned("Tributary-Signature, base64")
        }
        self.key = key
        self.time = Timestamp(milliseconds: milliseconds)
        self.nonce = nonce
        self.signature = [UInt8](signature)
    }

    /// - Throws: `request-signature-invalid` when the signature does not cover exactly this request.
    func check(method: HTTPRequest.Method, path: String, body: [UInt8]) throws(HubServerError) {
        let message = RequestSignature.message(method: method.rawValue, path: path, time: time, nonce: nonce, body: body)
        guard key.isValid(signature, for: message) else {
            throw HubServerError(
                .badSignature, "The request's signature does not fit its method, path, time, nonce and body.",
                remedy: "If a proxy stands between agent and hub, let it pass requests on unchanged.")
        }
    }

    private static func unsigned(_ header: String) -> HubServerError {
        HubServerError(
            .noSignature, "The request is not signed: it lacks the header \(header).",
            remedy: "Only tributary-agent asks here. Operators use the tributary command.")
    }
}

extension HTTPField.Name {
    static let tributaryAgent = own("Tributary-Agent")
    static let tributaryTime = own("Tributary-Time")
    static let tributaryNonce = own("Tributary-Nonce")
    static let tributarySignature = own("Tributary-Signature")
    /// How many changes the hub asks an agent's next change-sets to hold at most.
    static let tributarySetChanges = own("Tributary-Set-Changes")

    private static func own(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no name for a header.") }
        return field
    }
}

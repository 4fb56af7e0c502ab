import Causality
import ChangeSets
import CurlClient
import Foundation
import Mutants

/// Reads what came back. Nothing but a valid signed answer is one: not status 200, not a portal's page (law 2).
enum HubAnswer {
    static func read(_ response: HTTPResponse, nonce: [UInt8], hubKey: VerifyingKey, hub: HubAddress) throws(LineFailure) -> Answer {
        guard response.status == 200 else { throw failure(response, hub: hub) }
        if Mutant.takesStatus200ForReceipt.isOn, response.contentType != HubLine.contentType {
            let nowhere = Position(generation: ReplicaID(high: 0, low: 0), number: 0, line: 0)
            return .receipt(.none(nowhere, Timestamp(milliseconds: 0)))
        }
        guard response.contentType == HubLine.contentType else { throw notTheHub(response, hub: hub) }
        do {
            return try Answer.decode(response.body, nonce: nonce, key: hubKey)
        } catch let error as ChangeSetError {
            throw LineFailure(.untrusted, error.message, remedy: error.remedy)
        } catch {
            throw LineFailure(.untrusted, "The hub's answer could not be read.", remedy: "Check what stands between the agent and the hub.")
        }
    }

    /// What a status other than 200 means. Every one of them keeps everything here.
    static func failure(_ response: HTTPResponse, hub: HubAddress) -> LineFailure {
        guard let error = HubErrorBody(response) else {
            switch response.status {
            case 408, 429, 500...599:
                return LineFailure(
                    .busy, "\(hub) answers with status \(response.status).",
                    remedy: "Nothing to do here; if it stays, look at the hub and what stands before it.",
                    retryAfterMilliseconds: retryAfter(response))
            case 413:
                return LineFailure(
                    .tooLarge, "\(hub), or what stands before it, takes only smaller requests.", remedy: "Raise its limit to 8 MB.")
            default: return notTheHub(response, hub: hub)
            }
        }
        if error.code == HubErrorBody.repeatedCode {
            return LineFailure(
                .unreachable, "\(hub) was asked something twice, and the second answer came: the line, or a proxy, sent it again.",
                remedy: "Nothing to do; it is asked anew by itself. If it stays, look at the proxies between.")
        }
        let kind: LineFailure.Kind =
            switch response.status {
            case 401, 403: .unauthorised
            case 413: .tooLarge
            case 408, 429, 500...599: .busy
            default: .rejected
            }
        return LineFailure(kind, error.message, remedy: error.remedy, retryAfterMilliseconds: retryAfter(response))
    }

    static func notTheHub(_ response: HTTPResponse, hub: HubAddress) -> LineFailure {
        let type = response.contentType.map { "a page of type \"\(HubErrorBody.oneLine($0))\"" } ?? "something without a type"
        return LineFailure(
            .notTheHub, "Not the hub answered at \(hub), but \(type) with status \(response.status).",
            remedy: "Check the address; a sign-in page of the network or a proxy may stand between. Nothing was lost.")
    }

    static func retryAfter(_ response: HTTPResponse) -> UInt64? {
        response.header("retry-after").flatMap { UInt64($0) }.map { min($0, 86_400) * 1000 }
    }
}

/// `{"error":{"code","message","remedy"}}`, as the hub tells errors that are no signed answers.
struct HubErrorBody: Decodable {
    var code: String
    var message: String
    var remedy: String

    init?(_ response: HTTPResponse) {
        struct Envelope: Decodable { var error: HubErrorBody }
        guard response.contentType == "application/json", response.body.count <= Self.bytesMax,
            let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(response.body))
        else { return nil }
        self = envelope.error
        message = Self.oneLine(message)
        remedy = Self.oneLine(remedy)
    }

    static let bytesMax = 64 << 10
    /// A question that arrives twice, as libcurl itself may send it when a kept connection dies, is answered once; no refusal of the agent.
    static let repeatedCode = "request-repeated"

    /// Text that is not signed: it may be shown, but not take a screen or a log over.
    static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(500).map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }
}

extension LineFailure {
    init(transfer error: TransferError) {
        switch error.code {
        case .notHTTP, .tooLarge: self.init(.notTheHub, error.message, remedy: error.remedy)
        case .untrusted: self.init(.untrusted, error.message, remedy: error.remedy)
        case .badAddress, .badHeader: self.init(.local, error.message, remedy: error.remedy)
        case .unknownHost, .unreachable, .timedOut, .cutShort, .closed, .unexpected:
            self.init(.unreachable, error.message, remedy: error.remedy)
        }
    }
}

import Causality
import Console
import Foundation
import HTTPTypes
import HubRuntime
import Hummingbird
import Serving

/// Who a browser's request is from, and whether a page of ours sent it.
struct ConsoleGate: Sendable {
    let hub: Hub

    /// The session that the request bears.
    ///
    /// - Throws: `SeeOther` to where one signs in, or chooses a password of one's own; `role-too-low`.
    func session(of request: Request, least role: Role, now: Timestamp) async throws -> SignedIn {
        let token = Cookies(request.headers)[.session]
        guard let token, let session = try await hub.session(bearing: token, isUse: request.headers[.refresh] == nil, now: now) else {
            // Nobody is sent back to where a form went: its answer is no page to begin with.
            throw SeeOther(request.method == .get ? "/sign-in?to=\(Address.encoded(request.uri.string))" : "/sign-in")
        }
        if session.mustChange, !Self.pathsOfNewcomers.contains(request.uri.path) { throw SeeOther("/password") }
        guard session.role >= role else {
            throw HubServerError(
                .roleTooLow, "\(session.name) has the role \(session.role.rawValue); this needs the role \(role.rawValue).",
                remedy: "Ask an admin.")
        }
        return session
    }

    private static let pathsOfNewcomers = ["/password", "/sign-out"]

    /// A browser says where a request comes from. Another site's page cannot make it lie; what is no browser says nothing.
    ///
    /// - Throws: `form-foreign`.
    static func refuseOtherSites(_ request: Request) throws(HubServerError) {
        let site = request.headers[.secFetchSite]
        guard site == nil || site == "same-origin" || site == "none" else { throw foreign }
        guard let origin = request.headers[.origin] else { return }
        let host = request.head.authority ?? request.headers[HTTPField.Name("Host")!]
        guard let host, origin == "http://\(host)" || origin == "https://\(host)" else { throw foreign }
    }

    /// What a form of this session carries: no other site's page knows it, whatever the browser says.
    ///
    /// - Throws: `form-foreign`.
    static func check(_ form: FormBody, _ request: Request, of session: SignedIn) throws(HubServerError) {
        guard (request.headers[.formToken] ?? form["form"]) == session.formToken else { throw foreign }
    }

    private static let foreign = HubServerError(
        .foreignForm, "That form was not sent by a page of this console, or by one of an earlier session.",
        remedy: "Go back, load the page again, and send it once more.")

}

/// Go there instead.
struct SeeOther: Error {
    let address: String
    init(_ address: String) { self.address = address }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
    static let formToken = HTTPField.Name("Tributary-Form")!
    static let forwardedProto = HTTPField.Name("X-Forwarded-Proto")!
    /// Of a page that keeps itself fresh.
    static let refresh = HTTPField.Name("Tributary-Refresh")!
    static let refreshAfter = HTTPField.Name("Refresh")!
    static let frameOptions = HTTPField.Name("X-Frame-Options")!
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let openerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
}

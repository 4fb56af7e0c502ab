import Causality
import Console
import Foundation
import HTTPTypes
import HubTestSupport
import struct HummingbirdCore.URI
import Logging
import Serving

@testable import ChangeSets
@testable import HubRuntime
@testable import HubServer

/// A copy of the filled hub that is asked what anybody may ask. After a question that may have had an effect there is another one, so that
/// an input does alone what it did among others.
actor FuzzedHub {
    /// Backups write files where a body says, and what is live never ends.
    private static let spared: Set<String> = ["/v1/backup", "/live"]
    /// They remember who failed.
    private static let remembering: Set<String> = ["/sign-in", "/password"]
    /// A look at a person is a line of the trail, and nothing else changes: so many may come together.
    private static let looksMax = 500

    private static let made = Task { (filled: try await FilledHub.made(), console: try Console()) }
    private static let logger = Logger(label: "fuzz", factory: { _ in SwiftLogNoOpLogHandler() })

    private var present: (test: TestHub, routes: [HubRoute])?
    private var looks = 0

    /// What comes is no fault of the hub's own; it is what its media type says, holds nobody's markup, and leads nowhere else. A GET and
    /// what is refused change nothing that sites or people have told.
    ///
    /// - Parameter line: the address, with words in braces.
    func ask(_ method: HTTPRequest.Method, _ line: String, headers: HTTPFields = [:], body: [UInt8] = []) async throws {
        let filled = try await Self.made.value.filled
        let address = String(decoding: filled.spelt(Array(line.utf8), as: Address.encoded), as: UTF8.self)
        let (test, routes) = try await hub()
        guard let (route, parts) = Self.route(method, address, among: routes), body.count <= route.bodyBytesMax else { return }
        let call = try Self.call(route, address, parts, headers: headers, body: filled.spelt(body), agent: filled.agent)
        let before = test.hub.head.number
        let reply: Reply
        do { reply = try await route.answer(call) } catch let turn as SeeOther { reply = .seeOther(turn.address) } catch {
            reply = .error(ErrorReply(answering: error))
            try promise(reply.status.kind != .serverError, "\(method) \(route.path) fails with \(type(of: error)): \(error)")
        }
        try Self.check(reply, of: route)
        let isLook = method == .get || reply.status.code >= 400
        if isLook { try promise(test.hub.head.number == before, "\(method) \(route.path) told \(reply.status), and changed the hub.") }
        looks += 1
        if isLook, looks < Self.looksMax, !Self.remembering.contains(route.path) { return }
        await test.hub.stop()
        (present, looks) = (nil, 0)
    }

    /// The paths of routes that none of these addresses leads to.
    func unasked(_ method: HTTPRequest.Method, by lines: [String]) async throws -> [String] {
        let filled = try await Self.made.value.filled
        let routes = try await hub().routes
        let reached = lines.compactMap { line in
            let address = String(decoding: filled.spelt(Array(line.utf8), as: Address.encoded), as: UTF8.self)
            return Self.route(method, address, among: routes)?.route.path
        }
        return routes.filter { $0.method == method && !Self.spared.contains($0.path) && !reached.contains($0.path) }.map(\.path)
    }

    private func hub() async throws -> (test: TestHub, routes: [HubRoute]) {
        if let present { return present }
        let (filled, console) = try await Self.made.value
        let test = try await filled.copy()
        let routes = HubRoutes(hub: test.hub, metrics: nil, console: console, clock: { TestHub.start }).all
        present = (test, routes)
        return (test, routes)
    }

    /// What is named goes before what varies, as the router has it.
    private static func route(
        _ method: HTTPRequest.Method, _ address: String, among routes: [HubRoute]
    ) -> (route: HubRoute, parts: [String: String])? {
        // No request line holds anything else.
        guard address.hasPrefix("/"), address.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let path = URI(address).path.split(separator: "/").map(String.init)
        let fitting = routes.filter { $0.method == method && !spared.contains($0.path) }.compactMap { route in
            parts(of: path, in: route.path).map { (route: route, parts: $0) }
        }
        return fitting.min { $0.parts.count < $1.parts.count }
    }

    private static func parts(of path: [String], in pattern: String) -> [String: String]? {
        let pattern = pattern.split(separator: "/")
        guard pattern.count == path.count else { return nil }
        var parts: [String: String] = [:]
        for (name, part) in zip(pattern, path) {
            if name.hasPrefix("{") { parts[String(name.dropFirst().dropLast())] = part } else if name != part { return nil }
        }
        return parts
    }

    private static func call(
        _ route: HubRoute, _ address: String, _ parts: [String: String], headers: HTTPFields, body: [UInt8], agent: TestAgent
    ) throws -> HubCall {
        var session: SignedIn?
        if case .console = route.access {
            session = SignedIn(name: "anna", role: .admin, mustChange: false, hash: Array(repeating: 7, count: 32), formToken: "form")
        }
        let uri = URI(address)
        return HubCall(
            body: body, caller: try caller(agent.key), agent: agent.record,
            principal: session?.principal ?? Principal(name: "reports", role: .admin), session: session, headers: headers,
            address: address, authority: "hub.example:8443", now: TestHub.start, logger: logger, parameters: { parts[$0] },
            query: { uri.queryParameters[$0[...]].map { String($0) } })
    }

    private static func caller(_ key: SigningKey) throws -> SignedCaller {
        var headers = HTTPFields()
        headers[.tributaryAgent] = "\(key.publicKey)"
        headers[.tributaryTime] = "1700000000000"
        headers[.tributaryNonce] = String(repeating: "07", count: RequestSignature.nonceByteCount)
        headers[.tributarySignature] = Data(repeating: 0, count: SigningKey.signatureByteCount).base64EncodedString()
        return try SignedCaller(headers)
    }

    /// The filled hub holds it, and inputs do; no template does.
    private static let markup = Data("<q7".utf8)

    private static func check(_ reply: Reply, of route: HubRoute) throws {
        try promise(reply.status.kind != .serverError, "\(route.path) answers \(reply.status).")
        let bytes = Data(reply.bytes)
        if reply.mediaType.hasPrefix("application/json") {
            // What is wrong with it is of no use: the input is kept.
            let json = try? JSONSerialization.jsonObject(with: bytes, options: .fragmentsAllowed)
            try promise(json != nil, "\(route.path) answers what is no JSON.")
        }
        if reply.mediaType.hasPrefix("text/html") {
            try promise(String(validating: reply.bytes, as: UTF8.self) != nil, "\(route.path) answers what is no text.")
            try promise(bytes.range(of: markup) == nil, "\(route.path) shows what somebody wrote as markup.")
        }
        if let location = reply.fields[.location] {
            let isOurs = location.hasPrefix("/") && !location.hasPrefix("//") && location.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            try promise(isOurs, "\(route.path) leads to \(location.debugDescription).")
        }
    }
}

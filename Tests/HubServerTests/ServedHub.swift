import Serving
import Causality
import ChangeSets
import CurlClient
import Foundation
import HubRuntime
import HubServer
import HubTestSupport
import Logging
import ServiceLifecycle
import Synchronization
import Yams

/// A hub over HTTP on a port of the system's choice, with an empty store that vanishes.
struct ServedHub: Sendable {
    static let secret = "0123456789abcdef0123456789abcdef"

    let test: TestHub
    let address: String
    let routes: [HubRoute]
    let group: ServiceGroup

    /// Runs `body` with a listening hub, then stops it gracefully and waits for its end.
    ///
    /// - Parameters:
    ///   - bodyBytesMax: what it holds of bodies at once; `nil`: as much as usual.
    ///   - answerBytesMax: likewise of long answers.
    ///   - connectionsMax: how many connections it takes at once; `nil`: as many as usual.
    ///   - idleSeconds: after which a silent connection is closed; `nil`: as usual.
    static func run(
        bodyBytesMax: Int? = nil, answerBytesMax: Int? = nil, connectionsMax: Int? = nil, idleSeconds: Int64? = nil,
        pace: LinePace = .usual, hub: Hub.Options = Hub.Options(), _ body: @Sendable (ServedHub) async throws -> Void
    ) async throws {
        let test = try await TestHub(options: hub)
        let (ports, port) = AsyncStream<Int>.makeStream()
        var options = Listener.Options(host: "127.0.0.1", port: 0)
        if let bodyBytesMax { options.bodyBytesMax = bodyBytesMax }
        if let answerBytesMax { options.answerBytesMax = answerBytesMax }
        if let connectionsMax { options.connectionsMax = connectionsMax }
        if let idleSeconds { options.idleSeconds = idleSeconds }
        options.pace = pace
        let listener = try HubListener(
            hub: test.hub, secret: BearerSecret(secret), options: options, metrics: PrometheusMetrics(),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), clock: { TestHub.start },
            onListening: { port.yield($0) })
        let group = ServiceGroup(
            configuration: .init(services: [listener], logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var numbers = ports.makeAsyncIterator()
            let served = ServedHub(
                test: test, address: "http://127.0.0.1:\(await numbers.next() ?? 0)", routes: listener.routes, group: group)
            do { try await body(served) } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private init(test: TestHub, address: String, routes: [HubRoute], group: ServiceGroup) {
        self.test = test
        self.address = address
        self.routes = routes
        self.group = group
    }

    struct Answer {
        let status: Int
        let headers: [(name: String, value: String)]
        let body: [UInt8]

        var json: Any? { try? JSONSerialization.jsonObject(with: Data(body)) }
        var error: [String: String] { (json as? [String: Any])?["error"] as? [String: String] ?? [:] }
        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, _ body: String = "", secret: String? = ServedHub.secret,
        headers: [(name: String, value: String)] = []
    ) async throws -> Answer {
        let authorization = secret.map { [(name: "Authorization", value: "Bearer \($0)")] } ?? []
        return try await send(method, path, Array(body.utf8), authorization + headers)
    }

    /// A request as an agent signs it; each part can be made wrong.
    func askSigned(
        _ path: String, _ body: [UInt8], key: SigningKey, nonce: [UInt8] = SignedRequests.nonce(), signedBody: [UInt8]? = nil,
        signedPath: String? = nil, without missing: String? = nil
    ) async throws -> Answer {
        let message = RequestSignature.message(
            method: "POST", path: signedPath ?? path, time: TestHub.start, nonce: nonce, body: signedBody ?? body)
        let headers = [
            (name: "Tributary-Agent", value: key.publicKey.description),
            (name: "Tributary-Time", value: String(TestHub.start.milliseconds)),
            (name: "Tributary-Nonce", value: Hexadecimal.string(nonce)),
            (name: "Tributary-Signature", value: Data(try key.signature(for: message)).base64EncodedString()),
        ]
        return try await send(.post, path, body, headers.filter { $0.name != missing })
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8], _ headers: [(name: String, value: String)]
    ) async throws -> Answer {
        let request = HTTPRequest(method, address + path, headers: headers, body: body, limits: TransferLimits(totalMilliseconds: 60_000))
        // One each: requests on one connection wait for one another, and a long poll waits long.
        let response = try await HTTPConnection().send(request)
        return Answer(status: response.status, headers: response.headers, body: response.body)
    }

    /// Adds a site and enrols a new key for it, over HTTP.
    func enrolled(_ site: String) async throws -> SigningKey {
        let key = SigningKey()
        let added = try await ask(.post, "/v1/sites", #"{"name":"\#(site)","kind":"store"}"#).json as? [String: Any]
        let body = #"{"token":"\#(added?["token"] as? String ?? "")","publicKey":"\#(key.publicKey)","version":"test"}"#
        _ = try await askSigned("/v1/agents/enroll", Array(body.utf8), key: key)
        return key
    }
}

enum SignedRequests {
    static func nonce() -> [UInt8] { (0..<16).map { _ in UInt8.random(in: 0...255) } }

    static func frames(_ sets: [EncodedChangeSet]) -> [UInt8] {
        sets.flatMap { set in (0..<4).map { UInt8(truncatingIfNeeded: set.bytes.count >> (8 * $0)) } + set.bytes }
    }
}

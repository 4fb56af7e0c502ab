import Causality
import Console
import Foundation
import HTTPTypes
import HubTestSupport
import Logging
import Serving

@testable import ChangeSets
@testable import HubRuntime
@testable import HubServer
@testable import Profiles

/// What a hub reads of requests, apart from change-sets.
extension FuzzedReader {
    /// The four headers, a line each, then the body.
    static let requestHeaders = FuzzedReader(name: "request-headers") {
        let body = Array("{}".utf8)
        let nonce = [UInt8](repeating: 7, count: RequestSignature.nonceByteCount)
        let time = Timestamp(milliseconds: 1_700_000_000_000)
        let message = RequestSignature.message(method: "POST", path: "/v1/sync/pull", time: time, nonce: nonce, body: body)
        let lines = [
            "\(SigningKey.fuzzing.publicKey)", "\(time.milliseconds)", Hexadecimal.string(nonce),
            Data(try SigningKey.fuzzing.signature(for: message)).base64EncodedString(),
        ]
        return [Array((lines.joined(separator: "\n") + "\n").utf8) + body]
    } read: { bytes in
        var pieces = Pieces(bytes)
        var headers = HTTPFields()
        for name in [HTTPField.Name.tributaryAgent, .tributaryTime, .tributaryNonce, .tributarySignature] { headers[name] = pieces.line() }
        guard let caller = try attempt(HubServerError.self, body: { try SignedCaller(headers) }) else { return }
        try promise(caller.nonce.count == RequestSignature.nonceByteCount, "The nonce has not its length.")
        _ = try attempt(HubServerError.self) { try caller.check(method: .post, path: "/v1/sync/pull", body: pieces.rest) }
    }

    static let frames = FuzzedReader(name: "frames") {
        [[], [2, 0, 0, 0, 1, 2], [0, 0, 0, 0, 1, 0, 0, 0, 5]]
    } read: { bytes in
        guard let frames = try attempt(ServerError.self, body: { try Frames.split(bytes) }) else { return }
        let joined = frames.flatMap { frame in (0..<4).map { UInt8(truncatingIfNeeded: frame.count >> (8 * $0)) } + frame }
        try promise(joined == bytes, "The frames are not the push.")
    }

    /// A line for the route, then the body.
    static let hubBodies = FuzzedReader(name: "hub-bodies") {
        FuzzedHub.bodies.map { Array("\($0)\n\($1)".utf8) }
    } read: { bytes in
        var pieces = Pieces(bytes)
        let path = pieces.line()
        try await FuzzedHub.shared.ask(path, body: pieces.rest)
    }

    static let linkRules = FuzzedReader(name: "link-rules") {
        let encoder = JSONEncoder()
        return [[UInt8](try encoder.encode(LinkRules.standard)), Array("{}".utf8), Array(oddRules.utf8)]
    } read: { bytes in
        guard let rules = try? JSONDecoder().decode(LinkRules.self, from: Data(bytes)), rules.problem == nil else { return }
        let again = try JSONDecoder().decode(LinkRules.self, from: JSONEncoder().encode(rules))
        try promise(again == rules, "Written again, the rules are others.")
        for domain in ["gmail.com", "a.example", ""] { _ = rules.email.rule(of: domain) }
        for raw in ["ann.lee+x@gmail.com", "test@a.example", "4711"] { _ = Identifier(kind: .email, raw: Text(raw), rules: rules) }
    }

    private static let oddRules = """
        {"version":3,"ranks":[{"by":"email","recordsPerSourceMax":2},{"by":"phone+last name","recordsPerSourceMax":1,"opens":false}],
        "unchanging":["id"],"recordsPerPersonMax":20,"blockedWords":["none"],"blockedEmailPrefixes":["test@"],
        "blockedValues":[{"kind":"phone","value":"+49301234567"}],
        "email":{"domains":{"a.example":{"sameAs":"b.example","tagMarks":"+-"},"b.example":{"sameAs":"a.example"}},
        "refusedDomains":["example.com"]},"automaticAbove":0.99999}
        """

    static let matchModel = FuzzedReader(name: "match-model") {
        [[UInt8](try JSONEncoder().encode(MatchModel.standard(records: 1000)))]
    } read: { bytes in
        guard let model = MatchModel(json: bytes) else { return }
        let scorer = MatchScorer(model)
        let left = traits(["first name": "Ann", "last name": "Lee", "email": "ann@example.org", "city": "Berlin"])
        let right = traits(["first name": "Anne", "last name": "Lee", "email": "ann@example.com", "phone": "030 1234567"])
        let (there, back) = (scorer.bits(left, right), scorer.bits(right, left))
        try promise(there.isFinite, "What the model says of a pair is \(there).")
        try promise(there == back, "The order of two records counts.")
        try promise(scorer.bits(left, left).isFinite, "What it says of a record and itself is no number.")
    }

    private static func traits(_ fields: [String: String]) -> PersonTraits {
        PersonTraits(fields.map { (field: $0.key, value: $0.value) })
    }
}

/// A hub in a temporary file that answers bodies of its POST routes, and begins anew when one had an effect.
private actor FuzzedHub {
    static let shared = FuzzedHub()

    private var test: TestHub?
    private var agent: TestAgent?

    /// Backups write files where a body says, so they are left out.
    private static func route(_ path: String, of hub: Hub) throws -> HubRoute? {
        try HubRoutes(hub: hub, metrics: nil, console: Console(), clock: { TestHub.start }).all.first {
            $0.method == .post && $0.path == path && path != "/v1/backup"
        }
    }

    static let bodies: [(path: String, body: String)] = [
        ("/v1/agents/enroll", #"{"token":"t","publicKey":"00","version":"1"}"#),
        ("/v1/sync/push", "\u{1}\u{0}\u{0}\u{0}T"),
        ("/v1/sync/pull", #"{"cursor":null,"waitMilliseconds":0,"maxBytes":1000,"replicas":["00"]}"#),
        (
            "/v1/sync/images",
            #"{"source":"00000000000000010000000000000002","replica":null,"counter":0,"newest":true,"after":"01000000000000000a"}"#
        ),
        ("/v1/sync/shared", #"{"replica":"00000000000000010000000000000002","ends":[{"last":1,"hash":"00"}]}"#),
        ("/v1/sync/decisions", "\u{1}\u{0}\u{0}\u{0}T"),
        (
            "/v1/sync/mappings",
            #"{"sources":[{"source":"00000000000000010000000000000002","name":"till","title":"A till","tables":[{"table":"t","entity":"sale","#
                + #""stock":"counts","fields":[{"field":"at","from":"sold_at"}],"leftOut":1}],"leftOut":1}],"leftOut":1}"#
        ),
        ("/v1/sites", #"{"name":"shop-2","kind":"store","region":"de"}"#), ("/v1/sites/{name}/revoke", ""),
        ("/v1/tokens", #"{"name":"reports","role":"viewer","days":30,"author":"ann"}"#), ("/v1/tokens/{name}/revoke", ""),
        ("/v1/users", #"{"name":"anna","role":"viewer","author":"ann"}"#), ("/v1/users/{name}/role", #"{"role":"admin"}"#),
        ("/v1/users/{name}/password", ""), ("/v1/users/{name}/remove", ""),
        ("/sites/new", "name=shop-2&kind=store&region=de"), ("/sites/{name}/token", ""), ("/sites/{name}/revoke", ""),
        ("/people", "name=anna&role=operator"), ("/people/role", "name=anna&role=admin"), ("/people/password", "name=anna"),
        ("/people/remove", "name=anna"), ("/people/tokens", "name=reports&role=viewer&days=30"), ("/people/tokens/revoke", "name=reports"),
        ("/audit/undo", "id=00000000000000010000000000000002%3A1&note=n"),
        ("/sign-in", "name=anna&password=%20a%C3%A4&to=%2Fsites"), ("/preferences", "language=de&theme=dark&to=/"),
        ("/v1/profiles/search", #"{"email":"a@example.org"}"#), ("/v1/profiles/search", #"{"phone":"+49 30 123"}"#),
        ("/v1/as-of/stock", #"{"sku":"BOOT-42","time":1700000000000,"site":"shop-1"}"#),
        ("/v1/as-of/profile", #"{"id":"p00000000000000010000000000000002-1","time":1,"site":null}"#),
        ("/v1/conflicts/search", #"{"kind":"oversell","site":"shop-1","id":"00000000","field":"email"}"#),
        ("/v1/conflicts/resolve", #"{"id":"x","choice":"value","value":null,"side":"web","seen":"00","author":"ann","note":"n"}"#),
        ("/v1/conflicts/resolve-all", #"{"filter":{},"rule":"latest","author":"ann","isDryRun":true}"#),
        ("/v1/policies", #"{"entity":"customer","field":"phone","policy":"ranked: shop-1","author":"ann"}"#),
        ("/v1/safety-stock", #"{"sku":"*","location":"*","quantity":10000,"author":"ann"}"#),
        ("/v1/collect", #"{"olderThanDays":90,"dryRun":true,"author":"ann"}"#),
        ("/v1/decisions/undo", #"{"id":"00000000000000010000000000000002:1","author":"ann"}"#),
        ("/v1/profiles/link", #"{"id":"p1","records":["00000000000000010000000000000002:1"],"author":"ann"}"#),
        ("/v1/identity", #"{"rules":{"version":1},"author":"ann"}"#), ("/v1/identity/try", "{}"), ("/v1/identity/match", ""),
        ("/v1/identity/proposals", #"{"above":0.99,"limit":10}"#),
        ("/v1/identity/proposals/accept", #"{"above":0.99,"isDryRun":true,"author":"ann"}"#),
    ]

    func ask(_ path: String, body: [UInt8]) async throws {
        let test = try await present()
        guard let agent, let route = try Self.route(path, of: test.hub) else { return }
        let call = HubCall(
            body: Self.withoutWaiting(body), caller: try Self.caller(agent.key), agent: agent.record,
            principal: Principal(name: "reports", role: .admin), session: nil, headers: [:], address: path, authority: "hub.example:8443",
            now: TestHub.start, logger: Logger(label: "fuzz", factory: { _ in SwiftLogNoOpLogHandler() }),
            parameters: { _ in "shop-1" }, query: { _ in nil })
        do { _ = try await route.answer(call) } catch {
            switch error {
            case is ServerError, is HubServerError, is HubError, is ChangeSetError, is SeeOther: return
            default: throw BrokenPromise("\(path) fails with \(type(of: error)): \(error)")
            }
        }
        await test.hub.stop()
        self.test = nil
    }

    private func present() async throws -> TestHub {
        if let test { return test }
        let test = try await TestHub()
        agent = try await test.enrol("shop-1", region: "de")
        self.test = test
        return test
    }

    private static func caller(_ key: SigningKey) throws -> SignedCaller {
        var headers = HTTPFields()
        headers[.tributaryAgent] = "\(key.publicKey)"
        headers[.tributaryTime] = "1700000000000"
        headers[.tributaryNonce] = String(repeating: "07", count: RequestSignature.nonceByteCount)
        headers[.tributarySignature] = Data(repeating: 0, count: SigningKey.signatureByteCount).base64EncodedString()
        return try SignedCaller(headers)
    }

    /// A pull waits for news for as long as it says.
    private static func withoutWaiting(_ body: [UInt8]) -> [UInt8] {
        guard var members = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any],
            members["waitMilliseconds"] is NSNumber
        else { return body }
        members["waitMilliseconds"] = 0
        guard let mended = try? JSONSerialization.data(withJSONObject: members) else { return body }
        return [UInt8](mended)
    }
}

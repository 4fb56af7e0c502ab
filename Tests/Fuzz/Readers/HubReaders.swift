import Causality
import Foundation
import HTTPTypes
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

    /// A line for the address, then the body of a POST. `FilledHub.words` stand for their names in braces.
    static let hubBodies = FuzzedReader(name: "hub-bodies") {
        HubQuestions.posted.map { Array("\($0)\n\($1)".utf8) }
    } read: { bytes in
        var pieces = Pieces(bytes)
        let address = pieces.line()
        try await hubOfBodies.ask(.post, address, body: pieces.rest)
    }

    /// A line each for the address of a GET, the cookies and the languages.
    static let hubQueries = FuzzedReader(name: "hub-queries") {
        let cookies = "tributary-language=de; tributary-theme=dark; tributary-zone=Europe%2FBerlin"
        return HubQuestions.asked.map { Array("\($0)\n".utf8) } + [Array("/conflicts\n\(cookies)\nde-DE,en;q=0.5".utf8)]
    } read: { bytes in
        var pieces = Pieces(bytes)
        let address = pieces.line()
        var headers = HTTPFields()
        headers[.cookie] = pieces.line()
        headers[.acceptLanguage] = pieces.line()
        try await hubOfQueries.ask(.get, address, headers: headers)
    }

    // One each: the tests replay both at the same time.
    private static let hubOfBodies = FuzzedHub()
    private static let hubOfQueries = FuzzedHub()

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

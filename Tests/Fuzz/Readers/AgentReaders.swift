import Capture
import Causality
import ChangeSets
import struct Crypto.SHA256
import CurlClient
import Foundation

@testable import AgentRuntime

/// What an agent reads of programs beside it, and of what stands between it and the hub.
extension FuzzedReader {
    /// One write, as it is posted beside the sample token.
    static let loopbackWrite = FuzzedReader(name: "loopback-write") {
        let life = "\(sampleRecord.life)"
        return [
            #"{"entity":"customer","key":7,"fields":{"email":"a@example.org","created at":"2026-11-22T10:00:00Z","x":1.5},"personal":["x"]}"#,
            #"{"record":"\#(life)","delete":true}"#, #"{"record":"\#(life)","fields":{"note":null}}"#,
            #"{"entity":"sale line","key":["a",1],"fields":{"sale":{"key":"9"},"quantity":"2","amount":"-12.50","at":1700000000000}}"#,
            #"{"entity":"order","key":"9","fields":{"customer":{"record":"\#(life)"},"total":"0.0001"}}"#,
            #"{"stock":{"kind":"sale","sku":"BOOT-42","location":"shop","quantity":"1","note":"n","counterpart":"c","expires":1}}"#,
            #"{"stock":{"kind":"count","sku":"BOOT-42","location":"pool","quantity":"3.5"}}"#,
            #"{"entity":"a","key":1,"fields":{"x":{"entity":"b","key":[1,"2"]},"given":true,"y":\#(deepJSON)}}"#,
        ].map { Array($0.utf8) }
    } read: { bytes in
        guard let posted = try? JSONDecoder().decode(PostedJSON.self, from: Data(bytes)) else { return }
        for token in [nil, sampleToken] {
            _ = try attempt(AgentError.self) { try PostedReader(place: "writes[0]").write(posted, token: token) }
        }
    }

    /// The bytes of a token; its check is put behind them.
    static let seenToken = FuzzedReader(name: "seen-token") {
        [SeenToken().uncheckedBytes, sampleToken.uncheckedBytes]
    } read: { bytes in
        _ = try attempt(AgentError.self) { try SeenToken(String(decoding: bytes, as: UTF8.self)) }
        guard let token = try attempt(AgentError.self, body: { try SeenToken(SeenToken.text(of: bytes)) }) else { return }
        try promise(try SeenToken(token.text) == token, "Written again, the token is another.")
    }

    /// Documents of the hub's views, which an agent keeps and reads a part of.
    static let hubDocuments = FuzzedReader(name: "hub-documents") {
        let profile = #"""
            {"id":"p1","fields":{"email":{"value":"a@example.org","site":"web","time":1,"dot":"d"}},
            "identifiers":[{"kind":"email","value":"a"}],
            "records":[{"site":"web","life":"\#(sampleRecord.life)","source":"\#(sampleRecord.source)","key":[7,"a",1.5,null]}],
            "purchases":{"number":1,"totals":{"EUR":10000},"recent":[{"entity":"sale","total":1}]}}
            """#
        let order = #"""
            {"number":"9","source":"00","key":[1],"life":"l","dots":{"a":"b"},"states":[{"dot":"d","record":"r"}],
            "shipments":[{"life":"l"}]}
            """#
        let stock = #"""
            {"count":{"dot":"d"},"conflicts":[{"counts":["a"]},{"count":"b"}],"onHand":30000,
            "sites":[{"site":"a","lastHeard":1,"clock":{"r":1}}]}
            """#
        return [profile, order, stock].map { Array($0.utf8) }
    } read: { bytes in
        try readDocument(bytes)
    }

    /// What a document names is shown to an application, which gives it back in a token.
    static func readDocument(_ bytes: [UInt8]) throws {
        let data = Data(bytes)
        if let profile = ProfileDocument(data) {
            for dot in profile.lives { try promise(Dot("\(dot)") == dot, "A life is written as another.") }
            for id in (profile.records ?? []).compactMap(\.id) { try comesBack(id) }
        }
        if let order = OrderDocument(data),
            let id = RecordID(entity: "order", source: order.source, key: order.key, life: order.life)
        {
            try comesBack(id)
        }
        if let stock = StockDocument(data) { try promise(StockDocument(data) == stock, "Read again, the stock is another.") }
    }

    private static func comesBack(_ id: RecordID) throws {
        let again = try attempt(ChangeSetError.self) { try RecordID(canonicalBytes: id.canonicalBytes) }
        try promise(again == id, "Written again, the record has another name, or none.")
    }

    /// A byte for the status, a line for the content type, then the body: a refusal, an enrolment, a portal's page.
    static let hubRefusal = FuzzedReader(name: "hub-refusal") {
        let key = SigningKey.fuzzing.publicKey
        return [
            (200, #"{"site":"shop-1","kind":"store","hubKey":"\#(key)","hub":"00000000000000010000000000000002"}"#),
            (503, #"{"error":{"code":"busy","message":"Busy\u0007.","remedy":"Wait."}}"#), (401, "<html>"),
        ].map { status, body in tagged(UInt8((status - 190) / 2), Array("application/json; charset=utf-8\n\(body)".utf8)) }
    } read: { bytes in
        var pieces = Pieces(bytes)
        let status = 190 + 2 * Int(pieces.byte())
        let headers = [(name: "content-type", value: pieces.line()), (name: "retry-after", value: "9999999999")]
        let response = HTTPResponse(status: status, headers: headers, body: pieces.rest)
        let hub = try HubAddress("https://hub.example.com", allowPlainHTTP: false)
        let key = SigningKey.fuzzing.publicKey
        do throws(LineFailure) { _ = try HubAnswer.read(response, nonce: [], hubKey: key, hub: hub) } catch {
            try promise(!error.message.contains { $0.isASCII && $0 < " " }, "A control character stands in the message.")
        }
        let enrolment = Enrolment(hub: hub, key: SigningKey.fuzzing, version: "1")
        _ = try attempt(AgentError.self) { try enrolment.read(response, allowsPlainHTTP: false) }
    }

    private static let sampleToken: SeenToken = {
        var token = SeenToken()
        token.moment = 1
        token.shown.records = [sampleRecord]
        token.shown.values = [.init(record: sampleRecord, field: "email", dot: Dot(sampleRecord.life.replica, 6))]
        var clock = VectorClock()
        clock.insert(sampleRecord.life)
        token.figures = [.init(sku: "BOOT-42", location: "pool", counts: clock, contains: clock)]
        return token
    }()
}

extension SeenToken {
    /// Without the check.
    fileprivate var uncheckedBytes: [UInt8] {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        let bytes = Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)) ?? Data()
        return Array(bytes.dropLast(Self.checkByteCount))
    }

    fileprivate static func text(of unchecked: [UInt8]) -> String {
        let whole = unchecked + Array(SHA256.hash(data: unchecked).prefix(checkByteCount))
        return Data(whole).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

import ChangeSets
import Foundation
import HubTestSupport
import Testing

@testable import HubRuntime
@testable import HubServer

@Suite("Data flow over HTTP")
struct FlowRouteTests {
    private static func report(_ source: SourceID, _ text: String = "people") throws -> String {
        let table = SourceMapping.Table(table: text, entity: "customer", fields: [.init("email", from: text)])
        let mapping = SourceMapping(source: source.description, name: text, title: text, tables: [table])
        return String(decoding: try JSONEncoder().encode(MappingReport(sources: [mapping])), as: UTF8.self)
    }

    @Test("what an agent tells of its mappings is answered with a signed receipt of no replica, and shown to who asks")
    func told() async throws {
        try await ServedHub.run { hub in
            let key = try await hub.enrolled("shop-1")
            let till = TestWriter("till", seed: 1, key: key)
            let nonce = SignedRequests.nonce()
            let body = try Array(Self.report(till.source).utf8)
            for _ in 0..<2 {
                let answer = try await hub.askSigned("/v1/sync/mappings", body, key: key, nonce: nonce)
                guard
                    case .receipt(let receipt) = try ChangeSets.Answer.decode(
                        answer.body, nonce: nonce, key: hub.test.hub.signingKey.publicKey)
                else {
                    Issue.record("no receipt")
                    return
                }
                #expect(receipt.last == 0)
            }
            let shown = try JSONDecoder().decode(DataFlow.self, from: Data(try await hub.ask(.get, "/v1/flow").body))
            #expect(shown.mappings.map(\.title) == ["people"] && shown.mappings[0].sources.map(\.site) == ["shop-1"])
            #expect(shown.mappings[0].fields?.map(\.field) == ["email"])
            let narrow = try JSONDecoder().decode(
                DataFlow.self, from: Data(try await hub.ask(.get, "/v1/flow?site=shop-1&entity=sale%20line").body))
            #expect(narrow.site == "shop-1" && narrow.entity == "sale line" && narrow.mappings.isEmpty)
            #expect(try await hub.ask(.get, "/v1/flow?site=shop-9").error["code"] == "site-unknown")
            // Unsigned, by a stranger, or in another form, nothing is taken.
            #expect(try await hub.askSigned("/v1/sync/mappings", body, key: SigningKey()).status == 401)
            #expect(try await hub.askSigned("/v1/sync/mappings", Array("{}".utf8), key: key).error["code"] == "request-malformed")
            let strange = Array(#"{"sources":[{"source":"till","name":"till","tables":[]}]}"#.utf8)
            #expect(try await hub.askSigned("/v1/sync/mappings", strange, key: key).error["code"] == "request-invalid")
        }
    }

    @Test("the page says what to do while nothing flows, and shows one site and one entity")
    func page() async throws {
        try await ServedHub.run { hub in
            let vera = Browser(hub)
            try await vera.signIn("vera", .viewer)
            #expect(try await vera.get("/flow").text.contains(#"class="empty""#))
            let agent = try await hub.test.enrol("shop-1")
            #expect(try await vera.get("/flow").text.contains("tributary-agent attach"))
            var till = TestWriter("till", seed: 1, key: agent.key)
            try await hub.test.push([try till.seal([Make.customer(1, email: "ada@example.com", at: hub.test.now)])], from: agent)
            _ = try await hub.test.hub.take(
                JSONDecoder().decode(MappingReport.self, from: Data(Self.report(till.source).utf8)), agent: agent.record, now: hub.test.now)
            for path in ["/flow", "/flow?site=shop-1", "/flow?entity=customer", "/flow?site=shop-1&entity=customer"] {
                let page = try await vera.get(path)
                #expect(page.status == 200 && page.text.contains("people") && page.text.contains("<svg viewBox"), "\(path)")
                #expect(!page.text.contains("⟦") && !page.text.contains("ada@example.com"))
            }
            #expect(try await vera.get("/flow?entity=customer").text.contains("Where each field comes from"))
            #expect(try await vera.get("/flow?site=nowhere").status == 404)
            #expect(try await vera.get("/flow?entity=payment").text.contains("Nothing of that flows here"))
        }
    }

    @Test("what stands aside of an entity is led to, and there it stands alone, at the console and for programs")
    func aside() async throws {
        try await ServedHub.run { hub in
            let agent = try await hub.test.enrol("shop-1")
            var till = TestWriter("till", seed: 1, key: agent.key)
            let now = hub.test.now
            let wrong =
                [("customer", 41, "created at"), ("order", 42, "total"), ("order", 43, "total")] as [(EntityName, Int64, FieldName)]
            // Open, too, and nothing that was set aside.
            let sold = Make.movement("MUG", "shop-1", pieces: -1, at: now)
            try await hub.test.push([try till.seal(wrong.map { Make.write($0.0, $0.1, [($0.2, "much")], at: now) } + [sold])], from: agent)
            #expect(try await hub.test.hub.conflicts(now: now).map(\.kind) == [.oversell, .quarantine, .quarantine, .quarantine])
            let vera = Browser(hub)
            try await vera.signIn("vera", .viewer)
            let page = try await vera.get("/flow").text.replacing("&amp;", with: "&")
            let addresses = Set(page.matches(of: /href="(\/conflicts\?choice=replay[^"]+)"/).map { String($0.1) })
            let expected = ["customer", "order"].map { "/conflicts?choice=replay&entity=\($0)" }
            #expect(Set(expected).isSubset(of: addresses))
            let customers = try await vera.get(expected[0]).text
            #expect(customers.contains("customer 41") || customers.contains("Customer 41"))
            #expect(!customers.lowercased().contains("order 42") && customers.contains("· set aside"))
            let orders = try await vera.get(expected[1]).text.lowercased()
            #expect(
                orders.contains("order 42") && orders.contains("order 43") && !orders.contains("customer 41") && !orders.contains("mug"))
            let told = try await hub.ask(.get, "/v1/conflicts?entity=order").json as? [Any]
            #expect(told?.count == 2)
        }
    }

    @Test("what stands in a mapping is shown as text, in the drawing and in the tables")
    func payloads() async throws {
        try await ServedHub.run { hub in
            let agent = try await hub.test.enrol("shop-1")
            let vera = Browser(hub)
            try await vera.signIn("vera", .viewer)
            let payloads = [
                "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
                "\"\u{301} onfocus=alert(1) x=\"",
                "</title><svg onload=alert(1)>", "{{{form}}}",
            ]
            for payload in payloads {
                let till = TestWriter("till", seed: 1, key: agent.key)
                let field = SourceMapping.Field(payload, from: payload)
                let table = SourceMapping.Table(table: payload, entity: payload, stock: payload, fields: [field])
                let report = MappingReport(sources: [
                    SourceMapping(source: till.source.description, name: payload, title: payload, tables: [table])
                ])
                _ = try await hub.test.hub.take(report, agent: agent.record, now: hub.test.now)
                let entity = payload.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
                for path in ["/flow", "/flow?entity=\(entity)"] {
                    let text = try await vera.get(path).text
                    let plain = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\u{301}" }))
                    for forbidden in ["<script>alert", "<img src=x", "<svg onload", "' onmouseover='", "\" onfocus=alert"] {
                        #expect(!plain.contains(forbidden), "\(forbidden) on \(path)")
                    }
                    #expect(plain.contains("flow-drawing"))
                }
            }
        }
    }
}

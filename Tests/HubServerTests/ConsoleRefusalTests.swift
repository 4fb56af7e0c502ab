import ChangeSets
import Foundation
import HubRuntime
import HubServer
import HubTestSupport
import Serving
import Testing

@Suite("What the console says when it refuses")
struct ConsoleRefusalTests {
    /// Only agents and programs meet these, or commands on the hub's machine.
    private static let elsewhere: Set<String> = [
        "agent-unknown", "agent-revoked", "agent-key-in-use", "token-invalid", "token-used", "token-expired", "request-unsigned",
        "request-signature-invalid", "request-repeated", "operator-unknown", "address-not-usable", "not-a-hub-folder",
        "already-a-hub-folder", "hub-running",
    ]

    private static func strings(_ language: String) throws -> [String: String] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../hub/console/strings")
        return try JSONDecoder().decode([String: String].self, from: try Data(contentsOf: folder.appending(path: "\(language).json")))
    }

    @Test("every code that somebody at the console can meet has its words and its remedy in German, and no other has")
    func codes() throws {
        let codes = Set(
            HubError.Code.allCases.map(\.rawValue) + ServerError.Code.allCases.map(\.rawValue)
                + HubServerError.Code.allCases.map(\.rawValue))
        #expect(Self.elsewhere.isSubset(of: codes))
        let (german, english) = (try Self.strings("de"), try Self.strings("en"))
        for code in codes.subtracting(Self.elsewhere) {
            for key in ["error-\(code)", "remedy-\(code)"] {
                #expect(german[key]?.isEmpty == false && german[key] != english[key], "\(key)")
            }
        }
        let told = Set(german.keys.filter { $0.hasPrefix("error-") }.map { String($0.dropFirst("error-".count)) })
        #expect(told == codes.subtracting(Self.elsewhere))
    }

    private static let german = [(name: "Accept-Language", value: "de"), (name: "Accept", value: "text/html")]
    private static let detail = #"<span lang="en">"#

    @Test("to who reads German a refused form answers in German; what the sentence cannot know stands below it in the hub's own words")
    func forms() async throws {
        try await ServedHub.run { hub in
            let agent = try await hub.test.enrol("web", kind: .web)
            var shop = TestWriter("shop", seed: 1, key: agent.key)
            try await hub.test.push([try shop.seal([Make.movement("MUG", "web", pieces: -2, at: hub.test.now)])], from: agent)
            let pile = "/conflicts/" + ("oversell:oversold/MUG at web".addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
            let (nobody, ben, vera) = (Browser(hub), Browser(hub), Browser(hub))
            try await ben.signIn("ben", .operator)
            try await vera.signIn("vera", .viewer)
            let wrong = try await nobody.post("/sign-in", ["name": "ben", "password": "wrong"], headers: Self.german)
            #expect(wrong.status == 401 && wrong.text.contains("Name oder Passwort ist falsch."))
            #expect(!wrong.text.contains("Name or password is wrong") && !wrong.text.contains(Self.detail))
            try await ben.get("/password")
            let weak = try await ben.post("/password", ["old": Browser.password, "new": "short", "again": "short"], headers: Self.german)
            #expect(weak.text.contains("Dieses Passwort geht nicht") && weak.text.contains(Self.detail + "A password has "))
            try await ben.get(pile)
            let typed = try await ben.post(pile, ["choice": "value", "value": "five"], headers: Self.german)
            #expect(typed.status == 409 && typed.text.contains("<b>So lässt sich das nicht ausführen.</b>"))
            #expect(typed.text.contains(Self.detail) && typed.text.contains("is no number of pieces."))
            let left = try await ben.post("/conflicts/bulk", ["kind": "oversell", "rule": "keep"], headers: Self.german)
            #expect(left.text.contains("Diese Wahl passt hier nicht.") && left.text.contains("cannot be decided by"))
            let foreign = try await ben.post(pile, ["choice": "accept"], token: "0", headers: Self.german)
            #expect(foreign.status == 403 && foreign.text.contains("Dieses Formular kam nicht") && !foreign.text.contains(Self.detail))
            let role = try await vera.post(pile, ["choice": "accept"], headers: Self.german)
            #expect(role.status == 403 && role.text.contains("Dafür reicht diese Rolle nicht."))
            #expect(role.text.contains(Self.detail + "vera has the role viewer"))
            let gone = try await vera.get("/history?record=a&field=b", headers: Self.german)
            #expect(gone.status == 404 && gone.text.contains("Das gibt es hier nicht.") && gone.text.contains(Self.detail))
            let nowhere = try await vera.get("/nowhere", headers: Self.german)
            #expect(nowhere.status == 404 && nowhere.text.contains("Unter dieser Adresse gibt es nichts."))
            #expect(!nowhere.text.contains(Self.detail))
        }
    }

    @Test("to who reads English the hub's own words are told, once")
    func english() async throws {
        try await ServedHub.run { hub in
            let vera = Browser(hub)
            try await vera.signIn("vera", .viewer)
            let gone = try await vera.get("/history?record=a&field=b")
            #expect(gone.text.contains("There is no such field of such a record.") && !gone.text.contains(Self.detail))
            try await vera.get("/password")
            let weak = try await vera.post("/password", ["old": Browser.password, "new": "short", "again": "short"])
            #expect(weak.text.contains("A password has ") && !weak.text.contains(Self.detail))
        }
    }
}

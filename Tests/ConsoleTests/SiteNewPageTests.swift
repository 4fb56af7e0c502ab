import Causality
import ChangeSets
import Foundation
import Testing

@testable import Console
@testable import HubRuntime

@Suite("How a site comes to take part")
struct SiteNewPageTests {
    private func html(_ kind: SiteKind, _ language: Language) throws -> String {
        let visitor = Visitor(
            name: "anna", role: .admin, formToken: "0", language: language, theme: nil, zone: .gmt, now: 1_800_000_000_000,
            path: "/sites/one",
            said: nil)
        let site = SiteAnswer(
            name: "one", kind: kind, region: nil, createdAt: 1, agents: [], sources: [], lastHeard: nil, warnings: [])
        let token = EnrolmentToken(site: "one", token: "secret", expires: Timestamp(milliseconds: 1_800_000_060_000))
        return String(decoding: try Console().siteToken(token, of: site, reach: nil, for: visitor), as: UTF8.self)
    }

    @Test(
        "the second command names the application as it is called at that kind of site, and the page the mapping that comes nearest",
        arguments: [
            (SiteKind.store, "till", "open-source-pos.yaml"), (.warehouse, "wms", "adventureworks-warehouse.yaml"),
            (.web, "shop", "web-shop.yaml"),
        ])
    func command(kind: SiteKind, name: String, example: String) throws {
        for language in Language.allCases {
            let page = try html(kind, language)
            #expect(page.contains("tributary-agent attach APP.db --as \(name) --mapping FILE.yaml --data /var/lib/tributary-agent</code>"))
            #expect(page.contains("agent/mappings") && page.contains(example) && page.contains("docs/operating/mapping.md"))
            #expect(!page.contains("⟦") && page.matches(of: /\{[a-z]+\}/).isEmpty)
        }
    }

    @Test("every example that the page names stands in agent/mappings")
    func examples() {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../agent/mappings").standardizedFileURL
        for name in SiteKind.allCases.flatMap(\.mappings) {
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: name).path), "\(name)")
        }
    }
}

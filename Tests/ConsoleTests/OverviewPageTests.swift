import ChangeSets
import Foundation
import Testing

@testable import Console
@testable import HubRuntime

@Suite("The overview")
struct OverviewPageTests {
    private static let now: UInt64 = 1_800_000_000_000

    /// - Parameter heard: milliseconds ago.
    private func site(_ name: String, heard: UInt64) -> SiteAnswer {
        let at = Self.now - heard
        let agent = SiteAnswer.Agent(
            publicKey: SigningKey().publicKey.description, enrolledAt: 1, lastHeard: at, clockOffsetMilliseconds: 0, isRevoked: false,
            exchange: nil)
        return SiteAnswer(name: name, kind: .store, region: nil, createdAt: 1, agents: [agent], sources: [], lastHeard: at, warnings: [])
    }

    private func html(_ sites: [SiteAnswer]) throws -> String {
        let visitor = Visitor(
            name: "anna", role: .admin, formToken: "0", language: .english, theme: nil, zone: .gmt, now: Self.now, path: "/", said: nil)
        let status = StatusAnswer(
            hub: "0", generation: "0", position: 0, sites: sites.count, agents: sites.count, replicas: 0, records: 0, profiles: 0,
            stockCells: 0, orders: 0, waiting: 0, quarantined: 0, staleViews: 0, lastReceivedAt: nil, lastVerifiedBackup: 0, warnings: [])
        let page = try Console().overview(status, sites: sites, conflicts: OpenConflicts(), pulses: [], for: visitor)
        return String(decoding: page, as: UTF8.self)
    }

    /// Whether the element of that id is in the page, and shown.
    private func shown(_ id: String, in page: String) throws -> Bool {
        let tag = try #require(page.firstMatch(of: try Regex(#"<[a-z]+ [^>]*id="\#(id)"[^>]*>"#)))
        return !page[tag.range].contains(" hidden")
    }

    @Test(
        "every part that may fill up later is in the page from the beginning, and hidden while it is empty",
        arguments: [(well: 0, silent: 0), (well: 2, silent: 0), (well: 0, silent: 2), (well: 2, silent: 1)])
    func parts(well: Int, silent: Int) throws {
        let sites = (0..<well).map { site("shop \($0)", heard: 0) } + (0..<silent).map { site("gone \($0)", heard: 3_600_000) }
        let page = try html(sites)
        #expect(try shown("no-sites", in: page) == sites.isEmpty)
        #expect(try shown("some-sites", in: page) == !sites.isEmpty)
        #expect(try shown("sites-bad", in: page) == (silent > 0))
        #expect(try shown("sites-rest", in: page) == (well > 0))
        #expect(try !shown("charts-now", in: page))
        #expect(page.contains(#"id="sites-well-count" data-live>\#(well) site"#))
        #expect(page.matches(of: /gone [0-9]<\/a><\/th>/).count == silent && !page.contains("⟦"))
    }
}

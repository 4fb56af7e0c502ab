import ChangeSets
import Foundation
import Testing

@testable import Console
@testable import HubRuntime

@Suite("The overview")
struct OverviewPageTests {
    private static let now: UInt64 = 1_800_000_000_000

    /// - Parameter heard: milliseconds ago.
    private func site(_ name: String, heard: UInt64, region: String? = nil) -> SiteAnswer {
        let at = Self.now - heard
        let agent = SiteAnswer.Agent(
            publicKey: SigningKey().publicKey.description, enrolledAt: 1, lastHeard: at, clockOffsetMilliseconds: 0, isRevoked: false,
            exchange: nil)
        var site = SiteAnswer(
            name: name, kind: .store, region: region, createdAt: 1, agents: [agent], sources: [], lastHeard: at, warnings: [])
        site.state = SiteState(site, now: Self.now)
        return site
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

    @Test(
        "of more than a dozen sites the regions are told, the one with the greatest share of trouble first; of fewer, or of one region, none"
    )
    func regions() throws {
        func sites(_ count: Int, silent: Int, _ region: String?) -> [SiteAnswer] {
            (0..<count).map { site("\(region ?? "shop") \($0)", heard: $0 < silent ? 3_600_000 : 0, region: region) }
        }
        let page = try html(sites(6, silent: 1, "north") + sites(4, silent: 2, "a <b>") + sites(3, silent: 0, nil))
        let told = page.matches(
            of: /<li class="tag"><span class="state ([a-z]+)">(?:<a href="([^"]+)">)?([^<]+)(?:<\/a>)?<\/span> ([^<]+)</
        ).map {
            "\($0.1) \($0.2 ?? "-") \($0.3): \($0.4)"
        }
        #expect(
            told == [
                "bad /sites?q=a%20%3Cb%3E a &lt;b&gt;: 2 of 4 need you", "bad /sites?q=north north: 1 of 6 need you",
                "ok - without a region: 3",
            ])
        #expect(try shown("regions", in: page))
        #expect(try !shown("regions", in: html(sites(6, silent: 1, "north") + sites(6, silent: 2, "south"))))
        #expect(try !shown("regions", in: html(sites(13, silent: 1, "north"))))
    }

    @Test("so many regions are named; how many more there are is said", arguments: [24, 25, 26])
    func manyRegions(count: Int) throws {
        let page = try html((0..<count).map { site("shop \($0)", heard: 0, region: "region \($0)") })
        #expect(page.matches(of: /<li class="tag"><span/).count == 24)
        #expect(page.contains("more region") == (count > 24) && page.contains("2 more regions, where") == (count == 26))
    }
}

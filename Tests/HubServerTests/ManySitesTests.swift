import ChangeSets
import HubRuntime
import HubTestSupport
import Testing

@Suite("The console with very many sites")
struct ManySitesTests {
    @Test("the overview shows fifty sites of a kind and leads to all; a search there goes to the page of sites", arguments: [50, 51])
    func overview(sites: Int) async throws {
        try await ServedHub.run { hub in
            for number in 1...sites { _ = try await hub.test.hub.addSite(name: "shop-\(number)", kind: .store, now: hub.test.now) }
            let ann = Browser(hub)
            try await ann.signIn("ann", .viewer)
            let page = try await ann.get("/").text
            #expect(page.matches(of: /href="\/sites\/shop/).count == 50)
            #expect(page.contains("all \(sites) of them") == (sites > 50))
            // What is not on the page cannot be filtered there.
            #expect(page.contains("data-filter") == (sites == 50))
        }
    }

    @Test(
        "a site's page tells how many of its conflicts are open up to fifty, and looks for them through two hundred of everybody's",
        arguments: [(0, 50, "50 open<"), (0, 51, "50 open, and more<"), (200, 0, "0 open<"), (201, 0, "look in the queue<")])
    func conflicts(others: Int, own: Int, told: String) async throws {
        try await ServedHub.run { hub in
            let (store, shop) = (try await hub.test.enrol("others"), try await hub.test.enrol("own"))
            var (wms, till) = (TestWriter("wms", seed: 1, key: store.key), TestWriter("till", seed: 2, key: shop.key))
            // A pile is nobody's; what is set aside is its writer's.
            let oversold = (0..<others).map { Make.movement(Text("SKU \($0)"), "others", pieces: -1, at: hub.test.now) }
            let aside = (0..<own).map { _ in Make.movement("", "own", pieces: 1, at: hub.test.now) }
            if !oversold.isEmpty { try await hub.test.push([try wms.seal(oversold)], from: store) }
            if !aside.isEmpty { try await hub.test.push([try till.seal(aside)], from: shop) }
            let ann = Browser(hub)
            try await ann.signIn("ann", .viewer)
            let page = try await ann.get("/sites/own").text
            #expect(page.contains(told))
        }
    }
}

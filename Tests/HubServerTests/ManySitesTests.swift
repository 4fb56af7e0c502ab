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
}

import HubRuntime
import HubTestSupport
import Testing

@Suite("The console's page of the data's quality, as it is asked for")
struct ConsoleQualityTests {
    @Test("who has all looked through at the articles comes back to them; an entity that is not looked at means customers")
    func entity() async throws {
        try await ServedHub.run { hub in
            let ben = Browser(hub)
            try await ben.signIn("ben", .operator)
            let articles = try await ben.get("/quality?entity=item")
            #expect(articles.status == 200 && articles.text.contains("<h1>Data quality: articles</h1>"))
            #expect(try await ben.get("/quality?entity=sale").text.contains("<h1>Data quality: customers</h1>"))
            for (entity, place) in [("item", "/quality?entity=item&said=quality-begun"), ("", "/quality?said=quality-begun")] {
                let begun = try await ben.post("/quality/refresh", ["entity": entity])
                #expect(begun.status == 303 && begun.header("location") == place)
            }
        }
    }
}

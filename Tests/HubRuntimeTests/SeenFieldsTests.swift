import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("What is seen of sources that tell no mapping")
struct SeenFieldsTests {
    /// Customers with a name, the last of them with a note besides.
    private func fields(customers count: Int, recordsMax: Int) async throws -> [String] {
        var shop = try await Shop()
        let now = shop.bench.now
        try await shop.tell(
            (1...count).map {
                Make.write("customer", Int64($0), [("name", "Ann")] + ($0 == count ? [("note", "rings in the morning")] : []), at: now)
            })
        return try await shop.bench.hub.reading(now) { documents in
            let sources = Set(documents.standing.sources.filter { !$0.isHub }.map(\.number))
            return try SeenFields(documents).tables(of: sources, recordsMax: recordsMax).flatMap { $0.fields.map(\.field) }
        }
    }

    @Test("So many records are looked at of all replicas together, and not one more", arguments: [0, 1])
    func recordsMax(more: Int) async throws {
        let fields = try await fields(customers: 30 + more, recordsMax: 30)
        #expect(fields == (more == 0 ? ["name", "note"] : ["name"]) && SeenFields.recordsMax == 2_000)
    }
}

import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubServer
import HubTestSupport
import Testing

@Suite("The console's proposed links")
struct ConsoleProposalTests {
    private static let firsts = ["Ada", "Bruno", "Clara", "David", "Edith", "Felix", "Greta", "Hugo", "Ines", "Jonas"]
    private static let lasts = ["Marlowe", "Okafor", "Petrova", "Quinlan", "Rosetti", "Svensson", "Tanaka", "Ullmann"]

    /// People who have little in common.
    private static func person(_ number: Int, key: Int64, first: String? = nil, at now: Timestamp) -> Change {
        Make.write(
            "customer", key,
            [
                ("first name", .text(Text(first ?? firsts[number % 10]))), ("last name", .text(Text(lasts[number / 10]))),
                ("birth date", .text(Text("19\(50 + number % 47)-0\(1 + number % 9)-\(10 + number % 18)"))),
                ("postcode", .text(Text("N\(1 + number % 20) \(number % 9)AB"))), ("address", .text(Text("\(number + 3) Elm Road"))),
                ("company", .text(Text("Works \(number)"))),
            ], at: now)
    }

    @Test("the desk shows a proposed link as the list of proposals does, and decides it; both people were looked at")
    func desk() async throws {
        try await ServedHub.run { hub in
            let (bench, now) = (hub.test, hub.test.now)
            let (shop, web) = (try await bench.enrol("shop", region: "GB"), try await bench.enrol("web", kind: .web))
            var (till, store) = (TestWriter("till", seed: 1, key: shop.key), TestWriter("web", seed: 2, key: web.key))
            try await bench.push([try till.seal((0..<80).map { Self.person($0, key: Int64($0), at: now) })], from: shop)
            // Some are known to both as they are, one by a slip of the finger.
            let alike = [7, 23, 61].enumerated().map { Self.person($1, key: Int64($0), at: now) }
            try await bench.push([try store.seal(alike + [Self.person(44, key: 3, first: "Eddith", at: now)])], from: web)
            _ = try await bench.hub.matchAll(now: now)
            let open = try await bench.hub.conflicts(ConflictFilter(kind: .proposedLink, text: "Eddith"), now: now)
            let conflict = try #require(open.first)
            let address = "/conflicts/" + (conflict.id.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
            let ben = Browser(hub)
            try await ben.signIn("ben", .operator)
            let page = try await ben.get(address)
            #expect(page.status == 200 && page.text.contains("stack compare") && page.text.contains("Ed<mark>d</mark>ith"))
            #expect(try await ben.get("/proposals").text.contains("Ed<mark>d</mark>ith"))
            #expect(try await bench.hub.lookUps().contains { $0.what == .conflict && $0.subject == conflict.id && $0.found == 2 })
            // Programs leave the same lines.
            #expect(try await hub.ask(.post, "/v1/identity/proposals", "{}").status == 200)
            #expect(try await hub.ask(.get, "/v1/conflicts?kind=proposed-link").status == 200)
            let program = try await bench.hub.lookUps().filter { $0.who == "hub.secret" }
            #expect(Set(program.map(\.subject)) == ["proposals", "conflicts"] && program.allSatisfy { $0.what == .search && $0.found > 0 })
            let done = try await ben.post(address, ["choice": "same", "seen": conflict.seen])
            #expect(done.status == 303)
            #expect(try await !ben.get(address).text.contains("stack compare"))
        }
    }
}

import ChangeSets
import Foundation
import HubRuntime
import HubTestSupport
import Testing

@Suite("What the console tells of decisions, for programs")
struct DeskRouteTests {
    @Test("as many conflicts as may be decided at once can be named by their whole ids; one more is refused with a remedy")
    func bulk() async throws {
        try await ServedHub.run { hub in
            let id = "quarantine:\(String(repeating: "0", count: 32)):1000"
            func decide(_ count: Int) async throws -> ServedHub.Answer {
                let ids = Array(repeating: "\"\(id)\"", count: count).joined(separator: ",")
                let body = #"{"filter":{"ids":[\#(ids)]},"rule":"discard","author":"ann","isDryRun":true}"#
                return try await hub.ask(.post, "/v1/conflicts/resolve-all", body)
            }
            let most = try await decide(Hub.conflictsPerKindMax)
            let left = (most.json as? [String: Any])?["left"] as? [[String: Any]]
            #expect(most.status == 200 && left?.count == Hub.conflictsPerKindMax && left?.first?["code"] as? String == "conflict-gone")
            let refused = try await decide(Hub.conflictsPerKindMax + 1)
            #expect(refused.status == 400 && refused.error["remedy"] != nil)
        }
    }

    @Test("what was decided about a person's records is told, and the look is in the trail; of nobody nothing is told, and nothing noted")
    func links() async throws {
        try await ServedHub.run { hub in
            let agent = try await hub.test.enrol("shop")
            var till = TestWriter("till", seed: 1, key: agent.key)
            let now = hub.test.now
            try await hub.test.push(
                [try till.seal((1...2).map { Make.customer(Int64($0), name: "Ann Number\($0)", at: now) })], from: agent)
            let ids = (1...2).map { "p\(till.replica)-\($0)" }
            for id in [ids[0], "nobody"] {
                let none = try await hub.ask(.get, "/v1/profiles/\(id)/decisions")
                #expect(none.status == 200 && String(decoding: none.body, as: UTF8.self) == "[]")
            }
            let decided = try await hub.test.hub.keepApart(
                LinkQuestion(id: ids[0], records: [ids[1]], author: "ann", note: "twins"), now: now)
            let told = try await hub.ask(.get, "/v1/profiles/\(ids[1])/decisions").json as? [[String: Any]]
            #expect(told?.map { $0["decision"] as? String } == [decided.decision.id])
            #expect(told?.first?["isSame"] as? Bool == false && told?.first?["note"] as? String == "twins")
            let looks = try await hub.test.hub.lookUps()
            #expect(looks.map(\.what) == [.profile] && looks.map(\.subject) == [ids[1]])
        }
    }

    @Test("a change that is set aside is told value by value, which is in the trail where they are somebody's, and is mended")
    func mending() async throws {
        try await ServedHub.run { hub in
            let agent = try await hub.test.enrol("shop")
            var till = TestWriter("till", seed: 1, key: agent.key)
            let (life, now) = (till.nextDot, hub.test.now)
            let wrong = Make.write("customer", 1, [("name", "Ann Wye"), ("created at", "yesterday")], at: now)
            try await hub.test.push([try till.seal([wrong])], from: agent)
            let id = "quarantine:\(life)"
            let story = try await hub.ask(.get, "/v1/conflicts/\(id.replacing(":", with: "%3A"))/story").json as? [String: Any]
            let fields = (story?["refused"] as? [String: Any])?["fields"] as? [[String: Any]]
            #expect(fields?.map { $0["name"] as? String } == ["created at", "name"])
            #expect(fields?.first?["value"] as? String == "yesterday" && fields?.first?["kind"] as? String == "time")
            #expect(try await hub.test.hub.lookUps().map(\.subject) == [id])
            func mend(_ mending: String) async throws -> ServedHub.Answer {
                try await hub.ask(
                    .post, "/v1/conflicts/resolve", #"{"id":"\#(id)","choice":"mend","mending":\#(mending),"author":"ann"}"#)
            }
            for refused in [#"{}"#, #"{"leaveOut":["name"]}"#, #"{"values":{"created at":"today"}}"#] {
                let answer = try await mend(refused)
                #expect((400...409).contains(answer.status) && answer.error["remedy"] != nil, "\(refused)")
            }
            let mended = try await mend(#"{"values":{"created at":1700000000000}}"#)
            #expect(mended.status == 200 && (mended.json as? [String: Any])?["values"] as? [Int] == [1_700_000_000_000])
            #expect(try await hub.test.hub.status(now: now).quarantined == 0)
        }
    }

    @Test("a policy is tried without being set, and examples that show people are in the trail; what is none is refused")
    func policyTrial() async throws {
        try await ServedHub.run { hub in
            let (one, two) = (try await hub.test.enrol("shop-1"), try await hub.test.enrol("shop-3"))
            var (mine, theirs) = (TestWriter("till", seed: 1, key: one.key), TestWriter("till", seed: 2, key: two.key))
            let (life, now) = (mine.nextDot, hub.test.now)
            func edit(_ city: Value) -> Change {
                Make.write("customer", 1, [("city", city)], life: life, at: now, context: .named([life]))
            }
            // Two who were shown the same, and not each other.
            let customer = Make.write("customer", 1, [("email", "ann@example.com"), ("city", "Leith")], at: now)
            try await hub.test.push([try mine.seal([customer, edit("Perth"), edit("Dundee")])], from: one)
            let other = Make.write("customer", 1, [("email", "ann@example.com"), ("city", "York")], at: now)
            try await hub.test.push([try theirs.seal([other])], from: two)
            func trial(_ field: String, _ policy: String) async throws -> ServedHub.Answer {
                let words = [field, policy].map { $0.replacing(" ", with: "%20").replacing(":", with: "%3A") }
                return try await hub.ask(.get, "/v1/policies/try?entity=customer&field=\(words[0])&policy=\(words[1])")
            }
            let tried = try await trial("city", "ranked: shop-3")
            let told = tried.json as? [String: Any]
            let examples = told?["examples"] as? [[String: Any]]
            #expect(tried.status == 200 && told?["conflicts"] as? Int == 1 && told?["policy"] as? String == "ranked: shop-3")
            #expect(examples?.map { $0["shown"] as? String } == ["York"] && examples?.first?["site"] as? String == "shop-3")
            #expect((examples?.first?["conflict"] as? [String: Any])?["short"] is String)
            #expect(try await hub.test.hub.policies(now: now).isEmpty)
            let looks = try await hub.test.hub.lookUps()
            #expect(looks.map(\.what) == [.search] && looks.map(\.subject) == ["conflicts"] && looks.map(\.found) == [1])
            for (field, policy) in [("city", "newest"), ("shoe size", "latest"), ("city", "ranked: nowhere"), ("city", "")] {
                let refused = try await trial(field, policy)
                #expect(refused.status == 400 && refused.error["code"] == "choice-invalid", "\(field) \(policy)")
            }
        }
    }

    @Test("a conflict's story is told with what each count would leave; a look at one about a person is in the trail, another is not")
    func story() async throws {
        try await ServedHub.run { hub in
            let (one, two) = (try await hub.test.enrol("shop-1"), try await hub.test.enrol("shop-2"))
            var (mine, yours) = (TestWriter("till", seed: 1, key: one.key), TestWriter("till", seed: 2, key: two.key))
            let now = hub.test.now
            try await hub.test.push([try mine.seal([Make.count("MUG", "pool", pieces: 10, at: now)])], from: one)
            try await hub.test.push([try yours.seal([Make.count("MUG", "pool", pieces: 7, at: now)])], from: two)
            func story(of kind: ConflictAnswer.Kind) async throws -> (id: String, told: [String: Any]) {
                let conflict = try #require(try await hub.test.hub.conflicts(ConflictFilter(kind: kind), now: now).first)
                let id = try #require(conflict.id.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
                let answer = try await hub.ask(.get, "/v1/conflicts/\(id)/story")
                return (conflict.id, try #require(answer.json as? [String: Any], "\(answer.status)"))
            }
            let counts = try await story(of: .concurrentCounts).told
            let foresight = counts["foresight"] as? [String: [String: Any]]
            #expect(Set(foresight?.values.compactMap { $0["onHand"] as? Int } ?? []) == [100_000, 70_000])
            let sides = counts["sides"] as? [[String: Any]]
            #expect(sides?.map { ($0["heard"] as? [Any])?.count } == [0, 0])
            #expect(try await hub.test.hub.lookUps().isEmpty)

            let life = mine.nextDot
            func edit(_ city: Value) -> Change {
                Make.write("customer", 1, [("city", city)], life: life, at: now, context: .named([life]))
            }
            // Two who were shown the same, and not each other.
            let customer = Make.write("customer", 1, [("email", "ann@example.com"), ("city", "Leith")], at: now)
            try await hub.test.push([try mine.seal([customer, edit("Perth"), edit("Dundee")])], from: one)
            let (id, city) = try await story(of: .concurrentWrites)
            #expect((city["conflict"] as? [String: Any])?["id"] as? String == id)
            #expect((city["earlier"] as? [[String: Any]])?.map { $0["value"] as? String } == ["Leith"])
            let looks = try await hub.test.hub.lookUps()
            #expect(looks.map(\.what) == [.conflict] && looks.map(\.subject) == [id])
            #expect(try await hub.ask(.get, "/v1/conflicts/nothing/story").status == 404)
        }
    }
}

import Causality
import ChangeSets
import HubStoreSQLite
import HubTestSupport
import Profiles
import TestSupport
import Testing

@testable import HubRuntime

/// A hub whose operators decide after its backup, and the hub that is put back from that.
private struct Afternoon {
    let folder: TemporaryFolder
    let bench: TestHub
    let web: TestAgent
    /// Two customers without anything in common.
    let customers: [Dot]

    init() async throws {
        folder = try TemporaryFolder()
        bench = try await TestHub()
        web = try await bench.enrol("web", kind: .web)
        var writer = TestWriter("web", seed: 1, key: web.key)
        let first = writer.nextDot
        customers = [first, Dot(first.replica, first.counter + 1)]
        let changes = [
            Make.write("customer", 1, [("name", "Ann Lee")], at: bench.now), Make.write("customer", 2, [("name", "A. Lee")], at: bench.now),
        ]
        try await bench.push([try writer.seal(changes)], from: web)
        try await bench.hub.backUp(to: folder.file("backup.db"))
    }

    /// What an agent keeps, from the first page that it gets.
    func kept() async throws -> [[UInt8]] {
        guard case .page(let page) = try await bench.hub.pull(PullRequest(keepsDecisions: true), agent: web.record, now: bench.now) else {
            throw HubError(.notFound, "No page.", remedy: "")
        }
        return try #require(page.kept).decisions.map(\.sealed)
    }

    func restored(afterHours hours: UInt64, as name: String = "hub.db") async throws -> TestHub {
        try SQLiteHubStore.restore(backup: folder.file("backup.db"), to: folder.file(name))
        let hub = try await TestHub(store: SQLiteHubStore(path: folder.file(name), durability: .none))
        hub.now = hub.now.advanced(byMilliseconds: hours * 3_600_000)
        return hub
    }

    func decide(areSame: Bool, at hub: TestHub) async throws -> String {
        let question = LinkQuestion(id: "\(ProfileID(life: customers[0]))", records: [customers[1].description], author: "ann")
        let answer = try await areSame ? hub.hub.link(question, now: hub.now) : hub.hub.keepApart(question, now: hub.now)
        return answer.decision.id
    }

    func areOne(at hub: TestHub) async throws -> Bool {
        try await hub.hub.reading(hub.now) { [customers] documents in
            let profiles = try customers.map { life in
                try documents.standing.record(life).flatMap { try documents.store.customer($0)?.profile }
            }
            return profiles[0] != nil && profiles[0] == profiles[1]
        }
    }
}

extension TestHub {
    fileprivate func setPolicy(_ policy: String, of field: String = "phone") async throws -> DecisionAnswer {
        try await hub.setPolicy(PolicyQuestion(entity: "customer", field: field, policy: policy, author: "ann"), now: now)
    }

    fileprivate func keepBack(_ quantity: Int64) async throws -> DecisionAnswer {
        try await hub.keepBack(SafetyQuestion(sku: "MUG", location: "*", quantity: quantity, author: "ann"), now: now)
    }

    fileprivate func policies() async throws -> [String] { try await hub.policies(now: now).map(\.policy) }

    fileprivate func takeBack(_ sealed: [[UInt8]], from agent: TestAgent) async throws {
        guard case .receipt = try await hub.takeBack(sealed, agent: agent.record, agentTime: now, now: now) else {
            throw HubError(.notFound, "No receipt.", remedy: "")
        }
    }
}

@Suite("The order of decisions of several generations")
struct ReturnedOrderTests {
    @Test(
        "law 4: of two rules about one thing the later is in force, and the earlier where that is undone, whenever the earlier comes back",
        arguments: 0...2)
    func rules(comesBackAfter steps: Int) async throws {
        let afternoon = try await Afternoon()
        _ = try await afternoon.bench.setPolicy("earliest")
        _ = try await afternoon.bench.keepBack(10_000)
        let kept = try await afternoon.kept()
        #expect(kept.count == 2)
        let hub = try await afternoon.restored(afterHours: 1)
        if steps == 0 { try await hub.takeBack(kept, from: afternoon.web) }
        let later = [try await hub.setPolicy("longest"), try await hub.keepBack(20_000)]
        if steps == 1 { try await hub.takeBack(kept, from: afternoon.web) }
        #expect(try await hub.policies() == ["longest"])
        #expect(try await hub.hub.safetyStock(now: hub.now).map(\.quantity) == [20_000])
        for decision in later { _ = try await hub.hub.undo(decision.id, author: "bob", note: nil, now: hub.now) }
        if steps == 2 { try await hub.takeBack(kept, from: afternoon.web) }
        #expect(try await hub.policies() == ["earliest"])
        #expect(try await hub.hub.safetyStock(now: hub.now).map(\.quantity) == [10_000])
        #expect(try await hub.hub.verify().isEqual)
    }

    @Test("two generations whose times overlap are put in order decision by decision")
    func overlap() async throws {
        let afternoon = try await Afternoon()
        _ = try await afternoon.bench.setPolicy("earliest", of: "phone")
        afternoon.bench.now = afternoon.bench.now.advanced(byMilliseconds: 2 * 3_600_000)
        _ = try await afternoon.bench.setPolicy("earliest", of: "email")
        let kept = try await afternoon.kept()
        let hub = try await afternoon.restored(afterHours: 1)
        for field in ["email", "phone"] { _ = try await hub.setPolicy("longest", of: field) }
        try await hub.takeBack(kept, from: afternoon.web)
        #expect(try await hub.hub.policies(now: hub.now).map { "\($0.field) \($0.policy)" } == ["email earliest", "phone longest"])
        #expect(try await hub.hub.verify().isEqual)
    }

    @Test("S24: of two records that were declared one person and never the same, what was said last holds", arguments: [true, false])
    func links(isSameLast: Bool) async throws {
        let afternoon = try await Afternoon()
        _ = try await afternoon.decide(areSame: !isSameLast, at: afternoon.bench)
        let kept = try await afternoon.kept()
        // Two that are never the same cannot be declared one person until that is undone.
        for comesBackFirst in isSameLast ? [false] : [true, false] {
            let hub = try await afternoon.restored(afterHours: 1, as: "\(comesBackFirst).db")
            if comesBackFirst { try await hub.takeBack(kept, from: afternoon.web) }
            let last = try await afternoon.decide(areSame: isSameLast, at: hub)
            if !comesBackFirst { try await hub.takeBack(kept, from: afternoon.web) }
            #expect(try await afternoon.areOne(at: hub) == isSameLast)
            #expect(try await hub.hub.verify().isEqual)
            _ = try await hub.hub.undo(last, author: "bob", note: nil, now: hub.now)
            #expect(try await afternoon.areOne(at: hub) == !isSameLast)
            #expect(try await hub.hub.verify().isEqual)
        }
    }

    @Test("undoing by what was decided takes the decision back that was made last, not the one that came last")
    func undoesLatest() async throws {
        let afternoon = try await Afternoon()
        let former = try await afternoon.bench.setPolicy("earliest")
        let kept = try await afternoon.kept()
        let hub = try await afternoon.restored(afterHours: 1)
        let later = try await hub.setPolicy("longest")
        try await hub.takeBack(kept, from: afternoon.web)
        let name = "policy:customer/phone"
        let undone = try await hub.hub.undo(name, author: "bob", note: nil, now: hub.now)
        #expect(try await hub.policies() == ["earliest"])
        let listed = try await hub.hub.decisions(now: hub.now)
        #expect(listed.first { $0.id == later.id }?.undoneBy == undone.id)
        #expect(listed.first { $0.id == former.id }?.undoneBy == nil)
        _ = try await hub.hub.undo(name, author: "bob", note: nil, now: hub.now)
        #expect(try await hub.policies().isEmpty)
        #expect(try await hub.hub.verify().isEqual)
    }

    @Test("law 7: what was decided later in the next generation is in force though the clock was put back meanwhile")
    func clockPutBack() async throws {
        let afternoon = try await Afternoon()
        let hub = afternoon.bench
        let former = hub.now
        hub.now = former.advanced(byMilliseconds: 3_600_000)
        _ = try await hub.setPolicy("earliest")
        hub.now = former
        try await hub.restart()
        let later = try await hub.setPolicy("longest")
        #expect(try await hub.policies() == ["longest"])
        _ = try await hub.hub.undo(later.id, author: "bob", note: nil, now: hub.now)
        #expect(try await hub.policies() == ["earliest"])
        #expect(try await hub.hub.verify().isEqual)
    }
}

import Causality
import ChangeSets
import HubStoreSQLite
import HubTestSupport
import TestSupport
import Testing

@testable import HubRuntime

/// A hub whose operators decide after its backup, and the hub that is put back from that.
private struct Afternoon {
    let folder: TemporaryFolder
    let bench: TestHub
    let web: TestAgent

    init() async throws {
        folder = try TemporaryFolder()
        bench = try await TestHub()
        web = try await bench.enrol("web", kind: .web)
        try await bench.hub.backUp(to: folder.file("backup.db"))
    }

    /// What an agent keeps, from the first page that it gets.
    func kept() async throws -> [[UInt8]] {
        guard case .page(let page) = try await bench.hub.pull(PullRequest(keepsDecisions: true), agent: web.record, now: bench.now) else {
            throw HubError(.notFound, "No page.", remedy: "")
        }
        return try #require(page.kept).decisions.map(\.sealed)
    }

    func restored(afterHours hours: UInt64) async throws -> TestHub {
        try SQLiteHubStore.restore(backup: folder.file("backup.db"), to: folder.file("hub.db"), now: bench.now)
        let hub = try await TestHub(store: SQLiteHubStore(path: folder.file("hub.db"), durability: .none))
        hub.now = hub.now.advanced(byMilliseconds: hours * 3_600_000)
        return hub
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
}

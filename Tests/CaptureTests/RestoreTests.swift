import Causality
import ChangeSets
import Foundation
import Testing

@testable import Capture

/// Restored disks, with the figures that the hub must show afterwards: each thing that happened moved stock once.
@Suite("Restored tills, folders and machines: exact figures (S15)")
struct RestoreTests {
    /// Where stock is told from, and what one rig of each kind is.
    static let mappings = ["a level": Shop.yaml, "sale lines": Shop.yamlOfLines]

    func started(_ kind: String) throws -> (Rig, ModelHub) {
        let rig = try Rig(Shop.sql, try #require(Self.mappings[kind]))
        var hub = ModelHub()
        try rig.attach()
        try rig.settle(&hub)
        return (rig, hub)
    }

    /// Units sold of shoes, as the hub counts them.
    func sold(_ hub: ModelHub, _ kind: String) -> Int64 {
        let figure = hub.state.stock[.init(sku: "shoe", location: "shop"), default: 0] / FixedPoint.one
        return (kind == "a level" ? 100 : 0) - figure
    }

    func sales(_ hub: ModelHub) -> [Int] {
        hub.state.records.filter { $0.key.entity == "sale" }.map(\.value.count)
    }

    private func backUp(_ rig: Rig) throws {
        try rig.opened().rest()
        try rig.copyTill(to: "till backup")
        try rig.copyAgent(to: "backup.db")
    }

    private func restore(_ rig: Rig, _ hub: ModelHub) throws {
        try rig.restoreAgent(from: "backup.db")
        try rig.restoreTill(from: "till backup")
        try rig.hear(hub)
    }

    @Test(
        "a machine restored with sales that nobody had read yet, and that were sent after the backup: each counts once",
        arguments: mappings.keys.sorted())
    func machineWithUnread(kind: String) throws {
        var (rig, hub) = try started(kind)
        for id in 10..<13 { try rig.sell(Shop.sale(id)) }
        try backUp(rig)
        try rig.settle(&hub)
        try restore(rig, hub)
        for id in 20..<22 { try rig.sell(Shop.sale(id, quantity: 2)) }
        try rig.settle(&hub)
        #expect(hub.complaints == [] && hub.state.complaints == [])
        #expect(sold(hub, kind) == 7)
        #expect(sales(hub).allSatisfy { $0 == 1 } && sales(hub).count == 5)
        #expect(try rig.sweep() == .nothing)
    }

    @Test(
        "a machine restored with changes sealed and unsent at the backup, and sent after it: each counts once",
        arguments: mappings.keys.sorted())
    func machineWithUnsent(kind: String) throws {
        var (rig, hub) = try started(kind)
        for id in 10..<13 { try rig.sell(Shop.sale(id)) }
        try rig.drain()
        try backUp(rig)
        try hub.take(rig.agentStore())
        try rig.sell(Shop.sale(13))
        try rig.settle(&hub)
        try restore(rig, hub)
        for id in 20..<22 { try rig.sell(Shop.sale(id, quantity: 2)) }
        try rig.settle(&hub)
        #expect(hub.complaints == [] && hub.state.complaints == [])
        #expect(sold(hub, kind) == 8, "three before, one that only the hub knows, two of two after")
        #expect(sales(hub).allSatisfy { $0 == 1 } && sales(hub).count == 6)
    }

    @Test(
        "a kill while the images of a restored machine arrive forgets nothing that the hub had told",
        arguments: [Checkpoint.recoveryNoticed, .imagesStaged])
    func killedWhileRecovering(at step: Checkpoint) throws {
        var (rig, hub) = try started("sale lines")
        for id in 10..<13 { try rig.sell(Shop.sale(id)) }
        try backUp(rig)
        try rig.settle(&hub)
        try restore(rig, hub)
        #expect(try rig.killed(at: step) { try rig.settle(&hub) })
        try rig.settle(&hub)
        #expect(hub.complaints == [] && hub.state.complaints == [])
        #expect(sold(hub, "sale lines") == 3)
    }

    @Test("law 8: a till restored to before a drain, its unread sales sold on: each counts once", arguments: mappings.keys.sorted())
    func tillWithUnread(kind: String) throws {
        var (rig, hub) = try started(kind)
        for id in 10..<13 { try rig.sell(Shop.sale(id)) }
        try rig.opened().rest()
        try rig.copyTill(to: "till backup")
        try rig.settle(&hub)
        try rig.restoreTill(from: "till backup")
        for id in 20..<22 { try rig.sell(Shop.sale(id, quantity: 2)) }
        try rig.settle(&hub)
        #expect(hub.complaints == [] && hub.state.complaints == [])
        #expect(sold(hub, kind) == 7)
    }

    @Test(
        "a till restored to before many drains: what it lost stays counted, what it sells now counts too", arguments: mappings.keys.sorted()
    )
    func tillAlone(kind: String) throws {
        var (rig, hub) = try started(kind)
        try rig.sell(Shop.sale(10))
        try rig.settle(&hub)
        try rig.copyTill(to: "till backup")
        for id in 11..<15 {
            try rig.sell(Shop.sale(id))
            try rig.settle(&hub)
        }
        try rig.restoreTill(from: "till backup")
        for id in 11..<13 { try rig.sell(Shop.sale(id, customer: 2, quantity: 3)) }
        try rig.settle(&hub)
        #expect(hub.complaints == [])
        #expect(sold(hub, kind) == 11)
    }

    @Test("a customer edited after the backup does not make sales of before into others")
    func editedCustomer() throws {
        var (rig, hub) = try started("sale lines")
        try rig.sell("INSERT INTO customers VALUES (3, 'cy@example.org', 'Cy')")
        for id in 10..<13 { try rig.sell(Shop.sale(id, customer: 3)) }
        try backUp(rig)
        try rig.settle(&hub)
        try rig.sell("UPDATE customers SET name = 'Cyrus' WHERE id = 3")
        try rig.settle(&hub)
        try restore(rig, hub)
        try rig.settle(&hub)
        #expect(sold(hub, "sale lines") == 3)
        #expect(sales(hub).allSatisfy { $0 == 1 } && sales(hub).count == 3)
    }

    @Test("a key that a lost history had used keeps its own sale when the folder is restored")
    func keyUsedTwice() throws {
        var (rig, hub) = try started("sale lines")
        try rig.copyTill(to: "till backup")
        try rig.sell(Shop.sale(10, quantity: 2))
        try rig.settle(&hub)
        try rig.restoreTill(from: "till backup")
        try rig.sell(Shop.sale(10, customer: 2, quantity: 1))
        try rig.settle(&hub)
        try rig.copyAgent(to: "backup.db")
        try rig.sell(Shop.sale(11))
        try rig.settle(&hub)
        try rig.restoreAgent(from: "backup.db")
        try rig.settle(&hub)
        #expect(hub.complaints == [])
        #expect(sold(hub, "sale lines") == 4)
        #expect(hub.state.records[.init(entity: "sale", key: LocalKey(10))]?.count == 2)
    }

    @Test("a till restored twice, the second time before the first was over: each counts once", arguments: mappings.keys.sorted())
    func tillTwice(kind: String) throws {
        var (rig, hub) = try started(kind)
        try rig.copyTill(to: "first")
        for id in 10..<12 { try rig.sell(Shop.sale(id)) }
        try rig.settle(&hub)
        try rig.copyTill(to: "second")
        for id in 12..<14 { try rig.sell(Shop.sale(id)) }
        try rig.settle(&hub)
        try rig.restoreTill(from: "second")
        guard case .recovery = try rig.drain() else {
            Issue.record("no recovery")
            return
        }
        try rig.restoreTill(from: "first")
        try rig.sell(Shop.sale(30, quantity: 5))
        try rig.settle(&hub)
        #expect(hub.complaints == [])
        #expect(sold(hub, kind) == 9)
    }
}

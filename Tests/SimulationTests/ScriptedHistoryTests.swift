import Causality
import ChangeSets
import TestSupport
import Testing

/// Short histories that are told step by step, under the same checkers as those of the seeds. Each is one that a mistake of the product
/// would show in: `make mutants` makes that mistake, and the checkers have to find it.
@Suite("Scripted histories, under the simulator's checkers")
struct ScriptedHistoryTests {
    /// Two shops, and nothing befalls them but what the script says.
    private func world() async throws -> World { try await World(seed: 1, sites: 2, without: Set(Fault.allCases)) }

    private func settle(_ world: World) async throws {
        let hasHealed = try await world.heal(steps: 15_000)
        let unsettled = hasHealed ? [] : try await world.unsettled()
        #expect(unsettled == [])
        #expect(world.found == [])
    }

    /// A till goes back to before its last edit, which is told by then; its people know nothing of it, and go on. Once, or again.
    private func restored(times: Int = 1, _ goOn: (SimulatedTill, World) throws -> Void) async throws -> World {
        let world = try await world()
        let site = world.sites[0]
        try site.till.registerCustomer(using: &world.generator)
        try await settle(world)
        let old = try site.till.backUp()
        try site.till.editNote()
        try await settle(world)
        site.isUndisturbed = false
        for _ in 0..<times {
            world.note("till restored", 0)
            try site.till.restore(old)
            try await world.restart(0)
            try goOn(site.till, world)
            try await settle(world)
        }
        return world
    }

    @Test("Law 6, S3: of two edits that did not know of each other both are shown, and neither is what both had seen")
    func editsCross() async throws {
        let world = try await restored { till, _ in try till.editNote() }
        #expect(try await world.violations() == [])
        #expect(world.met[TokenPlace.sibling.rawValue] != nil)
        #expect(world.met[TokenPlace.superseded.rawValue] != nil)
    }

    @Test("Law 6, S3: a till that goes back twice leaves three values beside one another")
    func threeCross() async throws {
        let world = try await restored(times: 2) { till, _ in try till.editNote() }
        #expect(try await world.violations() == [])
        #expect(world.met["three live siblings"] != nil)
    }

    @Test("Law 6, S8: a customer whom somebody edited and somebody else, who had not seen that, deleted is there still")
    func editCrossesDelete() async throws {
        let world = try await restored { till, world in try till.deleteCustomer(using: &world.generator) }
        #expect(try await world.violations() == [])
        #expect(world.met["edit beside a delete"] != nil)
    }

    @Test("Law 1, S14: a drain that was journalled and not marked before the agent was killed is read again, and told once")
    func killedBeforeMark() async throws {
        let world = try await world()
        let site = world.sites[0]
        try site.till.sell(using: &world.generator)
        site.agent.trap.arm(.drainJournalled)
        #expect(throws: SimulatedAgent.Trap.Killed.self) { try site.agent.source.drain(now: world.time, random: &world.generator) }
        try await world.restart(0)
        try await settle(world)
        #expect(try await world.violations() == [])
    }

    @Test("Law 8, S25: a hub that goes back to its last backup gets again what it had forgotten")
    func hubRestored() async throws {
        let world = try await world()
        try world.sites[0].till.registerCustomer(using: &world.generator)
        try await settle(world)
        try await world.restoreHub()
        #expect(world.met["hub backed up"] == 1)
        try world.sites[0].till.editNote()
        try world.sites[1].till.sell(using: &world.generator)
        try await settle(world)
        // It is drawn whether it goes back now or has another backup made: not this one.
        let backups = world.hubBackups
        while world.met["hub restored"] == nil {
            world.hubBackups = backups
            try await world.restoreHub()
        }
        try await settle(world)
        #expect(try await world.violations() == [])
    }

    @Test("Laws 4, 5, 7, S11: whatever somebody who means ill sends is refused or set aside")
    func hostile() async throws {
        let world = try await world()
        for site in world.sites { try site.till.registerCustomer(using: &world.generator) }
        try await settle(world)
        for _ in 0..<100 where world.found.isEmpty { try await world.pushHostile() }
        #expect(world.found == [])
        for attack in Attack.allCases { #expect(world.met[attack.rawValue] != nil, "\(attack.rawValue) never came about") }
        #expect(try await world.violations() == [])
    }
}

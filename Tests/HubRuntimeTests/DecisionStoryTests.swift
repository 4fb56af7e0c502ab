import Causality
import ChangeSets
import HubRuntime
import HubTestSupport
import TestSupport
import Testing

@Suite("Operators decide while sites write")
struct DecisionStoryTests {
    @Test(
        "Law 4: whatever is decided and undone between pushes, a rebuild gives the same; what was decided is open no more",
        arguments: 0..<12)
    func stories(seed: UInt64) async throws {
        let keys = (0..<4).map { _ in SigningKey() }
        let story = Story(seed: seed &+ 500, keys: keys, changes: 160, now: TestHub.start)
        var decided = 0
        let bench = try await Law4Tests.tell(story, keys: keys, seed: seed) { bench, random in
            bench.now = bench.now.advanced(byMilliseconds: 1000)
            if random.chance(60), try await decideSomething(bench, &random, seed) { decided += 1 }
            if random.chance(5) { try await bench.restart() }
        }
        let verification = try await bench.hub.verify()
        #expect(verification.isEqual, "seed \(seed): \(verification.differences)")
        #expect(try await bench.hub.status(now: bench.now).staleViews == 0, "seed \(seed)")
        #expect(decided > 0, "seed \(seed)")
    }

    private func decideSomething(_ bench: TestHub, _ random: inout SeededGenerator, _ seed: UInt64) async throws -> Bool {
        let open = try await bench.hub.conflicts(now: bench.now)
        guard let conflict = open.randomElement(using: &random),
            let choice = conflict.choices.randomElement(using: &random).flatMap(Decision.Choice.init)
        else { return false }
        let value: JSONValue = conflict.kind == .concurrentWrites ? .text("mended") : .integer(.random(in: 0...50, using: &random) * 10_000)
        var mending: Mending?
        if choice == .mend {
            let refused = try await bench.hub.conflictStory(conflict.id, now: bench.now).refused
            mending = Mending(leaveOut: refused?.fields.filter(\.mayMend).map(\.name) ?? [])
        }
        let resolution = Resolution(
            choice, side: conflict.sides.randomElement(using: &random)?.dot, value: value, mending: mending,
            seen: random.chance(80) ? conflict.seen : nil, author: "ann")
        do {
            _ = try await bench.hub.resolve(conflict.id, resolution, now: bench.now)
        } catch let error as HubError where choice == .mend && error.code == .choiceInvalid {
            // What it names has not arrived: it would have to wait.
            return false
        }
        func isOpen() async throws -> ConflictAnswer? {
            try await bench.hub.conflicts(ConflictFilter(id: conflict.id), now: bench.now).first
        }
        // A change that still breaks a rule stays, and so may an oversell whose count brought too little.
        if choice != .replay, conflict.kind != .oversell { #expect(try await isOpen() == nil, "seed \(seed): \(conflict)") }
        // Of a change that was admitted there is nothing to take back but values that were given.
        guard random.chance(30), ![.replay, .discard, .mend].contains(choice) else { return true }
        _ = try await bench.hub.undo(conflict.id, author: "bob", note: nil, now: bench.now)
        guard choice == .take || choice == .value, conflict.kind != .oversell else { return true }
        let again = try await isOpen()
        #expect(again.map { Set($0.sides.map(\.value)) } == Set(conflict.sides.map(\.value)), "seed \(seed): \(conflict)")
        return true
    }
}

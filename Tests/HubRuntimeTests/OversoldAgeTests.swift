import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("Since when a pile is oversold")
struct OversoldAgeTests {
    private let bench: TestHub
    private let agent: TestAgent
    private var till: TestWriter

    init() async throws {
        bench = try await TestHub()
        agent = try await bench.enrol("shop")
        till = TestWriter("till", seed: 1, key: agent.key)
    }

    private func ago(_ minutes: UInt64) -> Timestamp { Timestamp(milliseconds: bench.now.milliseconds - minutes * 60_000) }

    private func moved(_ pieces: Int64, _ minutes: UInt64) -> Change { Make.movement("MUG", "shop", pieces: pieces, at: ago(minutes)) }

    private func promised(_ document: Text?, _ minutes: UInt64, _ kind: Movement.Kind = .reservation, until: UInt64? = nil) -> Change {
        let quantity = kind == .reservation ? FixedPoint.one : -FixedPoint.one
        let movement = Movement(
            sku: "MUG", location: "shop", quantity: quantity, kind: kind, note: document, expires: until.map { ago($0) })
        return Change(time: ago(minutes), action: .stockOnly, stock: .movement(movement))
    }

    private mutating func tell(_ changes: [Change]) async throws { try await bench.push([try till.seal(changes)], from: agent) }

    private func found() async throws -> ConflictAnswer {
        try #require(try await bench.hub.conflicts(ConflictFilter(kind: .oversell), now: bench.now).first)
    }

    /// As minutes ago.
    private struct Age: Equatable {
        var since: UInt64?
        var before: UInt64?
    }

    private func age() async throws -> Age {
        let found = try await found()
        func ago(_ time: UInt64) -> UInt64 { (bench.now.milliseconds - time) / 60_000 }
        return Age(since: found.since.map(ago), before: found.sinceBefore.map(ago))
    }

    @Test("it is since the movement after which there was less than nothing, whatever went on before and after")
    mutating func movements() async throws {
        try await tell([moved(2, 100), moved(-3, 95), moved(1, 92), moved(-1, 80), moved(-1, 70), moved(1, 60)])
        // 2, -1, 0, -1, -2, -1: the last time that it fell below zero.
        #expect(try await age() == Age(since: 80))
        let page = try await bench.hub.conflictPage(ConflictFilter(days: 1), limit: 5, now: bench.now)
        #expect(page.conflicts.isEmpty)
    }

    @Test("a count is where it begins; what was oversold when it was made is so since before, and movements that it contains do not count")
    mutating func counts() async throws {
        try await tell([moved(-9, 100), Make.count("MUG", "shop", pieces: 1, at: ago(90)), moved(-1, 80), moved(-1, 70)])
        #expect(try await age() == Age(since: 70))
        try await tell([promised("W-1", 60), Make.count("MUG", "shop", pieces: 0, at: ago(50))])
        #expect(try await age() == Age(before: 50))
        let old = try await bench.hub.conflictPage(ConflictFilter(days: 1), limit: 5, now: bench.now)
        #expect(old.conflicts.count == 1)
    }

    @Test("what is promised takes from it since it was promised; what was given back, or has ended, asks nobody for anything")
    mutating func promises() async throws {
        try await tell([
            moved(1, 100), promised("W-1", 90), promised("W-2", 85), promised("W-3", 84, until: 20), promised("W-2", 75, .release),
            moved(-1, 70), promised(nil, 60),
        ])
        // Until the last mug was sold there was one for W-1; the other promise of today came later, and so did a mug.
        #expect(try await age() == Age(since: 70))
        try await tell([moved(1, 50)])
        #expect(try await age() == Age(since: 70))
        try await tell([moved(1, 40), promised("W-4", 30)])
        #expect(try await age() == Age(since: 30))
    }

    @Test("of several writers the movements are taken back in the order of their times", arguments: [[90, 80], [80, 90]] as [[UInt64]])
    mutating func writers(minutes: [UInt64]) async throws {
        let depot = try await bench.enrol("depot", kind: .warehouse)
        var other = TestWriter("wms", seed: 2, key: depot.key)
        try await bench.push([try other.seal([moved(-1, minutes[0])])], from: depot)
        try await tell([moved(1, 100), moved(-1, minutes[1])])
        #expect(try await age() == Age(since: 80))
    }

    @Test("the record that a sale made tells its time; a clock that runs ahead counts from when the hub heard of it")
    mutating func times() async throws {
        let sale = till.nextDot
        try await tell([
            Make.sale(1, customer: nil, at: ago(40)),
            Make.line(2, sale: Make.reference("sale", 1, life: sale), sku: "MUG", pieces: 1, price: 1, location: "shop", at: ago(30)),
        ])
        #expect(try await age() == Age(since: 30))
        let ahead = Make.movement("CUP", "shop", pieces: -1, at: bench.now.advanced(byMilliseconds: 3_600_000))
        try await tell([ahead])
        let cup = try await bench.hub.conflicts(ConflictFilter(text: "CUP"), now: bench.now).first
        #expect(cup?.since == bench.now.milliseconds)
    }

    @Test("so many movements are taken back; what is older is told as before", arguments: [0, 1])
    mutating func movementsBound(more: Int) async throws {
        let count = OversoldWalk.movementsMax + more
        try await tell((0..<count).map { moved(-1, UInt64(1_000 - $0)) })
        #expect(try await age() == (more == 0 ? Age(since: 1_000) : Age(before: 999)))
    }

    @Test("of a pile that more writers moved nothing is told", arguments: [0, 1])
    func writersBound(more: Int) async throws {
        let count = OversoldWalk.writersMax + more
        for number in 0..<count {
            var writer = TestWriter(Text("till-\(number)"), seed: UInt64(number) + 10, key: agent.key)
            try await bench.push([try writer.seal([moved(-1, UInt64(500 - number))])], from: agent)
        }
        #expect(try await age() == (more == 0 ? Age(since: 500) : Age()))
    }

    @Test("of the journal so much is read to tell times; of movements that stand in what is left none is known", arguments: [0, 1])
    mutating func journalBound(more: Int) async throws {
        let id = till.replica
        for minutes in [90, 80] as [UInt64] { try await tell([moved(-1, minutes)]) }
        let areKnown = try await bench.hub.reading(bench.now) { documents in
            let cell = try #require(try documents.store.cells(sku: "MUG").first).cell
            let replica = try #require(documents.standing.number(of: id))
            let rows = try documents.store.movements(cell: cell, replica: replica, before: .max, limit: 2)
            let bytes = try #require(try documents.store.journal(containing: 2, of: replica)).bytes.count
            let times = MovementTimes(documents, journalBytesMax: bytes + more)
            return try rows.map { try times.time(of: Dot(id, $0.counter), $0) != nil }
        }
        #expect(areKnown == [true, more == 1] && MovementTimes.journalBytesMax == 64 << 20)
    }

    @Test("the oldest first, piles stand among all else by their age")
    mutating func order() async throws {
        try await tell([
            moved(-1, 30), Make.movement("CUP", "shop", pieces: -1, at: ago(20)), Make.movement("", "shop", pieces: 1, at: ago(9)),
        ])
        let found = try await bench.hub.conflictPage(in: .oldest, limit: 5, now: bench.now).conflicts
        #expect(found.map(\.kind) == [.oversell, .oversell, .quarantine] && found.map(\.about.sku) == ["MUG", "CUP", nil])
    }
}

import Causality
import ChangeSets
import HubTestSupport
import Testing

@testable import HubRuntime

@Suite("Notes on a conflict")
struct ConflictNoteTests {
    /// A pile that is oversold, and what oversells it.
    private static func oversold() async throws -> (bench: TestHub, agent: TestAgent, till: TestWriter, conflict: ConflictAnswer) {
        let bench = try await TestHub()
        let agent = try await bench.enrol("web", kind: .web)
        var till = TestWriter("shop", seed: 1, key: agent.key)
        try await bench.push([try till.seal([Make.movement("MUG", "web", pieces: -1, at: bench.now)])], from: agent)
        return (bench, agent, till, try #require(try await bench.hub.conflicts(now: bench.now).first))
    }

    private static func question(_ id: String, _ text: String) -> ConflictNoteQuestion {
        ConflictNoteQuestion(id: id, text: text, author: "ann")
    }

    @Test("notes stay in order while the conflict's sides change, after it is decided, and over a restart")
    func stays() async throws {
        var (bench, agent, till, conflict) = try await Self.oversold()
        let first = try await bench.hub.note(Self.question(conflict.short, " counting\r\ntonight \n"), now: bench.now)
        #expect(first.text == "counting\ntonight" && first.conflict == conflict.id && first.time == bench.now.milliseconds)
        try await bench.push([try till.seal([Make.movement("MUG", "web", pieces: -2, at: bench.now)])], from: agent)
        bench.now = bench.now.advanced(byMilliseconds: 60_000)
        var second = Self.question(conflict.id, "counted: none")
        second.author = "ben"
        _ = try await bench.hub.note(second, now: bench.now)
        let open = try await bench.hub.conflictStory(conflict.id, now: bench.now)
        #expect(open.notes.map(\.author) == ["ann", "ben"] && open.conflict?.about.quantity == 30_000)
        let marks = try await bench.hub.conflictNoteMarks(on: [conflict.id, "oversell:nothing"])
        #expect(marks.keys.sorted() == [conflict.id] && marks[conflict.id]?.count == 2 && marks[conflict.id]?.last.author == "ben")
        _ = try await bench.hub.resolve(conflict.id, Resolution(.value, value: .integer(0), author: "ann"), now: bench.now)
        // By its short id, too, and read where it was decided.
        _ = try await bench.hub.note(Self.question(conflict.short, "found one"), now: bench.now)
        try await bench.restart()
        let over = try await bench.hub.conflictStory(conflict.id, now: bench.now)
        #expect(over.conflict == nil && over.notes.map(\.text) == ["counting\ntonight", "counted: none", "found one"])
        #expect(try await bench.hub.conflictNotes(limit: 1).map(\.text) == ["found one"])
        #expect(try await bench.hub.conflictNotes(before: over.notes[2].number, limit: 1).map(\.text) == ["counted: none"])
        #expect(try await bench.hub.verify().isEqual)
    }

    @Test("a note has 1 to 2,000 characters, and a conflict 100 notes; what is beyond is refused and not kept")
    func bounds() async throws {
        let (bench, _, _, conflict) = try await Self.oversold()
        let longest = String(repeating: "\u{1F600}", count: Hub.conflictNoteCharactersMax)
        // One visible character that is as long as a book is long all the same.
        let piled = "a" + String(repeating: "\u{301}", count: Hub.conflictNoteCharactersMax)
        for wrong in ["", " \r\n\t", longest + "a", piled] {
            let error = await #expect(throws: HubError.self) {
                try await bench.hub.note(Self.question(conflict.id, wrong), now: bench.now)
            }
            #expect(error?.code == .badRequest)
        }
        for _ in 0..<Hub.conflictNotesMax { _ = try await bench.hub.note(Self.question(conflict.id, longest), now: bench.now) }
        let full = await #expect(throws: HubError.self) { try await bench.hub.note(Self.question(conflict.id, "x"), now: bench.now) }
        #expect(full?.code == .badRequest && full?.message.contains("100") == true)
        #expect(try await bench.hub.conflictNotes(on: conflict.id).count == Hub.conflictNotesMax)
    }

    @Test("a page has so many notes at most, whatever is asked for, and the next one goes on behind them", arguments: [0, 1])
    func pages(more: Int) async throws {
        let (bench, most) = (try await TestHub(), Hub.conflictNotesPageMax)
        try bench.store.writeNow { store in
            for number in 1...most + more { _ = try store.insertConflictNote(on: "x", at: bench.now, by: "ann", "\(number)") }
        }
        let first = try await bench.hub.conflictNotes(limit: most + 1)
        #expect(first.map(\.text) == (1...most).reversed().map { "\($0 + more)" } && most == 200)
        #expect(try await bench.hub.conflictNotes(before: first.last?.number).map(\.text) == (more == 0 ? [] : ["1"]))
        #expect(try await bench.hub.conflictNotes(limit: 0).count == 1)
    }

    @Test("nobody writes about what is no conflict, or without a name")
    func unknown() async throws {
        let (bench, _, _, conflict) = try await Self.oversold()
        for wrong in ["", ":", "oversell:oversold/CUP at web", "policy:customer/phone", "deadbeef"] {
            let error = await #expect(throws: HubError.self) { try await bench.hub.note(Self.question(wrong, "x"), now: bench.now) }
            #expect(error?.code == .notFound, "\(wrong)")
        }
        let nameless = ConflictNoteQuestion(id: conflict.id, text: "x", author: "")
        await #expect(throws: HubError.self) { try await bench.hub.note(nameless, now: bench.now) }
        #expect(try await bench.hub.conflictNotes().isEmpty)
    }
}

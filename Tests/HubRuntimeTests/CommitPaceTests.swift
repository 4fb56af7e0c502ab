import Testing

@testable import HubRuntime

@Suite("The pace of commits")
struct CommitPaceTests {
    private static let most = 10_000

    private func pace(_ commits: [(changes: Int, milliseconds: Double)], millisecondsMax: Double = 20) -> Int {
        var pace = CommitPace(millisecondsMax: millisecondsMax, most: Self.most)
        for commit in commits { pace.note(changes: commit.changes, milliseconds: commit.milliseconds) }
        return pace.changes
    }

    @Test("A commit holds what takes the time that it may take, between the smallest and the most")
    func measured() {
        #expect(pace([(1_000, 100)]) == 200)
        #expect(pace([(1_000, 200)]) == 100)
        #expect(pace([(1_000, 201)]) == CommitPace.changesMin)
        #expect(pace([(10_000, 20)]) == Self.most)
        #expect(pace([(10_000, 20.1)]) < Self.most)
        #expect(pace([(10_000, 0.001)]) == Self.most)
    }

    @Test(
        "Before anything was measured it is a size of its own, but no more than the most; what is too small or took no time tells nothing")
    func unmeasured() {
        #expect(pace([]) == CommitPace.changesAtFirst)
        #expect(pace([(CommitPace.changesMeasuredMin - 1, 500), (100, 0)]) == CommitPace.changesAtFirst)
        #expect(pace([(CommitPace.changesMeasuredMin, 500)]) == CommitPace.changesMin)
        #expect(CommitPace(millisecondsMax: 20, most: 20).changes == 20)
    }

    @Test("One slow commit moves it by a tenth; many move it altogether")
    func average() {
        let quick = (changes: 1_000, milliseconds: 20.0)
        #expect(pace([quick, (1_000, 220)]) == 500)
        #expect(pace([quick] + Array(repeating: (1_000, 100), count: 200)) == 200)
    }

    @Test("Where a commit may take for ever, only the most counts")
    func infinite() { #expect(pace([(1_000, 10_000)], millisecondsMax: .infinity) == Self.most) }
}

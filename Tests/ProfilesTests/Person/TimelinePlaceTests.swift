import Causality
import ChangeSets
import Merging
import Profiles
import TestSupport
import Testing

@Suite("Places in a timeline, and why a value was beaten")
struct TimelinePlaceTests {
    private let times = CredibleTimes(now: Timestamp(milliseconds: 1_700_000_000_000))
    private func dot(_ counter: UInt64) -> Dot { Dot(ReplicaID(high: 7, low: 7), counter) }

    @Test("The newest first; what is ahead of the clock, older than tills, or without a time comes last, in this order")
    func order() {
        let ats: [Int64?] = [
            1_700_000_000_000 + 86_400_000, 1_700_000_000_000, 1_600_000_000_000, 315_532_800_000, .max, 7_258_118_400_000, 315_532_799_999,
            0, -5, .min, nil,
        ]
        var places: [TimelinePlace] = []
        for at in ats { for counter in [2, 1] as [UInt64] { places.append(TimelinePlace(at: at, dot: dot(counter), times: times)) } }
        var random = SeededGenerator(seed: 3)
        for _ in 0..<5 { #expect(places.shuffled(using: &random).sorted { $0.precedes($1) } == places) }
        for place in places { #expect(!place.precedes(place)) }
    }

    @Test("Every time lies in the range of its class, and in no other")
    func ranges() {
        for at in [.min, -1, 0, 315_532_799_999, 315_532_800_000, 1_700_000_000_000, times.latest, times.latest + 1, .max] as [Int64] {
            let place = TimelinePlace(at: at, dot: dot(1), times: times)
            let holding = TimelinePlace.Class.allCases.filter { TimelinePlace.range(of: $0, times)?.contains(at) ?? false }
            #expect(holding == [place.timeClass])
        }
    }

    @Test("A cursor comes back as it was; anything else is none")
    func cursor() {
        for at in [nil, .min, 0, 1_700_000_000_000, .max] as [Int64?] {
            let place = TimelinePlace(at: at, dot: dot(9), times: times)
            #expect(TimelinePlace(place.description) == place)
        }
        for text in [
            "", ".", "..", "1.2.x-1", "1.2", "-1.2.\(dot(1).replica)-1", "99999999999999999.2.\(dot(1).replica)-1", "1.2.\(dot(1).replica)",
        ] {
            #expect(TimelinePlace(text) == nil, "\(text)")
        }
    }

    @Test("Why a value is not the one shown, by every policy")
    func reasons() throws {
        var desk = Desk()
        let a = desk.create(["city": "bbb"], source: 1, at: 10)
        let b = desk.create(["city": "a"], source: 2, at: 20)
        let blank = desk.create(["city": " "], source: 3, at: 30)
        let twin = desk.create(["city": "bbb"], source: 4, at: 40)
        func reasons(_ policy: FieldPolicy, _ states: [RecordState]) throws -> [GoldenField.Reason] {
            let field = try #require(GoldenField("city", of: states, policy: policy) { $0 == Desk.replica(1) ? "web" : "shop" })
            return (field.beaten + field.replaced).map { field.reason(against: $0) }
        }
        #expect(try reasons(.latest, [a, b, blank]) == [.earlier, .blank])
        #expect(try reasons(.earliest, [a, b]) == [.later])
        #expect(try reasons(.mostFrequent, [a, b, twin]) == [.same, .rarer])
        #expect(try reasons(.longest, [a, b]) == [.shorter])
        #expect(try reasons(.maximum, [a, b]) == [.smaller])
        #expect(try reasons(.minimum, [a, b]) == [.larger])
        #expect(try reasons(.ranked(["web"]), [a, b]) == [.siteRanked])
        #expect(try reasons(.union, [a, b]) == [.joined])
        #expect(try reasons(.latest, [a, desk.create(["city": "c"], source: 5, at: 10)]) == [.tie])
        let yes = desk.create(["city": "yes"], source: 1, at: 90)
        let no = desk.create(["city": "no"], source: 2, at: 1)
        #expect(try reasons(.mostRestrictive, [yes, no]) == [.permissive])
        var seeing = desk.create(["city": "x"], source: 2, at: 1)
        desk.write(["city": "y"], to: &seeing, source: 2, at: 2, saw: [a.id.life])
        #expect(try reasons(.latest, [a, seeing]) == [.seenAndReplaced])
    }
}

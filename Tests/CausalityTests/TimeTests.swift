import Causality
import TestSupport
import Testing

@Suite("Bounded time")
struct TimeTests {
    static let precedences: [Precedence] = [true, false].flatMap { bound in
        [1, 2].flatMap { time in
            [1, 2].flatMap { replica in
                [1, 2].map { counter in
                    Precedence(isInBound: bound, time: Timestamp(milliseconds: time), dot: Dot(FieldHistory.replica(replica), counter))
                }
            }
        }
    }

    @Test("S10: precedence is a total order, so every tie has a winner")
    func totalOrder() {
        for left in Self.precedences {
            for right in Self.precedences {
                #expect([left < right, right < left, left == right].filter { $0 }.count == 1)
                for other in Self.precedences where left < right && right < other { #expect(left < other) }
            }
        }
    }

    @Test("S10: inside the bound first, then milliseconds, then replica, then counter")
    func order() {
        func precedence(_ bound: Bool, _ time: UInt64, _ replica: Int, _ counter: UInt64) -> Precedence {
            Precedence(isInBound: bound, time: Timestamp(milliseconds: time), dot: Dot(FieldHistory.replica(replica), counter))
        }
        let ascending = [
            precedence(false, 9, 9, 9), precedence(true, 1, 9, 9), precedence(true, 2, 1, 9), precedence(true, 2, 2, 1),
            precedence(true, 2, 2, 2),
        ]
        #expect(ascending.reversed().sorted() == ascending)
    }

    @Test("Law 7: a replica's times never fall, and never rise above its own wall clock's highest", arguments: 0..<20 as Range<UInt64>)
    func monotonic(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var time = MonotonicTime()
        var highest = Timestamp(milliseconds: 0)
        var before = time.last
        for _ in 0..<200 {
            let wall = Timestamp(milliseconds: .random(in: 0...1000, using: &generator))
            highest = max(highest, wall)
            let next = time.next(wallClock: wall)
            #expect(next >= before && next == highest && time.last == next)
            before = next
        }
    }

    @Test("A time is 48 bits, and stays there")
    func width() {
        #expect(Timestamp(milliseconds: .max) == .largest)
        #expect(Timestamp.largest.milliseconds == 281_474_976_710_655)
        #expect(Timestamp.largest.advanced(byMilliseconds: 1) == .largest)
        #expect(Timestamp(milliseconds: 5).advanced(byMilliseconds: .max) == .largest)
        #expect(Timestamp(milliseconds: 5).advanced(byMilliseconds: 6).milliseconds == 11)
    }

    struct BoundCase: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var time: UInt64
        var offset: Int64 = 0
        var isIn: Bool
    }

    static let now: UInt64 = 1_750_000_000_000
    static let year: UInt64 = 366 * 24 * 3600 * 1000

    @Test(
        "Law 7: outside the bound that the hub measured, a time loses ties",
        arguments: [
            BoundCase(testDescription: "now", time: now, isIn: true),
            BoundCase(testDescription: "5 minutes ahead", time: now + 300_000, isIn: true),
            BoundCase(testDescription: "a millisecond more", time: now + 300_001, isIn: false),
            BoundCase(testDescription: "2099", time: 4_070_908_800_000, isIn: false),
            BoundCase(testDescription: "1970", time: 0, isIn: false),
            BoundCase(testDescription: "a year before enrolment", time: now - 1000 - year, isIn: true),
            BoundCase(testDescription: "a millisecond before that", time: now - 1001 - year, isIn: false),
            BoundCase(testDescription: "agent 5 minutes fast", time: now, offset: 300_000, isIn: true),
            BoundCase(testDescription: "agent faster", time: now, offset: 300_001, isIn: false),
            BoundCase(testDescription: "agent slower", time: now, offset: -300_001, isIn: false),
            BoundCase(testDescription: "agent's clock absurd", time: now, offset: .min, isIn: false),
        ])
    func bound(of example: BoundCase) {
        let isIn = ClockBound().admits(
            Timestamp(milliseconds: example.time), arrival: Timestamp(milliseconds: Self.now), offsetMilliseconds: example.offset,
            opened: Timestamp(milliseconds: Self.now - 1000))
        #expect(isIn == example.isIn)
    }

    @Test("A bound without end admits every time that is not too old, and traps on none")
    func endlessBound() {
        let bound = ClockBound(toleranceMilliseconds: .max)
        #expect(bound.admits(.largest, arrival: .largest, offsetMilliseconds: .min, opened: Timestamp(milliseconds: 0)))
    }
}

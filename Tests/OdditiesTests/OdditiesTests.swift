import Testing

@testable import Oddities

@Suite("Oddities")
struct OdditiesTests {
    @Test("outside of a simulation nothing odd happens")
    func usual() {
        #expect(!Oddity.allCases.contains { $0.happens })
        #expect(Oddity.readsFewRows.less(500) == 500)
    }

    @Test("what happens is the seed's alone, whatever else was asked in between")
    func seeded() {
        let one = Oddities(seed: 7)
        let other = Oddities(seed: 7)
        let alone = (0..<1_000).map { _ in one.happens(.pushesLittle) }
        let among = (0..<1_000).map { _ in
            _ = other.happens(.waitsLong)
            return other.happens(.pushesLittle)
        }
        #expect(alone == among)
    }

    @Test("each is on in about a quarter of the seeds, and happens then in 5 to 25 of a hundred cases")
    func howOften() {
        var on = 0
        for seed in 0..<400 as Range<UInt64> {
            let oddities = Oddities(seed: seed)
            let count = (0..<2_000).count { _ in oddities.happens(.feedsLittle) }
            guard count > 0 else { continue }
            on += 1
            #expect((60...560).contains(count))
        }
        #expect((60...140).contains(on))
    }

    @Test("only what is allowed is on")
    func allowed() {
        for seed in 0..<20 as Range<UInt64> {
            let oddities = Oddities(seed: seed, only: [.isBusy])
            Oddities.$present.withValue(oddities) {
                for _ in 0..<100 { _ = Oddity.allCases.map(\.happens) }
            }
            #expect(Set(oddities.counts.keys).isSubset(of: [.isBusy]))
        }
    }
}

import Causality
import ChangeSets
import Inventory
import TestSupport
import Testing

@Suite("Stock is a function of the set of admitted changes")
struct StockLawTests {
    /// Blocks of seeds, so that a failure names its seed and the log stays short.
    static let blocks: [Range<UInt64>] = stride(from: 0, to: 1200, by: 100).map { $0..<($0 + 100) }

    @Test("Law 4, law 12, S31: any interleaving, with repeats, gives what the whole history gives", arguments: blocks)
    func interleavings(seeds: Range<UInt64>) throws {
        for seed in seeds {
            var generator = SeededGenerator(seed: seed ^ 0xABCD)
            let story = StockStory(seed: seed, replicas: 3 + Int(seed % 2), effects: 4 + Int(seed % 14))
            for _ in 0..<3 {
                let order = story.interleaving(&generator)
                let repeated = order.flatMap { entry in generator.chance(20) ? [entry, entry] : [entry] }
                let length = Int.random(in: 0...repeated.count, using: &generator)
                let prefix = Array(repeated[..<length])
                try expect(story.cell(admitting: prefix, recoding: &generator), equals: Self.unique(prefix), story, seed)
                try expect(story.cell(admitting: repeated, recoding: &generator), equals: story.all, story, seed)
            }
        }
    }

    @Test("S5: changes released from quarantine long after later ones of their replica land where they belong", arguments: blocks)
    func lateReleases(seeds: Range<UInt64>) throws {
        for seed in seeds {
            var generator = SeededGenerator(seed: seed ^ 0x5EED)
            let story = StockStory(seed: seed, replicas: 3, effects: 12)
            let order = story.all.shuffled(using: &generator)
            var cell = StockCell(key: StockStory.key)
            var table = MovementTable()
            for entry in order {
                try cell.admit(entry.effect, precedence: entry.precedence, lineage: story.lineage, history: table)
                table.entries.append(entry)
            }
            try expect(cell, equals: story.all, story, seed)
        }
    }

    @Test("Law 4: equal sets give equal bytes in the store", arguments: blocks.prefix(4))
    func bytes(seeds: Range<UInt64>) throws {
        for seed in seeds {
            var generator = SeededGenerator(seed: seed)
            let story = StockStory(seed: seed, replicas: 4, effects: 14)
            var forms: Set<[UInt8]> = []
            for _ in 0..<3 {
                var cell = StockCell(key: StockStory.key)
                var table = MovementTable()
                for entry in story.interleaving(&generator) {
                    try cell.admit(entry.effect, precedence: entry.precedence, lineage: story.lineage, history: table)
                    table.entries.append(entry)
                }
                forms.insert(cell.encoded())
                #expect(try StockCell(key: StockStory.key, decoding: cell.encoded()) == cell, "seed \(seed)")
            }
            #expect(forms.count == 1, "seed \(seed)")
        }
    }

    private static func unique(_ entries: [StockStory.Entry]) -> [StockStory.Entry] {
        var seen: Set<Dot> = []
        return entries.filter { seen.insert($0.dot).inserted }
    }

    private func expect(_ cell: StockCell, equals entries: [StockStory.Entry], _ story: StockStory, _ seed: UInt64) throws {
        for now in [3, 6, 9] as [UInt64] {
            let now = Timestamp(milliseconds: now)
            let figure = try cell.figure(now: now, lineage: story.lineage)
            let moves = Set(entries.filter(\.movesTheGoods).map(\.dot))
            let found = StockStory.Truth(
                onHand: figure.onHand, reserved: figure.reserved, inTransit: figure.inTransit,
                liveCounts: Set(cell.liveCounts.map(\.dot)), beside: figure.beside(among: moves))
            let truth = StockStory.truth(of: entries, lineage: story.lineage, now: now)
            #expect(found == truth, "seed \(seed)")
            #expect(figure.isOversold == (truth.onHand - truth.reserved < 0), "seed \(seed)")
            #expect(figure.available == truth.onHand - truth.reserved, "seed \(seed)")
        }
    }
}

extension StockStory.Entry {
    var movesTheGoods: Bool {
        guard case .movement(let movement) = effect else { return false }
        return movement.kind.movesGoods && movement.location == StockStory.key.location
    }
}

extension StockFigure {
    /// The conflicts of counts beside movements, their ranges looked up among all movements.
    func beside(among moves: Set<Dot>) -> [Dot: Set<Dot>] {
        var found: [Dot: Set<Dot>] = [:]
        for case .countBesideMovements(let count, let ranges) in conflicts {
            found[count] = moves.filter { dot in ranges.contains { $0.contains(dot) } }
        }
        return found
    }
}

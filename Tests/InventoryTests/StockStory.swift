import Causality
import ChangeSets
import Inventory
import TestSupport

/// Stock effects of several replicas on one pile, and an oracle that keeps them all and reads S31 literally.
struct StockStory {
    struct Entry {
        var precedence: Precedence
        var effect: StockEffect
        var dot: Dot { precedence.dot }
    }

    static let key = StockKey(sku: "pair", location: "pool")

    static func replica(_ index: Int) -> ReplicaID { ReplicaID(high: 7, low: UInt64(index)) }

    /// Per replica, in the order of its counters.
    var chains: [[Entry]]
    var lineage = Lineage()

    /// The last replica may follow the first one, which may go on writing, as a clone does.
    init(seed: UInt64, replicas: Int, effects: Int) {
        var generator = SeededGenerator(seed: seed)
        chains = Array(repeating: [], count: replicas)
        let follower = replicas - 1
        for _ in 0..<effects {
            let writer = Int.random(in: 0..<replicas, using: &generator)
            if writer == follower, chains[writer].isEmpty, let last = chains[0].last, generator.chance(70) {
                lineage.open(Self.replica(writer), following: last.dot)
            }
            // Counters leave gaps: a replica writes of other things, too.
            let counter = (chains[writer].last?.dot.counter ?? 0) + UInt64.random(in: 1...2, using: &generator)
            let precedence = Precedence(
                isInBound: generator.chance(80), time: Timestamp(milliseconds: .random(in: 1...4, using: &generator)),
                dot: Dot(Self.replica(writer), counter))
            chains[writer].append(Entry(precedence: precedence, effect: effect(&generator)))
        }
    }

    private func effect(_ generator: inout SeededGenerator) -> StockEffect {
        let key = Self.key
        let quantity = Int64.random(in: -3...5, using: &generator)
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: return .count(Count(sku: key.sku, location: key.location, quantity: quantity))
        case 1:
            return .count(
                Count(
                    sku: key.sku, location: key.location, quantity: quantity,
                    coverage: .clocks(replaced: clock(&generator), included: clock(&generator))))
        case 2, 3:
            return .movement(
                Movement(
                    sku: key.sku, location: key.location, quantity: quantity, kind: generator.chance(50) ? .reservation : .release,
                    note: document(&generator), expires: nil))
        case 4:
            return .movement(
                Movement(
                    sku: key.sku, location: key.location, quantity: quantity, kind: .reservation, note: document(&generator),
                    expires: Timestamp(milliseconds: .random(in: 1...6, using: &generator))))
        case 5:
            return .movement(
                Movement(
                    sku: key.sku, location: "warehouse", quantity: -quantity, kind: .transferOut, note: document(&generator),
                    counterpart: key.location))
        case 6:
            return .movement(
                Movement(sku: key.sku, location: key.location, quantity: quantity, kind: .transferIn, note: document(&generator)))
        default:
            let kinds: [Movement.Kind] = [.sale, .customerReturn, .receipt, .adjustment]
            return .movement(
                Movement(
                    sku: key.sku, location: key.location, quantity: quantity, kind: kinds.randomElement(using: &generator) ?? .sale))
        }
    }

    private func document(_ generator: inout SeededGenerator) -> Text { Text("T\(Int.random(in: 1...2, using: &generator))") }

    private func clock(_ generator: inout SeededGenerator) -> VectorClock {
        var clock = VectorClock()
        for index in chains.indices where generator.chance(60) {
            clock[Self.replica(index)] = .random(in: 0...((chains[index].last?.dot.counter ?? 0) + 2), using: &generator)
        }
        return clock
    }

    var all: [Entry] { chains.flatMap { $0 } }

    /// Some interleaving that keeps each replica's own order.
    func interleaving(_ generator: inout SeededGenerator) -> [Entry] {
        var next = Array(repeating: 0, count: chains.count)
        var order: [Entry] = []
        while let pick = chains.indices.filter({ next[$0] < chains[$0].count }).randomElement(using: &generator) {
            order.append(chains[pick][next[pick]])
            next[pick] += 1
        }
        return order
    }

    /// The hub's part: drops repeats by its clock, keeps the table, admits.
    func cell(admitting order: [Entry], recoding generator: inout SeededGenerator) throws -> StockCell {
        var cell = StockCell(key: Self.key)
        var clock = VectorClock()
        var table = MovementTable()
        for entry in order {
            guard !clock.contains(entry.dot) else { continue }
            clock.insert(entry.dot)
            try cell.admit(entry.effect, precedence: entry.precedence, lineage: lineage, history: table)
            table.entries.append(entry)
            if generator.chance(20) { cell = try StockCell(key: Self.key, decoding: cell.encoded()) }
            if generator.chance(5) { cell.forgetClaims(endedBy: Timestamp(milliseconds: 2)) }
        }
        return cell
    }
}

/// The movement table that the hub keeps, as a list.
struct MovementTable: StockHistory {
    var entries: [StockStory.Entry] = []

    func moved(upTo dot: Dot) -> Int128 {
        entries.reduce(0) { sum, entry in
            guard case .movement(let movement) = entry.effect, movement.kind.movesGoods, movement.location == StockStory.key.location,
                entry.dot.replica == dot.replica, entry.dot.counter <= dot.counter
            else { return sum }
            return sum + Int128(movement.quantity)
        }
    }

    func claims(on document: Text) -> [Movement] {
        entries.compactMap { entry in
            guard case .movement(let movement) = entry.effect, movement.kind.isClaim, movement.note == document else { return nil }
            return movement
        }
    }
}

// MARK: - The oracle

extension StockStory {
    struct Truth: Equatable {
        var onHand: Int64
        var reserved: Int64
        var inTransit: Int64
        var liveCounts: Set<Dot>
        /// By count: the other sides' movements that it neither includes nor is known to.
        var beside: [Dot: Set<Dot>]
    }

    static func truth(of entries: [Entry], lineage: Lineage, now: Timestamp) -> Truth {
        let oracle = Oracle(entries: entries, lineage: lineage)
        return Truth(
            onHand: oracle.onHand, reserved: oracle.reserved(now: now), inTransit: oracle.inTransit,
            liveCounts: Set(oracle.live.map(\.dot)), beside: oracle.beside)
    }
}

private struct Oracle {
    var entries: [StockStory.Entry]
    var lineage: Lineage

    /// Whether `earlier` is before `later` in its chain, by walking back write by write.
    func chain(_ later: Dot, reaches earlier: Dot) -> Bool {
        var present: Dot? = later
        while let dot = present {
            present = dot.counter > 1 ? Dot(dot.replica, dot.counter - 1) : lineage.followed(by: dot.replica)
            if present == earlier { return true }
        }
        return false
    }

    var counts: [(entry: StockStory.Entry, count: Count)] {
        entries.compactMap { entry in if case .count(let count) = entry.effect { (entry, count) } else { nil } }
    }

    /// Movements of goods at the pile itself.
    var moves: [(dot: Dot, quantity: Int64)] {
        entries.compactMap { entry in
            guard case .movement(let movement) = entry.effect, movement.location == StockStory.key.location,
                movement.kind != .reservation, movement.kind != .release
            else { return nil }
            return (entry.dot, movement.quantity)
        }
    }

    func replaces(_ later: (entry: StockStory.Entry, count: Count), _ earlier: Dot) -> Bool {
        switch later.count.coverage {
        case .chain: chain(later.entry.dot, reaches: earlier)
        case .clocks(let replaced, _):
            // Nothing that its own writer wrote after it, either.
            earlier.counter <= replaced[earlier.replica]
                && !(earlier.replica == later.entry.dot.replica && earlier.counter >= later.entry.dot.counter)
        }
    }

    func includes(_ count: (entry: StockStory.Entry, count: Count), _ movement: Dot) -> Bool {
        switch count.count.coverage {
        case .chain: chain(count.entry.dot, reaches: movement)
        case .clocks(_, let included): movement.counter <= included[movement.replica]
        }
    }

    var live: [StockStory.Entry] { liveCounts.map(\.entry) }

    var liveCounts: [(entry: StockStory.Entry, count: Count)] {
        counts.filter { candidate in
            !counts.contains { $0.entry.dot != candidate.entry.dot && replaces($0, candidate.entry.dot) }
        }
    }

    var onHand: Int64 {
        guard let shown = liveCounts.max(by: { $0.entry.precedence < $1.entry.precedence }) else {
            return moves.reduce(0) { $0 + $1.quantity }
        }
        return moves.filter { !includes(shown, $0.dot) }.reduce(shown.count.quantity) { $0 + $1.quantity }
    }

    var beside: [Dot: Set<Dot>] {
        var found: [Dot: Set<Dot>] = [:]
        for count in liveCounts where count.count.coverage == .chain {
            let isOpening = !counts.contains { chain(count.entry.dot, reaches: $0.entry.dot) }
            let others = moves.filter { !includes(count, $0.dot) && !chain($0.dot, reaches: count.entry.dot) }
            if !isOpening, !others.isEmpty { found[count.entry.dot] = Set(others.map(\.dot)) }
        }
        return found
    }

    /// Piece by piece: each given back is taken from the reservation that ends first.
    func reserved(now: Timestamp) -> Int64 {
        var sum: Int64 = 0
        for document in ["T1", "T2"] as [Text] {
            var ends: [UInt64: Int64] = [:]
            var back: Int64 = 0
            for entry in entries {
                guard case .movement(let movement) = entry.effect, movement.note == document else { continue }
                if movement.kind == .reservation { ends[movement.expires?.milliseconds ?? .max, default: 0] += movement.quantity }
                if movement.kind == .release { back -= movement.quantity }
            }
            for quantity in ends.values where quantity < 0 { back -= quantity }
            var pieces = ends.filter { $0.value > 0 }.flatMap { Array(repeating: $0.key, count: Int($0.value)) }.sorted()
            pieces.removeFirst(min(pieces.count, Int(max(back, 0))))
            sum += Int64(pieces.filter { now.milliseconds < $0 }.count)
        }
        return sum
    }

    var inTransit: Int64 {
        var sum: Int64 = 0
        for document in ["T1", "T2"] as [Text] {
            var underway: Int64 = 0
            for entry in entries {
                guard case .movement(let movement) = entry.effect, movement.note == document else { continue }
                if movement.kind == .transferOut, movement.counterpart == StockStory.key.location { underway -= movement.quantity }
                if movement.kind == .transferIn, movement.location == StockStory.key.location { underway -= movement.quantity }
            }
            sum += max(underway, 0)
        }
        return sum
    }
}

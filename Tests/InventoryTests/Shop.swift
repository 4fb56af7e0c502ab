import Causality
import ChangeSets
import Inventory

/// Plays a hub's part for a few piles: keeps the table, admits, draws figures.
struct Shop {
    var lineage = Lineage()
    var cells: [StockKey: StockCell] = [:]
    private var table: [(dot: Dot, effect: StockEffect)] = []
    private var last: [ReplicaID: UInt64] = [:]

    static let till1 = ReplicaID(high: 1, low: 1)
    static let till2 = ReplicaID(high: 1, low: 2)
    static let warehouse = ReplicaID(high: 1, low: 3)
    static let hub = ReplicaID(high: 9, low: 9)

    /// Quantities are in whole pieces here.
    @discardableResult
    mutating func admit(_ effect: StockEffect, from replica: ReplicaID, at milliseconds: UInt64 = 1000) throws -> Dot {
        let dot = Dot(replica, (last[replica] ?? 0) + 1)
        last[replica] = dot.counter
        for key in effect.keys {
            var cell = cells[key] ?? StockCell(key: key)
            let precedence = Precedence(isInBound: true, time: Timestamp(milliseconds: milliseconds), dot: dot)
            try cell.admit(effect, precedence: precedence, lineage: lineage, history: View(table: table, key: key))
            cells[key] = try StockCell(key: key, decoding: cell.encoded())
        }
        table.append((dot, effect))
        return dot
    }

    func cell(_ location: Text) -> StockCell {
        cells[StockKey(sku: "pair", location: location)] ?? StockCell(key: .init(sku: "pair", location: location))
    }

    /// An operator's quantity for all that is shown of the pool.
    func decision(_ quantity: Int64, screen: VectorClock) -> Count {
        let cell = cell("pool")
        return cell.decision(quantity: quantity, replacing: cell.liveCounts.map(\.dot), screen: screen)
    }

    /// An operator's choice of one of the counts that are shown of the pool.
    func decision(taking dot: Dot) -> Count? {
        let cell = cell("pool")
        return cell.decision(taking: dot, replacing: cell.liveCounts.map(\.dot), lineage: lineage)
    }

    func figure(
        _ location: Text, now: UInt64 = 1000, safety: Int64 = 0, standing: (ReplicaID) -> StockFigure.Standing? = { _ in nil }
    ) throws
        -> StockFigure
    {
        try cell(location).figure(now: Timestamp(milliseconds: now), safety: safety, lineage: lineage, standing: standing)
    }

    /// What the hub contains now.
    var clock: VectorClock { VectorClock(last.map { ($0.key, $0.value) } as [(key: ReplicaID, value: UInt64)]) }

    private struct View: StockHistory {
        var table: [(dot: Dot, effect: StockEffect)]
        var key: StockKey

        var movements: [(dot: Dot, movement: Movement)] {
            table.compactMap { row in
                guard case .movement(let movement) = row.effect, movement.sku == key.sku, movement.location == key.location else {
                    return nil
                }
                return (row.dot, movement)
            }
        }

        func moved(upTo dot: Dot) -> Int128 {
            movements.filter { $0.movement.kind.movesGoods && $0.dot.replica == dot.replica && $0.dot.counter <= dot.counter }
                .reduce(0) { $0 + Int128($1.movement.quantity) }
        }

        func claims(on document: Text) -> [Movement] {
            movements.map(\.movement).filter { $0.kind.isClaim && $0.note == document }
        }
    }
}

extension StockEffect {
    static func count(_ pieces: Int64, _ location: Text = "pool") -> StockEffect {
        .count(Count(sku: "pair", location: location, quantity: pieces * FixedPoint.one))
    }

    static func sale(_ pieces: Int64, _ location: Text = "pool") -> StockEffect { .move(-pieces, .sale, location) }

    static func move(
        _ pieces: Int64, _ kind: Movement.Kind, _ location: Text = "pool", note: Text? = nil, to counterpart: Text? = nil,
        expires: UInt64? = nil
    ) -> StockEffect {
        .movement(
            Movement(
                sku: "pair", location: location, quantity: pieces * FixedPoint.one, kind: kind, note: note, counterpart: counterpart,
                expires: expires.map { Timestamp(milliseconds: $0) }))
    }
}

extension Int {
    /// So many pieces, in units of 10⁻⁴.
    var pieces: Int64 { Int64(self) * FixedPoint.one }
}

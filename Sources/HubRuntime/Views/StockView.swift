import Causality
import ChangeSets
import Inventory

/// Stock per SKU and location: each pile's state is read once a set, takes the set's effects, and is written once,
/// pile after pile, which keeps the database's pages together.
final class StockView {
    private unowned let batch: Batch
    private var entries: [StockKey: Entry] = [:]
    private var order: [StockKey] = []

    fileprivate struct Entry {
        var row: StockCellRow
        var cell: StockCell
        /// Admitted movements that the table does not have yet.
        var movements: [MovementRow] = []
    }

    init(_ batch: Batch) { self.batch = batch }

    /// Takes a movement or a count in, at every pile that it touches.
    func take(_ effect: StockEffect, precedence: Precedence) throws {
        let replica = try batch.number(of: precedence.dot.replica)
        for key in effect.keys {
            try begin(key)
            try entries[key]?.take(effect, precedence: precedence, replica: replica, batch)
        }
    }

    /// Whether a change's movement finds room at its pile.
    func hasRoom(for effect: StockEffect?) throws -> Bool {
        guard case .movement(let movement) = effect, movement.kind == .reservation, movement.note != nil else { return true }
        let key = StockKey(sku: movement.sku, location: movement.location)
        if entries[key] == nil {
            // A pile that is not there yet has room, and is begun only when something is taken in.
            guard try batch.store.cell(sku: key.sku.string, location: key.location.string) != nil else { return true }
            try begin(key)
        }
        return entries[key]?.cell.hasRoom(for: movement, endedBy: batch.claimsEndedBy) ?? true
    }

    /// Piles whose figure is shown otherwise from now on, though nothing of theirs has changed, are sent anew.
    func redraw(_ isMeant: (StockKey) -> Bool) throws {
        let numbers = try batch.store.changed(.stock).map(\.id)
        for number in numbers {
            guard let row = try batch.store.cell(number), case let key = StockKey(sku: Text(row.sku), location: Text(row.location)),
                isMeant(key)
            else { continue }
            try begin(key)
        }
    }

    private func begin(_ key: StockKey) throws {
        guard entries[key] == nil else { return }
        if let row = try batch.store.cell(sku: key.sku.string, location: key.location.string) {
            entries[key] = Entry(row: row, cell: try StockCell(row, standing: batch.standing))
        } else {
            // Its number is needed for its movements; the state follows at the end.
            var row = StockCellRow(cell: 0, sku: key.sku.string, location: key.location.string, number: 0, state: [], asks: false)
            row.cell = try batch.store.put(row)
            entries[key] = Entry(row: row, cell: StockCell(key: key))
        }
        order.append(key)
    }

    func flush() throws {
        var rows: [StockCellRow] = []
        for key in order {
            guard var entry = entries[key] else { continue }
            // Else a web shop's carts would stay for ever, and each movement would read and write them all.
            if let ended = batch.claimsEndedBy { entry.cell.forgetClaims(endedBy: ended) }
            try batch.guarded("stock", key: key.canonicalBytes) {
                // At the beginning of time none of the other reservations has ended: what asks then may ask no more now, never the reverse.
                let figure = try entry.cell.figure(now: Timestamp(milliseconds: 0), lineage: batch.standing.lineage)
                entry.row.asks = !figure.conflicts.isEmpty
            }
            entry.row.state = try entry.cell.encoded { UInt64(try batch.number(of: $0)) }
            entry.row.number = batch.place(cost: entry.row.state.count + 1024)
            rows.append(entry.row)
        }
        rows.sort { $0.cell < $1.cell }
        for row in rows { _ = try batch.store.put(row) }
        for row in rows { try entries[StockKey(sku: Text(row.sku), location: Text(row.location))]?.writeMovements(batch.store) }
    }
}

extension StockView.Entry {
    fileprivate mutating func take(_ effect: StockEffect, precedence: Precedence, replica: ReplicaNumber, _ batch: Batch) throws {
        // Only these look back at the table.
        let looksBack = if case .movement(let movement) = effect { movement.kind.isClaim } else { true }
        if looksBack { try writeMovements(batch.store) }
        let history = MovementHistory(store: batch.store, standing: batch.standing, cell: row.cell)
        try cell.admit(effect, precedence: precedence, lineage: batch.standing.lineage, history: history)
        guard case .movement(let movement) = effect, movement.location == cell.key.location else { return }
        movements.append(
            MovementRow(
                cell: row.cell, replica: replica, counter: precedence.dot.counter, kind: movement.kind, quantity: movement.quantity,
                note: movement.note?.string, expires: movement.expires))
    }

    fileprivate mutating func writeMovements(_ store: any HubWriting) throws {
        for movement in movements { try store.insert(movement) }
        movements = []
    }
}

extension StockCell {
    init(_ row: StockCellRow, standing: Standing) throws {
        let key = StockKey(sku: Text(row.sku), location: Text(row.location))
        try self.init(key: key, decoding: row.state) { index in
            guard let replica = standing.replica(ReplicaNumber(truncatingIfNeeded: index)) else {
                throw HubError(.storageFailed, "A stock cell names an unknown replica.", remedy: "Run `tributary-hub verify`.")
            }
            return replica.id
        }
    }
}

/// The movement table, as far as one cell looks back.
private struct MovementHistory: StockHistory {
    let store: any HubReading
    let standing: Standing
    let cell: Int64

    func moved(upTo dot: Dot) throws -> Int128 {
        guard let replica = standing.number(of: dot.replica) else { return 0 }
        return try store.moved(cell: cell, replica: replica, upTo: dot.counter)
    }

    func claims(on document: Text) throws -> [Movement] {
        try store.claims(cell: cell, note: document.string).map { row in
            Movement(
                sku: "", location: "", quantity: row.quantity, kind: row.kind, note: row.note.map { Text($0) }, expires: row.expires)
        }
    }
}

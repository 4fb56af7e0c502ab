import Causality
import ChangeSets
import Merging

/// What takes back what a restored source's former history holds beyond the change that both share (S15): the records that it created
/// there, with all that they moved.
///
/// A record that anybody else has written to stays, the restored file's own new word above all: it has the row. So do the former
/// history's edits and deletions of older records and its stock-takes: each of them can be seen and decided by itself.
struct Withdrawal {
    let documents: Documents
    /// The last change that both histories share, and the counter of the last one that is withdrawn.
    let shared: Dot
    let through: UInt64
    let time: Timestamp

    /// How many of these removals one decision holds: its change-set has room for so many changes, and the decision itself is one.
    static func fitting(_ removals: some Sequence<[Change]>, changesMax: Int = Limits.changesMax) -> Int {
        var changes = 1
        return removals.prefix { removal in
            changes += removal.count
            return changes <= changesMax
        }.count
    }

    /// What the hub writes, record by record.
    func changes() throws -> [[Change]] {
        var records: [Dot: (state: RecordState, moved: [Movement])] = [:]
        var order: [Dot] = []
        // A row that is moved from one pile to another takes it back on the first in a change of its own, right before.
        var before: [Movement] = []
        try eachChange { dot, change in
            let own: Movement? = if case .movement(let movement) = change.stock { movement } else { nil }
            guard let subject = change.subject else {
                before += [own].compactMap { $0 }
                return
            }
            let life = subject.life ?? dot
            if subject.creates, let state = try untouched(dot) {
                records[dot] = (state, [])
                order.append(dot)
                before = []
            }
            records[life]?.moved += before + [own].compactMap { $0 }
            before = []
        }
        return order.compactMap { life in records[life].map { Self.removal(of: $0.state, moved: $0.moved, time: time) } }
    }

    private func isWithdrawn(_ dot: Dot) -> Bool { dot.replica == shared.replica && dot.counter > shared.counter && dot.counter <= through }

    private func eachChange(_ body: (Dot, Change) throws -> Void) throws {
        let standing = documents.standing
        guard let replica = standing.number(of: shared.replica) else { return }
        let discarded = try Decision.discarded(reading: documents.store, standing: standing)
        try documents.store.eachJournal(of: replica) { entry in
            guard entry.last > shared.counter else { return true }
            let set = try ChangeSetCodec.decode(entry.bytes)
            for (index, change) in set.changes.enumerated() {
                let dot = set.dot(at: index)
                guard isWithdrawn(dot), !discarded.contains(dot), try !isHeld(dot, replica) else { continue }
                try body(dot, change)
            }
            return entry.last < through
        }
    }

    private func isHeld(_ dot: Dot, _ replica: ReplicaNumber) throws -> Bool {
        guard documents.standing.heldCount > 0 else { return false }
        return try documents.store.held(replica: replica, counter: dot.counter) != nil
    }

    /// The record that the change created, where it is there and nobody else has written to it.
    private func untouched(_ life: Dot) throws -> RecordState? {
        guard let number = documents.standing.record(life), let state = try documents.state(number),
            !state.isDead(in: documents.standing.lineage), state.liveDots.allSatisfy(isWithdrawn)
        else { return nil }
        return state
    }

    private static func removal(of state: RecordState, moved: [Movement], time: Timestamp) -> [Change] {
        var taken: [Movement] = []
        for movement in moved {
            var back = movement
            back.quantity = 0 &- movement.quantity
            // Corrections of one line add up.
            if let place = taken.firstIndex(where: { $0.isAlike(back) }) {
                taken[place].quantity = taken[place].quantity &+ back.quantity
            } else {
                taken.append(back)
            }
        }
        let effects = taken.filter { $0.quantity != 0 }.map { StockEffect.movement($0) }
        let deletion = Change(time: time, action: .delete(Subject(of: state), .named(state.liveDots)), stock: effects.last)
        return effects.dropLast().map { Change(time: time, action: .stockOnly, stock: $0) } + [deletion]
    }
}

extension Movement {
    /// The same but for the quantity.
    fileprivate func isAlike(_ other: Movement) -> Bool {
        var same = other
        same.quantity = quantity
        return same == self
    }
}

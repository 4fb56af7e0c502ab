import ChangeSets

/// The rows that a page of the log names, in the order of their first entry, and what it says of each.
struct NamedRows {
    struct Row {
        var table: Int
        var key: LocalKey
        /// The key was deleted, or given to a row: if the row is there, it may be another one (S6).
        var wasReplaced: Bool
        /// Something else than an insert happened to it, or REPLACE may have put it in the place of another: its
        /// children may have been captured before.
        var wasThere: Bool
    }

    private(set) var rows: [Row] = []
    private var places: [RowName: Int] = [:]
    private var byTable: [Int: [Int]] = [:]

    private struct RowName: Hashable {
        var table: Int
        var key: LocalKey
    }

    init(_ entries: [ChangeLog.Entry], watched: WatchList) {
        for entry in entries {
            guard let table = watched.index(of: entry.table) else { continue }
            let place = places[RowName(table: table, key: entry.key)] ?? append(table, entry.key)
            if entry.operation != .update { rows[place].wasReplaced = true }
            if entry.operation != .insert { rows[place].wasThere = true }
        }
    }

    private mutating func append(_ table: Int, _ key: LocalKey) -> Int {
        rows.append(Row(table: table, key: key, wasReplaced: false, wasThere: false))
        places[RowName(table: table, key: key)] = rows.count - 1
        byTable[table, default: []].append(rows.count - 1)
        return rows.count - 1
    }

    mutating func noteThere(_ place: Int) { rows[place].wasThere = true }

    /// The named rows of one table.
    func parents(_ table: Int) -> [Row]? { byTable[table]?.map { rows[$0] } }

    /// Whether the row was not named yet; it is now.
    mutating func add(_ table: Int, _ key: LocalKey) -> Bool { places.updateValue(-1, forKey: RowName(table: table, key: key)) == nil }
}

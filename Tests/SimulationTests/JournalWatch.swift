import Causality
import ChangeSets
import HubRuntime
import HubStoreSQLite

/// What the hub's journal holds, read set by set as it grows: no merging, only counting.
struct Received {
    /// How many records bear each sale number.
    private(set) var sales: [String: Int] = [:]
    /// The dots that created them, for messages.
    private(set) var origins: [String: [String]] = [:]
    /// Sum of all movements by "location/sku", in units of 10⁻⁴.
    private(set) var moved: [String: Int64] = [:]
    /// The last number of the line that was read.
    private(set) var number: UInt64 = 0

    init() {}

    init(_ store: SQLiteHubStore) throws { _ = try read(on: store) }

    /// Reads what is new.
    ///
    /// - Returns: per sale created in what was read, how many of its lines came in the same set; `nil` where the drain is told in parts.
    mutating func read(on store: SQLiteHubStore) throws -> [String: Int?] {
        var rows: [JournalRow] = []
        let after = number
        try store.readNow { store in
            try store.eachJournal(after: after) { row in
                rows.append(row)
                return true
            }
        }
        var created: [String: Int?] = [:]
        for row in rows {
            number = max(number, row.number)
            created.merge(try take(ChangeSetCodec.decode(row.bytes))) { $1 }
        }
        return created
    }

    private mutating func take(_ set: ChangeSet) -> [String: Int?] {
        var born: [Dot: String] = [:]
        var lines: [Dot: Int] = [:]
        for (index, change) in set.changes.enumerated() {
            let dot = set.dot(at: index)
            if case .movement(let movement) = change.stock {
                moved["\(movement.location)/\(movement.sku)", default: 0] += movement.quantity
            }
            guard case .write(let subject, let fields) = change.action, subject.creates else { continue }
            if subject.entity == "sale", let number = fields.first(where: { $0.field == "number" })?.value.text {
                sales[number.string, default: 0] += 1
                origins[number.string, default: []].append("\(dot.replica.short):\(dot.counter)")
                born[dot] = number.string
            }
            if subject.entity == "sale line", let sale = fields.first(where: { $0.field == "sale" })?.value.reference?.life {
                lines[sale, default: 0] += 1
            }
        }
        return Dictionary(born.map { ($0.value, set.part.total == 1 ? .some(lines[$0.key, default: 0]) : nil) }, uniquingKeysWith: { $1 })
    }
}

/// Looks at every commit of the hub as it comes: what must never be, is never there for a moment.
struct JournalWatch {
    private var received = Received()

    /// Laws 1 and 8, and a till's transaction is whole at the hub or not there.
    mutating func violations(
        in store: SQLiteHubStore, everSold: [String: [String: Int64]], linesSold: [String: Int]
    ) throws -> [String] {
        var found: [String] = []
        for (number, lines) in try received.read(on: store).sorted(by: { $0.key < $1.key }) {
            if everSold[number] == nil { found.append("forged: sale \(number) was never made") }
            if received.sales[number] ?? 0 > 1 { found.append("doubled: sale \(number), by \(received.origins[number] ?? [])") }
            if let lines, let sold = linesSold[number], lines != sold {
                found.append("torn: sale \(number) came with \(lines) of its \(sold) lines")
            }
        }
        return found
    }
}

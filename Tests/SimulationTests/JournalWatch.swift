import Causality
import ChangeSets
import HubRuntime
import HubStoreSQLite

/// A sale, as a set at the hub creates it; or a word about a customer, as one writes it.
struct ToldSale {
    /// Or the word.
    var number: String
    var dot: Dot
    /// How many of its lines came in the same set; `nil` where the drain is told in parts.
    var lines: Int?
}

/// What the hub's journal holds, read set by set as it grows: no merging, only counting.
struct Received {
    /// How many records bear each sale number.
    private(set) var sales: [String: Int] = [:]
    /// Words about customers, in whatever place.
    private(set) var words: Set<String> = []
    /// How many records bear each transfer's document, by what they say of it.
    private(set) var transfers: [Transfer: Int] = [:]
    /// The dots that created them, for messages.
    private(set) var origins: [String: [String]] = [:]
    /// What it comes to on the shelves.
    fileprivate(set) var stock = StockHistory()
    /// Per writer, where its changes end.
    private var ends: [ReplicaID: SetEnd] = [:]
    private var sources: [ReplicaID: SourceID] = [:]
    /// Whose sets opened writers of a source.
    private var agents: [SourceID: Set<VerifyingKey>] = [:]
    /// Sets that came without what their writer had told before.
    private(set) var disorder: [String] = []
    /// Over the hashes of all that was read.
    private(set) var digest = TraceDigest()
    /// The last number of the line that was read.
    private(set) var number: UInt64 = 0

    init() {}

    init(_ store: SQLiteHubStore) throws { _ = try read(on: store) }

    /// Reads what is new.
    ///
    /// - Returns: the sales created in it, and the words about customers, in the order of the line.
    mutating func read(on store: SQLiteHubStore) throws -> (sales: [ToldSale], words: [ToldSale]) {
        try read(try news(on: store))
    }

    /// What the hub's line has since the last look.
    func news(on store: SQLiteHubStore) throws -> [JournalRow] {
        var rows: [JournalRow] = []
        let after = number
        try store.readNow { store in
            try store.eachJournal(after: after) { row in
                rows.append(row)
                return true
            }
        }
        return rows
    }

    mutating func read(_ rows: [JournalRow]) throws -> (sales: [ToldSale], words: [ToldSale]) {
        var created: [ToldSale] = []
        var written: [ToldSale] = []
        for row in rows {
            number = max(number, row.number)
            digest.add(row.hash.bytes)
            let set = try ChangeSetCodec.decode(row.bytes)
            place(set, row)
            created += take(set)
            written += takeWords(set)
        }
        return (created, written)
    }

    /// Whether the sale of this number, or this word, is there.
    func has(_ token: String) -> Bool { sales[token] != nil || words.contains(token) }

    private mutating func takeWords(_ set: ChangeSet) -> [ToldSale] {
        var told: [ToldSale] = []
        for (index, change) in set.changes.enumerated() {
            guard case .write(let subject, let fields) = change.action, subject.entity == "customer" else { continue }
            for field in fields where CustomerWords.fields.contains(field.field) {
                guard let word = field.value.text?.string else { continue }
                words.insert(word)
                told.append(ToldSale(number: word, dot: set.dot(at: index), lines: nil))
            }
        }
        return told
    }

    /// A writer's line has no gaps and no branches, and what continues another one's comes after that.
    private mutating func place(_ set: ChangeSet, _ row: JournalRow) {
        let end = ends[set.replica] ?? SetEnd(0, .zero)
        if set.first != end.last + 1 || set.previous != end.hash {
            disorder.append("out of order: \(set.replica.short):\(set.first) came after \(end.last), or after another past")
        }
        ends[set.replica] = SetEnd(set.last, row.hash)
        guard let opening = set.opening else { return }
        if let follows = opening.follows, ends[follows.replica]?.last ?? 0 < follows.counter, !wasTakenOver(follows.replica) {
            disorder.append("out of order: \(set.replica.short) came before \(follows), which it follows")
        }
        sources[set.replica] = opening.source
        agents[opening.source, default: []].insert(row.agent)
    }

    /// What a former agent never sent is not waited for (S16).
    private func wasTakenOver(_ replica: ReplicaID) -> Bool { sources[replica].map { agents[$0, default: []].count > 1 } ?? false }

    private mutating func take(_ set: ChangeSet) -> [ToldSale] {
        var born: [ToldSale] = []
        var lines: [Dot: Int] = [:]
        for (index, change) in set.changes.enumerated() {
            let dot = set.dot(at: index)
            if let effect = change.stock { stock.take(effect, of: set.replica) }
            guard case .write(let subject, let fields) = change.action, subject.creates else { continue }
            if subject.entity == "sale", let number = fields.first(where: { $0.field == "number" })?.value.text {
                sales[number.string, default: 0] += 1
                origins[number.string, default: []].append("\(dot.replica.short):\(dot.counter)")
                born.append(ToldSale(number: number.string, dot: dot, lines: nil))
            }
            if let transfer = Transfer(subject, fields) { transfers[transfer, default: 0] += 1 }
            if subject.entity == "sale line", let sale = fields.first(where: { $0.field == "sale" })?.value.reference?.life {
                lines[sale, default: 0] += 1
            }
        }
        guard set.part.total == 1 else { return born }
        return born.map { ToldSale(number: $0.number, dot: $0.dot, lines: lines[$0.dot, default: 0]) }
    }
}

/// Looks at every commit of the hub as it comes: what must never be, is never there for a moment.
struct JournalWatch {
    private(set) var received = Received()
    /// Where the hub stood at the last look.
    private(set) var position: Position?

    /// - Parameter isWhole: nothing is held back there.
    mutating func stands(at position: Position, isWhole: Bool) {
        self.position = position
        if isWhole { received.stock.stands(at: position) }
    }

    /// Laws 1 and 8; a till's transaction is whole at the hub or not there, and nothing of a writer comes before what it told earlier.
    ///
    /// - Returns: the sales that came since the last look, and the words about customers, and what is wrong with them.
    mutating func look(
        at store: SQLiteHubStore, everSold: [String: [String: Int64]], linesSold: [String: Int]
    ) throws -> (sales: [ToldSale], words: [ToldSale], violations: [String]) {
        try look(at: received.news(on: store), everSold: everSold, linesSold: linesSold)
    }

    mutating func look(
        at rows: [JournalRow], everSold: [String: [String: Int64]], linesSold: [String: Int]
    ) throws -> (sales: [ToldSale], words: [ToldSale], violations: [String]) {
        let known = received.disorder.count
        let (sales, words) = try received.read(rows)
        var found = Array(received.disorder.dropFirst(known))
        for sale in sales {
            let number = sale.number
            if everSold[number] == nil { found.append("forged: sale \(number) was never made") }
            if received.sales[number] ?? 0 > 1 { found.append("doubled: sale \(number), by \(received.origins[number] ?? [])") }
            if let lines = sale.lines, let sold = linesSold[number], lines != sold {
                found.append("torn: sale \(number) came with \(lines) of its \(sold) lines")
            }
        }
        return (sales, words, found)
    }
}

import Causality
import ChangeSets

extension Hub {
    /// Rebuilds state and views from the journal in a scratch store, and compares every row (law 4).
    ///
    /// Takes as long as taking everything in once more; the hub goes on meanwhile.
    public func verify() async throws -> VerificationAnswer {
        let (scratch, bound, key) = (try store.scratch(), options.clockBound, signingKey.publicKey)
        return try await store.read { store in
            var rebuild = Rebuild(Replay(original: store, copy: scratch, bound: bound, key: key))
            try rebuild.run()
            return rebuild.answer
        }
    }
}

/// A second hub made from the first one's journal.
private struct Rebuild {
    let replay: Replay
    var answer = VerificationAnswer(changeSets: 0, changes: 0, rowsCompared: 0, differences: [])
    private var original: any HubReading { replay.original }
    private var copy: any HubStore { replay.copy }

    init(_ replay: Replay) { self.replay = replay }

    mutating func run() throws {
        try replay.run { entry, step in
            answer.changeSets += 1
            switch step {
            case .homeless: differ("journal \(entry.number): its agent or its place on the line is missing")
            case .taken(let set, let head, let line, let hash):
                answer.changes += UInt64(set.changes.count)
                if head != line { differ("line \(entry.number): the running hash is another one") }
                if hash != entry.hash { differ("journal \(entry.number): the bytes do not have the hash they came with") }
            }
        }
        try compareReplicas()
        for table in DerivedTable.allCases { try compare(table) }
    }

    private mutating func differ(_ line: String) {
        if answer.differences.count < VerificationAnswer.differencesMax { answer.differences.append(line) }
    }

    // MARK: comparing

    private mutating func compareReplicas() throws {
        let copies = try copy.readNow { try $0.replicas() }
        let originals = try original.replicas()
        answer.rowsCompared += UInt64(originals.count)
        if copies.count != originals.count { differ("replica: \(originals.count) rows, \(copies.count) from the journal") }
        for (left, right) in zip(originals, copies) where left != right { differ("replica \(left.id): differs from the journal's") }
    }

    private mutating func compare(_ table: DerivedTable) throws {
        var lines: [String] = []
        var compared: UInt64 = 0
        try copy.readNow { copy in
            let left = try original.rows(of: table)
            let right = try copy.rows(of: table)
            var (one, other) = (try left.next(), try right.next())
            while one != nil || other != nil, lines.count < VerificationAnswer.differencesMax {
                compared += 1
                // A row that only one side has is named, and passed over there alone.
                let order = table.order(one, other)
                if order != .same || one != other {
                    lines.append(Self.difference(table, order == .behind ? nil : one, order == .before ? nil : other))
                }
                if order != .behind { one = try left.next() }
                if order != .before { other = try right.next() }
            }
        }
        answer.rowsCompared += compared
        for line in lines { differ(line) }
    }

    /// Names the row by its first column and says which column differs, and no value: it may be personal.
    private static func difference(_ table: DerivedTable, _ one: [Value]?, _ other: [Value]?) -> String {
        let name = "\(table.rawValue) row \((one ?? other)?.first?.integer.map(String.init) ?? "?")"
        guard let one else { return "\(name): the journal gives it, and the store lacks it" }
        guard let other else { return "\(name): the journal does not give it" }
        let columns = zip(one, other).enumerated().filter { $0.element.0 != $0.element.1 }.map { String($0.offset + 1) }
        return "\(name): columns \(columns.joined(separator: ", ")) differ"
    }
}

/// How two rows stand to each other in a table's order.
private enum RowOrder { case before, same, behind }

extension DerivedTable {
    /// So many columns, from the first, name a row; rows come in their order.
    private var keyColumns: Int {
        switch self {
        case .record, .purchase, .purchaseLine, .event, .customer, .profile, .order, .shipment, .decision, .item, .consent, .note: 1
        case .held, .total, .cell: 2
        case .identifier, .linkDecision, .itemWord: 3
        case .earlier, .movement, .superseded: 4
        }
    }

    /// `nil` is behind every row.
    fileprivate func order(_ one: [Value]?, _ other: [Value]?) -> RowOrder {
        guard let one else { return other == nil ? .same : .behind }
        guard let other else { return .before }
        for (left, right) in zip(one, other).prefix(keyColumns) where left != right {
            return Self.precedes(left, right) ? .before : .behind
        }
        return .same
    }

    /// In SQLite's order: numbers before texts, texts by their bytes.
    private static func precedes(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        case (.integer, _): true
        case (_, .integer): false
        default: bytes(left).lexicographicallyPrecedes(bytes(right))
        }
    }

    private static func bytes(_ value: Value) -> [UInt8] {
        switch value {
        case .text(let text): Array(text.string.utf8)
        case .malformedText(let bytes): bytes
        default: []
        }
    }
}

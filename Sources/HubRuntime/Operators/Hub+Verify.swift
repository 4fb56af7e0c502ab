import Causality
import ChangeSets

extension Hub {
    /// Rebuilds state and views from the journal in a scratch store, and compares every row (law 4).
    ///
    /// Takes as long as taking everything in once more; the hub goes on meanwhile.
    public func verify() async throws -> VerificationAnswer {
        let (scratch, bound, key) = (try store.scratch(), options.clockBound, signingKey.publicKey)
        return try await store.read { store in
            var rebuild = Rebuild(of: store, in: scratch, bound: bound, key: key)
            try rebuild.run()
            return rebuild.answer
        }
    }
}

/// A second hub made from the first one's journal.
private struct Rebuild {
    let original: any HubReading
    let copy: any HubStore
    let bound: ClockBound
    /// The hub's own: operators' decisions are signed with it.
    let key: VerifyingKey
    var answer = VerificationAnswer(changeSets: 0, changes: 0, rowsCompared: 0, differences: [])

    init(of original: any HubReading, in copy: any HubStore, bound: ClockBound, key: VerifyingKey) {
        self.original = original
        self.copy = copy
        self.bound = bound
        self.key = key
    }

    mutating func run() throws {
        try copyIdentities()
        try takeInJournal()
        try compareReplicas()
        for table in DerivedTable.allCases { try compare(table) }
    }

    private mutating func differ(_ line: String) {
        if answer.differences.count < VerificationAnswer.differencesMax { answer.differences.append(line) }
    }

    private func copyIdentities() throws {
        try copy.writeNow { copy in
            for site in try original.sites() { try copy.insert(site) }
            for agent in try original.agents() { try copy.put(agent) }
            for generation in try original.generations() { try copy.insert(generation) }
        }
    }

    private mutating func takeInJournal() throws {
        var standing = try copy.readNow { try Standing(reading: $0) }
        let sites = try original.sites()
        var writers = Dictionary(try original.agents().map { ($0.key, $0.site.number) }, uniquingKeysWith: { first, _ in first })
        writers[key] = SourceRow.hubSite
        try original.eachJournal(after: 0) { entry in
            answer.changeSets += 1
            guard let site = writers[entry.agent], let line = try original.line(entry.number) else {
                differ("journal \(entry.number): its agent or its place on the line is missing")
                return true
            }
            let set = try decoded(entry)
            answer.changes += UInt64(set.changes.count)
            let arrival = SetAdmission.Arrival(
                set: set, hash: try ChangeSetCodec.hash(of: entry.bytes), bytes: entry.bytes, key: entry.agent, site: site,
                received: entry.received, offsetMilliseconds: entry.offsetMilliseconds, ruleVersion: entry.ruleVersion)
            standing = try copy.writeNow { copy in
                let batch = Batch(store: copy, standing: standing, sites: sites, received: entry.received, bound: bound)
                try SetAdmission(batch: batch, generation: line.generation).admit(arrival)
                return batch.standing
            }
            if standing.head != line { differ("line \(entry.number): the running hash is another one") }
            if arrival.hash != entry.hash { differ("journal \(entry.number): the bytes do not have the hash they came with") }
            return true
        }
    }

    private func decoded(_ entry: JournalRow) throws -> ChangeSet {
        do { return try ChangeSetCodec.decode(entry.bytes) } catch let error as ChangeSetError {
            throw HubError(
                .journalDamaged, "The journal's entry \(entry.number) cannot be read: \(error.message)",
                remedy: "Keep the file, and restore the last backup: agents send again what it lacks.")
        }
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
            while lines.count < VerificationAnswer.differencesMax {
                let (one, other) = (try left.next(), try right.next())
                if one == nil, other == nil { return }
                compared += 1
                if one != other {
                    lines.append(Self.difference(table, one, other))
                    // Rows that only one side has would make every later pair differ.
                    if one?.first != other?.first { return }
                }
            }
        }
        answer.rowsCompared += compared
        for line in lines { differ(line) }
    }

    /// Names the row by its first column and says which column differs, and no value: it may be personal.
    private static func difference(_ table: DerivedTable, _ one: [Value]?, _ other: [Value]?) -> String {
        guard let one else { return "\(table.rawValue): the journal gives a row that the store lacks" }
        guard let other else { return "\(table.rawValue): a row that the journal does not give" }
        let columns = zip(one, other).enumerated().filter { $0.element.0 != $0.element.1 }.map { String($0.offset + 1) }
        return "\(table.rawValue) row \(one.first?.integer.map(String.init) ?? "?"): columns \(columns.joined(separator: ", ")) differ"
    }
}

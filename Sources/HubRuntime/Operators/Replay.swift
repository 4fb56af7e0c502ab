import Causality
import ChangeSets
import Mutants

/// Takes a hub's journal into an empty store once more, set by set, each with the verdicts of its admission (law 4).
struct Replay {
    let original: any HubReading
    let copy: any HubStore
    let bound: ClockBound
    /// The hub's own key: operators' decisions are signed with it.
    let key: VerifyingKey

    /// What became of one entry of the journal.
    enum Step {
        /// Its writer or its place on the line is not known any more.
        case homeless
        /// Taken in: the line's end in the copy and in the original, and the hash of its bytes.
        case taken(set: ChangeSet, head: LineRow, line: LineRow, hash: Digest)
    }

    /// Where to look back to.
    struct Past {
        var time: Timestamp
        /// As a site knew it: what its view contained, and what it had written itself by then.
        var view: SiteViewRow?

        enum Verdict { case take, skip, stop }

        func judge(_ entry: JournalRow, by site: SiteNumber?, _ set: () throws -> ChangeSet) rethrows -> Verdict {
            guard let view else { return entry.received > time ? .stop : .take }
            if entry.number <= view.number { return .take }
            // Times of one replica never fall, so these are the first of its sets.
            return try site == view.site && set().changes.allSatisfy { $0.time <= time } ? .take : .skip
        }
    }

    /// - Parameter past: what is taken; `nil`: all.
    /// - Throws: `journal-damaged`, or what the stores throw.
    func run(until past: Past? = nil, _ visit: (JournalRow, Step) throws -> Void) throws {
        try copyIdentities()
        var standing = try copy.readNow { try Standing(reading: $0) }
        let sites = try original.sites()
        var writers = Dictionary(try original.agents().map { ($0.key, $0.site.number) }, uniquingKeysWith: { first, _ in first })
        writers[key] = SourceRow.hubSite
        var skipped: Set<ReplicaNumber> = []
        try original.eachJournal(after: 0) { entry in
            // A replica's sets follow on one another: what comes after one that is left out is left out, too.
            if skipped.contains(entry.replica) { return true }
            switch try past?.judge(entry, by: writers[entry.agent], { try decoded(entry) }) ?? .take {
            case .take: break
            case .skip:
                skipped.insert(entry.replica)
                return true
            case .stop: return false
            }
            guard let site = writers[entry.agent], let line = try original.line(entry.number) else {
                try visit(entry, .homeless)
                return true
            }
            let set = try decoded(entry)
            let arrival = SetAdmission.Arrival(
                set: set, hash: try ChangeSetCodec.hash(of: entry.bytes), bytes: entry.bytes, key: entry.agent, site: site,
                received: entry.received, offsetMilliseconds: Mutant.judgesClocksAnew.isOn ? 0 : entry.offsetMilliseconds,
                ruleVersion: entry.ruleVersion)
            standing = try copy.writeNow { copy in
                let batch = Batch(store: copy, standing: standing, sites: sites, received: entry.received, bound: bound)
                try SetAdmission(batch: batch, generation: line.generation).admit(arrival)
                return batch.standing
            }
            // What flows is counted once, in the commit that took it in.
            standing.flow = FlowTally()
            try visit(entry, .taken(set: set, head: standing.head, line: line, hash: arrival.hash))
            return true
        }
    }

    private func copyIdentities() throws {
        try copy.writeNow { copy in
            for site in try original.sites() { try copy.insert(site) }
            for agent in try original.agents() { try copy.put(agent) }
            for generation in try original.generations() { try copy.insert(generation) }
        }
    }

    private func decoded(_ entry: JournalRow) throws -> ChangeSet {
        do { return try ChangeSetCodec.decode(entry.bytes) } catch let error as ChangeSetError {
            throw HubError(
                .journalDamaged, "The journal's entry \(entry.number) cannot be read: \(error.message)",
                remedy: "Keep the file, and restore the last backup: agents send again what it lacks.")
        }
    }
}

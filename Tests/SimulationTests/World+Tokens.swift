import Causality
import ChangeSets
import HubRuntime
import Profiles

/// Words about customers, from the tills' files to what the hub shows.
extension World {
    var tokens: TokenLedger {
        TokenLedger(
            written: sites.reduce(into: operators.written) { $0.merge($1.till.words.written) { first, _ in first } },
            deletions: sites.flatMap(\.till.words.deletions),
            filesWentBack: sites.contains(where: \.hasLostDisk) || Self.wayBack.contains { met[$0] != nil })
    }

    /// What takes a file back, or has it told anew.
    private static let wayBack = ["till restored", "power cut", "gap found", "hub restored from an older backup"]

    /// - Returns: what does not hold when everything has healed.
    func tokenViolations() async throws -> [String] {
        let history = try JournalHistory(hubStore)
        let bearers = tokens.bearers(in: history)
        notePlaces(try places(bearers, healed: true))
        noteRarities(history)
        var found = tokens.violations(history)
        for site in sites { found += try lostWords(of: site, bearers) + staleWords(of: site, bearers, history) }
        let links = try LinkCheck(hubStore, history)
        found += try links.violations + pieceViolations(history)
        return try await found + shownViolations(history) + profileViolations(links.persons, history)
    }

    /// What stands in a till's file, or was read out of it, is at the hub in whatever place.
    ///
    /// Left out of the second is what nobody can keep (docs/reliability.md, "Not protected against"): what a lost, restored, damaged or
    /// copied disk had read; and what no file has any more where the hub went back to an older backup than its last, or where somebody's
    /// changes were captured anew over a gap. What the hub had acknowledged of that is the receipts' ledger's.
    private func lostWords(of site: Site, _ bearers: [String: [TokenLedger.Bearer]]) throws -> [String] {
        let standing = try site.till.wordsInRows().filter { bearers[$0] == nil }
        var found = standing.sorted().map { "lost: \"\($0)\" stands in \(site.label)'s file" }
        let mayHaveDropped = site.hasLostDisk || met["hub restored from an older backup"] != nil || met["gap found"] != nil
        if !mayHaveDropped {
            let read = site.till.words.read.filter { bearers[$0] == nil && !standing.contains($0) }
            found += read.sorted().map { "lost: \"\($0)\" was read in \(site.label)'s file" }
        }
        return found
    }

    /// Where nothing ever went back, what the till's file says is what is shown, and nothing else; operators' own words aside.
    private func staleWords(of site: Site, _ bearers: [String: [TokenLedger.Bearer]], _ history: JournalHistory) throws -> [String] {
        guard site.isUndisturbed else { return [] }
        let standing = try site.till.wordsInRows()
        var found: [String] = []
        for word in site.till.words.written.keys.sorted() {
            for bearer in bearers[word] ?? [] where !history.isDecided(bearer.life) {
                let isShown = bearer.place == .live || bearer.place == .sibling
                if isShown, !standing.contains(word) { found.append("stale: \"\(word)\" is shown, and \(site.label) has it no more") }
                if standing.contains(word), bearer.place != .live {
                    found.append("stale: \"\(word)\" stands in \(site.label)'s file, and at the hub: \(bearer.place.rawValue)")
                }
            }
        }
        return found
    }

    /// Each record, field by field, as the hub shows it: the live values of the literal history, all of them and no others.
    private func shownViolations(_ history: JournalHistory) async throws -> [String] {
        var found: [String] = []
        for life in try recordsAtHub() where history.records[life]?.isCreated != true {
            found.append("ghost: nobody created the record \(life)")
        }
        for (life, record) in history.records.sorted(by: { $0.key < $1.key }) {
            let shown = try await hub.explain(record: life, now: time)
            found += SiblingCheck(life: life, record: record, history: history).violations(shown.map(SiblingCheck.Shown.init))
        }
        for conflict in try await hub.conflicts(now: time) where conflict.kind == .concurrentWrites {
            guard let life = conflict.about.record.flatMap({ Dot($0) }), let record = history.records[life] else {
                found.append("ghost: a conflict about no record, \(conflict.id)")
                continue
            }
            let live = history.live(record.fields[FieldName(conflict.about.field ?? "")] ?? [])
            if Set(live.map(\.dot.description)) != Set(conflict.sides.map(\.dot)) {
                found.append("wrong sides: \(conflict.id) has \(conflict.sides.map(\.dot)), and live are \(live.map(\.dot))")
            }
        }
        return found
    }

    /// - Parameter persons: the customers of each.
    private func profileViolations(_ persons: [Dot: Set<Dot>], _ history: JournalHistory) async throws -> [String] {
        var found: [String] = []
        for (profile, lives) in persons.sorted(by: { $0.key < $1.key }) {
            guard let shown = try await hub.profile("\(ProfileID(life: profile))", now: time) else {
                found.append("hidden: the hub has no profile of \(lives.sorted())")
                continue
            }
            found += ProfileCheck(lives: lives, history: history).violations(shown)
        }
        return found
    }

    private func recordsAtHub() throws -> [Dot] {
        try hubStore.readNow { store in
            let ids = Dictionary(try store.replicas().map { ($0.number, $0.id) }, uniquingKeysWith: { first, _ in first })
            let (first, last) = (RecordNumber(raw: .min), RecordNumber(raw: .max))
            return try store.records(from: first, to: last, limit: .max).compactMap { row in
                ids[row.record.replica].map { Dot($0, row.record.counter) }
            }
        }
    }

    /// Where nothing ever went back, each piece that moved is in the lines of the till's file, corrections and all; there are no others.
    private func pieceViolations(_ history: JournalHistory) throws -> [String] {
        var found: [String] = []
        for site in sites where site.isUndisturbed {
            let sold = try site.till.quantities()
            for sku in SimulatedTill.skus {
                let (told, standing) = (history.moved["\(site.name)/\(sku)", default: 0] / -10_000, sold[sku, default: 0])
                if told != standing { found.append("pieces of \(sku) at \(site.name): \(told) told, and \(standing) in its file") }
            }
        }
        return found
    }

    // MARK: rare places

    /// Where words stand while faults are still about.
    func noteTokenPlaces() throws {
        let history = try JournalHistory(hubStore)
        notePlaces(try places(tokens.bearers(in: history), healed: false))
    }

    private func places(_ bearers: [String: [TokenLedger.Bearer]], healed: Bool) throws -> Set<TokenPlace> {
        var places = Set(bearers.values.flatMap { $0.map(\.place) })
        let standing = try sites.reduce(into: Set<String>()) { $0.formUnion(try $1.till.wordsInRows()) }
        let past = try sites.reduce(into: Set<String>()) { $0.formUnion(try $1.till.wordsInFile()) }
        let read = sites.reduce(into: Set<String>()) { $0.formUnion($1.till.words.read) }
        for word in sites.flatMap(\.till.words.written.keys) where bearers[word] == nil {
            if read.contains(word) {
                if !healed { places.insert(.queued) }
            } else if standing.contains(word) {
                places.insert(.unread)
            } else {
                places.insert(past.contains(word) ? .withinDrain : .takenBack)
            }
        }
        return places
    }

    private func notePlaces(_ places: Set<TokenPlace>) {
        for place in TokenPlace.allCases where places.contains(place) { note(place.rawValue) }
    }

    private func noteRarities(_ history: JournalHistory) {
        let customers = history.records.values.filter { $0.entity == "customer" }
        if customers.contains(where: { $0.fields.values.contains { history.live($0).count > 2 } }) { note("three live siblings") }
        if customers.contains(where: { !history.live($0.deletions).isEmpty && history.deaths(of: $0).isEmpty }) {
            note("edit beside a delete")
        }
    }
}

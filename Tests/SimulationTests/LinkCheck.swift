import Causality
import ChangeSets
import HubRuntime
import HubStoreSQLite
import Profiles
import ProfilesTestSupport

/// Holds who is one person with whom, as the hub has it, against the rules of linking read literally, over the customers who live by the
/// literal history and the links and separations that operators decided and did not take back (S28, S29).
struct LinkCheck {
    /// What each living customer is linked by, as the hub has it.
    var records: [LinkRecord] = []
    /// By the customers' lives.
    var profiles: [Dot: Dot] = [:]
    var decisions: [LinkDecision] = []
    /// Customers who live by the literal history, with their e-mail addresses.
    var living: [Dot: Set<String>] = [:]

    /// The customers of each person, as the hub has it.
    var persons: [Dot: Set<Dot>] { profiles.reduce(into: [:]) { $0[$1.value, default: []].insert($1.key) } }

    var violations: [String] {
        var found: [String] = []
        for life in Set(living.keys).symmetricDifference(profiles.keys).sorted() {
            found.append("profiles: \(life) \(living[life] == nil ? "has one, and is no living customer" : "has none, and lives")")
        }
        for record in records {
            let addresses = Set(record.identifiers.filter { $0.kind == .email }.map(\.value.string))
            if !addresses.isSuperset(of: living[record.id.life] ?? []) {
                found.append("profiles: \(record.id.life) is not known by its e-mail")
            }
        }
        let shown = Set(persons.values)
        let literal = Set(NaiveLinking(records, decisions: decisions, rules: .standard).groups.map { Set($0.map(\.life)) })
        for group in shown.subtracting(literal) { found.append("profiles: one person is \(group.sorted()), by the rules they are others") }
        for group in literal.subtracting(shown) { found.append("profiles: by the rules one person is \(group.sorted())") }
        return found.sorted()
    }
}

extension LinkCheck {
    init(_ store: SQLiteHubStore, _ history: JournalHistory) throws {
        for (life, record) in history.records where record.entity == "customer" && record.isCreated && history.deaths(of: record).isEmpty {
            let addresses = history.live(record.fields["email"] ?? []).compactMap { $0.value?.text?.string }
            living[life] = Set(addresses)
        }
        try read(store)
        let names = Dictionary(records.map { ($0.id.life, $0.id) }, uniquingKeysWith: { first, _ in first })
        decisions = history.linkVerdicts.compactMap { verdict in
            guard let lower = names[verdict.lower], let higher = names[verdict.higher] else { return nil }
            return LinkDecision(verdict.areSame ? .same : .neverSame, lower, higher)
        }
    }

    private mutating func read(_ store: SQLiteHubStore) throws {
        var (records, profiles): ([LinkRecord], [Dot: Dot]) = ([], [:])
        try store.readNow { store in
            let replicas = Dictionary(try store.replicas().map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
            let sources = Dictionary(try store.sources().map { ($0.number, $0.id) }, uniquingKeysWith: { first, _ in first })
            func dot(_ number: RecordNumber) -> Dot? { replicas[number.replica].map { Dot($0.id, number.counter) } }
            for customer in try store.customers(after: RecordNumber(raw: .min), limit: .max) {
                guard let life = dot(customer.record), let source = replicas[customer.record.replica]?.source.flatMap({ sources[$0] })
                else { continue }
                profiles[life] = dot(customer.profile)
                let identifiers = try store.identifiers(record: customer.record).filter { $0.kind != .name }.map { row in
                    Identifier(kind: Identifier.Kind(rawValue: row.kind.rawValue), value: Text(row.value))
                }
                let created = Precedence(isInBound: customer.isCreatedInBound, time: customer.created, dot: life)
                let id = RecordID(entity: "customer", source: source, key: LocalKey([]), life: life)
                records.append(LinkRecord(id: id, created: created, identifiers: identifiers, names: customer.names.map { Text($0) }))
            }
        }
        (self.records, self.profiles) = (records, profiles)
    }
}

extension JournalHistory {
    /// What operators said of two customers and did not take back; of each pair what they said last.
    var linkVerdicts: [(lower: Dot, higher: Dot, areSame: Bool)] {
        let decisions = records.filter { $0.value.entity == "decision" }
        func text(_ record: Record, _ field: FieldName) -> String? { record.fields[field]?.first?.value?.text?.string }
        func moment(_ record: Record) -> Int64 { record.fields["at"]?.first?.value?.integer ?? 0 }
        let undone = Set(decisions.values.filter { text($0, "choice") == "undo" }.compactMap { text($0, "target") })
        var verdicts: [String: (lower: Dot, higher: Dot, areSame: Bool)] = [:]
        for (dot, record) in decisions.sorted(by: { (moment($0.value), $0.key) < (moment($1.value), $1.key) }) {
            guard let choice = text(record, "choice"), ["same", "apart"].contains(choice), !undone.contains(dot.description) else {
                continue
            }
            for pair in (text(record, "content") ?? "").split(separator: ",") {
                let lives = pair.split(separator: "~").compactMap { Dot(String($0)) }
                if lives.count == 2 { verdicts[String(pair)] = (lives[0], lives[1], choice == "same") }
            }
        }
        return verdicts.sorted { $0.key < $1.key }.map(\.value)
    }
}

import Causality
import ChangeSets
import Merging
import Profiles

// What a profile tells beyond its golden fields, computed from the rows of its records each time it is shown.
extension Documents {
    /// The whole document of a person, for people who look at one; `nil` when nobody has this number.
    ///
    /// - Parameter scorer: weighs the links; `nil`: nothing does.
    func person(_ id: RecordNumber, scorer: MatchScorer? = nil) throws -> [UInt8]? {
        guard let profile = try profile(id) else { return nil }
        let members = try store.customers(profile: id).map(\.record)
        var person = Person(
            measures: try measures(of: id, members), consents: ConsentRegister(try members.flatMap { try consents(of: $0) }),
            notes: try notes(of: members), intervals: try members.flatMap { try intervals(of: $0) })
        if let scorer { person.likelihoods = try likelihoods(of: profile.links, scorer) }
        var reader = AwaitedReader(self)
        let awaited = try reader.read(members)
        return profile.json(person: person) { awaited.write(to: &$0) }
    }

    private func likelihoods(of links: [LinkedProfile.Link], _ scorer: MatchScorer) throws -> [LinkedProfile.Link: Double] {
        var known: [Dot: PersonTraits] = [:]
        func traits(of life: Dot) throws -> PersonTraits? {
            if let traits = known[life] { return traits }
            let traits = try standing.record(life).flatMap { try Matcher.traits(of: $0, store, standing) }
            known[life] = traits
            return traits
        }
        var likelihoods: [LinkedProfile.Link: Double] = [:]
        for link in links.prefix(Person.likelihoodsMax) {
            guard let lower = try traits(of: link.lower.life), let higher = try traits(of: link.higher.life) else { continue }
            likelihoods[link] = scorer.score(lower, higher).probability
        }
        return likelihoods
    }

    // MARK: names

    /// What is shown of a field that several records of a person hold.
    func golden(_ field: FieldName, of states: [RecordState]) throws -> String? {
        let policy = try policies.get()["customer"][field] ?? .latest
        let golden = GoldenField(field, of: states, policy: policy) { [self] in writer($0) }
        return golden?.shown.value.typed.flatMap { $0.string.isEmpty ? nil : $0.string }
    }

    /// What a person is called, from whichever fields the sites keep it in.
    func personName(of states: [RecordState]) throws -> String? {
        if let name = try golden("name", of: states) { return name }
        let parts = try [golden("first name", of: states), golden("last name", of: states)].compactMap { $0 }
        return try parts.isEmpty ? golden("company", of: states) : parts.joined(separator: " ")
    }

    // MARK: places

    func place(_ source: SourceNumber?) -> Place {
        guard let source = source.flatMap({ standing.source($0) }), !source.isHub, let site = site(number: source.site) else {
            return Place()
        }
        return Place(site: Text(site.name), channel: Text(site.kind.rawValue))
    }

    /// Where the writer of a change stands.
    func place(ofWriter replica: ReplicaID) -> Place {
        let row = standing.replica(replica)
        guard let source = row?.source.flatMap({ standing.source($0) }), source.isHub else { return place(row?.source) }
        return Place(site: "hub")
    }

    // MARK: measures

    func measures(of profile: RecordNumber, _ members: [RecordNumber]) throws -> Measures {
        let reader = MeasuresReader(self)
        for member in members { try reader.read(member) }
        try reader.read(ProfileTokens(of: profile, members, self))
        return reader.tally.total
    }

    // MARK: consents, notes, identifiers

    func consents(of member: RecordNumber) throws -> [ConsentRecord] {
        try store.consents(customer: member).compactMap { row in
            guard let state = try state(row.record) else { return nil }
            let former = try store.superseded(record: row.record).compactMap { SupersededValue($0, standing: standing) }
            return ConsentRecord(state, former: former) { [self] in writer($0) }
        }
    }

    private func notes(of members: [RecordNumber]) throws -> [Note] {
        let pager = TimelinePager(documents: self, members: members, times: CredibleTimes(now: now))
        return try pager.marks([.notes], after: nil, limit: Person.notesMax).compactMap { mark in
            try state(mark.record).map { state in
                Note(
                    record: state.id, text: state["text"]?.typed, author: state["author"]?.typed, at: mark.at,
                    site: place(ofWriter: state.id.life.replica).site)
            }
        }
    }

    /// What the record holds, and what it held before as far as it was an identifier.
    func intervals(of member: RecordNumber) throws -> [IdentifierInterval] {
        guard let state = try state(member) else { return [] }
        let country = country(of: state.id.source)
        let ends = Dictionary(
            try store.superseded(record: member).compactMap { SupersededValue($0, standing: standing) }.map { value in
                (Held(field: value.field, dot: value.precedence.dot), value.endedBy)
            }, uniquingKeysWith: { first, _ in first })
        let former = try store.earlier(record: member).compactMap { row -> IdentifierInterval? in
            guard let replica = standing.replica(row.replica)?.id, let kind = row.kind.identifierKind,
                let identifier = Identifier(kind: kind, raw: Text(row.value), country: country, rules: standing.linkRules)
            else { return nil }
            let dot = Dot(replica, row.counter)
            return IdentifierInterval(
                identifier: identifier, record: state.id,
                standing: row.isCorrected ? .corrected : .former,
                writtenBy: Precedence(isInBound: row.isInBound, time: row.time, dot: dot),
                endedBy: ends[Held(field: FieldName(row.field), dot: dot)], site: writer(replica))
        }
        return state.identifierIntervals(country: country, rules: standing.linkRules) { [self] in writer($0) } + former
    }

    private struct Held: Hashable {
        var field: FieldName
        var dot: Dot
    }
}

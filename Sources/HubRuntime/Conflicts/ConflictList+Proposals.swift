import Causality
import ChangeSets
import Profiles

// Links that names, birth dates and addresses propose, as far as somebody should look at them now.
extension ConflictList {
    /// From here on a proposed link is a conflict: odds of a hundred to one by the model.
    ///
    /// What is less likely stays in the list of all (`Hub.proposals`). The model overrates long lists, where most of what it takes for
    /// barely likelier than not is wrong, and conflicts that are mostly noise are soon read by nobody.
    static let proposedLinkProbability = 0.99

    private static var bitsMin: Double { MatchThreshold.bits(proposedLinkProbability) }

    /// The likeliest first.
    func eachLink(after row: ConflictPlace.Row?, _ look: Look) throws {
        guard scorer != nil else { return }
        var last = row?.proposal
        while case let rows = try store.proposals(bitsMin: Self.bitsMin, after: last, limit: Self.chunkRows), let end = rows.last {
            for row in rows {
                guard try look(.pair(row), [link(row)].compactMap { $0 }) else { return }
            }
            last = end
        }
    }

    /// Ids of those that are open among the first rows (`rowsMax`), the likeliest first, at most `limit`: nobody is compared, so a record that is gone since may be among
    /// them, which `find` does not find any more.
    func openLinks() throws -> [String] {
        guard scorer != nil else { return [] }
        let tables = LinkTables(store: store, standing: documents.standing)
        var found: [String] = []
        var last: ProposalRow?
        var looked = 0
        while found.count < limit, looked < rowsMax,
            case let rows = try store.proposals(bitsMin: Self.bitsMin, after: last, limit: Self.chunkRows),
            let end = rows.last
        {
            for row in rows where found.count < limit {
                looked += Group.links.cost()
                guard let pair = documents.standing.pair(row), try !tables.areApart(row.lower, row.higher) else { continue }
                let id = Self.id(of: pair)
                if try isOpen(id, Screen(dots: [pair.lower, pair.higher]).fingerprint) { found.append(id) }
            }
            last = end
        }
        return found
    }

    private static func id(of pair: LinkPairs.Pair) -> String {
        "\(ConflictAnswer.Kind.proposedLink.rawValue):\(name(of: pair))"
    }

    private static func name(of pair: LinkPairs.Pair) -> String { "\(pair.lower)~\(pair.higher)" }

    /// By `life~life`.
    func link(named name: String) throws -> [Finding] {
        let records = name.split(separator: "~").map { Dot(String($0)).flatMap(documents.standing.record) }
        guard records.count == 2 else { return [] }
        return try [row(of: records[0], records[1]).flatMap(link)].compactMap { $0 }
    }

    private func row(of one: RecordNumber?, _ other: RecordNumber?) throws -> ProposalRow? {
        guard let one, let other else { return nil }
        return try store.proposal(min(one, other), max(one, other), bitsMin: Self.bitsMin)
    }

    /// Both records with what speaks for it and against; `nil` where they are not proposed any more.
    func proposal(of pair: LinkPairs.Pair) throws -> ProposalAnswer? {
        guard let scorer else { return nil }
        let row = try row(of: documents.standing.record(pair.lower), documents.standing.record(pair.higher))
        return try row.flatMap { try documents.answer($0, scorer) }
    }

    private func link(_ row: ProposalRow) throws -> Finding? {
        guard let scorer, try !LinkTables(store: store, standing: documents.standing).areApart(row.lower, row.higher),
            let proposal = try documents.answer(row, scorer), let lower = try side(row.lower, proposal.lower),
            let higher = try side(row.higher, proposal.higher), let pair = LinkPairs.Pair(lower.id.life, higher.id.life)
        else { return nil }
        var about = ConflictAnswer.About()
        (about.name, about.otherName) = (lower.shownName, higher.shownName)
        (about.profile, about.otherProfile) = (proposal.lower.profile, proposal.higher.profile)
        about.probability = proposal.probability
        about.grounds = proposal.grounds
        about.reason = proposal.reason
        return Finding(
            .proposedLink, Self.name(of: pair),
            message: "\(lower.name) and \(higher.name) may be one person, \(proposal.likely): \(proposal.reason).",
            remedy: "Say whether they are; until then they stay two.", about: about,
            sides: [lower.answer, higher.answer], subject: .pair(pair), screen: Screen(dots: [pair.lower, pair.higher]))
    }

    private struct Side {
        var id: RecordID
        var name: String
        /// What the record calls the person.
        var shownName: String
        var answer: WriteAnswer
    }

    /// One of the records: what it says of the person, as if the change that created it had said so.
    private func side(_ number: RecordNumber, _ side: ProposalAnswer.Side) throws -> Side? {
        guard let id = try documents.state(number)?.id, let customer = try documents.store.customer(number) else { return nil }
        let name = side.fields["name"] ?? ["first name", "last name"].compactMap { side.fields[$0] }.joined(separator: " ")
        let shown = ([name] + Self.shownFields.compactMap { side.fields[$0] }).filter { !$0.isEmpty }
        let created = Precedence(isInBound: customer.isCreatedInBound, time: customer.created, dot: id.life)
        return Side(
            id: id, name: "\(id.entity) \(id.key) of \(side.site ?? "?")", shownName: name,
            answer: WriteAnswer(value: .text(shown.joined(separator: ", ")), precedence: created, context: .chain, documents))
    }

    /// What people know each other by besides the name, in the order in which they would tell it.
    private static let shownFields = ["company", "birth date", "email", "phone", "address", "postcode", "city"]
}

extension ProposalAnswer {
    private static let groundsMax = 5

    /// In hundredths of a per cent, rounded down: what rounds up to certainty is not certain.
    fileprivate var likely: String {
        let hundredths = Int(probability * 10_000)
        let digits = String(hundredths % 100)
        return "\(hundredths / 100).\(digits.count == 1 ? "0" : "")\(digits) %"
    }

    /// The weightiest for it, then those against it.
    fileprivate var grounds: [ConflictAnswer.About.Ground] {
        func grounds(areAgainst: Bool) -> [ConflictAnswer.About.Ground] {
            reasons.filter { ($0.bits < 0) == areAgainst }.prefix(Self.groundsMax).map {
                ConflictAnswer.About.Ground(subject: $0.subject, finding: $0.finding, isAgainst: areAgainst)
            }
        }
        return grounds(areAgainst: false) + grounds(areAgainst: true)
    }

    fileprivate var reason: String {
        func told(areAgainst: Bool) -> String { grounds.filter { $0.isAgainst == areAgainst }.map(\.text).joined(separator: ", ") }
        let against = told(areAgainst: true)
        return told(areAgainst: false) + (against.isEmpty ? "" : "; against it: \(against)")
    }
}

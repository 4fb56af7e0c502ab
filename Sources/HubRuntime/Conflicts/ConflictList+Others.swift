import Causality
import ChangeSets
import Merging
import Orders

// Orders told in two ways, sources that were restored, views that are behind.
extension ConflictList {
    func eachOrder(after before: String?, _ body: (Finding) throws -> Bool) throws {
        var last = before.flatMap { Dot(Self.name($0)) }.flatMap(documents.standing.record) ?? RecordNumber(raw: -1)
        while case let rows = try store.orders(flaggedAfter: last, limit: Self.chunkRows), let end = rows.last {
            for row in rows {
                guard let finding = try order(row) else { continue }
                guard try body(finding) else { return }
            }
            last = end.record
        }
    }

    func order(named name: String) throws -> [Finding] {
        guard let life = Dot(name), let number = documents.standing.record(life), let row = try store.order(number) else { return [] }
        return try [order(row)].compactMap { $0 }
    }

    private func order(_ row: OrderRow) throws -> Finding? {
        guard let view = try documents.order(row), let contradiction = view.contradiction, let state = try documents.state(row.record)
        else { return nil }
        let sides = contradiction.sides.map { "\($0.state.name) at \($0.site?.string ?? "?")" }.joined(separator: ", ")
        var about = try about(state)
        about.name = row.name ?? about.name
        return Finding(
            .orderContradiction, "\(view.id.life)", message: "Order \(row.name ?? "\(view.id.key)") is told in two ways: \(sides).",
            remedy: "Ask the sites, then take the state that is true.", about: about,
            sides: contradiction.sides.map {
                WriteAnswer(value: .text($0.state.name.string), precedence: $0.precedence, context: .chain, documents)
            }, subject: .order(view, state), screen: Screen(dots: contradiction.sides.map(\.dot)))
    }

    /// Sources that went on from a dot below what the hub has of their former incarnation (S15).
    func restoredSources() -> [Finding] {
        documents.standing.replicas.compactMap { replica in
            guard let follows = replica.follows, let former = documents.standing.replica(follows.replica), former.last > follows.counter
            else { return nil }
            let site = documents.writer(replica.id)?.string ?? "?"
            var about = ConflictAnswer.About()
            about.site = site
            about.name = replica.source.flatMap { documents.standing.source($0) }?.name
            about.changes = former.last - follows.counter
            return Finding(
                .sourceRestored, replica.id.description,
                message:
                    "A source of \(site) was restored or cloned at change \(follows.counter); the hub has \(former.last - follows.counter) later changes of it, which stay counted.",
                remedy:
                    "Accept it if they happened. Else withdraw it: what it created and nobody else has written to goes, with what it moved.",
                about: about, since: replica.opened, subject: .restored(follows, through: former.last),
                screen: Screen(dots: [follows, Dot(follows.replica, former.last)]))
        }
    }

    func staleViews() throws -> [Finding] {
        try store.stale(limit: limit).map { row in
            var about = ConflictAnswer.About()
            about.name = row.view
            about.reason = row.reason
            return Finding(
                .staleView, "\(row.view)/\(Hexadecimal.string(row.key))",
                message: "The \(row.view) view is behind for one thing: \(row.reason)",
                remedy: "Run `tributary-hub verify`, and report what it says.", about: about, subject: .outside)
        }
    }
}

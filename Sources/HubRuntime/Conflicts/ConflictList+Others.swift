import Causality
import ChangeSets
import Merging
import Orders

// Orders told in two ways, sources that were restored, views that are behind.
extension ConflictList {
    func eachOrder(after row: ConflictPlace.Row?, _ look: Look) throws {
        var last = RecordNumber(raw: row?.number ?? -1)
        while case let rows = try store.orders(flaggedAfter: last, limit: Self.chunkRows), let end = rows.last {
            for row in rows {
                guard try look(.number(row.record.raw), [order(row)].compactMap { $0 }) else { return }
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

    func eachRestored(after row: ConflictPlace.Row?, _ look: Look) throws {
        for replica in documents.standing.replicas where Int64(replica.number) > row?.number ?? 0 {
            guard let finding = try restored(replica) else { continue }
            guard try look(.number(Int64(replica.number)), [finding]) else { return }
        }
    }

    /// A source that went on from a dot below what the hub has of its former incarnation (S15), or parted from it there (S22).
    ///
    /// The facts are what both share: of a former life nothing comes any more, and where the original of a copy stands says nothing new.
    func restored(_ replica: ReplicaRow) throws -> Finding? {
        guard let follows = replica.follows, let former = documents.standing.replica(follows.replica), former.last > follows.counter
        else { return nil }
        let livesOn = try livesOn(former, besides: replica)
        let site = documents.writer(replica.id)?.string ?? "?"
        var about = ConflictAnswer.About()
        about.site = site
        about.name = replica.source.flatMap { documents.standing.source($0) }?.name
        if !livesOn { about.changes = former.last - follows.counter }
        return Finding(
            .sourceRestored, replica.id.description,
            message: livesOn
                ? "A source of \(site) was cloned at change \(follows.counter): copy and original both go on, and what either tells counts."
                : "A source of \(site) was restored or cloned at change \(follows.counter); the hub has \(former.last - follows.counter) later changes of it, which stay counted.",
            remedy: livesOn
                ? "Accept it. What was withdrawn of it before that was known is taken back with tributary conflict undo."
                : "Accept it if they happened, as they did where the disk was copied and the original is in use. Else withdraw it: what it created and nobody else has written to goes, with what it moved.",
            about: about, since: replica.opened, subject: .restored(follows, through: former.last, livesOn: livesOn),
            screen: Screen(dots: [follows]))
    }

    /// Whether the former writer told anything since the one that follows it opened: then it is no former life but another disk's.
    private func livesOn(_ former: ReplicaRow, besides replica: ReplicaRow) throws -> Bool {
        try store.journal(replica: replica.number, first: 1).map { former.position > $0.number } ?? false
    }

    func eachStale(after row: ConflictPlace.Row?, _ look: Look) throws {
        var last: StaleRow.Place? = if case .stale(let place) = row { place } else { nil }
        while case let rows = try store.stale(after: last, limit: Self.chunkRows), let end = rows.last {
            for row in rows {
                guard try look(.stale(row.place), [stale(row)]) else { return }
            }
            last = end.place
        }
    }

    func stale(named name: String) throws -> [Finding] {
        guard let slash = name.lastIndex(of: "/"), let key = Hexadecimal.bytes(name[name.index(after: slash)...]),
            let row = try store.stale(StaleRow.Place(view: String(name[..<slash]), key: key))
        else { return [] }
        return [stale(row)]
    }

    private func stale(_ row: StaleRow) -> Finding {
        var about = ConflictAnswer.About()
        about.name = row.view
        about.reason = row.reason
        return Finding(
            .staleView, "\(row.view)/\(Hexadecimal.string(row.key))",
            message: "The \(row.view) view is behind for one thing: \(row.reason)",
            remedy: "Run `tributary-hub verify`, and report what it says.", about: about, subject: .outside)
    }
}

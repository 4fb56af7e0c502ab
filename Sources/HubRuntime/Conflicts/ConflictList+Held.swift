import Causality
import ChangeSets
import Profiles

// Changes that are set aside, or wait for long.
extension ConflictList {
    // Each cause by itself: a hundred thousand that just wait hide none that has to be mended.
    func eachHeld(_ cause: HeldRow.Cause, after row: ConflictPlace.Row?, _ look: Look) throws {
        var last: HeldRow.Place? = if case .held(let place) = row { place } else { nil }
        while case let rows = try store.held(cause, after: last, limit: Self.chunkRows), let end = rows.last {
            for row in rows {
                // The oldest come first: where one has not waited long, none after it has.
                if cause == .waiting, waits(row) < longWaitMilliseconds { return }
                guard try look(.held(row.place), [held(row)].compactMap { $0 }) else { return }
            }
            last = end.place
        }
    }

    func held(named name: String) throws -> [Finding] { try [Dot(name).flatMap { try row($0) }.flatMap(held)].compactMap { $0 } }

    private func row(_ dot: Dot) throws -> HeldRow? {
        try documents.standing.replica(dot.replica).flatMap { try store.held(replica: $0.number, counter: dot.counter) }
    }

    private func waits(_ row: HeldRow) -> UInt64 { documents.now.milliseconds - min(row.since.milliseconds, documents.now.milliseconds) }

    private func held(_ row: HeldRow) throws -> Finding? {
        guard let replica = documents.standing.replica(row.replica)?.id else { return nil }
        let dot = Dot(replica, row.counter)
        let site = documents.writer(replica)?.string ?? "?"
        // A change that touches no record is filed under no name.
        let record = try? RecordID(canonicalBytes: row.record)
        let subject = record.map { "\($0.entity) \($0.key)" } ?? "stock"
        var about = ConflictAnswer.About()
        about.entity = record?.entity.description
        about.key = record.map { "\($0.key)" }
        about.site = site
        about.code = row.code
        about.reason = row.reason
        if let record, let number = documents.standing.record(record.life), let state = try documents.state(number) {
            about.name = state.shownName
            if record.entity == "customer" { about.profile = try profile(of: number) }
        }
        switch row.cause {
        case .waiting:
            guard waits(row) >= longWaitMilliseconds else { return nil }
            return Finding(
                .longWait, "\(dot)",
                message: "A change of \(subject) from \(site) waits for \(waits(row) / 3_600_000) hours. \(row.reason)",
                remedy: "Bring the site on line that wrote what it names, or discard the change.", about: about, since: row.since,
                subject: .held(dot, mayMend: false), screen: Screen(dots: [dot]))
        case .behind: return nil
        case .quarantined:
            let isOfDeleted = row.code == Judgement.editOfDeleted
            return Finding(
                isOfDeleted ? .editOfDeleted : .quarantine, "\(dot)",
                message: "A change of \(subject) from \(site) is set aside (\(row.code)). \(row.reason)",
                remedy: Mending.remedy(for: row.code), about: about, since: row.since,
                subject: .held(dot, mayMend: Mending.causes.contains(row.code)), screen: Screen(dots: [dot]))
        }
    }
}

import Causality
import ChangeSets
import Inventory
import Merging
import Orders

extension Hub {
    public static let conflictsPerKindMax = 500

    /// Everything that people should look at, by kind; at most `conflictsPerKindMax` of a kind.
    public func conflicts(now: Timestamp) async throws -> [ConflictAnswer] {
        let longWait = options.longWaitMilliseconds
        return try await reading(now) { documents in
            let list = ConflictList(documents: documents, longWaitMilliseconds: longWait)
            return try list.heldChanges() + list.records() + list.stock() + list.orders() + list.restoredSources() + list.staleViews()
        }
    }
}

/// Finds what asks for people's attention; every finding follows from stored state, so nothing can be forgotten.
private struct ConflictList {
    let documents: Documents
    let longWaitMilliseconds: UInt64
    private var store: any HubReading { documents.store }
    private var limit: Int { Hub.conflictsPerKindMax }

    func heldChanges() throws -> [ConflictAnswer] {
        try store.held(limit: limit).compactMap { row in
            guard let replica = documents.standing.replica(row.replica)?.id else { return nil }
            let dot = Dot(replica, row.counter)
            let site = documents.writer(replica)?.string ?? "?"
            // A change that touches no record is filed under no name.
            let subject = (try? RecordID(canonicalBytes: row.record)).map { "\($0.entity) \($0.key)" } ?? "stock"
            let waits = documents.now.milliseconds - min(row.since.milliseconds, documents.now.milliseconds)
            switch row.cause {
            case .waiting:
                guard waits >= longWaitMilliseconds else { return nil }
                return conflict(
                    .longWait, "\(dot)", "A change of \(subject) from \(site) waits for \(waits / 3_600_000) hours. \(row.reason)",
                    "Bring the site on line that wrote what it names.")
            case .behind: return nil
            case .quarantined:
                return conflict(
                    row.code == "edit-of-deleted" ? .editOfDeleted : .quarantine, "\(dot)",
                    "A change of \(subject) from \(site) is set aside (\(row.code)). \(row.reason)",
                    "Mend the mapping or the row at its site. The change stays here, whole; replaying it is to come.")
            }
        }
    }

    func records() throws -> [ConflictAnswer] {
        var conflicts: [ConflictAnswer] = []
        for row in try store.records(flagged: .concurrent, limit: limit) {
            let state = try RecordState(row, standing: documents.standing)
            for field in state.fieldNames {
                let siblings = state.siblings(of: field)
                guard siblings.isConcurrent else { continue }
                var answer = conflict(
                    .concurrentWrites, "\(state.id.life)/\(field)",
                    "\(siblings.writes.count) values of \"\(field)\" of \(state.id.entity) \(state.id.key) were written without knowing of each other; the last one listed is shown.",
                    "Nothing has to be done under the policy \"latest\"; taking another side is to come.")
                answer.sides = siblings.writes.map { WriteAnswer($0, documents) }
                conflicts.append(answer)
            }
        }
        for row in try store.records(flagged: .editedDespiteDeletion, limit: limit) {
            let state = try RecordState(row, standing: documents.standing)
            conflicts.append(
                conflict(
                    .editOfDeleted, "\(state.id.life)",
                    "\(state.id.entity) \(state.id.key) was deleted and edited at the same time; the edit is kept.",
                    "Delete it again if it is not wanted."))
        }
        return conflicts
    }

    func stock() throws -> [ConflictAnswer] {
        try store.cells(flaggedLimit: limit).flatMap { row -> [ConflictAnswer] in
            let figure: StockFigure
            // A figure that does not fit is shown as unknown with the stock itself.
            do { figure = try documents.figure(row) } catch is InventoryError { return [] }
            return figure.conflicts.map { found in
                let kind: ConflictAnswer.Kind =
                    switch found {
                    case .concurrentCounts, .countBesideMovements: .concurrentCounts
                    case .oversold: .oversell
                    case .receivedMoreThanSent: .receivedMoreThanSent
                    }
                let subject = "\(figure.key)"
                return conflict(kind, "\(found.code)/\(subject)", Self.message(found, subject, figure), Self.remedy(found))
            }
        }
    }

    private static func message(_ found: StockConflict, _ subject: String, _ figure: StockFigure) -> String {
        switch found {
        case .concurrentCounts(let dots): "\(dots.count) counts of \(subject) did not know of each other; the latest one is shown."
        case .countBesideMovements(let count, let movements):
            "The count \(count) of \(subject) and the movements of \(movements.count) other writers did not know of each other; they add up until somebody decides."
        case .oversold(let quantity, let movements):
            "\(subject) is oversold by \(quantity / FixedPoint.one); \(movements.count) writers moved it since the last count."
        case .receivedMoreThanSent(let document, let quantity):
            "Transfer \(document) brought \(quantity / FixedPoint.one) more of \(subject) than was sent."
        }
    }

    private static func remedy(_ found: StockConflict) -> String {
        switch found {
        case .concurrentCounts, .countBesideMovements: "Count again; choosing one of them is to come."
        case .oversold: "Refuse or refill an order, or count the shelf."
        case .receivedMoreThanSent: "Ask the sending site, or correct the receipt."
        }
    }

    func orders() throws -> [ConflictAnswer] {
        try store.orders(flaggedLimit: limit).compactMap { row in
            guard let view = try documents.order(row), let contradiction = view.contradiction else { return nil }
            let sides = contradiction.sides.map { "\($0.state.name) at \($0.site?.string ?? "?")" }.joined(separator: ", ")
            var answer = conflict(
                .orderContradiction, "\(view.id.life)", "Order \(row.name ?? "\(view.id.key)") is told in two ways: \(sides).",
                "Ask the sites, then set the order's state.")
            answer.sides = contradiction.sides.map {
                WriteAnswer(value: .text($0.state.name.string), precedence: $0.precedence, context: .chain, documents)
            }
            return answer
        }
    }

    /// Sources that went on from a dot below what the hub has of their former incarnation (S15).
    func restoredSources() throws -> [ConflictAnswer] {
        documents.standing.replicas.compactMap { replica in
            guard let follows = replica.follows, let former = documents.standing.replica(follows.replica), former.last > follows.counter
            else {
                return nil
            }
            let site = documents.writer(replica.id)?.string ?? "?"
            return conflict(
                .sourceRestored, replica.id.description,
                "A source of \(site) was restored or cloned at change \(follows.counter); the hub has \(former.last - follows.counter) later changes of it, which stay counted.",
                "They stay counted; withdrawing those that did not happen is to come.")
        }
    }

    func staleViews() throws -> [ConflictAnswer] {
        try store.stale(limit: limit).map { row in
            conflict(
                .staleView, "\(row.view)/\(Hexadecimal.string(row.key))", "The \(row.view) view is behind for one thing: \(row.reason)",
                "Run `tributary-hub verify`, and report what it says.")
        }
    }

    private func conflict(_ kind: ConflictAnswer.Kind, _ subject: String, _ message: String, _ remedy: String) -> ConflictAnswer {
        ConflictAnswer(id: "\(kind.rawValue):\(subject)", kind: kind, subject: subject, message: message, remedy: remedy, sides: [])
    }
}

import Causality
import ChangeSets
import Inventory
import Merging
import Orders
import Profiles

/// Finds what asks for people's attention; every finding follows from stored state, so nothing can be forgotten.
struct ConflictList {
    let documents: Documents
    let longWaitMilliseconds: UInt64
    /// Says why a link is proposed; `nil` until a model is learnt, when none is.
    let scorer: MatchScorer?
    private var store: any HubReading { documents.store }
    var limit: Int { Hub.conflictsPerKindMax }

    /// What fits the filter and was not accepted as it stands.
    func open(_ filter: ConflictFilter) throws -> [Finding] {
        try found(filter).filter { finding in
            guard finding.matches(filter) else { return false }
            return try !store.decisions(on: finding.answer.id).contains {
                [.accept, .withdraw].contains($0.choice) && $0.undone == nil && $0.fingerprint == finding.answer.fingerprint
            }
        }
    }

    private func found(_ filter: ConflictFilter) throws -> [Finding] {
        // A whole id tells its kind.
        let kind = filter.kind ?? filter.id.flatMap { id in ConflictAnswer.Kind.allCases.first { id.hasPrefix("\($0.rawValue):") } }
        func wants(_ kinds: ConflictAnswer.Kind...) -> Bool { kind.map(kinds.contains) ?? true }
        var found: [Finding] = []
        if wants(.quarantine, .editOfDeleted, .longWait) { found += try heldChanges() }
        if wants(.concurrentWrites) { found += try concurrentWrites() }
        if wants(.editOfDeleted) { found += try crossings() }
        if wants(.concurrentCounts, .oversell, .receivedMoreThanSent) { found += try stock() }
        if wants(.orderContradiction) { found += try orders() }
        if wants(.proposedLink) { found += try proposedLinks() }
        if wants(.sourceRestored) { found += restoredSources() }
        if wants(.staleView) { found += try staleViews() }
        return found
    }

    // MARK: held changes

    private func heldChanges() throws -> [Finding] {
        // Each by itself: a hundred thousand that just wait hide none that has to be mended.
        try (store.held(.quarantined, limit: limit) + store.held(.waiting, limit: limit)).compactMap { row in
            guard let replica = documents.standing.replica(row.replica)?.id else { return nil }
            let dot = Dot(replica, row.counter)
            let site = documents.writer(replica)?.string ?? "?"
            // A change that touches no record is filed under no name.
            let subject = (try? RecordID(canonicalBytes: row.record)).map { "\($0.entity) \($0.key)" } ?? "stock"
            let waits = documents.now.milliseconds - min(row.since.milliseconds, documents.now.milliseconds)
            switch row.cause {
            case .waiting:
                guard waits >= longWaitMilliseconds else { return nil }
                return Finding(
                    .longWait, "\(dot)",
                    message: "A change of \(subject) from \(site) waits for \(waits / 3_600_000) hours. \(row.reason)",
                    remedy: "Bring the site on line that wrote what it names, or discard the change.", subject: .held(dot),
                    screen: Screen(dots: [dot]))
            case .behind: return nil
            case .quarantined:
                let isOfDeleted = row.code == Judgement.editOfDeleted
                return Finding(
                    isOfDeleted ? .editOfDeleted : .quarantine, "\(dot)",
                    message: "A change of \(subject) from \(site) is set aside (\(row.code)). \(row.reason)",
                    remedy: isOfDeleted
                        ? "Replay the change, which brings the record back if it was collected, or discard it: tributary quarantine."
                        : "Mend the mapping or the row at its site, then replay the change, or discard it: tributary quarantine.",
                    subject: .held(dot), screen: Screen(dots: [dot]))
            }
        }
    }

    // MARK: records

    private func concurrentWrites() throws -> [Finding] {
        try store.records(flagged: .concurrent, limit: limit).flatMap { row -> [Finding] in
            let state = try RecordState(row, standing: documents.standing)
            let policies = try documents.policies.get()[state.id.entity]
            return state.fieldNames.compactMap { field in
                let siblings = state.siblings(of: field)
                // A field with a policy decides itself, unless the policy is to ask.
                guard siblings.isConcurrent, policies[field] ?? .ask == .ask else { return nil }
                return Finding(
                    .concurrentWrites, "\(state.id.life)/\(field)",
                    message:
                        "\(siblings.writes.count) values of \"\(field)\" of \(state.id.entity) \(state.id.key) were written without knowing of each other; the last one listed is shown.",
                    remedy: "Take a side or give a value; until then the last one listed is used.",
                    sides: siblings.writes.map { WriteAnswer($0, documents) }, subject: .field(state, field),
                    screen: Screen(dots: siblings.writes.map(\.dot)))
            }
        }
    }

    private func crossings() throws -> [Finding] {
        try store.records(flagged: .editedDespiteDeletion, limit: limit).map { row in
            let state = try RecordState(row, standing: documents.standing)
            let edits = state.editsDespiteDeletion(in: documents.standing.lineage)
            let deletions = state.deletions.writes
            let fields = state.fieldNames.flatMap { state.siblings(of: $0).writes }.filter { edits.contains($0.dot) }
            return Finding(
                .editOfDeleted, "\(state.id.life)",
                message: "\(state.id.entity) \(state.id.key) was deleted and edited at the same time; the edit is kept.",
                remedy: "Keep the record, or delete it with the edit.",
                sides: deletions.map { WriteAnswer(value: .text("(deleted)"), precedence: $0.precedence, context: $0.context, documents) }
                    + fields.map { WriteAnswer($0, documents) },
                subject: .crossing(state), screen: Screen(dots: edits + deletions.map(\.dot)))
        }
    }

    // MARK: stock

    private func stock() throws -> [Finding] {
        try store.cells(flaggedLimit: limit).flatMap { row -> [Finding] in
            let figure: StockFigure
            // A figure that does not fit is shown as unknown with the stock itself.
            do { figure = try documents.figure(row) } catch is InventoryError { return [] }
            let cell = try StockCell(row, standing: documents.standing)
            return figure.conflicts.map { finding($0, cell, figure) }
        }
    }

    private func finding(_ conflict: StockConflict, _ cell: StockCell, _ figure: StockFigure) -> Finding {
        let kind: ConflictAnswer.Kind =
            switch conflict {
            case .concurrentCounts, .countBesideMovements: .concurrentCounts
            case .oversold: .oversell
            case .receivedMoreThanSent: .receivedMoreThanSent
            }
        let counts = cell.liveCounts
        return Finding(
            kind, "\(conflict.code)/\(figure.key)", message: Self.message(conflict, "\(figure.key)", figure), remedy: Self.remedy(conflict),
            sides: kind == .concurrentCounts ? counts.map { count($0) } : [], subject: .cell(cell),
            screen: Screen(dots: counts.map(\.dot), movements: cell.movements), facts: Self.facts(conflict))
    }

    private func count(_ shown: StockFigure.ShownCount) -> WriteAnswer {
        WriteAnswer(
            value: .integer(shown.quantity), precedence: Precedence(isInBound: true, time: shown.time, dot: shown.dot), context: .chain,
            documents)
    }

    /// An accepted oversell is open again once it is another one, not with every sale.
    private static func facts(_ conflict: StockConflict) -> String {
        switch conflict {
        case .concurrentCounts(let dots): dots.map(\.description).joined(separator: ",")
        case .countBesideMovements(let count, let movements):
            ([count] + movements.map { Dot($0.replica, $0.through) }).map(\.description)
                .joined(separator: ",")
        case .oversold(let quantity, _): "\(quantity)"
        case .receivedMoreThanSent(let document, let quantity): "\(document)/\(quantity)"
        }
    }

    private static func message(_ found: StockConflict, _ subject: String, _ figure: StockFigure) -> String {
        switch found {
        case .concurrentCounts(let dots): "\(dots.count) counts of \(subject) did not know of each other; the latest one is shown."
        case .countBesideMovements(let count, let movements):
            "The count \(count) of \(subject) and the movements of \(movements.count) other writers did not know of each other; they add up until somebody decides."
        case .oversold(let quantity, let movements):
            "\(subject) is oversold by \(quantity / FixedPoint.one)\(Self.moved(by: movements.count))."
        case .receivedMoreThanSent(let document, let quantity):
            "Transfer \(document) brought \(quantity / FixedPoint.one) more of \(subject) than was sent."
        }
    }

    private static func moved(by writers: Int) -> String {
        switch writers {
        case 0: ""
        case 1: "; one writer moved it since the last count"
        default: "; \(writers) writers moved it since the last count"
        }
    }

    private static func remedy(_ found: StockConflict) -> String {
        switch found {
        case .concurrentCounts: "Take one of the counts, or give the quantity that is there."
        case .countBesideMovements: "Give the quantity that is there, or accept that they add up."
        case .oversold: "Refuse or refill an order, or give the quantity that is there."
        case .receivedMoreThanSent: "Ask the sending site, or correct the receipt."
        }
    }

    // MARK: orders, sources, views

    private func orders() throws -> [Finding] {
        try store.orders(flaggedLimit: limit).compactMap { row in
            guard let view = try documents.order(row), let contradiction = view.contradiction, let state = try documents.state(row.record)
            else { return nil }
            let sides = contradiction.sides.map { "\($0.state.name) at \($0.site?.string ?? "?")" }.joined(separator: ", ")
            return Finding(
                .orderContradiction, "\(view.id.life)", message: "Order \(row.name ?? "\(view.id.key)") is told in two ways: \(sides).",
                remedy: "Ask the sites, then take the state that is true.",
                sides: contradiction.sides.map {
                    WriteAnswer(value: .text($0.state.name.string), precedence: $0.precedence, context: .chain, documents)
                }, subject: .order(view, state), screen: Screen(dots: contradiction.sides.map(\.dot)))
        }
    }

    /// Sources that went on from a dot below what the hub has of their former incarnation (S15).
    private func restoredSources() -> [Finding] {
        documents.standing.replicas.compactMap { replica in
            guard let follows = replica.follows, let former = documents.standing.replica(follows.replica), former.last > follows.counter
            else {
                return nil
            }
            let site = documents.writer(replica.id)?.string ?? "?"
            return Finding(
                .sourceRestored, replica.id.description,
                message:
                    "A source of \(site) was restored or cloned at change \(follows.counter); the hub has \(former.last - follows.counter) later changes of it, which stay counted.",
                remedy:
                    "Accept it if they happened. Else withdraw it: what it created and nobody else has written to goes, with what it moved.",
                subject: .restored(follows, through: former.last),
                screen: Screen(dots: [follows, Dot(follows.replica, former.last)]))
        }
    }

    private func staleViews() throws -> [Finding] {
        try store.stale(limit: limit).map { row in
            Finding(
                .staleView, "\(row.view)/\(Hexadecimal.string(row.key))",
                message: "The \(row.view) view is behind for one thing: \(row.reason)",
                remedy: "Run `tributary-hub verify`, and report what it says.", subject: .outside)
        }
    }
}

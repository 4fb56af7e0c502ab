import Causality
import ChangeSets
import Merging
import Profiles

// Values that did not know of each other, and records deleted and edited at once.
extension ConflictList {
    func eachRecord(
        _ flag: RecordRow.Flags, after row: ConflictPlace.Row?, _ findings: (RecordRow) throws -> [Finding], _ look: Look
    ) throws {
        var last = RecordNumber(raw: row?.number ?? -1)
        while case let rows = try store.records(flagged: flag, after: last, limit: Self.chunkRows), let end = rows.last {
            for row in rows {
                guard try look(.number(row.record.raw), findings(row)) else { return }
            }
            last = end.record
        }
    }

    func row(of life: Dot) throws -> RecordRow? { try documents.standing.record(life).flatMap(store.record) }

    func record(named name: String) throws -> [RecordRow] {
        guard let life = Dot(name), let row = try row(of: life) else { return [] }
        return [row]
    }

    func concurrentWrites(_ row: RecordRow) throws -> [Finding] {
        let state = try RecordState(row, standing: documents.standing)
        let policies = try documents.policies.get()[state.id.entity]
        let found = try state.fieldNames.compactMap { field -> Finding? in
            let siblings = state.siblings(of: field)
            // A field with a policy decides itself, unless the policy is to ask.
            guard siblings.areContested, policies[field] ?? .ask == .ask else { return nil }
            // An order that contradicts itself is a conflict of a kind of its own, and not told twice.
            if state.id.entity == "order", field == "state", try store.order(row.record)?.asks == true { return nil }
            var about = try about(state)
            about.field = field.description
            return Finding(
                .concurrentWrites, "\(state.id.life)/\(field)",
                message:
                    "\(siblings.writes.count) values of \"\(field)\" of \(state.id.entity) \(state.id.key) were written without knowing of each other; the last one listed is shown.",
                remedy: "Take a side or give a value; until then the last one listed is used.", about: about,
                sides: siblings.writes.map { WriteAnswer($0, documents) }, subject: .field(state, field),
                screen: Screen(dots: siblings.writes.map(\.dot)))
        }
        return found.sorted { $0.answer.id < $1.answer.id }
    }

    func crossing(_ row: RecordRow) throws -> Finding {
        let state = try RecordState(row, standing: documents.standing)
        let edits = state.editsDespiteDeletion(in: documents.standing.lineage)
        let deletions = state.deletions.writes
        let fields = state.fieldNames.flatMap { state.siblings(of: $0).writes }.filter { edits.contains($0.dot) }
        return Finding(
            .editOfDeleted, "\(state.id.life)",
            message: "\(state.id.entity) \(state.id.key) was deleted and edited at the same time; the edit is kept.",
            remedy: "Keep the record, or delete it with the edit.", about: try about(state),
            sides: deletions.map { WriteAnswer(value: .text("(deleted)"), precedence: $0.precedence, context: $0.context, documents) }
                + fields.map { WriteAnswer($0, documents) },
            subject: .crossing(state), screen: Screen(dots: edits + deletions.map(\.dot)))
    }

    /// What of one record, and of the order that it is, asks for attention.
    func open(about record: RecordNumber) throws -> [ConflictAnswer] {
        guard let row = try store.record(record), let life = documents.standing.dot(of: record) else { return [] }
        var found = try order(named: life.description) + concurrentWrites(row)
        if row.flags.contains(.editedDespiteDeletion) { found.append(try crossing(row)) }
        return try found.filter(isOpen).map(\.answer)
    }

    /// A record as people know it.
    func about(_ state: RecordState) throws -> ConflictAnswer.About {
        var about = ConflictAnswer.About()
        about.entity = state.id.entity.description
        about.key = "\(state.id.key)"
        about.record = state.id.life.description
        about.site = documents.site(state.id.source)?.string
        about.name = state.shownName
        if state.id.entity == "customer", let number = documents.standing.record(state.id.life) { about.profile = try profile(of: number) }
        return about
    }

    /// Whom a customer's record belongs to; `nil` for one that is gone.
    func profile(of customer: RecordNumber) throws -> String? {
        try store.customer(customer).flatMap { documents.standing.dot(of: $0.profile) }.map { "\(ProfileID(life: $0))" }
    }
}

extension RecordState {
    /// A name that it bears itself.
    var shownName: String? {
        func text(_ field: FieldName) -> String? { self[field]?.text?.string }
        let parts = [text("first name"), text("last name")].compactMap { $0 }.joined(separator: " ")
        // An order goes by its number, whatever else its system calls it.
        let names: [String?] = [id.entity == "order" ? text("number") : nil, text("name"), parts, text("number"), text("sku")]
        return names.compactMap { $0 }.first { !$0.isEmpty }
    }
}

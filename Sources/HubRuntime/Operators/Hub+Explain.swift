import Causality
import ChangeSets
import Merging
import Mutants

extension Hub {
    /// A record with every live value of every field: who wrote it, when, and what it had seen (law 10).
    ///
    /// - Parameter life: the dot of the change that created the record.
    /// - Returns: `nil` when there is no such record.
    public func explain(record life: Dot, now: Timestamp) async throws -> RecordAnswer? {
        try await reading(now) { documents in
            guard let number = documents.standing.record(life), let state = try documents.state(number) else { return nil }
            return RecordAnswer(state, documents)
        }
    }
}

extension RecordAnswer {
    init(_ state: RecordState, _ documents: Documents) {
        self.init(
            entity: state.id.entity.description, key: state.id.key.description, life: state.id.life.description,
            site: documents.site(state.id.source)?.string ?? "", source: state.id.source.description,
            isDeleted: state.isDead(in: documents.standing.lineage),
            fields: state.fieldNames.map { name in
                let siblings = state.siblings(of: name)
                return Field(
                    name: name.description, writes: siblings.writes.map { WriteAnswer($0, documents) }, isConcurrent: siblings.isConcurrent)
            })
    }
}

extension WriteAnswer {
    init(_ write: Siblings<FieldValue>.Write, _ documents: Documents) {
        self.init(value: ValueAnswer(write.content.value), precedence: write.precedence, context: write.context, documents)
    }

    init(value: ValueAnswer, precedence: Precedence, context: Context, _ documents: Documents) {
        let standing = documents.standing
        let replica = standing.replica(precedence.dot.replica)
        let source = replica?.source.flatMap { standing.source($0) }
        var shown: [String]?
        if case .named(let dots) = context, !Mutant.forgetsWhatWasShown.isOn { shown = dots.map(\.description) }
        self.init(
            value: value, dot: precedence.dot.description, site: documents.writer(precedence.dot.replica)?.string ?? "",
            source: source?.name ?? "", time: precedence.time.milliseconds, clockInBound: precedence.isInBound, shown: shown,
            clock: documents.clock(upTo: precedence.dot))
    }
}

extension ValueAnswer {
    init(_ value: Value) {
        switch value {
        case .null: self = .null
        case .integer(let value): self = .integer(value)
        case .real(let value): self = .real(value)
        case .text(let value): self = .text(value.string)
        case .malformedText(let bytes), .blob(let bytes): self = .blob(Hexadecimal.string(bytes))
        case .reference: self = .reference(value.label)
        }
    }
}

import Causality
import ChangeSets
import Mutants

extension RecordState {
    /// What one admitted change did to a record.
    public struct Outcome: Hashable, Sendable {
        /// Fields whose siblings changed, in the order of their names.
        public var changed: [FieldName] = []
        /// Of those, the ones with more than one live value now.
        public var concurrent: [FieldName] = []
        public var wasDead = false
        public var isDead = false
    }

    /// Merges one change into the record.
    ///
    /// - Parameters:
    ///   - change: a write or a deletion of this record; anything else changes nothing.
    ///   - precedence: the change's dot and time with the verdict given at its admission.
    ///   - source: the source that wrote it, which its references are relative to.
    ///   - lineage: what each replica follows, as far as admitted.
    /// - Precondition: the caller dropped repeats, and holds back a change that names a dot it lacks (S3, S4).
    @discardableResult
    public mutating func admit(_ change: Change, precedence: Precedence, source: SourceID, lineage: Lineage) -> Outcome {
        var outcome = Outcome(wasDead: isDead(in: lineage))
        switch change.action {
        case .write(_, let writes):
            for write in writes {
                let isConcurrent = admit(write, precedence: precedence, source: source, lineage: lineage)
                outcome.changed.append(write.field)
                if isConcurrent { outcome.concurrent.append(write.field) }
            }
            outcome.changed.sort()
            outcome.concurrent.sort()
        case .delete(_, let context):
            deletions.admit(.init(precedence: precedence, context: context, content: Deletion()), in: lineage)
        case .stockOnly:
            break
        }
        outcome.isDead = isDead(in: lineage)
        return outcome
    }

    private mutating func admit(_ write: FieldWrite, precedence: Precedence, source: SourceID, lineage: Lineage) -> Bool {
        let content = FieldValue(value: write.value.relative(to: id.source, from: source), saw: write.saw, isPersonal: write.isPersonal)
        var context = write.context
        if context.isChain ? Mutant.ignoresChain.isOn : Mutant.ignoresNamedDots.isOn { context = .named([]) }
        let sibling = Siblings<FieldValue>.Write(precedence: precedence, context: context, content: content)
        let place = fields.firstIndex { !($0.name < write.field) } ?? fields.endIndex
        if place < fields.endIndex, fields[place].name == write.field {
            fields[place].inherit(fields[place].siblings.admit(sibling, in: lineage))
            if Mutant.latestWriteWins.isOn { fields[place].siblings = Siblings(fields[place].siblings.writes.suffix(1)) }
            return fields[place].siblings.isConcurrent
        }
        fields.insert(Field(name: write.field, siblings: Siblings([sibling])), at: place)
        return false
    }
}

extension Value {
    /// A reference without a source means the writer's; stored in a record it means the record's.
    func relative(to owner: SourceID, from writer: SourceID) -> Value {
        guard case .reference(var reference) = self else { return self }
        let target = reference.source ?? writer
        reference.source = target == owner ? nil : target
        return .reference(reference)
    }
}

extension Reference {
    /// The whole name of the record that a field of `owner` points at; `nil` when its life is unknown.
    public func record(from owner: RecordID) -> RecordID? {
        life.map { RecordID(entity: entity, source: source ?? owner.source, key: key, life: $0) }
    }
}

extension Change {
    /// Every dot that must be admitted before this change can be (S4): the lives and writes it names.
    ///
    /// What it merely `saw` beside never makes it wait (S30).
    public var namedDots: [Dot] {
        var dots: [Dot] = []
        func add(_ context: Context) { if case .named(let names) = context { dots += names } }
        switch action {
        case .write(let subject, let writes):
            if let life = subject.life { dots.append(life) }
            for write in writes { add(write.context) }
        case .delete(let subject, let context):
            if let life = subject.life { dots.append(life) }
            add(context)
        case .stockOnly: break
        }
        if case .count(let count) = stock, case .clocks(let replaced, let included) = count.coverage {
            dots += (replaced.entries + included.entries).map { Dot($0.replica, $0.counter) }
        }
        return dots
    }
}

import Causality
import ChangeSets

/// What a source that parted from another one (S22) has inherited: the sources that its chain passes through.
///
/// A clone writes on under an id of its own, but the records from before the fork are its own as much as the former
/// source's. Its changes name them by their lives alone; here they get the source that created them.
struct Inheritance {
    let standing: Standing
    /// All but clones have inherited none.
    let sources: Set<SourceNumber>

    init(of replica: ReplicaID, in standing: Standing) {
        self.standing = standing
        let own = standing.replica(replica)?.source
        var sources: Set<SourceNumber> = []
        var followed = standing.lineage.followed(by: replica)
        while let dot = followed {
            if let source = standing.replica(dot.replica)?.source, source != own { sources.insert(source) }
            followed = standing.lineage.followed(by: dot.replica)
        }
        self.sources = sources
    }

    func contains(_ source: SourceID) -> Bool {
        !sources.isEmpty && standing.source(source).map { sources.contains($0.number) } ?? false
    }

    /// The change with the former source's id wherever it names one of that source's records.
    func named(_ change: Change) -> Change {
        guard !sources.isEmpty else { return change }
        var change = change
        switch change.action {
        case .write(let subject, var writes):
            for index in writes.indices {
                guard case .reference(var reference) = writes[index].value, reference.source == nil else { continue }
                reference.source = creator(of: reference.life)
                writes[index].value = .reference(reference)
            }
            change.action = .write(named(subject), writes)
        case .delete(let subject, let context): change.action = .delete(named(subject), context)
        case .stockOnly: break
        }
        return change
    }

    private func named(_ subject: Subject) -> Subject {
        guard subject.source == nil, let creator = creator(of: subject.life) else { return subject }
        return Subject(entity: subject.entity, source: creator, key: subject.key, life: subject.life)
    }

    private func creator(of life: Dot?) -> SourceID? {
        guard let life, let source = standing.replica(life.replica)?.source, sources.contains(source) else { return nil }
        return standing.source(source)?.id
    }
}

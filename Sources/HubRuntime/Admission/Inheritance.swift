import Causality
import ChangeSets

/// What a source that parted from another one (S22) shares with it: all sources whose chains begin with the same writer are one family.
///
/// A clone writes on under an id of its own, but the records from before the fork are its own as much as the former source's. And a
/// machine that is restored twice may find rows that it told under a source id which it has forgotten. Such changes name records by
/// their lives alone; here they get the source that created them.
struct Inheritance {
    let standing: Standing
    private let own: SourceNumber?
    private let origin: ReplicaID

    init(of replica: ReplicaID, in standing: Standing) {
        self.standing = standing
        own = standing.replica(replica)?.source
        origin = standing.origin(of: replica)
    }

    /// Whether the record was created by another source of the family.
    func contains(_ subject: Subject) -> Bool {
        guard let source = subject.source, let life = subject.life else { return false }
        return creator(of: life) == source
    }

    /// Whether the replica writes for this source or another one of its family.
    func contains(_ replica: ReplicaID) -> Bool { standing.origin(of: replica) == origin }

    /// The change with the creator's id wherever it names a record of another source of the family.
    func named(_ change: Change) -> Change {
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

    /// `nil` for the source's own records, and for others'.
    private func creator(of life: Dot?) -> SourceID? {
        guard let life, let source = standing.replica(life.replica)?.source, source != own, contains(life.replica) else { return nil }
        return standing.source(source)?.id
    }
}

extension Standing {
    /// The first writer of a replica's chain.
    fileprivate func origin(of replica: ReplicaID) -> ReplicaID {
        var origin = replica
        while let followed = lineage.followed(by: origin) { origin = followed.replica }
        return origin
    }
}

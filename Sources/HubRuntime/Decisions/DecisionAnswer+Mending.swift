import Causality
import ChangeSets

extension DecisionAnswer {
    /// What mending a change, or taking that back, made of one field.
    public struct Field: Encodable, Hashable, Sendable {
        public var field: String
        /// What a view takes there, as a refused change's field tells it.
        public var kind: String
        /// What the hub wrote; absent where the field was left out.
        public var value: ValueAnswer?
        public var leftOut: Bool

        public init(field: String, kind: String, value: ValueAnswer?) {
            self.field = field
            self.kind = kind
            self.value = value
            leftOut = value == nil
        }
    }
}

extension DecisionAnswer.About {
    /// Of which record a mended change is, and what was written there or left out.
    ///
    /// - Parameters:
    ///   - mend: the decision that mended it.
    ///   - changes: what was written: by that decision, or by the one that took it back.
    init(mending mend: Decision, by changes: [Change], isUndo: Bool, _ documents: Documents) throws {
        self.init()
        var sets = DecodedSets(store: documents.store)
        guard let dot = mend.target, let replica = documents.standing.number(of: dot.replica),
            case .write(let subject, _)? = try sets.change(replica: replica, counter: dot.counter)?.action
        else { return }
        (entity, key, site) = (subject.entity.description, "\(subject.key)", documents.writer(dot.replica)?.string)
        func field(_ name: FieldName, _ value: ValueAnswer?) -> DecisionAnswer.Field {
            DecisionAnswer.Field(field: name.description, kind: (Catalogue[subject.entity]?[name]?.kind ?? .any).name, value: value)
        }
        let writes = changes.flatMap { change -> [FieldWrite] in
            guard case .write(let written, let writes) = change.action, written.entity != Decision.entity else { return [] }
            return writes
        }
        let left = isUndo ? [] : mend.leftOut.subtracting(writes.map(\.field)).sorted()
        fields = writes.map { field($0.field, ValueAnswer($0.value)) } + left.map { field($0, nil) }
    }
}

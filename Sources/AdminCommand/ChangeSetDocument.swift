import Causality
import ChangeSets

/// What a change-set means, as JSON.
struct ChangeSetDocument {
    let contents: ChangeSet
    let hash: Digest
    let showsPersonal: Bool

    var json: JSONText {
        var members: [(name: String, value: JSONText)] = [
            ("replica", .string(contents.replica.description)),
            ("first", .counter(contents.first)),
            ("last", .counter(contents.changes.isEmpty ? contents.first : contents.last)),
            ("previous", .string(contents.previous.description)),
            ("hash", .string(hash.description)),
            ("part", .object([("drain", .counter(contents.part.drain)), ("number", .counter(UInt64(contents.part.number))), ("total", .counter(UInt64(contents.part.total)))])),
        ]
        if let opening = contents.opening {
            members.append(
                (
                    "opening",
                    .object([
                        ("source", .string(opening.source.description)), ("name", .string(opening.name.string)), ("follows", dot(opening.follows)),
                    ])
                ))
        }
        members.append(("changes", .list(contents.changes.indices.map { change(contents.changes[$0], contents.dot(at: $0)) })))
        return .object(members)
    }

    private func change(_ change: Change, _ dot: Dot) -> JSONText {
        var members: [(name: String, value: JSONText)] = [
            ("dot", .string(dot.description)), ("time", .counter(change.time.milliseconds)),
        ]
        switch change.action {
        case .write(let subject, let writes):
            members.append(("write", self.subject(subject)))
            members.append(("fields", .object(writes.map { ($0.field.description, field($0)) })))
        case .delete(let subject, let context):
            members.append(("delete", self.subject(subject)))
            if let list = names(context) { members.append(("names", list)) }
        case .stockOnly: break
        }
        switch change.stock {
        case .movement(let movement): members.append(("movement", self.movement(movement)))
        case .count(let count): members.append(("count", self.count(count)))
        case nil: break
        }
        return .object(members)
    }

    private func subject(_ subject: Subject) -> JSONText {
        var members: [(name: String, value: JSONText)] = [("entity", .string(subject.entity.description)), ("key", key(subject.key))]
        if let source = subject.source { members.append(("source", .string(source.description))) }
        if let life = subject.life { members.append(("life", .string(life.description))) } else { members.append(("creates", .flag(true))) }
        return .object(members)
    }

    /// A plain value, or an object where a write says more than its value.
    private func field(_ write: FieldWrite) -> JSONText {
        let shown: JSONText = write.isPersonal && !showsPersonal ? .string("(personal)") : value(write.value)
        var more: [(name: String, value: JSONText)] = []
        if write.isPersonal { more.append(("personal", .flag(true))) }
        if let named = names(write.context) { more.append(("names", named)) }
        if !write.saw.isEmpty { more.append(("saw", .list(write.saw.map { .string($0.description) }))) }
        return more.isEmpty ? shown : .object([("value", shown)] + more)
    }

    private func names(_ context: Context) -> JSONText? {
        switch context {
        case .chain: nil
        case .named(let dots): JSONText.list(dots.map { JSONText.string($0.description) })
        }
    }

    private func movement(_ movement: Movement) -> JSONText {
        var members: [(name: String, value: JSONText)] = [
            ("sku", .string(movement.sku.string)), ("location", .string(movement.location.string)), ("quantity", .integer(movement.quantity)),
            ("kind", .string("\(movement.kind)")),
        ]
        if let note = movement.note { members.append(("note", .string(note.string))) }
        if let counterpart = movement.counterpart { members.append(("counterpart", .string(counterpart.string))) }
        if let expires = movement.expires { members.append(("expires", .counter(expires.milliseconds))) }
        return .object(members)
    }

    private func count(_ count: Count) -> JSONText {
        var members: [(name: String, value: JSONText)] = [
            ("sku", .string(count.sku.string)), ("location", .string(count.location.string)), ("quantity", .integer(count.quantity)),
        ]
        if case .clocks(let replaced, let included) = count.coverage {
            members.append(("replaced", clock(replaced)))
            members.append(("included", clock(included)))
        }
        return .object(members)
    }

    private func clock(_ clock: VectorClock) -> JSONText { .object(clock.entries.map { ($0.replica.description, .counter($0.counter)) }) }

    private func key(_ key: LocalKey) -> JSONText { .list(key.values.map { self.value($0) }) }

    private func dot(_ dot: Dot?) -> JSONText { if let dot { .string(dot.description) } else { .null } }

    private func value(_ value: Value) -> JSONText {
        switch value {
        case .null: .null
        case .integer(let value): .integer(value)
        case .real(let value): value.isFinite ? .real(value) : .object([("real", .string("\(value)"))])
        case .text(let value): .string(value.string)
        case .malformedText(let bytes): .object([("malformedText", .string(Hexadecimal.string(bytes)))])
        case .blob(let bytes): .object([("blob", .string(Hexadecimal.string(bytes)))])
        case .reference(let reference): self.reference(reference)
        }
    }

    private func reference(_ reference: Reference) -> JSONText {
        var members: [(name: String, value: JSONText)] = [("entity", .string(reference.entity.description)), ("key", key(reference.key))]
        if let source = reference.source { members.append(("source", .string(source.description))) }
        if let life = reference.life { members.append(("life", .string(life.description))) }
        return .object(members)
    }
}

import Causality
import ChangeSets

/// What a change-set means, as the JSON of the specification's section 6, with its hash.
struct ChangeSetDocument {
    let contents: ChangeSet
    let hash: Digest
    let showsPersonal: Bool

    var json: JSONText {
        .object([
            ("replica", .string(contents.replica.description)),
            ("first", .counter(contents.first)),
            ("count", .counter(UInt64(contents.changes.count))),
            ("previous", .string(contents.previous.description)),
            ("opening", opening),
            ("part", part),
            ("changes", .list(contents.changes.indices.map { change(at: $0) })),
            ("hash", .string(hash.description)),
        ])
    }

    private var opening: JSONText {
        guard let opening = contents.opening else { return .null }
        return .object([
            ("source", .string(opening.source.description)), ("name", .string(opening.name.string)), ("follows", .dot(opening.follows)),
        ])
    }

    private var part: JSONText {
        .object([
            ("drain", .counter(contents.part.drain)), ("number", .counter(UInt64(contents.part.number))),
            ("total", .counter(UInt64(contents.part.total))),
        ])
    }

    private func change(at index: Int) -> JSONText {
        let change = contents.changes[index]
        var members: [Member] = [("dot", .dot(contents.dot(at: index))), ("time", .counter(change.time.milliseconds))]
        switch change.action {
        case .write(let written, let writes):
            members.append(("action", .string("write")))
            members += subject(written)
            members.append(("fields", .list(writes.map { field($0, ofChange: index) })))
        case .delete(let deleted, let context):
            members.append(("action", .string("delete")))
            members += subject(deleted)
            members.append(("context", names(context)))
        case .stockOnly:
            members.append(("action", .string("stock only")))
        }
        members.append(("stock", stock(change.stock)))
        return .object(members)
    }

    private func subject(_ subject: Subject) -> [Member] {
        [
            ("entity", .string(subject.entity.description)), ("source", subject.source.map { .string($0.description) } ?? .null),
            ("key", key(subject.key)), ("life", .dot(subject.life)),
        ]
    }

    private func field(_ write: FieldWrite, ofChange index: Int) -> JSONText {
        .object([
            ("field", .string(write.field.description)), ("value", shown(write, ofChange: index)), ("context", names(write.context)),
            ("saw", .list(write.saw.map { .dot($0) })), ("personal", .flag(write.isPersonal)),
        ])
    }

    private func shown(_ write: FieldWrite, ofChange index: Int) -> JSONText {
        if contents.destroyed.contains(ChangeSet.PersonalEntry(change: index, field: write.field)) {
            return .object([("destroyed", .flag(true))])
        }
        return write.isPersonal && !showsPersonal ? .string("(personal)") : value(write.value)
    }

    /// `null`: the writer's own chain.
    private func names(_ context: Context) -> JSONText {
        guard case .named(let dots) = context else { return .null }
        return .list(dots.map { .dot($0) })
    }

    private func stock(_ effect: StockEffect?) -> JSONText {
        guard let effect else { return .null }
        let (quantity, first, rest) = parts(of: effect)
        return .object(
            [
                first, ("sku", .string(effect.sku.string)), ("location", .string(effect.location.string)), ("quantity", .integer(quantity)),
            ] + rest)
    }

    private typealias Member = (name: String, value: JSONText)

    private func parts(of effect: StockEffect) -> (quantity: Int64, first: Member, rest: [Member]) {
        switch effect {
        case .movement(let movement):
            let rest: [Member] = [
                ("note", .text(movement.note)), ("counterpart", .text(movement.counterpart)),
                ("expires", movement.expires.map { .counter($0.milliseconds) } ?? .null),
            ]
            return (movement.quantity, ("movement", .string(movement.kind.words)), rest)
        case .count(let count):
            guard case .clocks(let replaced, let included) = count.coverage else { return (count.quantity, ("count", .flag(true)), []) }
            return (count.quantity, ("count", .flag(true)), [("replaced", clock(replaced)), ("included", clock(included))])
        }
    }

    private func clock(_ clock: VectorClock) -> JSONText {
        .list(clock.entries.map { .dot(Dot($0.replica, $0.counter)) })
    }

    private func key(_ key: LocalKey) -> JSONText { .list(key.values.map { value($0) }) }

    private func value(_ value: Value) -> JSONText {
        switch value {
        case .null: .null
        case .integer(let number): .integer(number)
        case .real(let number): .object([("real", .string(Self.bytes(of: number)))])
        case .text(let text): .string(text.string)
        case .malformedText(let bytes): .object([("malformed", .string(Hexadecimal.string(bytes)))])
        case .blob(let bytes): .object([("blob", .string(Hexadecimal.string(bytes)))])
        case .reference(let target):
            .object([
                ("entity", .string(target.entity.description)), ("source", target.source.map { .string($0.description) } ?? .null),
                ("key", key(target.key)), ("life", .dot(target.life)),
            ])
        }
    }

    /// A real's bits, most significant first: no decimal spelling is exact for all of them.
    private static func bytes(of real: Double) -> String {
        Hexadecimal.string((0..<8).map { UInt8(truncatingIfNeeded: real.bitPattern >> (56 - 8 * UInt64($0))) })
    }
}

extension JSONText {
    fileprivate static func dot(_ dot: Dot?) -> JSONText {
        guard let dot else { return .null }
        return .string(dot.description)
    }

    fileprivate static func text(_ text: Text?) -> JSONText {
        guard let text else { return .null }
        return .string(text.string)
    }
}

extension Movement.Kind {
    /// As the specification writes it.
    fileprivate var words: String {
        switch self {
        case .sale: "sale"
        case .customerReturn: "customer return"
        case .receipt: "receipt"
        case .transferOut: "transfer out"
        case .transferIn: "transfer in"
        case .adjustment: "adjustment"
        case .reservation: "reservation"
        case .release: "release"
        }
    }
}

import Causality

/// The JSON form of a change-set (specification, section 6): for `changeset dump`, and for the vectors.
///
/// Integers are written with all their 64 bits, reals as the 16 digits of their bits, malformed text and
/// blobs as hexadecimal digits. Members stand in a fixed order, so equal sets have equal text.
extension ChangeSet {
    /// UTF-8 text, two spaces a level, without a line feed at the end.
    ///
    /// - Parameters:
    ///   - hash: the set's hash, to stand at the end; the form of the specification has none.
    ///   - showsPersonal: else the text `(personal)` stands in place of every personal value.
    public func json(hash: Digest? = nil, showsPersonal: Bool = true) -> String {
        var members = members(showsPersonal: showsPersonal)
        if let hash { members.append(("hash", .string(hash.description))) }
        return JSONText.object(members).text
    }

    private func members(showsPersonal: Bool) -> [(String, JSONText)] {
        [
            ("replica", .string(replica.description)), ("first", .number(String(first))), ("count", .number(String(changes.count))),
            ("previous", .string(previous.description)), ("opening", opening.map(Self.json) ?? .null),
            (
                "part",
                .object([
                    ("drain", .number(String(part.drain))), ("number", .number(String(part.number))),
                    ("total", .number(String(part.total))),
                ])
            ),
            ("changes", .array(changes.indices.map { json($0, showsPersonal: showsPersonal) })),
        ]
    }

    private static func json(_ opening: Opening) -> JSONText {
        .object([
            ("source", .string(opening.source.description)), ("name", .string(opening.name.string)),
            ("follows", opening.follows.map { .string($0.description) } ?? .null),
        ])
    }

    private func json(_ place: Int, showsPersonal: Bool) -> JSONText {
        let change = changes[place]
        var members: [(String, JSONText)] = [
            ("dot", .string(dot(at: place).description)), ("time", .number(String(change.time.milliseconds))),
        ]
        switch change.action {
        case .write(let subject, let writes):
            members.append(("action", .string("write")))
            members += Self.members(of: subject)
            members.append(("fields", .array(writes.map { json($0, of: place, showsPersonal: showsPersonal) })))
        case .delete(let subject, let context):
            members.append(("action", .string("delete")))
            members += Self.members(of: subject)
            members.append(("context", Self.json(context)))
        case .stockOnly: members.append(("action", .string("stock only")))
        }
        members.append(("stock", change.stock.map(Self.json) ?? .null))
        return .object(members)
    }

    private func json(_ write: FieldWrite, of place: Int, showsPersonal: Bool) -> JSONText {
        let isDestroyed = destroyed.contains(PersonalEntry(change: place, field: write.field))
        let isHidden = write.isPersonal && !showsPersonal
        return .object([
            ("field", .string(write.field.description)),
            ("value", isDestroyed ? .object([("destroyed", .true)]) : isHidden ? .string("(personal)") : write.value.jsonText),
            ("context", Self.json(write.context)), ("saw", Self.json(write.saw)), ("personal", write.isPersonal ? .true : .false),
        ])
    }

    private static func members(of subject: Subject) -> [(String, JSONText)] {
        [
            ("entity", .string(subject.entity.description)), ("source", subject.source.map { .string($0.description) } ?? .null),
            ("key", .array(subject.key.values.map(\.jsonText))), ("life", subject.life.map { .string($0.description) } ?? .null),
        ]
    }

    private static func json(_ context: Context) -> JSONText {
        switch context {
        case .chain: .null
        case .named(let dots): json(dots)
        }
    }

    private static func json(_ dots: [Dot]) -> JSONText { .array(dots.map { .string($0.description) }) }

    private static func json(_ effect: StockEffect) -> JSONText {
        var members: [(String, JSONText)] = []
        switch effect {
        case .movement(let movement): members.append(("movement", .string(movement.kind.jsonName)))
        case .count: members.append(("count", .true))
        }
        members += [
            ("sku", .string(effect.sku.string)), ("location", .string(effect.location.string)),
            ("quantity", .number(String(effect.quantity))),
        ]
        switch effect {
        case .movement(let movement):
            members += [
                ("note", movement.note.map { .string($0.string) } ?? .null),
                ("counterpart", movement.counterpart.map { .string($0.string) } ?? .null),
                ("expires", movement.expires.map { .number(String($0.milliseconds)) } ?? .null),
            ]
        case .count(let count):
            guard case .clocks(let replaced, let included) = count.coverage else { break }
            members += [("replaced", json(replaced)), ("included", json(included))]
        }
        return .object(members)
    }

    private static func json(_ clock: VectorClock) -> JSONText {
        json(clock.entries.map { Dot($0.replica, $0.counter) })
    }
}

extension Movement.Kind {
    var jsonName: String {
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

extension Value {
    var jsonText: JSONText {
        switch self {
        case .null: .null
        case .integer(let value): .number(String(value))
        case .real(let value): .object([("real", .string(Self.digits(value.bitPattern)))])
        case .text(let value): .string(value.string)
        case .malformedText(let bytes): .object([("malformed", .string(Hexadecimal.string(bytes)))])
        case .blob(let bytes): .object([("blob", .string(Hexadecimal.string(bytes)))])
        case .reference(let reference):
            .object([
                ("entity", .string(reference.entity.description)), ("source", reference.source.map { .string($0.description) } ?? .null),
                ("key", .array(reference.key.values.map(\.jsonText))), ("life", reference.life.map { .string($0.description) } ?? .null),
            ])
        }
    }

    private static func digits(_ bits: UInt64) -> String {
        var writer = ByteWriter()
        writer.fixed64(bits)
        return Hexadecimal.string(writer.bytes)
    }
}

import Causality
import ChangeSets
import Merging

/// What an operator decided about one conflict: a record of the hub's own, in the change-set of the writes that carry it out.
///
/// So who decided what, when and why stands in the journal, and a rebuild gives it again (law 4).
public struct Decision: Hashable, Sendable {
    public enum Choice: String, Hashable, Sendable, CaseIterable {
        /// One side's value is the field's, the count's or the order's.
        case take
        /// A value or a quantity of the operator's own.
        case value
        /// Nothing is to be done about what was shown.
        case accept
        /// A record deleted and edited at once stays ...
        case keep
        /// ... or goes.
        case delete
        /// A quarantined change is judged again by today's rules.
        case replay
        /// A quarantined change is admitted without the values that are wrong, which the hub may write itself.
        case mend
        /// A quarantined change is dropped; what stood behind it goes on.
        case discard
        /// What a source told that was restored since is taken back.
        case withdraw
        /// An earlier decision is taken back.
        case undo
        /// Which of several values of a field is shown, from now on: no conflict, but a rule.
        case policy
        /// What is kept back of a pile, from now on.
        case safety
        /// Records that are dead for long are let go (S9).
        case collect
        /// Customer records are one person ...
        case same
        /// ... or never are.
        case apart
        /// The rules by which customers are linked, from now on.
        case identity

        /// Who may decide that, and take it back.
        var role: Role {
            switch self {
            case .policy, .collect, .identity: .admin
            case .take, .value, .accept, .keep, .delete, .replay, .mend, .discard, .withdraw, .undo, .safety, .same, .apart: .operator
            }
        }
    }

    public var choice: Choice
    /// The conflict's id.
    public var conflict: String
    /// What the conflict said when it was decided.
    public var message: String
    /// Tells what was shown: an accepted conflict is open again as soon as this differs.
    public var fingerprint: String
    /// Who decided, as told.
    public var author: String
    public var note: String?
    /// The held change that is replayed, mended or discarded, or the decision that is undone.
    public var target: Dot?
    /// What the choice is about in full, where the rest does not say it: pairs of records, or rules.
    public var content: String?

    static let entity: EntityName = "decision"

    public init(
        _ choice: Choice, conflict: String, message: String, fingerprint: String, author: String, note: String?, target: Dot? = nil,
        content: String? = nil
    ) {
        self.choice = choice
        self.conflict = conflict
        self.message = message
        self.fingerprint = fingerprint
        self.author = author
        self.note = note
        self.target = target
        self.content = content
    }
}

extension Decision {
    /// The change that creates its record.
    ///
    /// - Parameter counter: its own counter, which is the record's key, too.
    func change(counter: UInt64, time: Timestamp) -> Change {
        func text(_ field: FieldName, _ value: String?, personal: Bool = false) -> FieldWrite? {
            value.map { FieldWrite(field, .text(Text($0)), isPersonal: personal) }
        }
        let writes = [
            text("choice", choice.rawValue), text("conflict", conflict), text("message", message, personal: true),
            text("fingerprint", fingerprint), text("author", author), text("note", note, personal: true),
            text("target", target?.description), text("content", content, personal: true),
            FieldWrite("at", .integer(Int64(time.milliseconds))),
        ]
        let key = LocalKey(.integer(Int64(counter)))
        return Change(time: time, action: .write(Subject(entity: Self.entity, key: key), writes.compactMap { $0 }))
    }

    /// The decision that `change` records; `nil` when it is another kind of change, or of a newer form.
    init?(_ change: Change) {
        guard case .write(let subject, let writes) = change.action, subject.entity == Self.entity, subject.creates else { return nil }
        self.init { name in writes.first { $0.field == name }?.value.text?.string }
    }

    init?(_ text: (FieldName) -> String?) {
        guard let choice = text("choice").flatMap(Choice.init), let conflict = text("conflict") else { return nil }
        self.init(
            choice, conflict: conflict, message: text("message") ?? "", fingerprint: text("fingerprint") ?? "",
            author: text("author") ?? "", note: text("note"), target: text("target").flatMap(Dot.init), content: text("content"))
    }
}

extension Decision {
    /// Writes of a field that count for nothing: operators have dropped their changes, or admitted them without it.
    static func dropped(_ field: FieldName, reading store: any HubReading, standing: Standing) throws -> Set<Dot> {
        let leftOut = try leftOut(reading: store, standing: standing).filter { $0.value.contains(field) }
        return try discarded(reading: store, standing: standing).union(leftOut.keys)
    }

    /// Changes that operators have dropped: they stand in the journal and have no effect.
    static func discarded(reading store: any HubReading, standing: Standing) throws -> Set<Dot> {
        var dots: Set<Dot> = []
        for row in try store.decisions(choosing: .discard) {
            let state = try store.record(row.record).map { try RecordState($0, standing: standing) }
            if let dot = state?["target"]?.text.flatMap({ Dot($0.string) }) { dots.insert(dot) }
        }
        return dots
    }
}

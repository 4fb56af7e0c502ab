import Causality
import ChangeSets

/// What an operator writes down about a conflict.
public struct ConflictNoteQuestion: Decodable, Hashable, Sendable {
    /// The conflict's id, or the short form of it.
    public var id: String
    public var text: String
    /// Who writes, for the record.
    public var author: String

    public init(id: String, text: String, author: String) {
        self.id = id
        self.text = text
        self.author = author
    }

    /// The text as it is kept: without the spaces around it, and lines ended in one way, whatever the browser sends.
    ///
    /// - Throws: `request-invalid` for none, or for one that is too long.
    func checked() throws(HubError) -> String {
        let lines = text.replacing("\r\n", with: "\n")
        let kept = String(lines.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        // By code points, as protocol/openapi.yaml and browsers count: one visible character may hold any number of them.
        guard !kept.isEmpty, kept.unicodeScalars.count <= Hub.conflictNoteCharactersMax else {
            throw HubError(
                .badRequest, "A note has 1 to \(Hub.conflictNoteCharactersMax) characters.",
                remedy: "Write a shorter one, or two.")
        }
        return kept
    }
}

public struct ConflictNoteAnswer: Encodable, Hashable, Sendable {
    /// Higher for what was written later, over all conflicts.
    public var number: Int64
    /// The conflict's whole id.
    public var conflict: String
    public var time: UInt64
    public var author: String
    public var text: String

    init(_ row: ConflictNoteRow) {
        number = row.number
        conflict = row.conflict
        time = row.at.milliseconds
        author = row.who
        text = row.text
    }
}

/// What a list shows of a conflict's notes.
public struct ConflictNoteMark: Hashable, Sendable {
    public var count: Int
    public var last: ConflictNoteAnswer
}

extension Hub {
    public static let conflictNoteCharactersMax = 2_000
    public static let conflictNotesMax = 100
    public static let conflictNotesPageMax = 200

    /// Writes a note on a conflict that is open, or was decided: colleagues read it there, with name and time.
    ///
    /// - Throws: `request-invalid` for a text that is none or too long, or where there are too many; `not-found`.
    public func note(_ question: ConflictNoteQuestion, now: Timestamp) async throws -> ConflictNoteAnswer {
        let text = try question.checked()
        try Self.check(author: question.author)
        let scorer = try await scorer()
        let conflict = try await reading(now) { try self.conflictList($0, scorer).known(question.id) }
        guard let conflict else {
            throw HubError(
                .notFound, "There is no such conflict, and none was decided.",
                remedy: "Look at those that are open: tributary conflict list.")
        }
        return try await queue.submit(bytes: 256 + text.utf8.count, to: self) { store, _, _ in
            guard try store.lastConflictNote(on: conflict)?.count ?? 0 < Self.conflictNotesMax else {
                throw HubError(
                    .badRequest, "There are \(Self.conflictNotesMax) notes on this conflict, and no more are kept.",
                    remedy: "Decide it; what is still to be said stands with the decision.")
            }
            let number = try store.insertConflictNote(on: conflict, at: now, by: question.author, text)
            return ConflictNoteAnswer(
                ConflictNoteRow(number: number, conflict: conflict, at: now, who: question.author, text: text))
        }
    }

    /// The notes on one conflict, by its whole id, the oldest first; none where there is no such conflict.
    public func conflictNotes(on conflict: String) async throws -> [ConflictNoteAnswer] {
        try await store.read { try $0.conflictNotes(on: conflict).map(ConflictNoteAnswer.init) }
    }

    /// The notes on all conflicts, the newest first.
    ///
    /// - Parameter number: only those before this one, which the last of a page gives for the next.
    public func conflictNotes(before number: Int64? = nil, limit: Int = conflictNotesPageMax) async throws -> [ConflictNoteAnswer] {
        let limit = min(max(limit, 1), Self.conflictNotesPageMax)
        return try await store.read { try $0.conflictNotes(before: number, limit: limit).map(ConflictNoteAnswer.init) }
    }

    /// By whole ids; conflicts without notes are not among them.
    public func conflictNoteMarks(on conflicts: [String]) async throws -> [String: ConflictNoteMark] {
        try await store.read { store in
            var marks: [String: ConflictNoteMark] = [:]
            for conflict in conflicts {
                guard let (count, last) = try store.lastConflictNote(on: conflict) else { continue }
                marks[conflict] = ConflictNoteMark(count: count, last: ConflictNoteAnswer(last))
            }
            return marks
        }
    }
}

extension ConflictList {
    /// The whole id of a conflict that is open, was decided, by itself or by a policy, or has notes; `nil`: there is none.
    ///
    /// - Parameter id: the same, or the short form of it.
    func known(_ id: String) throws -> String? {
        if let finding = try open(ConflictFilter(id: id)).first { return finding.answer.id }
        if ConflictAnswer.Kind(ofID: id) != nil,
            try !store.decisions(on: id).isEmpty || store.lastConflictNote(on: id) != nil || ruling(id) != nil
        {
            return id
        }
        return try store.decisions(limit: Hub.conflictsPerKindMax).map(\.conflict).first {
            ConflictAnswer.Kind(ofID: $0) != nil && Finding.short($0) == id
        }
    }
}

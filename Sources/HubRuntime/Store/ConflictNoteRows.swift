import Causality

/// What somebody wrote down about a conflict, for colleagues. It decides nothing, so it stands beside the journal.
public struct ConflictNoteRow: Hashable, Sendable {
    /// In the order in which they were written, over all conflicts.
    public var number: Int64
    /// The conflict's whole id, which stays when its sides change.
    public var conflict: String
    public var at: Timestamp
    public var who: String
    public var text: String

    public init(number: Int64, conflict: String, at: Timestamp, who: String, text: String) {
        self.number = number
        self.conflict = conflict
        self.at = at
        self.who = who
        self.text = text
    }
}

public protocol ConflictNoteReading {
    /// Those on one conflict, the oldest first.
    func conflictNotes(on conflict: String) throws -> [ConflictNoteRow]
    /// How many there are on one conflict, and the last of them; `nil`: none.
    func lastConflictNote(on conflict: String) throws -> (count: Int, last: ConflictNoteRow)?
    /// Those on all conflicts, the newest first, as far as they are older than one.
    func conflictNotes(before number: Int64?, limit: Int) throws -> [ConflictNoteRow]
}

public protocol ConflictNoteWriting: ConflictNoteReading {
    /// - Returns: its number.
    func insertConflictNote(on conflict: String, at time: Timestamp, by who: String, _ text: String) throws -> Int64
}

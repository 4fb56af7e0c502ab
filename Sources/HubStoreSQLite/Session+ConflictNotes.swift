import Causality
import HubRuntime

/// What operators wrote down about conflicts.
extension Session {
    private static func conflictNote(_ row: RawStatement) -> ConflictNoteRow {
        ConflictNoteRow(number: row.int64(0), conflict: row.string(1), at: row.time(2), who: row.string(3), text: row.string(4))
    }

    func conflictNotes(on conflict: String) throws -> [ConflictNoteRow] {
        try all(
            "SELECT number, conflict, at, who, text FROM conflict_note WHERE conflict = ? ORDER BY number", bind: { $0.bind(conflict) },
            Self.conflictNote)
    }

    func lastConflictNote(on conflict: String) throws -> (count: Int, last: ConflictNoteRow)? {
        try first(
            """
            SELECT number, conflict, at, who, text, (SELECT count(*) FROM conflict_note WHERE conflict = ?1)
            FROM conflict_note WHERE conflict = ?1 ORDER BY number DESC LIMIT 1
            """, bind: { $0.bind(conflict) }
        ) { row in (Int(row.int64(5)), Self.conflictNote(row)) }
    }

    func conflictNotes(before number: Int64?, limit: Int) throws -> [ConflictNoteRow] {
        try all(
            "SELECT number, conflict, at, who, text FROM conflict_note WHERE number < ? ORDER BY number DESC LIMIT ?",
            bind: {
                $0.bind(number ?? .max)
                $0.bind(Int64(limit))
            }, Self.conflictNote)
    }

    func insertConflictNote(on conflict: String, at time: Timestamp, by who: String, _ text: String) throws -> Int64 {
        try run("INSERT INTO conflict_note (conflict, at, who, text) VALUES (?, ?, ?, ?)") {
            $0.bind(conflict)
            $0.bind(time)
            $0.bind(who)
            $0.bind(text)
        }
        return database.lastInsertedRowID
    }
}

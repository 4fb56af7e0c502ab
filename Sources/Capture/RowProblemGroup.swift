import Causality
import ChangeSets
import GRDB

/// Rows of one table that could not be read, or not whole, for one and the same reason.
public struct RowProblemGroup: Hashable, Sendable {
    public var source: Text
    public var table: String
    /// One of `RowError.Code`.
    public var code: String
    public var message: String
    public var remedy: String
    public var rows: Int
    public var since: Timestamp
    /// The key of one of the rows, where it is nothing but numbers: others may be personal.
    public var example: String?

    /// By source and table, the most rows first.
    public static func all(in store: AgentDatabase, limit: Int = 100) throws -> [RowProblemGroup] {
        try store.queue.read { db in
            let statement = try RawStatement(
                db,
                """
                SELECT s.name, t.name, p.code, p.message, p.remedy, count(*) AS rows, min(p.since), min(p.key) FROM capture_problem AS p
                JOIN capture_source AS s ON s.number = p.source JOIN capture_table AS t ON t.source = p.source AND t.number = p.tab
                GROUP BY s.name, t.name, p.code, p.message, p.remedy ORDER BY s.name, t.name, rows DESC LIMIT ?1
                """
            ).bind(Int64(limit), at: 1)
            var groups: [RowProblemGroup] = []
            while try statement.step() {
                let key = try LocalKey(canonicalBytes: statement.bytes(7)).values
                groups.append(
                    RowProblemGroup(
                        source: Text(statement.string(0)), table: statement.string(1), code: statement.string(2),
                        message: statement.string(3), remedy: statement.string(4), rows: Int(statement.integer(5)),
                        since: Timestamp(milliseconds: statement.unsigned(6)),
                        example: key.allSatisfy { $0.integer != nil }
                            ? key.compactMap { $0.integer.map { String($0) } }.joined(separator: ", ") : nil))
            }
            return groups
        }
    }
}

import ChangeSets
import GRDB
import Oddities

/// Bringing a view up to date whose cursor lies below the feed's floor.
///
/// There the feed has all that changed, but not all that went: what died and was collected since has no number any more. So the news
/// are put aside, what the view would be with them is held against the hub's digest, the ranges that differ are asked for again, and
/// then all becomes visible with the next consistent page, as after a repair.
extension LocalReplica {
    public enum Rebase: Int64, Sendable {
        case none
        /// No page may become visible before the comparison.
        case comparing
        /// What differed has come again: the next consistent page shows all.
        case compared
    }

    /// Takes one page of a rebase: staged, cursor moved, in one transaction. Nothing of it becomes visible.
    public func rebase(_ page: FeedPage) throws {
        KillPoint.pageCome.passed()
        defer { KillPoint.pageKept.passed() }
        try queue.write { db in
            for entry in page.entries { try Self.stage(entry, in: db) }
            if let kept = page.kept { try DecisionKeeper.take(kept, in: db) }
            try Self.move(to: page.reached, in: db)
            try db.execute(sql: "UPDATE view_cursor SET rebase = ? WHERE id = 1", arguments: [Rebase.comparing.rawValue])
        }
    }

    /// What the view would be is the hub's, now that all that differed has come again.
    public func endRebase() throws {
        try queue.write { db in
            try db.execute(
                sql: "UPDATE view_cursor SET rebase = ? WHERE rebase = ?",
                arguments: [Rebase.compared.rawValue, Rebase.comparing.rawValue])
        }
    }

    /// Whether a consistent page was put aside, because what is held has to be compared first: a process that began a rebase may have
    /// ended in the middle of it.
    public func withholds(_ page: FeedPage) throws -> Bool { try page.consistentAt != nil && cursor().rebase == .comparing }

    /// What was staged of these numbers before, and does not come again with them, is gone from the hub's feed, or has a higher number,
    /// with which it comes as news. An older entry of the same key must not come back in its place.
    static func emptyStaged(_ interval: FeedInterval, in db: Database) throws {
        try db.execute(
            sql: "UPDATE view_staged SET body = NULL WHERE topic = ? AND number > ? AND number <= ? AND body IS NOT NULL",
            arguments: [interval.topic.rawValue, Int64(clamping: interval.after), Int64(clamping: interval.through)])
    }

    /// The rows to sum up, each statement from an id on: the visible view, or what it would be with all that is staged.
    static func comparedRows(_ cursor: Cursor) -> [String] {
        let visible = "SELECT id, topic, number, key, body, sum FROM view_entry AS e WHERE id > ?"
        let end = " ORDER BY id LIMIT ?"
        guard cursor.rebase == .comparing else { return [visible + end] }
        let kept = """
            \(visible) AND NOT EXISTS (SELECT 1 FROM view_staged AS s WHERE s.topic = e.topic AND s.key = e.key)
            AND NOT EXISTS (SELECT 1 FROM view_again AS a WHERE a.topic = e.topic AND e.number > a.above AND e.number <= a.through)
            """
        let staged = "SELECT id, topic, number, key, body, NULL FROM view_staged WHERE id > ? AND body IS NOT NULL"
        // A first load replaces all that is visible.
        return (cursor.isLoading ? [staged] : [kept, staged]).map { $0 + end }
    }
}

import Causality
import ChangeSets
import Foundation
import GRDB

/// The merged view as this site has it: what the hub fed, made visible page group by page group (S26), with the
/// site's own unsent changes laid over when it is looked at (S27).
///
/// The hub's state *replaces* what is here, and may go back after a restore of the hub. The cursor moves in the
/// transaction that holds what it counts (law 9), so a crash at any point means at most asking for a page again.
public struct LocalReplica: Sendable {
    let queue: DatabaseQueue

    public init(queue: DatabaseQueue) { self.queue = queue }

    public struct Cursor: Hashable, Sendable {
        /// What to ask with next; `nil`: from the start.
        public var reached: Position?
        /// A first load is under way: what is visible is older, or nothing.
        public var isLoading: Bool
        /// The position of the visible view, and the hub's clock when it was the newest.
        public var visible: Position?
        public var visibleTime: Timestamp?
        /// What the hub had of our replicas at `visible`.
        public var standing: VectorClock
        /// Own changes at or below `standing` that wait at the hub.
        public var held: [Dot]
        public var rebase = Rebase.none
    }

    public func cursor() throws -> Cursor { try queue.read { try Self.cursor(in: $0) } }

    static func cursor(in db: Database) throws -> Cursor {
        guard
            let row = try Row.fetchOne(
                db, sql: "SELECT reached, loading, visible, visible_time, standing, held, rebase FROM view_cursor WHERE id = 1")
        else { return Cursor(reached: nil, isLoading: true, visible: nil, visibleTime: nil, standing: VectorClock(), held: []) }
        var standing = VectorClock()
        for dot in try Self.dots(row.bytes(4)) { standing.insert(dot) }
        return Cursor(
            reached: Position(bytes: row.bytes(0)), isLoading: row[1], visible: Position(bytes: row.bytes(2)),
            visibleTime: (row[3] as UInt64?).map { Timestamp(milliseconds: $0) }, standing: standing, held: try Self.dots(row.bytes(5)),
            rebase: Rebase(rawValue: row[6]) ?? .none)
    }

    static func dots(_ bytes: [UInt8]) throws -> [Dot] {
        guard !bytes.isEmpty else { return [] }
        var reader = ByteReader(bytes, of: "standing")
        return try reader.list { reader in try reader.dot() }
    }

    static func blob(_ dots: [Dot]) -> Data {
        var writer = ByteWriter()
        writer.varint(dots.count)
        for dot in dots { writer.dot(dot) }
        return Data(writer.bytes)
    }

    /// Numbers of visible entries by topic, for `status`.
    public func counts() throws -> [Topic: Int] {
        try queue.read { db in
            var counts: [Topic: Int] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT topic, count(*) FROM view_entry GROUP BY topic") {
                if let topic = Topic(rawValue: row[0]) { counts[topic] = row[1] }
            }
            return counts
        }
    }
}

import Causality
import ChangeSets
import Crypto
import Foundation
import GRDB
import Oddities

/// Whether the visible view is the hub's, and putting it right.
extension LocalReplica {
    /// Rows read at a time: whoever else needs the agent's file waits no longer than that takes.
    static let comparedRowsMax = 2_000
    /// Damaged entries that are told one by one; with more, the file is beyond repairing piece by piece.
    static let damagedMax = 1_000

    /// Holds the visible view against the hub's digest of the same position; in a rebase what the view would be with all that is staged.
    ///
    /// It reads in pieces, so nobody may stage a page meanwhile.
    ///
    /// - Parameter goesOn: asked before each piece; what it throws ends the work.
    /// - Returns: `nil` when the view is of another position.
    public func compared(with digest: ViewDigest, at position: Position, goesOn: () throws -> Void = {}) throws -> ViewComparison? {
        let cursor = try cursor()
        let isOfPosition =
            cursor.rebase == .comparing ? cursor.reached == position : cursor.visible == position && !cursor.isLoading
        guard isOfPosition, !Oddity.comparesLater.happens else { return nil }
        var own = Topic.allCases.map { topic in
            TopicDigest(
                topic: topic,
                ranges: digest[topic]?.ranges.map { RangeDigest(through: $0.through) } ?? [RangeDigest(through: position.number)])
        }
        var damaged: [FeedInterval] = []
        for rows in Self.comparedRows(cursor) {
            var last: Int64? = 0
            while let after = last {
                try goesOn()
                last = try compare(rows, after: after, into: &own, damaged: &damaged)
            }
        }
        return ViewComparison(
            own: ViewDigest(topics: own.filter { digest[$0.topic] != nil || $0.whole.entries > 0 }),
            hubEntries: digest.topics.reduce(0) { $0 + $1.whole.entries },
            differences: own.flatMap { Self.differences(of: $0, from: digest[$0.topic]) }, damaged: damaged)
    }

    private func compare(_ sql: String, after id: Int64, into own: inout [TopicDigest], damaged: inout [FeedInterval]) throws -> Int64? {
        try queue.read { db in
            let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: [id, Self.comparedRowsMax])
            var last: Int64?
            while let row = try rows.next() {
                last = row[0]
                guard let topic = Topic(rawValue: row[1]), let place = own.firstIndex(where: { $0.topic == topic }) else { continue }
                let number = UInt64(clamping: row[2] as Int64)
                own[place].ranges[own[place].range(of: number)].add(ViewDigest.sum(topic, number: number, key: row.bytes(3)))
                guard damaged.count < Self.damagedMax, let sum = row[5] as Int64?, Self.bodySum(row[4]) != sum else { continue }
                damaged.append(FeedInterval(topic: topic, after: max(number, 1) - 1, through: number))
            }
            return last
        }
    }

    private static func differences(of own: TopicDigest, from hub: TopicDigest?) -> [ViewComparison.Difference] {
        own.ranges.indices.compactMap { index in
            let (here, there) = (own.ranges[index], hub?.ranges[index] ?? RangeDigest(through: 0))
            guard !here.isEqual(to: there) else { return nil }
            return ViewComparison.Difference(interval: own.interval(index), entries: max(here.entries, there.entries))
        }
    }

    /// Guards a body against a disk that changes it: two drawings of one entry may differ in their times, so the hub cannot tell.
    static func bodySum(_ body: Data) -> Int64 {
        SHA256.hash(data: body).withUnsafeBytes { Int64(bigEndian: $0.loadUnaligned(as: Int64.self)) }
    }

    // MARK: putting it right

    static func stageAgain(_ interval: FeedInterval, in db: Database) throws {
        try db.execute(
            sql: "INSERT INTO view_again (topic, above, through) VALUES (?, ?, ?)",
            arguments: [interval.topic.rawValue, Int64(clamping: interval.after), Int64(clamping: interval.through)])
    }

    /// Something that was asked for again is staged and not visible yet. Where that cannot be read, the page is not passed
    /// over: staging it tells why.
    var hasAgain: Bool { (try? queue.read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM view_again)") }) ?? true }

    /// Drops what the intervals that came again no longer hold, and says what of them was not right.
    ///
    /// An entry has one number at the hub. Whatever changed since it was read again has a higher number than the cursor and
    /// is staged with the news, so together they are the hub's state at the position that becomes visible.
    ///
    /// - Parameter countsExtra: not in a rebase: what died while this site was away is no damage.
    static func mend(upTo visible: Position?, countsExtra: Bool, in db: Database) throws -> [Topic: ViewRepair] {
        var repairs: [Topic: ViewRepair] = [:]
        for row in try Row.fetchAll(db, sql: "SELECT topic, above, through FROM view_again") {
            guard let topic = Topic(rawValue: row[0]) else { continue }
            let interval = FeedInterval(topic: topic, after: UInt64(clamping: row[1] as Int64), through: UInt64(clamping: row[2] as Int64))
            var repair = repairs[topic] ?? ViewRepair()
            try count(&repair, topic, of: interval, upTo: visible?.number ?? 0, in: db)
            for (number, key) in try dropExtra(of: interval, in: db) where countsExtra {
                repair.extra += 1
                repair.name(topic, number: number, key: key)
            }
            repairs[topic] = repair
        }
        try db.execute(sql: "DELETE FROM view_again")
        return repairs.filter { $0.value.entries > 0 }
    }

    /// News are no repair: only what the view should have had.
    private static func count(
        _ repair: inout ViewRepair, _ topic: Topic, of interval: FeedInterval, upTo visible: UInt64, in db: Database
    ) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT s.number, e.number, e.body, e.sum, s.key FROM view_staged AS s
                LEFT JOIN view_entry AS e ON e.topic = s.topic AND e.key = s.key
                WHERE s.topic = ? AND s.number > ? AND s.number <= ? AND s.body IS NOT NULL
                """, arguments: [interval.topic.rawValue, Int64(clamping: interval.after), Int64(clamping: min(interval.through, visible))])
        while let row = try rows.next() {
            if row[1] as Int64? == nil {
                repair.missing += 1
            } else if row[1] as Int64? != row[0] as Int64? {
                repair.stale += 1
            } else if let body = row[2] as Data?, let sum = row[3] as Int64?, bodySum(body) != sum {
                repair.damaged += 1
            } else {
                continue
            }
            repair.name(topic, number: UInt64(clamping: row[0] as Int64), key: row.bytes(4))
        }
    }

    /// - Returns: what they were.
    private static func dropExtra(of interval: FeedInterval, in db: Database) throws -> [(number: UInt64, key: [UInt8])] {
        let extra = try Row.fetchAll(
            db,
            sql: """
                SELECT id, number, key FROM view_entry AS e WHERE topic = ? AND number > ? AND number <= ?
                AND NOT EXISTS (SELECT 1 FROM view_staged AS s WHERE s.topic = e.topic AND s.key = e.key)
                """, arguments: [interval.topic.rawValue, Int64(clamping: interval.after), Int64(clamping: interval.through)])
        for row in extra { try drop(row[0], in: db) }
        return extra.map { (UInt64(clamping: $0[1] as Int64), $0.bytes(2)) }
    }
}

import Causality
import ChangeSets
import Foundation
import GRDB
import Merging
import Mutants
import Oddities

extension LocalReplica {
    /// How often the time of an unchanged view is written down.
    static let freshnessMilliseconds: UInt64 = 60_000

    /// Takes one page: staged, cursor moved, and made visible when it is the consistent one, all in one transaction.
    ///
    /// The same page twice changes nothing.
    ///
    /// - Parameter interval: what the page brings again, whole; it does not move the cursor then.
    /// - Returns: what was mended, when the page made visible what was asked for again.
    @discardableResult
    public func stage(_ page: FeedPage, again interval: FeedInterval? = nil) throws -> [Topic: ViewRepair] {
        if let interval {
            try queue.write { db in
                try Self.emptyStaged(interval, in: db)
                for entry in page.entries { try Self.stage(entry, in: db) }
                try Self.stageAgain(interval, in: db)
            }
            return [:]
        }
        let before = try cursor()
        guard !isIdle(page, after: before) || Oddity.stagesAgain.happens else { return [:] }
        if Mutant.movesCursorAlone.isOn { try queue.write { try Self.move(to: page.reached, in: $0) } }
        KillPoint.pageCome.passed()
        defer { KillPoint.pageKept.passed() }
        return try queue.write { db in
            for entry in page.entries { try Self.stage(entry, in: db) }
            if before.reached == nil { try DecisionKeeper.oweAll(in: db) }
            if let kept = page.kept { try DecisionKeeper.take(kept, in: db) }
            try Self.move(to: page.reached, in: db)
            if Mutant.revealsEveryPage.isOn { try Self.reveal(in: db) }
            guard let consistent = page.consistentAt, before.rebase != .comparing || Mutant.showsUncompared.isOn else { return [:] }
            let hadLoaded = !(try Self.cursor(in: db).isLoading)
            if !hadLoaded { try Self.dropUnstaged(in: db) }
            let repairs = try Self.mend(upTo: before.visible, countsExtra: before.rebase == .none, in: db)
            try Self.reveal(in: db)
            if !repairs.isEmpty { try Self.indexAnew(in: db) }
            var standing = before.standing
            for receipt in page.own { standing[receipt.replica] = receipt.last }
            try OwnChanges.settle(released: before.held.filter { !page.held.contains($0) }, in: db)
            try OwnChanges.settle(from: before.standing, to: standing, held: page.held, in: db)
            try db.execute(
                sql: "UPDATE view_cursor SET loading = 0, rebase = 0, visible = ?, visible_time = ?, standing = ?, held = ? WHERE id = 1",
                arguments: [
                    Data(consistent.bytes), page.time.milliseconds,
                    Self.blob(standing.entries.map { Dot($0.replica, $0.counter) }), Self.blob(page.held),
                ])
            return repairs
        }
    }

    static func move(to position: Position, in db: Database) throws {
        try db.execute(sql: "UPDATE view_cursor SET reached = ? WHERE id = 1", arguments: [Data(position.bytes)])
    }

    /// An idle line asks every minute or so; that must not write every time.
    private func isIdle(_ page: FeedPage, after cursor: Cursor) -> Bool {
        guard page.entries.isEmpty, page.kept?.decisions.isEmpty ?? true, page.reached == cursor.reached,
            page.consistentAt == cursor.visible, !cursor.isLoading, cursor.rebase == .none,
            page.held == cursor.held, !hasAgain, page.own.allSatisfy({ cursor.standing[$0.replica] == $0.last }),
            let time = cursor.visibleTime
        else { return false }
        return page.time < time.advanced(byMilliseconds: Self.freshnessMilliseconds)
    }

    /// The cursor was not on the hub's line: what is staged goes, what is visible stays until the new view is whole.
    public func restart() throws {
        try queue.write { db in
            try db.execute(sql: "DELETE FROM view_staged")
            try db.execute(sql: "DELETE FROM view_again")
            try db.execute(sql: "UPDATE view_cursor SET reached = NULL, loading = 1, rebase = 0 WHERE id = 1")
        }
    }

    static func stage(_ entry: FeedEntry, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO view_staged (topic, key, number, body) VALUES (?, ?, ?, ?)
                ON CONFLICT (topic, key) DO UPDATE SET number = excluded.number, body = excluded.body WHERE excluded.number >= number
                """
        ).execute(arguments: [entry.topic.rawValue, Data(entry.key), Int64(clamping: entry.number), entry.body.map { Data($0) }])
    }

    /// A first load replaces the whole view: what it did not bring is no longer in scope, or never was on this line.
    private static func dropUnstaged(in db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM view_entry WHERE NOT EXISTS (
                    SELECT 1 FROM view_staged WHERE view_staged.topic = view_entry.topic AND view_staged.key = view_entry.key)
                """)
        try db.execute(sql: "DELETE FROM view_index WHERE entry NOT IN (SELECT id FROM view_entry)")
        try db.execute(sql: "DELETE FROM view_again")
    }

    private static func reveal(in db: Database) throws {
        let staged = try Row.fetchCursor(db, sql: "SELECT topic, key, number, body FROM view_staged ORDER BY id")
        while let row = try staged.next() {
            let topic: UInt8 = row[0]
            let key = row[1] as Data
            let old = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT id FROM view_entry WHERE topic = ? AND key = ?"), arguments: [topic, key])
            guard let body = row[3] as Data? else {
                // An evict touches this view only; it deletes nothing anywhere else.
                if let old { try drop(old, in: db) }
                continue
            }
            let id = try insert(topic: topic, key: key, number: row[2], body: body, replacing: old, in: db)
            // A new entry, too, may get the place of one that a disk lost, and with it what had found that one.
            try dropIndex(of: id, in: db)
            try index(id, topic: topic, key: key, body: body, in: db)
        }
        try db.execute(sql: "DELETE FROM view_staged")
    }

    static func drop(_ id: Int64, in db: Database) throws {
        try dropIndex(of: id, in: db)
        try db.cachedStatement(sql: "DELETE FROM view_entry WHERE id = ?").execute(arguments: [id])
    }

    private static func dropIndex(of id: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM view_index WHERE entry = ?").execute(arguments: [id])
    }

    private static func index(_ id: Int64, topic: UInt8, key: Data, body: Data, in db: Database) throws {
        for entry in IndexEntry.entries(topic: topic, key: Array(key), body: body) {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO view_index (kind, value, entry) VALUES (?, ?, ?)")
                .execute(arguments: [entry.kind, entry.value, id])
        }
    }

    /// A disk that loses entries leaves what found them, and the next entry gets the number of the last one: it would be found by what
    /// is another's.
    static func indexAnew(in db: Database) throws {
        try db.execute(sql: "DELETE FROM view_index")
        let rows = try Row.fetchCursor(db, sql: "SELECT id, topic, key, body FROM view_entry")
        while let row = try rows.next() { try index(row[0], topic: row[1], key: row[2], body: row[3], in: db) }
    }

    private static func insert(topic: UInt8, key: Data, number: Int64, body: Data, replacing old: Int64?, in db: Database) throws -> Int64 {
        let sum = bodySum(body)
        if let old {
            try db.cachedStatement(sql: "UPDATE view_entry SET number = ?, body = ?, sum = ? WHERE id = ?")
                .execute(arguments: [number, body, sum, old])
            return old
        }
        try db.cachedStatement(sql: "INSERT INTO view_entry (topic, key, number, body, sum) VALUES (?, ?, ?, ?, ?)")
            .execute(arguments: [topic, key, number, body, sum])
        return db.lastInsertedRowID
    }
}

/// What an entry of the view can be found by.
struct IndexEntry: Hashable {
    var kind: String
    var value: String

    static func entries(topic: UInt8, key: [UInt8], body: Data) -> [IndexEntry] {
        switch Topic(rawValue: topic) {
        case .profile: profile(body)
        case .stock: stock(key)
        case .order: (OrderDocument(body)?.number).map { [IndexEntry(kind: orderNumberKind, value: $0)] } ?? []
        case .record: ownOrder(key, body)
        case nil: []
        }
    }

    static let orderNumberKind = "order number"

    /// A store is not sent other sites' orders, but finds its own. What cannot be read is found by nothing, but stays as it came.
    private static func ownOrder(_ key: [UInt8], _ body: Data) -> [IndexEntry] {
        guard let id = try? RecordID(canonicalBytes: key), id.entity == "order",
            let number = (try? RecordState(id: id, decoding: Array(body)))?["number"]?.text
        else { return [] }
        return [IndexEntry(kind: orderNumberKind, value: number.string)]
    }

    private static func stock(_ key: [UInt8]) -> [IndexEntry] {
        var reader = ByteReader(key, of: "stock key")
        guard let sku = try? reader.text() else { return [] }
        return [IndexEntry(kind: "sku", value: sku.string)]
    }

    /// The profile's own identifiers, in the hub's normal forms; a document that cannot be read is found by nothing
    /// but stays as it came.
    private static func profile(_ body: Data) -> [IndexEntry] {
        (ProfileDocument(body)?.identifiers ?? []).flatMap { identifier in
            LookUp.entries(kind: identifier.kind, value: identifier.value).map { IndexEntry(kind: $0.kind, value: $0.value) }
        }
    }
}

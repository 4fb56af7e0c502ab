import GRDB

/// The tables of `agent.db` that are not capture's.
public enum AgentSchema {
    public static func migrate(_ queue: DatabaseQueue) throws {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("agent_1") { db in
            for statement in statements { try db.execute(sql: statement) }
        }
        migrator.registerMigration("agent_2") { db in
            // Of an abandoned replica: the last counter that its history here shares with the hub's.
            try db.execute(sql: "ALTER TABLE outbox_replica ADD COLUMN shared INTEGER")
        }
        migrator.registerMigration("agent_3") { db in
            // Orders are found by their number, and own changes of all shared records: both are read once more.
            try db.execute(sql: "UPDATE view_cursor SET reached = NULL, loading = 1")
            try db.execute(sql: "DELETE FROM own_index")
        }
        migrator.registerMigration("agent_4") { db in
            // Of an abandoned replica: what the hub had acknowledged, which a restored hub gets again.
            try db.execute(sql: "ALTER TABLE outbox_replica ADD COLUMN abandoned_at INTEGER")
            try db.execute(
                sql: """
                    UPDATE outbox_replica AS r SET abandoned_at =
                        (SELECT coalesce(max(last), 0) FROM outbox_set WHERE replica = r.replica AND position < \(Outbox.neverSent))
                    WHERE shared IS NOT NULL
                        OR EXISTS (SELECT 1 FROM outbox_set WHERE replica = r.replica AND position = \(Outbox.neverSent))
                    """)
            try db.execute(
                sql: """
                    UPDATE outbox_replica AS r SET acknowledged = s.last, acknowledged_hash = s.hash
                    FROM outbox_set AS s WHERE s.replica = r.replica AND s.last = r.abandoned_at
                    """)
        }
        migrator.registerMigration("agent_5") { db in
            // What the body summed up to when it was written; NULL in rows of an earlier version, until they come again.
            try db.execute(sql: "ALTER TABLE view_entry ADD COLUMN sum INTEGER")
            // What of the staged entries is whole: the numbers of a topic that were asked for again.
            try db.execute(
                sql: "CREATE TABLE view_again (topic INTEGER NOT NULL, above INTEGER NOT NULL, through INTEGER NOT NULL)")
        }
        migrator.registerMigration("agent_6") { db in
            // Where sets ended that are no longer kept: how far a hub's history is ours (S22).
            try db.execute(
                sql: """
                    CREATE TABLE outbox_past (
                        replica BLOB NOT NULL, last INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (replica, last)) WITHOUT ROWID
                    """)
        }
        migrator.registerMigration("agent_7") { db in
            // How far a view is brought up to date from below the feed's floor (`LocalReplica.Rebase`).
            try db.execute(sql: "ALTER TABLE view_cursor ADD COLUMN rebase INTEGER NOT NULL DEFAULT 0")
        }
        migrator.registerMigration("agent_8") { db in
            // What operators decided, sealed by the hub, for the hub (S24). `number` of the hub's line; NULL: it may lack it.
            try db.execute(
                sql: """
                    CREATE TABLE hub_decision (
                        id INTEGER PRIMARY KEY, generation BLOB NOT NULL, first INTEGER NOT NULL, number INTEGER,
                        times INTEGER NOT NULL DEFAULT 0, refused TEXT, size INTEGER NOT NULL, sealed BLOB NOT NULL,
                        UNIQUE (generation, first))
                    """)
            try db.execute(sql: "CREATE INDEX hub_decision_owed ON hub_decision (id) WHERE number IS NULL")
        }
        try migrator.migrate(queue)
    }

    private static let statements = [
        // Who we are, which hub is ours, and the last report of the running agent.
        "CREATE TABLE agent_setting (name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",

        // What the hub acknowledged of each replica, and the end of the chain of sets cut so far.
        """
        CREATE TABLE outbox_replica (
            id INTEGER PRIMARY KEY, replica BLOB NOT NULL UNIQUE,
            acknowledged INTEGER NOT NULL DEFAULT 0, acknowledged_hash BLOB NOT NULL,
            cut INTEGER NOT NULL DEFAULT 0, cut_hash BLOB NOT NULL)
        """,
        // `position` NULL: not acknowledged. Afterwards the number of the position that acknowledged it,
        // because the set is kept until a verified backup of the hub reaches that position (S25).
        """
        CREATE TABLE outbox_set (
            id INTEGER PRIMARY KEY, replica BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
            previous BLOB NOT NULL, hash BLOB NOT NULL, position INTEGER, size INTEGER NOT NULL, bytes BLOB NOT NULL,
            UNIQUE (replica, first))
        """,
        "CREATE INDEX outbox_set_kept ON outbox_set (position, size) WHERE position IS NOT NULL",

        // The merged view: what is visible, and what is staged until its page is consistent (S26).
        """
        CREATE TABLE view_entry (
            id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, key BLOB NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL,
            UNIQUE (topic, key))
        """,
        """
        CREATE TABLE view_staged (
            id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, key BLOB NOT NULL, number INTEGER NOT NULL, body BLOB,
            UNIQUE (topic, key))
        """,
        // Look-ups: kind (email, phone, loyalty id, sku...) and normalised value to the entry.
        """
        CREATE TABLE view_index (
            kind TEXT NOT NULL, value TEXT NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (kind, value, entry)) WITHOUT ROWID
        """,
        "CREATE INDEX view_index_entry ON view_index (entry)",
        // One row: the cursor, and what the hub had of our replicas when the view became visible (S27).
        """
        CREATE TABLE view_cursor (
            id INTEGER PRIMARY KEY CHECK (id = 1), reached BLOB, loading INTEGER NOT NULL, visible BLOB, visible_time INTEGER,
            standing BLOB NOT NULL, held BLOB NOT NULL)
        """,
        "INSERT INTO view_cursor (id, reached, loading, visible, visible_time, standing, held) VALUES (1, NULL, 1, NULL, NULL, x'', x'')",

        // `life` is the dot that names a record, as documents write it; `parent` is that of a sale's customer.
        // Own changes as people look for them, read off the journal and the outbox up to `indexed` (S27).
        "CREATE TABLE own_index (replica BLOB NOT NULL PRIMARY KEY, indexed INTEGER NOT NULL) WITHOUT ROWID",
        """
        CREATE TABLE own_record (
            replica BLOB NOT NULL, counter INTEGER NOT NULL, entity TEXT NOT NULL, record BLOB NOT NULL, life TEXT NOT NULL, parent TEXT,
            time INTEGER NOT NULL, fields BLOB, PRIMARY KEY (replica, counter)) WITHOUT ROWID
        """,
        "CREATE INDEX own_record_life ON own_record (life)",
        "CREATE INDEX own_record_parent ON own_record (parent) WHERE parent IS NOT NULL",
        """
        CREATE TABLE own_identifier (
            kind TEXT NOT NULL, value TEXT NOT NULL, replica BLOB NOT NULL, counter INTEGER NOT NULL,
            PRIMARY KEY (kind, value, replica, counter)) WITHOUT ROWID
        """,
        """
        CREATE TABLE own_stock (
            replica BLOB NOT NULL, counter INTEGER NOT NULL, sku TEXT NOT NULL, location TEXT NOT NULL, kind INTEGER NOT NULL,
            quantity INTEGER NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (replica, counter)) WITHOUT ROWID
        """,
        "CREATE INDEX own_stock_sku ON own_stock (sku)",
    ]
}

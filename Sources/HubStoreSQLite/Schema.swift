import GRDB

/// The tables of a hub's database.
///
/// Replicas, sources, sites and records appear in rows as small integers (`RecordNumber`). `number` is
/// always a number of the commit line: where the row last changed.
enum Schema {
    /// Written to `user_version`; a file with a higher one belongs to a newer hub.
    static let version: Int32 = 21
    /// Written to `application_id`: "TrbH".
    static let applicationID: Int32 = 0x5472_6248

    /// What brings a file of an earlier version to the next one.
    static let steps: [Int32: String] = [
        2: decisions, 3: "CREATE INDEX record_dead ON record (record) WHERE flags & 1 = 1;", 4: replicas,
        5: "CREATE TABLE site_view (site INTEGER, at INTEGER, number INTEGER NOT NULL, PRIMARY KEY (site, at)) WITHOUT ROWID;",
        6: identity, 7: person, 8: matching, 9: identifiersOfRecords, 10: eventTokens,
        11: "CREATE TABLE agent_note (agent BLOB PRIMARY KEY, note BLOB NOT NULL) WITHOUT ROWID;", 12: apiTokens, 13: people,
        14: flow, 15: conflictNotes, 16: words, 17: exchanges, 18: flowFields, 19: qualityOfSites,
        20: asking, 21: qualityOfEntities,
    ]

    /// Days tell whose fields they are of; until articles were looked at, too, all were customers'.
    private static let qualityOfEntities = """
        ALTER TABLE quality_day RENAME TO quality_day_of_customers;
        CREATE TABLE quality_day (day INTEGER NOT NULL, entity TEXT NOT NULL, field TEXT NOT NULL, at INTEGER NOT NULL,
            records INTEGER NOT NULL, present INTEGER NOT NULL, valid INTEGER NOT NULL, PRIMARY KEY (day, entity, field)) WITHOUT ROWID;
        INSERT INTO quality_day SELECT day, 'customer', field, at, records, present, valid FROM quality_day_of_customers;
        DROP TABLE quality_day_of_customers;
        ALTER TABLE quality_site_day RENAME TO quality_site_day_of_customers;
        CREATE TABLE quality_site_day (site INTEGER NOT NULL, day INTEGER NOT NULL, entity TEXT NOT NULL, at INTEGER NOT NULL,
            records INTEGER NOT NULL, counts BLOB NOT NULL, PRIMARY KEY (site, day, entity)) WITHOUT ROWID;
        INSERT INTO quality_site_day SELECT site, day, 'customer', at, records, counts FROM quality_site_day_of_customers;
        DROP TABLE quality_site_day_of_customers;
        """

    /// How good each site's data was, day by day; what was kept before is of all sites together, and stays so.
    private static let qualityOfSites = """
        CREATE TABLE quality_site_day (site INTEGER NOT NULL, day INTEGER NOT NULL, at INTEGER NOT NULL, records INTEGER NOT NULL,
            counts BLOB NOT NULL, PRIMARY KEY (site, day)) WITHOUT ROWID;
        """

    /// What came of each field: a row for as long as its source is known, so that one that comes no more shows. Diagnostics, too.
    private static let flowFields = """
        CREATE TABLE flow_field (source INTEGER NOT NULL, entity TEXT NOT NULL, field TEXT NOT NULL, changes INTEGER NOT NULL,
            aside INTEGER NOT NULL, since INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (source, entity, field)) WITHOUT ROWID;
        """

    /// Which of a person's purchases may still be awaited, and which orders ask for people: else all of the person's purchases, and all
    /// orders, are walked through for a few.
    private static let asking = """
        CREATE INDEX purchase_awaited ON purchase (buyer, at) WHERE kind = 2 AND counted = 1;
        CREATE INDEX order_asks ON "order" (record) WHERE asks = 1;
        """

    /// What sites and the hub said to each other: diagnostics, which no rebuild gives again.
    private static let exchanges = """
        CREATE TABLE exchange (site INTEGER NOT NULL, number INTEGER NOT NULL, agent BLOB NOT NULL, at INTEGER NOT NULL,
            until INTEGER NOT NULL, kind TEXT NOT NULL, outcome TEXT NOT NULL, requests INTEGER NOT NULL, sets INTEGER NOT NULL, changes INTEGER NOT NULL,
            entries INTEGER NOT NULL, bytes_in INTEGER NOT NULL, bytes_out INTEGER NOT NULL, PRIMARY KEY (site, number)) WITHOUT ROWID;
        """

    /// What came from where, day by day, and what agents told of their mappings: diagnostics, which no rebuild gives again.
    private static let flow = """
        CREATE TABLE flow_day (day INTEGER NOT NULL, source INTEGER NOT NULL, entity TEXT NOT NULL, changes INTEGER NOT NULL,
            stock INTEGER NOT NULL, aside INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (day, source, entity)) WITHOUT ROWID;
        CREATE TABLE source_mapping (site INTEGER NOT NULL, source BLOB NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
            hash BLOB NOT NULL, mapping BLOB NOT NULL, PRIMARY KEY (site, source)) WITHOUT ROWID;
        """

    /// By what articles are found, what one location has, and which records ask for people, in their order: else SQLite walks them all. Words of an earlier file's items are drawn when the hub opens (`Redraw`).
    private static let words = """
        CREATE TABLE item_word (word TEXT NOT NULL, sku TEXT NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (word, sku, record)) WITHOUT ROWID;
        CREATE INDEX item_word_record ON item_word (record, word);
        CREATE INDEX cell_location ON cell (location, sku);
        DROP INDEX IF EXISTS record_asks;
        CREATE INDEX record_asks ON record (record) WHERE flags > 1;
        """

    /// What operators wrote down about conflicts.
    private static let conflictNotes = """
        CREATE TABLE conflict_note (number INTEGER PRIMARY KEY, conflict TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL,
            text TEXT NOT NULL);
        CREATE INDEX conflict_note_of ON conflict_note (conflict);
        """

    /// Who signs in, who looked whom up, how the hub and its sites got on, and how good the data was.
    private static let people = """
        CREATE TABLE user (name TEXT PRIMARY KEY, role TEXT NOT NULL, rounds INTEGER NOT NULL, block_size INTEGER NOT NULL,
            parallelism INTEGER NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL, must_change INTEGER NOT NULL, created INTEGER NOT NULL,
            author TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE session (hash BLOB PRIMARY KEY, user TEXT NOT NULL, created INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE look_up (number INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL,
            found INTEGER NOT NULL, times INTEGER NOT NULL);
        CREATE INDEX look_up_at ON look_up (at);
        CREATE INDEX look_up_who ON look_up (who, at);
        CREATE TABLE pulse (at INTEGER PRIMARY KEY, changes INTEGER NOT NULL, lag_median INTEGER NOT NULL, lag_max INTEGER NOT NULL,
            conflicts INTEGER NOT NULL);
        CREATE TABLE quality_day (day INTEGER NOT NULL, field TEXT NOT NULL, at INTEGER NOT NULL, records INTEGER NOT NULL,
            present INTEGER NOT NULL, valid INTEGER NOT NULL, PRIMARY KEY (day, field)) WITHOUT ROWID;
        """

    /// Who asks in a name of their own.
    private static let apiTokens = """
        CREATE TABLE api_token (name TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, role TEXT NOT NULL, created INTEGER NOT NULL,
            expires INTEGER, author TEXT NOT NULL) WITHOUT ROWID;
        """

    /// What a record is linked by stands together in the index, so that reading it looks up no row for each value.
    private static let identifiersOfRecords = """
        CREATE INDEX identifier_of ON identifier (record, kind, value, source, current);
        DROP INDEX identifier_record;
        """

    /// By device and cookie events find their person. Rows of an earlier file are drawn anew from its journal when the hub opens (`Redraw`).
    private static let eventTokens = """
        ALTER TABLE event ADD COLUMN device TEXT;
        ALTER TABLE event ADD COLUMN cookie TEXT;
        CREATE INDEX event_device ON event (device, at) WHERE device IS NOT NULL;
        CREATE INDEX event_cookie ON event (cookie, at) WHERE cookie IS NOT NULL;
        """

    /// What matching keeps: a list of work, made anew at any time.
    private static let matching = """
        CREATE TABLE unmatched (record INTEGER PRIMARY KEY, number INTEGER NOT NULL);
        CREATE TABLE matched (record INTEGER PRIMARY KEY, traits BLOB NOT NULL);
        CREATE TABLE block (key INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (key, record)) WITHOUT ROWID;
        CREATE TABLE proposal (lower INTEGER NOT NULL, higher INTEGER NOT NULL, bits INTEGER NOT NULL, PRIMARY KEY (lower, higher)) WITHOUT ROWID;
        CREATE INDEX proposal_higher ON proposal (higher);
        CREATE INDEX proposal_bits ON proposal (bits);
        INSERT INTO unmatched SELECT record, 0 FROM customer;
        """

    /// Kinds of identifiers became bits, so that kinds can be combined. What the rows lack is read anew when the hub opens
    /// (`Redraw`).
    private static let identity = """
        UPDATE identifier SET kind = CASE kind WHEN 3 THEN 4 WHEN 10 THEN 1048576 ELSE kind END WHERE kind IN (3, 10);
        UPDATE earlier SET kind = 4 WHERE kind = 3;
        ALTER TABLE customer ADD COLUMN names TEXT NOT NULL DEFAULT '';
        CREATE TABLE link_decision (lower INTEGER NOT NULL, higher INTEGER NOT NULL, decision INTEGER NOT NULL, same INTEGER NOT NULL,
            PRIMARY KEY (lower, higher, decision)) WITHOUT ROWID;
        CREATE INDEX link_decision_higher ON link_decision (higher);
        CREATE INDEX link_decision_of ON link_decision (decision);
        """

    /// What profiles tell of a person. Rows of an earlier file are drawn anew from its journal when the hub opens (`Redraw`).
    private static let person = """
        ALTER TABLE purchase ADD COLUMN returned INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE purchase ADD COLUMN of_sale INTEGER;
        CREATE INDEX purchase_sale ON purchase (of_sale) WHERE of_sale IS NOT NULL;
        CREATE TABLE item (record INTEGER PRIMARY KEY, source INTEGER NOT NULL, sku TEXT NOT NULL, category TEXT, brand TEXT, size TEXT,
            colour TEXT, in_bound INTEGER NOT NULL, time INTEGER NOT NULL, replica INTEGER NOT NULL, counter INTEGER NOT NULL);
        CREATE INDEX item_sku ON item (sku, source);
        CREATE TABLE consent (record INTEGER PRIMARY KEY, customer INTEGER);
        CREATE INDEX consent_customer ON consent (customer) WHERE customer IS NOT NULL;
        CREATE TABLE note (record INTEGER PRIMARY KEY, customer INTEGER, at INTEGER);
        CREATE INDEX note_customer ON note (customer, at) WHERE customer IS NOT NULL;
        CREATE TABLE superseded (record INTEGER NOT NULL, field TEXT NOT NULL, replica INTEGER NOT NULL, counter INTEGER NOT NULL,
            time INTEGER NOT NULL, in_bound INTEGER NOT NULL, chained INTEGER NOT NULL, value, ended INTEGER NOT NULL,
            end_in_bound INTEGER NOT NULL, end_replica INTEGER NOT NULL, end_counter INTEGER NOT NULL,
            PRIMARY KEY (record, field, replica, counter)) WITHOUT ROWID;
        """

    /// What the journal says of a replica (how far it has come, when) is not said twice.
    private static let replicas = """
        CREATE TABLE known (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, source INTEGER, follows INTEGER, follows_counter INTEGER,
            closed_after INTEGER);
        INSERT INTO known SELECT number, id, source, (SELECT f.number FROM replica AS f WHERE f.id = r.follows), follows_counter, closed_after
            FROM replica AS r;
        DROP TABLE replica;
        ALTER TABLE known RENAME TO replica;
        """

    private static let decisions = """
        CREATE TABLE decision (record INTEGER PRIMARY KEY, conflict TEXT NOT NULL, choice TEXT NOT NULL, fingerprint TEXT NOT NULL,
            undone INTEGER);
        CREATE INDEX decision_conflict ON decision (conflict);
        """

    /// Of version 1; the steps after it make the rest.
    static let tables = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE generation (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, parent BLOB, start INTEGER NOT NULL, opened INTEGER NOT NULL);
        CREATE TABLE line (number INTEGER PRIMARY KEY, generation BLOB NOT NULL, hash BLOB NOT NULL);
        CREATE TABLE site (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, region TEXT, created INTEGER NOT NULL);
        CREATE TABLE agent (key BLOB PRIMARY KEY, site INTEGER NOT NULL, enrolled INTEGER NOT NULL, revoked INTEGER NOT NULL,
            heard INTEGER, clock_offset INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE token (hash BLOB PRIMARY KEY, site INTEGER NOT NULL, expires INTEGER NOT NULL, used_by BLOB) WITHOUT ROWID;
        CREATE TABLE source (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, site INTEGER NOT NULL, name TEXT NOT NULL, agent BLOB);
        CREATE TABLE replica (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, source INTEGER, follows BLOB, follows_counter INTEGER,
            last INTEGER NOT NULL, hash BLOB NOT NULL, position INTEGER NOT NULL, opened INTEGER NOT NULL, received INTEGER, closed_after INTEGER);

        CREATE TABLE journal (number INTEGER PRIMARY KEY, replica INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
            hash BLOB NOT NULL, received INTEGER NOT NULL, clock_offset INTEGER NOT NULL, rules INTEGER NOT NULL, agent BLOB NOT NULL,
            bytes BLOB NOT NULL);
        CREATE UNIQUE INDEX journal_chain ON journal (replica, first);
        CREATE TABLE held (replica INTEGER NOT NULL, counter INTEGER NOT NULL, record BLOB NOT NULL, cause INTEGER NOT NULL,
            lacking BLOB, lacking_counter INTEGER, code TEXT NOT NULL, reason TEXT NOT NULL,
            in_bound INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (replica, counter)) WITHOUT ROWID;
        CREATE INDEX held_record ON held (record);
        CREATE INDEX held_lacking ON held (lacking, lacking_counter) WHERE lacking IS NOT NULL;

        CREATE TABLE record (record INTEGER PRIMARY KEY, source INTEGER NOT NULL, number INTEGER NOT NULL, flags INTEGER NOT NULL,
            key BLOB NOT NULL, state BLOB NOT NULL);
        CREATE INDEX record_feed ON record (source, number);
        CREATE INDEX record_asks ON record (flags) WHERE flags > 1;

        CREATE TABLE purchase (record INTEGER PRIMARY KEY, kind INTEGER, source INTEGER NOT NULL, alive INTEGER NOT NULL,
            cancelled INTEGER NOT NULL, customer INTEGER, buyer INTEGER, at INTEGER, name TEXT, order_name TEXT, currency TEXT, total INTEGER, lines INTEGER NOT NULL, line_amount INTEGER NOT NULL, counted INTEGER NOT NULL);
        CREATE INDEX purchase_buyer ON purchase (buyer, at) WHERE buyer IS NOT NULL;
        CREATE INDEX purchase_order ON purchase (order_name) WHERE order_name IS NOT NULL;
        CREATE TABLE purchase_line (record INTEGER PRIMARY KEY, purchase INTEGER NOT NULL, sku TEXT, name TEXT, quantity INTEGER NOT NULL,
            amount INTEGER NOT NULL);
        CREATE INDEX purchase_line_of ON purchase_line (purchase);
        CREATE TABLE total (customer INTEGER NOT NULL, currency TEXT NOT NULL, purchases INTEGER NOT NULL, amount INTEGER NOT NULL,
            PRIMARY KEY (customer, currency)) WITHOUT ROWID;
        CREATE TABLE event (record INTEGER PRIMARY KEY, customer INTEGER, at INTEGER, kind TEXT);
        CREATE INDEX event_customer ON event (customer, at) WHERE customer IS NOT NULL;

        CREATE TABLE customer (record INTEGER PRIMARY KEY, profile INTEGER NOT NULL, created INTEGER NOT NULL, in_bound INTEGER NOT NULL);
        CREATE INDEX customer_profile ON customer (profile);
        CREATE TABLE identifier (kind INTEGER NOT NULL, value TEXT NOT NULL, record INTEGER NOT NULL, source INTEGER NOT NULL, current INTEGER NOT NULL,
            PRIMARY KEY (kind, value, record)) WITHOUT ROWID;
        CREATE INDEX identifier_record ON identifier (record);
        CREATE TABLE earlier (record INTEGER NOT NULL, field TEXT NOT NULL, replica INTEGER NOT NULL, counter INTEGER NOT NULL,
            time INTEGER NOT NULL, in_bound INTEGER NOT NULL, chained INTEGER NOT NULL, kind INTEGER NOT NULL, value TEXT NOT NULL,
            corrected INTEGER NOT NULL, PRIMARY KEY (record, field, replica, counter)) WITHOUT ROWID;
        CREATE TABLE profile (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, regions TEXT NOT NULL, former TEXT NOT NULL,
            alive INTEGER NOT NULL);
        CREATE INDEX profile_feed ON profile (number);

        CREATE TABLE cell (cell INTEGER PRIMARY KEY, sku TEXT NOT NULL, location TEXT NOT NULL, number INTEGER NOT NULL,
            asks INTEGER NOT NULL, state BLOB NOT NULL, UNIQUE (sku, location));
        CREATE INDEX cell_feed ON cell (number);
        CREATE INDEX cell_asks ON cell (cell) WHERE asks = 1;
        CREATE TABLE movement (cell INTEGER NOT NULL, replica INTEGER NOT NULL, counter INTEGER NOT NULL, kind INTEGER NOT NULL,
            quantity INTEGER NOT NULL, note TEXT, expires INTEGER, PRIMARY KEY (cell, replica, counter)) WITHOUT ROWID;
        CREATE INDEX movement_claim ON movement (cell, note) WHERE kind >= 7;

        CREATE TABLE "order" (record INTEGER PRIMARY KEY, name TEXT, number INTEGER NOT NULL, asks INTEGER NOT NULL, alive INTEGER NOT NULL);
        CREATE INDEX order_feed ON "order" (number);
        CREATE INDEX order_name ON "order" (name) WHERE name IS NOT NULL;
        CREATE TABLE shipment (record INTEGER PRIMARY KEY, of_order INTEGER, name TEXT);
        CREATE INDEX shipment_order ON shipment (of_order) WHERE of_order IS NOT NULL;
        CREATE INDEX shipment_name ON shipment (name) WHERE name IS NOT NULL;

        CREATE TABLE stale (view TEXT NOT NULL, key BLOB NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (view, key)) WITHOUT ROWID;
        """
}

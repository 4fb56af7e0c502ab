import Causality
import ChangeSets
import HubRuntime

// The journal, what is held, and records.
extension Session {
    private static func entry(_ row: RawStatement) throws -> JournalRow {
        JournalRow(
            number: row.uint64(0), replica: row.int32(1), first: row.uint64(2), last: row.uint64(3), hash: try row.digest(4),
            received: row.time(5), offsetMilliseconds: row.int64(6), ruleVersion: row.int32(7), agent: try row.key(8), bytes: row.bytes(9))
    }

    func journal(_ number: UInt64) throws -> JournalRow? {
        try first("SELECT * FROM journal WHERE number = ?", bind: { $0.bind(number) }, Self.entry)
    }

    func journal(replica: ReplicaNumber, first counter: UInt64) throws -> JournalRow? {
        try first(
            "SELECT * FROM journal WHERE replica = ? AND first = ?",
            bind: {
                $0.bind(replica)
                $0.bind(counter)
            }, Self.entry)
    }

    func journal(containing counter: UInt64, of replica: ReplicaNumber) throws -> JournalRow? {
        try first(
            "SELECT * FROM journal WHERE replica = ? AND first <= ? ORDER BY first DESC LIMIT 1",
            bind: {
                $0.bind(replica)
                $0.bind(counter)
            }, Self.entry)
    }

    func eachJournal(after number: UInt64, _ body: (JournalRow) throws -> Bool) throws {
        var reached = number
        while let entry = try first(
            "SELECT * FROM journal WHERE number > ? ORDER BY number LIMIT 1", bind: { $0.bind(reached) }, Self.entry)
        {
            guard try body(entry) else { return }
            reached = entry.number
        }
    }

    func eachJournal(of replica: ReplicaNumber, _ body: (JournalRow) throws -> Bool) throws {
        var reached: UInt64 = 0
        while let entry = try first(
            "SELECT * FROM journal WHERE replica = ? AND first > ? ORDER BY first LIMIT 1",
            bind: {
                $0.bind(replica)
                $0.bind(reached)
            }, Self.entry)
        {
            guard try body(entry) else { return }
            reached = entry.first
        }
    }

    func lastNumber(receivedBefore time: Timestamp) throws -> UInt64 {
        // Not simply the last one before: the hub's own clock may have been wrong once.
        let next = try first(
            "SELECT number FROM journal WHERE received >= ? ORDER BY number LIMIT 1", bind: { $0.bind(time.milliseconds) }
        ) { $0.uint64(0) }
        return try first(
            "SELECT max(number) FROM journal WHERE number < ?", bind: { $0.bind(next ?? UInt64(Int64.max)) }
        ) { $0.isNull(0) ? 0 : $0.uint64(0) } ?? 0
    }

    func insert(_ entry: JournalRow) throws {
        try run("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") {
            $0.bind(entry.number)
            $0.bind(entry.replica)
            $0.bind(entry.first)
            $0.bind(entry.last)
            $0.bind(entry.hash.bytes)
            $0.bind(entry.received)
            $0.bind(entry.offsetMilliseconds)
            $0.bind(entry.ruleVersion)
            $0.bind(entry.agent.bytes)
            $0.bind(entry.bytes)
        }
    }

    // MARK: held

    private static func held(_ row: RawStatement) throws -> HeldRow {
        guard let cause = HeldRow.Cause(rawValue: row.int32(3)) else { throw damaged("A held change") }
        return HeldRow(
            replica: row.int32(0), counter: row.uint64(1), record: row.bytes(2), cause: cause,
            lacking: row.isNull(4) ? nil : Dot(try row.replicaID(4), row.uint64(5)), code: row.string(6), reason: row.string(7),
            isInBound: row.bool(8), since: row.time(9))
    }

    func held(record: [UInt8]) throws -> [HeldRow] {
        try all("SELECT * FROM held WHERE record = ? ORDER BY replica, counter", bind: { $0.bind(record) }, Self.held)
    }

    func held(replica: ReplicaNumber, counter: UInt64) throws -> HeldRow? {
        try first(
            "SELECT * FROM held WHERE replica = ? AND counter = ?",
            bind: {
                $0.bind(replica)
                $0.bind(counter)
            }, Self.held)
    }

    func held(lacking replica: ReplicaID, from first: UInt64, to last: UInt64) throws -> [HeldRow] {
        try all(
            "SELECT * FROM held WHERE lacking = ? AND lacking_counter BETWEEN ? AND ? ORDER BY replica, counter",
            bind: {
                $0.bind(replica.bytes)
                $0.bind(first)
                $0.bind(min(last, UInt64(Int64.max)))
            }, Self.held)
    }

    func held(_ cause: HeldRow.Cause, after place: HeldRow.Place?, limit: Int) throws -> [HeldRow] {
        try all(
            "SELECT * FROM held WHERE cause = ? AND (since, replica, counter) > (?, ?, ?) ORDER BY since, replica, counter LIMIT ?",
            bind: {
                $0.bind(cause.rawValue)
                $0.bind(place.map { Int64(clamping: $0.since.milliseconds) } ?? -1)
                $0.bind(place?.replica ?? 0)
                $0.bind(place?.counter ?? 0)
                $0.bind(Int64(limit))
            }, Self.held)
    }

    func heldDots(replica: ReplicaNumber, limit: Int) throws -> [UInt64] {
        try all(
            "SELECT counter FROM held WHERE replica = ? ORDER BY counter LIMIT ?",
            bind: {
                $0.bind(replica)
                $0.bind(Int64(limit))
            }
        ) { $0.uint64(0) }
    }

    func heldCount(replica: ReplicaNumber) throws -> Int {
        Int(try first("SELECT count(*) FROM held WHERE replica = ?", bind: { $0.bind(replica) }) { $0.int64(0) } ?? 0)
    }

    func heldCount(_ cause: HeldRow.Cause?) throws -> Int64 {
        if let cause {
            return try first("SELECT count(*) FROM held WHERE cause = ?", bind: { $0.bind(cause.rawValue) }) { $0.int64(0) } ?? 0
        }
        return try first("SELECT count(*) FROM held") { $0.int64(0) } ?? 0
    }

    func heldCounts(_ cause: HeldRow.Cause) throws -> [HeldCount] {
        try all(
            "SELECT replica, code, count(*), min(since) FROM held WHERE cause = ? GROUP BY replica, code ORDER BY replica, code",
            bind: { $0.bind(cause.rawValue) }
        ) { row in HeldCount(replica: row.int32(0), code: row.string(1), changes: Int(row.int64(2)), since: row.time(3)) }
    }

    func put(_ held: HeldRow) throws {
        try run("INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") {
            $0.bind(held.replica)
            $0.bind(held.counter)
            $0.bind(held.record)
            $0.bind(held.cause.rawValue)
            $0.bind(held.lacking?.replica.bytes)
            $0.bind(held.lacking.map { Int64(bitPattern: $0.counter) })
            $0.bind(held.code)
            $0.bind(held.reason)
            $0.bind(held.isInBound)
            $0.bind(held.since)
        }
    }

    func deleteHeld(replica: ReplicaNumber, counter: UInt64) throws {
        try run("DELETE FROM held WHERE replica = ? AND counter = ?") {
            $0.bind(replica)
            $0.bind(counter)
        }
    }

    // MARK: records

    static func record(_ row: RawStatement) -> RecordRow {
        RecordRow(
            record: row.record(0), source: row.int32(1), key: row.bytes(4), flags: RecordRow.Flags(rawValue: row.int32(3)),
            number: row.uint64(2), state: row.bytes(5))
    }

    func record(_ number: RecordNumber) throws -> RecordRow? {
        try first("SELECT * FROM record WHERE record = ?", bind: { $0.bind(number) }, Self.record)
    }

    func records(from first: RecordNumber, to last: RecordNumber, limit: Int) throws -> [RecordRow] {
        try all(
            "SELECT * FROM record WHERE record BETWEEN ? AND ? ORDER BY record LIMIT ?",
            bind: {
                $0.bind(first)
                $0.bind(last)
                $0.bind(Int64(limit))
            }, Self.record)
    }

    func deadRecords(through number: UInt64, after record: RecordNumber, limit: Int) throws -> [RecordRow] {
        try all(
            "SELECT * FROM record WHERE flags & 1 = 1 AND number <= ? AND record > ? ORDER BY record LIMIT ?",
            bind: {
                $0.bind(number)
                $0.bind(record.raw)
                $0.bind(Int64(limit))
            }, Self.record)
    }

    func deleteRecord(_ record: RecordNumber) throws { try run("DELETE FROM record WHERE record = ?") { $0.bind(record.raw) } }

    func records(flagged flags: RecordRow.Flags, after record: RecordNumber, limit: Int) throws -> [RecordRow] {
        try all(
            "SELECT * FROM record INDEXED BY record_asks WHERE flags > 1 AND flags & ? <> 0 AND record > ? ORDER BY record LIMIT ?",
            bind: {
                $0.bind(flags.rawValue)
                $0.bind(record)
                $0.bind(Int64(limit))
            }, Self.record)
    }

    func put(_ record: RecordRow, isNew: Bool) throws {
        if isNew {
            try run("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)") { Self.bind(record, to: &$0) }
        } else {
            try run("UPDATE record SET number = ?, flags = ?, state = ? WHERE record = ?") {
                $0.bind(record.number)
                $0.bind(record.flags.rawValue)
                $0.bind(record.state)
                $0.bind(record.record)
            }
        }
    }

    private static func bind(_ record: RecordRow, to statement: inout RawStatement) {
        statement.bind(record.record)
        statement.bind(record.source)
        statement.bind(record.number)
        statement.bind(record.flags.rawValue)
        statement.bind(record.key)
        statement.bind(record.state)
    }
}

import Causality
import HubRuntime

/// Who asks in a name of their own, and what they looked up.
extension Session {
    // MARK: API tokens

    private static func apiToken(_ row: RawStatement) throws -> APITokenRow? {
        // A role of a newer hub is none that this one can grant.
        guard let role = Role(rawValue: row.string(2)) else { return nil }
        return APITokenRow(
            name: row.string(0), hash: row.bytes(1), role: role, created: row.time(3), expires: row.isNull(4) ? nil : row.time(4),
            author: row.string(5))
    }

    func apiTokens() throws -> [APITokenRow] {
        try all("SELECT name, hash, role, created, expires, author FROM api_token ORDER BY name", Self.apiToken).compactMap { $0 }
    }

    func apiToken(hash: [UInt8]) throws -> APITokenRow? {
        try first(
            "SELECT name, hash, role, created, expires, author FROM api_token WHERE hash = ?", bind: { $0.bind(hash) }, Self.apiToken)
            ?? nil
    }

    func insert(_ token: APITokenRow) throws {
        try run("INSERT INTO api_token (name, hash, role, created, expires, author) VALUES (?, ?, ?, ?, ?, ?)") {
            $0.bind(token.name)
            $0.bind(token.hash)
            $0.bind(token.role.rawValue)
            $0.bind(token.created)
            $0.bind(token.expires.map { Int64(clamping: $0.milliseconds) })
            $0.bind(token.author)
        }
    }

    func deleteAPIToken(hash: [UInt8]) throws { try run("DELETE FROM api_token WHERE hash = ?") { $0.bind(hash) } }

    // MARK: people

    private static func user(_ row: RawStatement) throws -> UserRow? {
        guard let role = Role(rawValue: row.string(1)) else { return nil }
        let cost = PasswordHash.Cost(rounds: Int(row.int64(2)), blockSize: Int(row.int64(3)), parallelism: Int(row.int64(4)))
        return UserRow(
            name: row.string(0), role: role, password: PasswordHash(cost: cost, salt: row.bytes(5), bytes: row.bytes(6)),
            mustChange: row.bool(7), created: row.time(8), author: row.string(9))
    }

    func users() throws -> [UserRow] {
        try all(
            "SELECT name, role, rounds, block_size, parallelism, salt, hash, must_change, created, author FROM user ORDER BY name",
            Self.user
        ).compactMap { $0 }
    }

    func user(_ name: String) throws -> UserRow? {
        try first(
            "SELECT name, role, rounds, block_size, parallelism, salt, hash, must_change, created, author FROM user WHERE name = ?",
            bind: { $0.bind(name) }, Self.user) ?? nil
    }

    func put(_ user: UserRow) throws {
        try run(
            """
            INSERT INTO user (name, role, rounds, block_size, parallelism, salt, hash, must_change, created, author)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET role = excluded.role, rounds = excluded.rounds, block_size = excluded.block_size,
                parallelism = excluded.parallelism, salt = excluded.salt, hash = excluded.hash, must_change = excluded.must_change
            """
        ) {
            $0.bind(user.name)
            $0.bind(user.role.rawValue)
            $0.bind(Int64(user.password.cost.rounds))
            $0.bind(Int64(user.password.cost.blockSize))
            $0.bind(Int64(user.password.cost.parallelism))
            $0.bind(user.password.salt)
            $0.bind(user.password.bytes)
            $0.bind(user.mustChange)
            $0.bind(user.created)
            $0.bind(user.author)
        }
    }

    func deleteUser(_ name: String) throws {
        try deleteSessions(of: name, but: nil)
        try run("DELETE FROM user WHERE name = ?") { $0.bind(name) }
    }

    // MARK: sessions

    func session(hash: [UInt8]) throws -> SessionRow? {
        try first("SELECT hash, user, created, used FROM session WHERE hash = ?", bind: { $0.bind(hash) }) { row in
            SessionRow(hash: row.bytes(0), user: row.string(1), created: row.time(2), used: row.time(3))
        }
    }

    func put(_ session: SessionRow) throws {
        try run(
            "INSERT INTO session (hash, user, created, used) VALUES (?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET used = excluded.used"
        ) {
            $0.bind(session.hash)
            $0.bind(session.user)
            $0.bind(session.created)
            $0.bind(session.used)
        }
    }

    func deleteSession(hash: [UInt8]) throws { try run("DELETE FROM session WHERE hash = ?") { $0.bind(hash) } }

    func deleteSessions(of user: String, but hash: [UInt8]?) throws {
        try run("DELETE FROM session WHERE user = ? AND hash IS NOT ?") {
            $0.bind(user)
            $0.bind(hash)
        }
    }

    func deleteSessions(createdBefore time: Timestamp) throws {
        try run("DELETE FROM session WHERE created < ?") { $0.bind(time) }
    }

    // MARK: look-ups

    func lookUps(after place: LookUpRow.Place?, of who: String?, limit: Int) throws -> [LookUpRow] {
        try all(
            """
            SELECT at, who, what, subject, found, times, number FROM look_up
            WHERE at <= ?1 AND (at < ?1 OR number < ?2) AND (?3 IS NULL OR who = ?3) ORDER BY at DESC, number DESC LIMIT ?4
            """,
            bind: {
                $0.bind(place?.at ?? .largest)
                $0.bind(place?.number ?? .max)
                $0.bind(who)
                $0.bind(Int64(limit))
            }
        ) { row in
            LookUpRow(
                at: row.time(0), who: row.string(1), what: LookUpRow.What(rawValue: row.string(2)) ?? .search, subject: row.string(3),
                found: Int(row.int64(4)), times: Int(row.int64(5)), number: row.int64(6))
        }
    }

    func insert(_ lookUp: LookUpRow) throws {
        try run("INSERT INTO look_up (at, who, what, subject, found, times) VALUES (?, ?, ?, ?, ?, ?)") {
            $0.bind(lookUp.at)
            $0.bind(lookUp.who)
            $0.bind(lookUp.what.rawValue)
            $0.bind(lookUp.subject)
            $0.bind(Int64(lookUp.found))
            $0.bind(Int64(lookUp.times))
        }
    }

    func count(_ lookUp: LookUpRow, since time: Timestamp) throws -> Bool {
        let number = try first(
            "SELECT number FROM look_up WHERE who = ? AND at >= ? AND what = ? AND subject = ? ORDER BY at DESC LIMIT 1",
            bind: {
                $0.bind(lookUp.who)
                $0.bind(time)
                $0.bind(lookUp.what.rawValue)
                $0.bind(lookUp.subject)
            }
        ) { $0.int64(0) }
        guard let number else { return false }
        try run("UPDATE look_up SET times = times + 1, found = max(found, ?) WHERE number = ?") {
            $0.bind(Int64(lookUp.found))
            $0.bind(number)
        }
        return true
    }

    func deleteLookUps(before time: Timestamp) throws { try run("DELETE FROM look_up WHERE at < ?") { $0.bind(time) } }

    // MARK: how it went

    func pulses(since time: Timestamp) throws -> [PulseRow] {
        try all(
            "SELECT at, changes, lag_median, lag_max, conflicts FROM pulse WHERE at >= ? ORDER BY at", bind: { $0.bind(time) }
        ) { row in
            PulseRow(at: row.time(0), changes: row.uint64(1), lagMedian: row.uint64(2), lagMax: row.uint64(3), conflicts: Int(row.int64(4)))
        }
    }

    func put(_ pulse: PulseRow) throws {
        try run("INSERT OR REPLACE INTO pulse (at, changes, lag_median, lag_max, conflicts) VALUES (?, ?, ?, ?, ?)") {
            $0.bind(pulse.at)
            $0.bind(pulse.changes)
            $0.bind(pulse.lagMedian)
            $0.bind(pulse.lagMax)
            $0.bind(Int64(pulse.conflicts))
        }
    }

    func deletePulses(before time: Timestamp) throws { try run("DELETE FROM pulse WHERE at < ?") { $0.bind(time) } }
}

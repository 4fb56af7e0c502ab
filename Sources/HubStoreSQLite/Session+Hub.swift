import Causality
import ChangeSets
import GRDB
import HubRuntime

// The hub itself, sites, agents, sources, replicas.
extension Session {
    func meta(_ name: MetaName) throws -> [UInt8]? {
        try first("SELECT value FROM meta WHERE name = ?", bind: { $0.bind(name.rawValue) }) { $0.bytes(0) }
    }

    func set(_ name: MetaName, _ value: [UInt8]) throws {
        try run("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value") {
            $0.bind(name.rawValue)
            $0.bind(value)
        }
    }

    func generations() throws -> [GenerationRow] {
        try all("SELECT number, id, parent, start, opened FROM generation ORDER BY number") { row in
            GenerationRow(
                number: row.int32(0), id: try row.replicaID(1), parent: row.isNull(2) ? nil : try row.replicaID(2), start: row.uint64(3),
                opened: row.time(4))
        }
    }

    func insert(_ generation: GenerationRow) throws {
        try run("INSERT INTO generation VALUES (?, ?, ?, ?, ?)") {
            $0.bind(generation.number)
            $0.bind(generation.id.bytes)
            $0.bind(generation.parent?.bytes)
            $0.bind(generation.start)
            $0.bind(generation.opened)
        }
    }

    private func readLine(_ row: RawStatement) throws -> LineRow {
        LineRow(number: row.uint64(0), generation: try row.replicaID(1), hash: row.bytes(2))
    }

    func head() throws -> LineRow? {
        try first("SELECT number, generation, hash FROM line ORDER BY number DESC LIMIT 1", readLine)
    }

    func line(_ number: UInt64) throws -> LineRow? {
        try first("SELECT number, generation, hash FROM line WHERE number = ?", bind: { $0.bind(number) }, readLine)
    }

    func insert(_ line: LineRow) throws {
        try run("INSERT INTO line VALUES (?, ?, ?)") {
            $0.bind(line.number)
            $0.bind(line.generation.bytes)
            $0.bind(line.hash)
        }
    }

    // MARK: sites and agents

    func sites() throws -> [SiteRow] {
        try all("SELECT number, name, kind, region, created FROM site ORDER BY number") { row in try Self.site(row, from: 0) }
    }

    private static func site(_ row: RawStatement, from column: Int32) throws -> SiteRow {
        guard let kind = SiteKind(rawValue: row.string(column + 2)) else { throw damaged("A site's kind") }
        return SiteRow(
            number: row.int32(column), name: row.string(column + 1), kind: kind, region: row.optionalString(column + 3),
            created: row.time(column + 4))
    }

    func insert(_ site: SiteRow) throws {
        try run("INSERT INTO site VALUES (?, ?, ?, ?, ?)") {
            $0.bind(site.number)
            $0.bind(site.name)
            $0.bind(site.kind.rawValue)
            $0.bind(site.region)
            $0.bind(site.created)
        }
    }

    private static func agent(_ row: RawStatement) throws -> AgentRecord {
        AgentRecord(
            key: try row.key(0), site: try site(row, from: 5), enrolled: row.time(1), isRevoked: row.bool(2),
            lastHeard: row.optionalTime(3),
            clockOffsetMilliseconds: row.int64(4))
    }

    func agents() throws -> [AgentRecord] {
        try all(
            """
            SELECT key, enrolled, revoked, heard, clock_offset, s.number, s.name, s.kind, s.region, s.created
            FROM agent JOIN site s ON s.number = agent.site ORDER BY enrolled, key
            """, Self.agent)
    }

    func agent(_ key: VerifyingKey) throws -> AgentRecord? {
        try first(
            """
            SELECT key, enrolled, revoked, heard, clock_offset, s.number, s.name, s.kind, s.region, s.created
            FROM agent JOIN site s ON s.number = agent.site WHERE key = ?
            """, bind: { $0.bind(key.bytes) }, Self.agent)
    }

    func put(_ agent: AgentRecord) throws {
        try run("INSERT OR REPLACE INTO agent VALUES (?, ?, ?, ?, ?, ?)") {
            $0.bind(agent.key.bytes)
            $0.bind(agent.site.number)
            $0.bind(agent.enrolled)
            $0.bind(agent.isRevoked)
            $0.bind(agent.lastHeard)
            $0.bind(agent.clockOffsetMilliseconds)
        }
    }

    func agentNotes() throws -> [(agent: VerifyingKey, note: [UInt8])] {
        try all("SELECT agent, note FROM agent_note ORDER BY agent") { (agent: try $0.key(0), note: $0.bytes(1)) }
    }

    func note(_ note: [UInt8], of agent: VerifyingKey) throws {
        try run("INSERT OR REPLACE INTO agent_note VALUES (?, ?)") {
            $0.bind(agent.bytes)
            $0.bind(note)
        }
    }

    func received(after number: UInt64) throws -> Timestamp? {
        try first(
            "SELECT received FROM journal WHERE number > ? ORDER BY number LIMIT 1", bind: { $0.bind(min(number, UInt64(Int64.max))) }
        ) { $0.time(0) }
    }

    func token(hash: [UInt8]) throws -> TokenRow? {
        try first("SELECT hash, site, expires, used_by FROM token WHERE hash = ?", bind: { $0.bind(hash) }) { row in
            TokenRow(hash: row.bytes(0), site: row.int32(1), expires: row.time(2), usedBy: row.isNull(3) ? nil : try row.key(3))
        }
    }

    func deleteUnusedTokens(of site: SiteNumber) throws {
        try run("DELETE FROM token WHERE site = ? AND used_by IS NULL") { $0.bind(site) }
    }

    func put(_ token: TokenRow) throws {
        try run("INSERT OR REPLACE INTO token VALUES (?, ?, ?, ?)") {
            $0.bind(token.hash)
            $0.bind(token.site)
            $0.bind(token.expires)
            $0.bind(token.usedBy?.bytes)
        }
    }

    // MARK: sources and replicas

    func sources() throws -> [SourceRow] {
        try all("SELECT number, id, site, name, agent FROM source ORDER BY number") { row in
            SourceRow(
                number: row.int32(0), id: SourceID(try row.replicaID(1)), site: row.int32(2), name: row.string(3),
                agent: row.isNull(4) ? nil : try row.key(4))
        }
    }

    func put(_ source: SourceRow) throws {
        try run("INSERT OR REPLACE INTO source VALUES (?, ?, ?, ?, ?)") {
            $0.bind(source.number)
            $0.bind(source.id.bytes)
            $0.bind(source.site)
            $0.bind(source.name)
            $0.bind(source.agent?.bytes)
        }
    }

    /// How far each has come is what its last set in the journal says; a thousand incarnations of one till cost a few bytes each.
    func replicas() throws -> [ReplicaRow] {
        try all(
            """
            SELECT r.number, r.id, r.source, f.id, r.follows_counter, j.last, j.hash, j.number, o.received, j.received, r.closed_after
            FROM replica AS r LEFT JOIN replica AS f ON f.number = r.follows
            LEFT JOIN journal AS j ON j.replica = r.number AND j.first = (SELECT max(first) FROM journal WHERE replica = r.number)
            LEFT JOIN journal AS o ON o.replica = r.number AND o.first = 1
            ORDER BY r.number
            """
        ) { row in
            let hasSets = !row.isNull(5)
            return ReplicaRow(
                number: row.int32(0), id: try row.replicaID(1), source: row.isNull(2) ? nil : row.int32(2),
                follows: row.isNull(3) ? nil : Dot(try row.replicaID(3), row.uint64(4)), last: hasSets ? row.uint64(5) : 0,
                hash: hasSets ? try row.digest(6) : .zero, position: hasSets ? row.uint64(7) : 0,
                opened: row.optionalTime(8) ?? Timestamp(milliseconds: 0), received: row.optionalTime(9),
                closedAfter: row.optionalInt64(10).map(UInt64.init(bitPattern:)))
        }
    }

    func put(_ replica: ReplicaRow) throws {
        try run("INSERT OR REPLACE INTO replica VALUES (?, ?, ?, (SELECT number FROM replica WHERE id = ?), ?, ?)") {
            $0.bind(replica.number)
            $0.bind(replica.id.bytes)
            $0.bind(replica.source.map(Int64.init))
            $0.bind(replica.follows?.replica.bytes)
            $0.bind(replica.follows.map { Int64($0.counter) })
            $0.bind(replica.closedAfter.map(Int64.init(bitPattern:)))
        }
    }
}

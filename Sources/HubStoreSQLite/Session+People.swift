import Causality
import HubRuntime

extension Session {
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
}

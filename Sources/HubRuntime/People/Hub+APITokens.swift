import Causality
import ChangeSets
import Crypto

extension Hub {
    /// What every API token begins with, so that a scanner finds one that was published, and nobody takes it for a site's.
    public static let apiTokenPrefix = "trb-"

    /// Gives out a token with which a program, or a person at another machine, asks in a name and a role of its own.
    ///
    /// Only its hash is kept, so it can be shown this once.
    ///
    /// - Throws: `request-invalid` for a name that cannot be shown in a list, or days that are no time; `name-taken`.
    public func makeAPIToken(_ question: APITokenQuestion, now: Timestamp) async throws -> NewAPIToken {
        try Self.checkName(question.name, "A token's name", like: "reports")
        try Self.check(author: question.author)
        if let days = question.days, !Self.apiTokenDays.contains(days) {
            throw HubError(
                .badRequest,
                "A token is good for \(Self.apiTokenDays.lowerBound) to \(Self.apiTokenDays.upperBound) days, or until it is revoked.",
                remedy: "Leave the days out for one that stays good.")
        }
        let secret = Self.apiTokenPrefix + Hexadecimal.string(random(32))
        let expires = question.days.map { now.advanced(byMilliseconds: UInt64($0) * 86_400_000) }
        let row = APITokenRow(
            name: question.name, hash: Self.apiTokenHash(secret), role: question.role, created: now, expires: expires,
            author: question.author)
        try await queue.submit(bytes: 256, to: self) { store, _, _ in
            try Self.checkIsFree(row.name, store)
            try store.insert(row)
        }
        return NewAPIToken(name: row.name, role: row.role, token: secret, expiresAt: expires?.milliseconds)
    }

    /// All that were not revoked, by name.
    public func apiTokens(now: Timestamp) async throws -> [APITokenAnswer] {
        try await store.read { store in
            try store.apiTokens().sorted { Text($0.name) < Text($1.name) }.map { row in
                APITokenAnswer(
                    name: row.name, role: row.role, createdAt: row.created.milliseconds, expiresAt: row.expires?.milliseconds,
                    isExpired: row.isExpired(at: now), author: row.author)
            }
        }
    }

    /// From now on nobody asks with it. Decisions made in its name stay.
    public func revokeAPIToken(_ name: String) async throws {
        try await queue.submit(bytes: 256, to: self) { store, _, _ in
            guard let row = try store.apiTokens().first(where: { Text($0.name) == Text(name) }) else {
                throw HubError(.notFound, "There is no token \(name).", remedy: "`tributary token list` shows all.")
            }
            try store.deleteAPIToken(hash: row.hash)
        }
    }

    /// Who asks with a token; `nil` when the hub does not know it.
    ///
    /// - Throws: `token-expired`.
    public func principal(bearing token: String, now: Timestamp) async throws -> Principal? {
        guard token.hasPrefix(Self.apiTokenPrefix) else { return nil }
        let hash = Self.apiTokenHash(token)
        guard let row = try await store.read({ try $0.apiToken(hash: hash) }) else { return nil }
        guard !row.isExpired(at: now) else {
            throw HubError(
                .expiredToken, "The token \(row.name) has expired.", remedy: "Ask an admin for another one: tributary token create.")
        }
        return Principal(name: row.name, role: row.role)
    }

    static let apiTokenDays = 1...3_650

    /// A token is 256 random bits: nothing slower than a hash is needed to keep it from being guessed.
    private static func apiTokenHash(_ token: String) -> [UInt8] {
        Array(SHA256.hash(data: Array("tributary api token".utf8) + Array(token.utf8)))
    }
}

public struct APITokenQuestion: Decodable, Sendable {
    public var name: String
    public var role: Role
    /// How long it is good; `nil`: until it is revoked.
    public var days: Int?
    public var author: String

    public init(name: String, role: Role, days: Int? = nil, author: String) {
        self.name = name
        self.role = role
        self.days = days
        self.author = author
    }
}

public struct NewAPIToken: Encodable, Sendable {
    public var name: String
    public var role: Role
    /// Shown this once.
    public var token: String
    public var expiresAt: UInt64?
}

public struct APITokenAnswer: Encodable, Hashable, Sendable {
    public var name: String
    public var role: Role
    public var createdAt: UInt64
    public var expiresAt: UInt64?
    public var isExpired: Bool
    /// Who made it.
    public var author: String
}

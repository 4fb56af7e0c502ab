import Causality
import ChangeSets
import Crypto

extension Hub {
    /// How long nobody has to sign in again, and how long a screen that nobody touches stays open.
    static let sessionMillisecondsMax: UInt64 = 12 * 3_600_000
    static let sessionIdleMillisecondsMax: UInt64 = 2 * 3_600_000
    /// That a session is used is written down this often.
    static let sessionNotedMilliseconds: UInt64 = 5 * 60_000

    /// Begins a session: whoever bears its token is that person until it ends.
    ///
    /// - Returns: the token, shown to the browser this once; the hub keeps its hash.
    /// - Throws: `sign-in-refused`, `sign-in-paused` after too many failures.
    public func signIn(name: String, password: String, now: Timestamp) async throws -> String {
        let row = try await checkPassword(password, of: name, now: now)
        let token = Hexadecimal.string(random(32))
        let session = SessionRow(hash: Self.sessionHash(token), user: row.name, created: now, used: now)
        let ended = Timestamp(milliseconds: now.milliseconds - min(now.milliseconds, Self.sessionMillisecondsMax))
        try await queue.submit(bytes: 256, to: self) { store, _, _ in
            // The password may have been changed while this one was looked at.
            guard try store.user(row.name)?.password == row.password else { throw Self.signInRefused }
            try store.deleteSessions(createdBefore: ended)
            try store.put(session)
        }
        return token
    }

    /// Who bears the token of a session; `nil` when it has ended, or never began.
    ///
    /// - Parameter isUse: whether a person did something; a page that keeps itself fresh is no use, and holds no session open.
    public func session(bearing token: String, isUse: Bool = true, now: Timestamp) async throws -> SignedIn? {
        let hash = Self.sessionHash(token)
        let known = try await store.read { store -> (SessionRow, UserRow)? in
            guard let session = try store.session(hash: hash), let user = try store.user(session.user) else { return nil }
            return (session, user)
        }
        guard let (kept, user) = known, case var session = kept,
            now.milliseconds <= session.created.milliseconds + Self.sessionMillisecondsMax,
            now.milliseconds <= session.used.milliseconds + Self.sessionIdleMillisecondsMax
        else { return nil }
        if isUse, now.milliseconds >= session.used.milliseconds + Self.sessionNotedMilliseconds {
            session.used = now
            let used = session
            // A page is shown all the same where that cannot be written: then the session ends earlier.
            try? await queue.submit(bytes: 128, to: self) { store, _, _ in
                if try store.session(hash: used.hash) != nil { try store.put(used) }
            }
        }
        return SignedIn(
            name: user.name, role: user.role, mustChange: user.mustChange, hash: hash,
            formToken: Hexadecimal.string(Array(SHA256.hash(data: Array("tributary form".utf8) + Array(token.utf8)))))
    }

    public func signOut(_ session: SignedIn) async throws {
        try await queue.submit(bytes: 128, to: self) { store, _, _ in try store.deleteSession(hash: session.hash) }
    }

    /// Takes as long for a name that nobody bears as for one with another password.
    @discardableResult
    func checkPassword(_ password: String, of name: String, now: Timestamp) async throws -> UserRow {
        // Nobody has such a name or password: nothing is hashed, and nothing remembered.
        guard name.utf8.count <= Self.siteNameBytesMax, password.count <= Self.passwordCharactersMax else { throw Self.signInRefused }
        let row = try await store.read { try Self.knownUser(name, $0) }
        let key = name.lowercased()
        let wait = signIns.withLock { $0.begin(key, isKnown: row != nil, at: now) }
        guard wait == 0 else {
            throw HubError(
                .signInPaused, "There were too many wrong passwords for this name.",
                remedy: "Wait \(wait / 1000 + 1) seconds. Who has forgotten it asks an admin for another one.")
        }
        let isRight = try await passwords.isRight(password, for: row?.password ?? nobody)
        guard let row, isRight else { throw Self.signInRefused }
        signIns.withLock { $0.succeeded(key) }
        return row
    }

    static let signInRefused = HubError(
        .signInRefused, "Name or password is wrong.", remedy: "Try again; who has forgotten the password asks an admin for another one.")

    private var nobody: PasswordHash {
        PasswordHash(cost: options.passwordCost, salt: Array(repeating: 0, count: PasswordHash.saltByteCount), bytes: [])
    }

    /// 256 random bits need nothing slower than a hash.
    private static func sessionHash(_ token: String) -> [UInt8] {
        Array(SHA256.hash(data: Array("tributary session".utf8) + Array(token.utf8)))
    }
}

/// A person at the console.
public struct SignedIn: Hashable, Sendable {
    public var name: String
    public var role: Role
    /// May choose a password, and nothing else.
    public var mustChange: Bool
    var hash: [UInt8]
    /// What a form of this session carries, and no other site can know.
    public var formToken: String

    public var principal: Principal { Principal(name: name, role: role) }
}

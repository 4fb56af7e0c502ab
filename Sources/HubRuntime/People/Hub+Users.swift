import Causality
import ChangeSets

extension Hub {
    /// Lets a person sign in, with a first password that is shown this once and must be changed at the first sign-in.
    ///
    /// - Throws: `request-invalid`, `site-name-invalid` for a name that cannot be shown in a list, `name-taken`.
    public func addUser(_ question: UserQuestion, now: Timestamp) async throws -> NewPassword {
        try Self.checkName(question.name, "A person's name", like: "anna")
        try Self.check(author: question.author)
        // Before a password is hashed for nothing; the commit looks once more.
        try await store.read { try Self.checkIsFree(question.name, $0) }
        let (password, hash) = try await firstPassword()
        let row = UserRow(
            name: question.name, role: question.role, password: hash, mustChange: true, created: now, author: question.author)
        try await queue.submit(bytes: 256, to: self) { store, _, _ in
            try Self.checkIsFree(row.name, store)
            try store.put(row)
        }
        return NewPassword(name: row.name, role: row.role, password: password)
    }

    /// All who may sign in, by name.
    public func users() async throws -> [UserAnswer] {
        try await store.read { store in
            try store.users().sorted { Text($0.name) < Text($1.name) }.map { row in
                UserAnswer(
                    name: row.name, role: row.role, createdAt: row.created.milliseconds, mustChange: row.mustChange, author: row.author)
            }
        }
    }

    /// Gives a person another role. From the next page on that person may do what the new one may.
    ///
    /// - Throws: `not-found`; `request-invalid` when nobody would be left who can add people.
    public func setRole(_ role: Role, of name: String) async throws {
        try await queue.submit(bytes: 256, to: self) { store, _, _ in
            var row = try Self.user(name, store)
            if role != .admin { try Self.checkAdminIsLeft(without: row, store) }
            row.role = role
            try store.put(row)
        }
    }

    /// Ends what a person can do here at once. Decisions stay.
    ///
    /// - Throws: `not-found`; `request-invalid` when nobody would be left who can add people.
    public func removeUser(_ name: String) async throws {
        try await queue.submit(bytes: 256, to: self) { store, _, _ in
            let row = try Self.user(name, store)
            try Self.checkAdminIsLeft(without: row, store)
            try store.deleteUser(row.name)
        }
    }

    /// For who has forgotten: another first password, shown this once. All sessions end.
    public func resetPassword(of name: String) async throws -> NewPassword {
        let (password, hash) = try await firstPassword()
        return try await queue.submit(bytes: 256, to: self) { store, _, _ in
            var row = try Self.user(name, store)
            (row.password, row.mustChange) = (hash, true)
            try store.put(row)
            try store.deleteSessions(of: row.name, but: nil)
            return NewPassword(name: row.name, role: row.role, password: password)
        }
    }

    /// A person chooses a password. All other sessions end.
    ///
    /// - Throws: `sign-in-refused` when `old` is another one, `password-too-weak`.
    public func changePassword(_ session: SignedIn, from old: String, to new: String, now: Timestamp) async throws {
        let row = try await checkPassword(old, of: session.name, now: now)
        try Self.check(password: new, of: row.name)
        guard new != old else {
            throw HubError(.weakPassword, "That is the password that you have.", remedy: "Choose another one.")
        }
        let hash = try await passwords.hash(new, salt: random(PasswordHash.saltByteCount), cost: options.passwordCost)
        try await queue.submit(bytes: 256, to: self) { store, _, _ in
            var present = try Self.user(row.name, store)
            // An admin may have given another one, or ended the session, while this one was hashed.
            guard present.password == row.password, try store.session(hash: session.hash) != nil else { throw Self.signInRefused }
            (present.password, present.mustChange) = (hash, false)
            try store.put(present)
            try store.deleteSessions(of: row.name, but: session.hash)
        }
    }

    /// Whether anybody can sign in yet.
    public func hasUsers() async throws -> Bool { try await store.read { try !$0.users().isEmpty } }

    // MARK: rules

    public static let passwordCharactersMin = 10
    public static let passwordCharactersMax = 200

    private static func check(password: String, of name: String) throws(HubError) {
        guard (passwordCharactersMin...passwordCharactersMax).contains(password.count) else {
            throw HubError(
                .weakPassword, "A password has \(passwordCharactersMin) to \(passwordCharactersMax) characters.",
                remedy: "Take some words that only you would put together.")
        }
        guard !password.lowercased().contains(name.lowercased()), Set(password).count > 4 else {
            throw HubError(
                .weakPassword, "That password is guessed at once: it holds your name, or few characters again and again.",
                remedy: "Take some words that only you would put together.")
        }
    }

    static func check(author: String) throws(HubError) {
        guard !author.isEmpty, author.count <= Resolution.authorLengthMax else {
            throw HubError(
                .badRequest, "An author of 1 to \(Resolution.authorLengthMax) characters is needed.", remedy: "Say who does it: --by NAME.")
        }
    }

    /// A decision's author is one person or one program: what decides in a name is alone with it.
    static func checkIsFree(_ name: String, _ store: any HubReading) throws {
        if try knownUser(name, store) != nil {
            throw HubError(
                .nameTaken, "There is a person \(name) already.", remedy: "Choose another name: `tributary user list` shows all.")
        }
        if try store.apiTokens().contains(where: { isSame($0.name, name) }) {
            throw HubError(
                .nameTaken, "There is a token \(name) already.",
                remedy: "Choose another name, or revoke that one: tributary token revoke \(name)")
        }
    }

    /// `Anna` and `anna` would be taken for one.
    private static func isSame(_ one: String, _ other: String) -> Bool { Text(one.lowercased()) == Text(other.lowercased()) }

    /// Whoever bears a name, however it is written; `nil`: nobody.
    static func knownUser(_ name: String, _ store: any HubReading) throws -> UserRow? {
        try store.users().first { isSame($0.name, name) }
    }

    static func user(_ name: String, _ store: any HubReading) throws -> UserRow {
        guard let row = try knownUser(name, store) else {
            throw HubError(.notFound, "There is no person \(name).", remedy: "`tributary user list` shows all.")
        }
        return row
    }

    /// The folder's secret could always add another one; a console in which nobody can is a trap all the same.
    private static func checkAdminIsLeft(without row: UserRow, _ store: any HubReading) throws {
        guard row.role == .admin, try !store.users().contains(where: { $0.role == .admin && $0.name != row.name }) else { return }
        throw HubError(
            .badRequest, "\(row.name) is the only admin: without one nobody could add people here.",
            remedy: "Make somebody else an admin first.")
    }

    private func firstPassword() async throws -> (password: String, hash: PasswordHash) {
        // Easily read over the telephone: no letter that looks like a digit.
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
        let password = stride(from: 0, to: 20, by: 5).map { _ in
            String(random(5).map { letters[Int($0) % letters.count] })
        }.joined(separator: "-")
        return (password, try await passwords.hash(password, salt: random(PasswordHash.saltByteCount), cost: options.passwordCost))
    }
}

public struct UserQuestion: Decodable, Sendable {
    public var name: String
    public var role: Role
    public var author: String

    public init(name: String, role: Role, author: String) {
        self.name = name
        self.role = role
        self.author = author
    }
}

/// A password that somebody else has seen: good for choosing one of one's own.
public struct NewPassword: Encodable, Sendable {
    public var name: String
    public var role: Role
    /// Shown this once.
    public var password: String
}

public struct UserAnswer: Encodable, Hashable, Sendable {
    public var name: String
    public var role: Role
    public var createdAt: UInt64
    /// Has not signed in since the first password was given.
    public var mustChange: Bool
    /// Who added them.
    public var author: String
}

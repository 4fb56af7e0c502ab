import Causality

/// A person who signs in.
public struct UserRow: Hashable, Sendable {
    public var name: String
    public var role: Role
    public var password: PasswordHash
    /// Somebody else knows the password, too: it is good for choosing another one, and for nothing else.
    public var mustChange: Bool
    public var created: Timestamp
    public var author: String

    public init(name: String, role: Role, password: PasswordHash, mustChange: Bool, created: Timestamp, author: String) {
        self.name = name
        self.role = role
        self.password = password
        self.mustChange = mustChange
        self.created = created
        self.author = author
    }
}

/// Somebody who signed in, until the session ends; only its token's hash is kept.
public struct SessionRow: Hashable, Sendable {
    public var hash: [UInt8]
    public var user: String
    public var created: Timestamp
    /// As last written down: more often than every few minutes it is not.
    public var used: Timestamp

    public init(hash: [UInt8], user: String, created: Timestamp, used: Timestamp) {
        self.hash = hash
        self.user = user
        self.created = created
        self.used = used
    }
}

/// Somebody looked somebody up, or changed who and what may take part.
public struct LookUpRow: Hashable, Sendable {
    /// What was asked for.
    public enum What: String, Hashable, Sendable, Codable, CaseIterable {
        /// Who holds an identifier, or bears a name. The subject is the kind, never the value: a trail must not be a register of its own.
        case search
        /// One person; the subject is the profile's id.
        case profile
        /// One order, by its number.
        case order
        /// A conflict that shows what is known of a person; the subject is the conflict's id.
        case conflict
        /// Everything that was ever written into one field of a record; the subject is the record's life, `/`, the field.
        case history
        /// Access was given or ended; the subject is the name, of a person or a token with the role that was given: `ben: operator`.
        case personAdded = "person-added"
        case roleGiven = "role-given"
        case passwordGiven = "password-given"
        case personRemoved = "person-removed"
        case tokenMade = "token-made"
        case tokenRevoked = "token-revoked"
        case siteAdded = "site-added"
        /// An enrolment token for a site that there was.
        case siteToken = "site-token"
        case siteRevoked = "site-revoked"

        /// Whether something was changed, and nobody looked up.
        public var isDeed: Bool {
            switch self {
            case .search, .profile, .order, .conflict, .history: false
            case .personAdded, .roleGiven, .passwordGiven, .personRemoved, .tokenMade, .tokenRevoked, .siteAdded, .siteToken, .siteRevoked:
                true
            }
        }
    }

    public var at: Timestamp
    public var who: String
    public var what: What
    public var subject: String
    /// How many were shown.
    public var found: Int
    /// How often it was asked at about that time: somebody who types asks with every letter.
    public var times: Int
    /// In the order in which they were written down; 0: not yet.
    public var number: Int64

    /// Where it stands in the trail, of which the newest comes first.
    public struct Place: Hashable, Sendable {
        public var at: Timestamp
        public var number: Int64

        public init(at: Timestamp, number: Int64) {
            self.at = at
            self.number = number
        }
    }

    public init(at: Timestamp, who: String, what: What, subject: String, found: Int, times: Int = 1, number: Int64 = 0) {
        self.at = at
        self.who = who
        self.what = what
        self.subject = subject
        self.found = found
        self.times = times
        self.number = number
    }
}

/// What can be read of those who ask in a name of their own, and of what they looked up.
public protocol PeopleReading {
    func apiTokens() throws -> [APITokenRow]
    func apiToken(hash: [UInt8]) throws -> APITokenRow?
    /// By name.
    func users() throws -> [UserRow]
    func user(_ name: String) throws -> UserRow?
    func session(hash: [UInt8]) throws -> SessionRow?
    /// The newest first, those behind a place and of one who asked when they are given.
    func lookUps(after place: LookUpRow.Place?, of who: String?, limit: Int) throws -> [LookUpRow]
    /// The oldest first.
    func pulses(since time: Timestamp) throws -> [PulseRow]
}

public protocol PeopleWriting: PeopleReading {
    func insert(_ token: APITokenRow) throws
    func deleteAPIToken(hash: [UInt8]) throws
    func put(_ user: UserRow) throws
    /// With all that person's sessions.
    func deleteUser(_ name: String) throws
    func put(_ session: SessionRow) throws
    func deleteSession(hash: [UInt8]) throws
    /// All of one person, but the one that is kept.
    func deleteSessions(of user: String, but hash: [UInt8]?) throws
    func deleteSessions(createdBefore time: Timestamp) throws
    func insert(_ lookUp: LookUpRow) throws
    /// Counts one more to the last look-up that is alike and not older than a time.
    ///
    /// - Returns: whether there was one.
    func count(_ lookUp: LookUpRow, since time: Timestamp) throws -> Bool
    func deleteLookUps(before time: Timestamp) throws
    func put(_ pulse: PulseRow) throws
    func deletePulses(before time: Timestamp) throws
}

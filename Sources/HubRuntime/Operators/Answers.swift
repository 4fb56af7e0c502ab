/// What operators, support people and scripts get: plain values with JSON forms, in the names of `protocol/openapi.yaml`.
///
/// Times are milliseconds since 1970 (UTC); money and quantities are integers in units of 10⁻⁴; dots are `replica:counter`.
public enum SiteKind: String, Codable, Hashable, Sendable, CaseIterable {
    case store, warehouse, web

    /// What the application there is usually called: each source of a site has a name of its own.
    public var sourceName: String {
        switch self {
        case .store: "till"
        case .warehouse: "wms"
        case .web: "shop"
        }
    }
}

/// What an agent learns when it enrols.
public struct EnrolmentAnswer: Codable, Hashable, Sendable {
    public var site: String
    public var kind: SiteKind
    public var region: String?
    /// 64 hexadecimal digits: the key that signs every answer of this hub.
    public var hubKey: String
    /// 32 hexadecimal digits: which hub this is.
    public var hub: String
}

public struct SiteAnswer: Codable, Hashable, Sendable {
    public struct Agent: Codable, Hashable, Sendable {
        /// 64 hexadecimal digits.
        public var publicKey: String
        public var enrolledAt: UInt64
        public var lastHeard: UInt64?
        /// The agent's clock minus the hub's, in milliseconds, as last measured.
        public var clockOffsetMilliseconds: Int64
        public var isRevoked: Bool
        /// It was silent for a week, and since another one of the site enrolled: nobody uses its key any more.
        public var isReplaced = false
        /// What it told with its last question for news; `nil`: it has not asked yet.
        public var exchange: Exchange?

        public var takesPart: Bool { !isRevoked && !isReplaced }
    }

    /// How an agent gets on with the hub, in both directions. Times are the hub's, in milliseconds.
    public struct Exchange: Codable, Hashable, Sendable {
        public var asked: UInt64
        /// Changes that it has and the hub lacks; `nil`: it is of a version that does not tell.
        public var waiting: UInt64?
        public var waitingSince: UInt64?
        /// When the hub received the first of what the agent was not served yet; `nil`: it was served everything.
        public var behindSince: UInt64?
        /// When its view was last found equal to the hub's, entry by entry.
        public var equalAt: UInt64?
        /// Whether nothing waited at the site when that was told: then both had the same altogether.
        public var isWhole = false
        /// Since when it differs, and in what.
        public var differsSince: UInt64?
        public var differsIn: [String]
        public var repairedAt: UInt64?
        /// How many entries, by what they are about.
        public var repaired: [String: UInt64]
        /// It answers, and what it has to send, or what it is given, does not get on.
        public var isStalled: Bool
    }

    public struct Source: Codable, Hashable, Sendable {
        public var id: String
        public var name: String
        public var replicas: [Replica]
    }

    public struct Replica: Codable, Hashable, Sendable {
        public var id: String
        public var last: UInt64
        /// `replica:counter` of the write it continues.
        public var follows: String?
        public var openedAt: UInt64
        public var lastReceivedAt: UInt64?
        public var isClosed: Bool
        /// Changes that wait or stand in quarantine.
        public var held: Int
    }

    public var name: String
    public var kind: SiteKind
    public var region: String?
    public var createdAt: UInt64
    public var agents: [Agent]
    public var sources: [Source]
    public var lastHeard: UInt64?
    /// In plain words, worst first; empty when all is well.
    public var warnings: [String]
    /// As it was when the hub was asked.
    public var state = SiteState.new
}

/// One write of one field, with who, when, and what it had seen (law 10).
public struct WriteAnswer: Encodable, Hashable, Sendable {
    public var value: ValueAnswer
    public var dot: String
    public var site: String
    public var source: String
    public var time: UInt64
    /// A time outside the bound that the hub measured: it loses every tie.
    public var clockInBound: Bool
    /// The dots that the writer was shown; `nil`: its own chain's earlier writes of the field, and nothing else.
    public var shown: [String]?
    /// How far the writer's chain had come: last counter per replica.
    public var clock: [String: UInt64]
    /// Of a conflict's side that the hub wrote: who decided that, and whose value it is.
    public var origin: ValueOrigin?

    /// The site whose value it is: of one that stands again since a decision was taken back, its first writer's.
    public var home: String { origin.flatMap { $0.choice == .undo ? $0.first?.site : nil } ?? site }
}

/// A value as JSON: storage class and a readable form.
public enum ValueAnswer: Encodable, Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    /// Hexadecimal.
    case blob(String)
    case reference(String)

    /// As a person would read it.
    public var words: String {
        switch self {
        case .null: ""
        case .integer(let value): String(value)
        case .real(let value): String(value)
        case .text(let value), .reference(let value): value
        case .blob(let value): "x'\(value)'"
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .integer(let value): try container.encode(value)
        case .real(let value):
            if value.isFinite { try container.encode(value) } else { try container.encode("\(value)") }
        case .text(let value), .reference(let value): try container.encode(value)
        case .blob(let value): try container.encode("x'\(value)'")
        }
    }
}

/// A record with, per field, its live writes; the last one listed is the winner.
public struct RecordAnswer: Encodable, Hashable, Sendable {
    public struct Field: Encodable, Hashable, Sendable {
        public var name: String
        public var writes: [WriteAnswer]
        public var isConcurrent: Bool
    }

    public var entity: String
    public var key: String
    /// The dot of the change that created it: the record's short name.
    public var life: String
    public var site: String
    public var source: String
    public var isDeleted: Bool
    public var fields: [Field]
}

/// A JSON document as the views write it, with a fixed order of keys: a profile, a stock figure, an order.
public struct JSONAnswer: Hashable, Sendable {
    /// UTF-8.
    public var bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }
}

/// Something that people should look at.
public struct ConflictAnswer: Encodable, Hashable, Sendable {
    public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        case concurrentWrites = "concurrent-writes"
        case concurrentCounts = "concurrent-counts"
        case oversell
        case receivedMoreThanSent = "received-more-than-sent"
        case editOfDeleted = "edit-of-deleted"
        case sourceRestored = "source-restored"
        case quarantine
        case longWait = "long-wait"
        case orderContradiction = "order-contradiction"
        case proposedLink = "proposed-link"
        case staleView = "stale-view"
    }

    /// The thing in question. What does not fit a kind is `nil`.
    public struct About: Encodable, Hashable, Sendable {
        public var entity: String?
        public var key: String?
        /// The record's life.
        public var record: String?
        /// Whose record, source or change it is.
        public var site: String?
        public var field: String?
        /// What people call it: a customer's name, an article's, an order's number.
        public var name: String?
        /// The profile that the record belongs to.
        public var profile: String?
        public var sku: String?
        public var location: String?
        /// Pieces in units of 10⁻⁴: oversold, or received beyond what was sent.
        public var quantity: Int64?
        /// How many later changes a restored source's former history has.
        public var changes: UInt64?
        public var document: String?
        /// Why a change is set aside or waits: a stable code, and words.
        public var code: String?
        public var reason: String?
        /// That two records are one person's, by the model, and what speaks for it and against it, the weightiest first.
        public var probability: Double?
        public var grounds: [Ground]?
        /// The second record of a pair, as `name` is the first's.
        public var otherName: String?
        public var otherProfile: String?

        public init() {}

        /// What the model compared, and what came of it.
        public struct Ground: Encodable, Hashable, Sendable {
            public var subject: String
            public var finding: String
            public var isAgainst: Bool

            var text: String { "\(subject) \(finding)" }
        }
    }

    /// Stable while the conflict lasts: kind and subject.
    public var id: String
    /// Eight hexadecimal digits of it, for people to type.
    public var short: String
    public var kind: Kind
    public var subject: String
    public var message: String
    public var remedy: String
    /// What it is about, in parts: for who says it in other words.
    public var about: About
    /// When the latest side was written, the change was set aside, or the pile came to lack goods; `nil` where that is not known.
    public var since: UInt64?
    /// It was so then already, since when is not known.
    public var sinceBefore: UInt64?
    public var sides: [WriteAnswer]
    /// What can be decided: `take`, `value`, `accept`, `keep`, `delete`, `same`, `apart`, `replay`, `mend`, `discard`.
    public var choices: [String]
    /// What this answer shows; sent back with a decision, which then covers exactly that.
    public var seen: String
    /// Differs as soon as there is something new about it.
    public var fingerprint: String
}

public struct StatusAnswer: Codable, Hashable, Sendable {
    public var hub: String
    public var generation: String
    public var position: UInt64
    public var sites: Int
    public var agents: Int
    public var replicas: Int
    public var records: Int64
    public var profiles: Int64
    public var stockCells: Int64
    public var orders: Int64
    public var waiting: Int64
    public var quarantined: Int64
    public var staleViews: Int64
    public var lastReceivedAt: UInt64?
    public var lastVerifiedBackup: UInt64
    public var warnings: [String]
}

/// What a rebuild from the journal showed.
public struct VerificationAnswer: Codable, Hashable, Sendable {
    public var changeSets: UInt64
    public var changes: UInt64
    public var rowsCompared: UInt64
    /// One line a difference: table, row, column; at most `differencesMax` of them.
    public var differences: [String]
    public var isEqual: Bool { differences.isEmpty }

    public static let differencesMax = 100
}

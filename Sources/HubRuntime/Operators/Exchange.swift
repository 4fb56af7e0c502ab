import Causality
import ChangeSets

/// One row of a site's log: requests of its agent that were alike and close together, and how they were answered.
///
/// It tells an operator what happened on the line. Nothing is decided by it, and no journal gives it again.
public struct Exchange: Hashable, Sendable {
    /// What an agent asks for.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// It sends change-sets.
        case push
        /// It asks for news.
        case pull
        /// It asks what the hub has of its own records.
        case images
        /// It asks how far its history is the hub's.
        case shared
        /// It tells how its tables are mapped.
        case mappings
        /// It gives back operators' decisions that it kept for the hub.
        case decisions
    }

    /// One request, answered.
    public struct Request: Hashable, Sendable {
        public var kind: Kind
        /// Empty: it was taken. Else a code of `protocol/errors.md`, or `fork` or `gap`.
        public var outcome: String
        /// What a push that was answered held, taken or not.
        public var sets: Int
        public var changes: Int
        /// What it was given: of the feed, or records.
        public var entries: Int
        /// Of the bodies, as far as they were read.
        public var bytesIn: Int
        public var bytesOut: Int

        public init(
            _ kind: Kind, outcome: String = "", sets: Int = 0, changes: Int = 0, entries: Int = 0, bytesIn: Int = 0, bytesOut: Int = 0
        ) {
            self.kind = kind
            self.outcome = outcome
            self.sets = sets
            self.changes = changes
            self.entries = entries
            self.bytesIn = bytesIn
            self.bytesOut = bytesOut
        }
    }

    /// Ascending within a site.
    public var number: Int64
    public var agent: VerifyingKey
    /// When the first and the last of its requests were answered, by the hub's clock.
    public var at: Timestamp
    public var until: Timestamp
    public var requests: Int
    /// All of them together.
    public var sum: Request

    public init(number: Int64, agent: VerifyingKey, at: Timestamp, until: Timestamp, requests: Int, sum: Request) {
        self.number = number
        self.agent = agent
        self.at = at
        self.until = until
        self.requests = requests
        self.sum = sum
    }

    init(number: Int64, _ request: Request, of agent: VerifyingKey, at time: Timestamp) {
        self.init(number: number, agent: agent, at: time, until: time, requests: 1, sum: request)
    }
}

// What stands in one row.
extension Exchange {
    /// Requests that moved something are one row within so long.
    public static let bucketMilliseconds: UInt64 = 5 * 60_000
    /// Those that moved nothing, while nothing but such come: so long, or a day of waiting would hide the hour that somebody looks for.
    public static let quietMilliseconds: UInt64 = 60 * 60_000
    /// A site that was not heard for longer has fallen silent: what comes then is told apart.
    public static let silenceMilliseconds = AgentNote.silenceMilliseconds

    /// Whether the row can stand for this request, too.
    func isLike(_ request: Request, of agent: VerifyingKey) -> Bool {
        self.agent == agent && sum.kind == request.kind && sum.outcome == request.outcome && sum.isQuiet == request.isQuiet
    }

    /// Counts one more request that is like those before, unless that would make the row too long.
    ///
    /// - Returns: whether it was counted.
    mutating func join(_ request: Request, at time: Timestamp) -> Bool {
        // The hub's clock may have been set back meanwhile.
        let (begin, end) = (min(at, time), max(until, time))
        let isShort = end.milliseconds - begin.milliseconds <= (request.isQuiet ? Self.quietMilliseconds : Self.bucketMilliseconds)
        guard isShort, !isSilent(at: time) else { return false }
        (at, until) = (begin, end)
        requests += 1
        sum.sets &+= request.sets
        sum.changes &+= request.changes
        sum.entries &+= request.entries
        sum.bytesIn &+= request.bytesIn
        sum.bytesOut &+= request.bytesOut
        return true
    }

    /// Whether so long has passed since its last request that no other one joins it.
    func isSilent(at time: Timestamp) -> Bool {
        max(until, time).milliseconds - min(until, time).milliseconds > Self.silenceMilliseconds
    }
}

extension Exchange.Request {
    /// It moved nothing: there was no news, or it was refused.
    var isQuiet: Bool { !outcome.isEmpty || kind == .pull && entries == 0 }
}

import Causality

/// What a feed entry is about.
public enum Topic: UInt8, Hashable, Sendable, CaseIterable, Codable {
    case record = 1
    case profile = 2
    case stock = 3
    case order = 4
}

/// The newest state of one thing in an agent's scope.
public struct FeedEntry: Hashable, Sendable {
    /// Number of the position at which the thing last changed, or entered or left the scope.
    public var number: UInt64
    public var topic: Topic
    /// Record: `RecordID.canonicalBytes`; profile and order: its id; stock: SKU and location as two texts.
    public var key: [UInt8]
    /// `nil`: it left the scope; the local replica drops it, which is never a delete.
    public var body: [UInt8]?

    public init(number: UInt64, topic: Topic, key: [UInt8], body: [UInt8]?) {
        self.number = number
        self.topic = topic
        self.key = key
        self.body = body
    }
}

/// A piece of the feed. Pages are staged and become visible together when `consistentAt` is reached (S26).
public struct FeedPage: Hashable, Sendable {
    /// In the order of their numbers.
    public var entries: [FeedEntry]
    /// The cursor to ask with next.
    public var reached: Position
    /// Set on the page that reaches the head: what was staged up to here is one consistent view.
    public var consistentAt: Position?
    /// The cursor was not on the hub's line, or below its floor: begin from the start.
    public var restart: Bool
    /// Where the hub stands with each of the asking agent's replicas (S22).
    public var own: [Receipt]
    /// Own changes that wait or are quarantined at the hub (S27).
    public var held: [Dot]
    /// The hub's clock when it answered.
    public var time: Timestamp
    /// What the view sums up to at `consistentAt`, for who asked for it; the hub may leave it out.
    public var digest: ViewDigest?
    /// This page brings entries of an interval again that was asked for: it has them up to and with this number, and does
    /// not move the cursor.
    public var again: UInt64?
    /// Decisions to keep, of the same numbers as the entries, for who asked for them (S24).
    public var kept: KeptDecisions?

    public init(
        entries: [FeedEntry], reached: Position, consistentAt: Position?, restart: Bool, own: [Receipt], held: [Dot], time: Timestamp,
        digest: ViewDigest? = nil, again: UInt64? = nil, kept: KeptDecisions? = nil
    ) {
        self.entries = entries
        self.reached = reached
        self.consistentAt = consistentAt
        self.restart = restart
        self.own = own
        self.held = held
        self.time = time
        self.digest = digest
        self.again = again
        self.kept = kept
    }

    /// The lowest version of the answer that can say all of it: who asks for what came later reads what came later.
    var version: UInt8 { kept != nil ? 3 : digest == nil && again == nil ? 1 : 2 }

    func write(to writer: inout ByteWriter) {
        writer.position(reached)
        var flags: UInt8 = (restart ? 1 : 0) | (consistentAt == nil ? 0 : 2) | (digest == nil ? 0 : 4)
        flags |= (again == nil ? 0 : 8) | (kept == nil ? 0 : 16)
        writer.byte(flags)
        if let consistentAt { writer.position(consistentAt) }
        writer.time(time)
        writer.varint(own.count)
        for receipt in own { writer.receipt(receipt) }
        writer.varint(held.count)
        for dot in held { writer.dot(dot) }
        writer.varint(entries.count)
        for entry in entries {
            writer.varint(entry.number)
            writer.byte(entry.topic.rawValue | (entry.body == nil ? 0x80 : 0))
            writer.bytes(entry.key)
            if let body = entry.body { writer.bytes(body) }
        }
        if let digest { writer.viewDigest(digest) }
        if let again { writer.varint(again) }
        if let kept { writer.keptDecisions(kept) }
    }

    init(from reader: inout ByteReader, version: UInt8) throws {
        reached = try reader.position()
        let flags = try reader.byte()
        guard flags < Self.flagsEnd(version) else { throw reader.tooNew("the page flags \(flags)") }
        restart = flags & 1 != 0
        consistentAt = flags & 2 != 0 ? try reader.position() : nil
        time = try reader.time()
        own = try reader.list { reader in try reader.receipt() }
        held = try reader.list { reader in try reader.dot() }
        entries = try reader.list { reader in
            let number = try reader.varint()
            let code = try reader.byte()
            guard let topic = Topic(rawValue: code & 0x7F) else { throw reader.tooNew("the topic \(code & 0x7F)") }
            let key = try reader.bytes()
            return FeedEntry(number: number, topic: topic, key: key, body: code & 0x80 == 0 ? try reader.bytes() : nil)
        }
        digest = flags & 4 != 0 ? try reader.viewDigest() : nil
        again = flags & 8 != 0 ? try reader.varint() : nil
        kept = flags & 16 != 0 ? try reader.keptDecisions() : nil
    }

    /// Flags of a version are below this.
    private static func flagsEnd(_ version: UInt8) -> UInt8 {
        switch version {
        case 1: 4
        case 2: 16
        default: 32
        }
    }
}

import Causality
import ChangeSets
import HubRuntime
import HubStoreSQLite
import TestSupport

/// A hub over a store in a temporary file, with a clock and chance of the test's own.
public final class TestHub: @unchecked Sendable {
    // `@unchecked Sendable`: each test uses its hub from one task at a time.
    public let store: SQLiteHubStore
    public private(set) var hub: Hub
    public var now = TestHub.start

    public static let start = Timestamp(milliseconds: 1_700_000_000_000)

    public init(store: SQLiteHubStore? = nil, options: Hub.Options = Hub.Options()) async throws {
        self.store = try store ?? SQLiteHubStore.temporary()
        var options = options
        // Tests sign in by the dozen.
        options.passwordCost = PasswordHash.Cost(rounds: 16, blockSize: 1, parallelism: 1)
        hub = try await Hub.open(store: self.store, now: Self.start, options: options)
    }

    /// Ends the hub's writer and starts another one over the same store.
    public func restart() async throws {
        await hub.stop()
        hub = try await Hub.open(store: store, now: now, options: hub.options)
    }

    public func enrol(_ name: String, kind: SiteKind = .store, region: String? = nil) async throws -> TestAgent {
        let token = try await hub.addSite(name: name, kind: kind, region: region, now: now)
        let key = SigningKey()
        _ = try await hub.enroll(token: token.token, publicKey: key.publicKey, now: now)
        return TestAgent(key: key, record: try await present(key))
    }

    public func present(_ key: SigningKey) async throws -> AgentRecord {
        guard let agent = try await hub.agent(key.publicKey) else { throw HubError(.unknownAgent, "Not enrolled.", remedy: "") }
        return agent
    }

    @discardableResult
    public func push(_ sets: [EncodedChangeSet], from agent: TestAgent) async throws -> Answer {
        try await hub.push(sets.map(\.bytes), agent: agent.record, agentTime: now, now: now)
    }

    /// Everything in the agent's scope after a cursor, page by page.
    public func pullAll(_ agent: TestAgent, cursor: Position? = nil, maxBytes: Int = 1 << 20) async throws -> Pulled {
        var pulled = Pulled(cursor: cursor)
        var from: UInt64?
        while true {
            let request = PullRequest(cursor: cursor, from: from, maxBytes: maxBytes)
            guard case .page(let page) = try await hub.pull(request, agent: agent.record, now: now) else { return pulled }
            pulled.pages.append(page)
            pulled.entries += page.entries
            if page.restart { return pulled }
            if let end = page.consistentAt {
                pulled.cursor = end
                return pulled
            }
            from = page.reached.number
        }
    }

    public struct Pulled: Sendable {
        public var cursor: Position?
        public var entries: [FeedEntry] = []
        public var pages: [FeedPage] = []

        /// Bodies by key, newest last wins; evicted ones are left out.
        public func bodies(_ topic: Topic) -> [[UInt8]: [UInt8]] {
            var bodies: [[UInt8]: [UInt8]] = [:]
            for entry in entries where entry.topic == topic { bodies[entry.key] = entry.body }
            return bodies
        }
    }
}

public struct TestAgent: Sendable {
    public var key: SigningKey
    public var record: AgentRecord

    public init(key: SigningKey, record: AgentRecord) {
        self.key = key
        self.record = record
    }
}

/// A source's writer: seals changes into chained, signed change-sets.
public struct TestWriter: Sendable {
    public let replica: ReplicaID
    public let source: SourceID
    public let name: Text
    public var follows: Dot?
    public var key: SigningKey
    public private(set) var last: UInt64 = 0
    public private(set) var hash = Digest.zero
    private var drain: UInt64 = 0
    private var generator: SeededGenerator

    public init(_ name: Text, seed: UInt64, source: SourceID? = nil, follows: Dot? = nil, key: SigningKey) {
        generator = SeededGenerator(seed: seed &* 7919 &+ 17)
        replica = .random(using: &generator)
        let own = SourceID(.random(using: &generator))
        self.source = source ?? own
        self.name = name
        self.follows = follows
        self.key = key
    }

    /// The dot that the next change will have.
    public var nextDot: Dot { Dot(replica, last + 1) }

    public mutating func seal(_ changes: [Change]) throws -> EncodedChangeSet {
        drain += 1
        let opening = last == 0 ? ChangeSet.Opening(source: source, name: name, follows: follows) : nil
        let set = ChangeSet(
            replica: replica, first: last + 1, previous: hash, opening: opening, part: .whole(drain: drain), changes: changes)
        let seed = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let encoded = try ChangeSetCodec.encode(set, seed: seed, key: key)
        last = set.last
        hash = encoded.hash
        return encoded
    }

    /// Seals the same changes in sets of at most `count`.
    public mutating func seal(_ changes: [Change], by count: Int) throws -> [EncodedChangeSet] {
        var sets: [EncodedChangeSet] = []
        var rest = changes[...]
        while !rest.isEmpty {
            sets.append(try seal(Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
        return sets
    }
}

/// Changes as tills make them.
public enum Make {
    public static func write(
        _ entity: EntityName, _ key: Int64, _ fields: [(FieldName, Value)], life: Dot? = nil, source: SourceID? = nil, at time: Timestamp,
        context: Context = .chain, stock: StockEffect? = nil
    ) -> Change {
        Change(
            time: time,
            action: .write(
                Subject(entity: entity, source: source, key: LocalKey(.integer(key)), life: life),
                fields.map { FieldWrite($0.0, $0.1, context: context, isPersonal: Catalogue[entity]?[$0.0]?.isPersonal ?? false) }),
            stock: stock)
    }

    public static func customer(_ key: Int64, email: String? = nil, phone: String? = nil, name: String? = nil, at time: Timestamp) -> Change
    {
        var fields: [(FieldName, Value)] = []
        if let email { fields.append(("email", .text(Text(email)))) }
        if let phone { fields.append(("phone", .text(Text(phone)))) }
        if let name { fields.append(("name", .text(Text(name)))) }
        return write("customer", key, fields, at: time)
    }

    public static func reference(_ entity: EntityName, _ key: Int64, life: Dot?, source: SourceID? = nil) -> Value {
        .reference(Reference(entity: entity, source: source, key: LocalKey(.integer(key)), life: life))
    }

    public static func sale(_ key: Int64, customer: Value?, order: String? = nil, at time: Timestamp) -> Change {
        var fields: [(FieldName, Value)] = [
            ("number", .text(Text("S\(key)"))), ("at", .integer(Int64(time.milliseconds))), ("currency", "GBP"),
        ]
        if let customer { fields.append(("customer", customer)) }
        if let order { fields.append(("order number", .text(Text(order)))) }
        return write("sale", key, fields, at: time)
    }

    /// A sale line that is also its stock movement.
    public static func line(
        _ key: Int64, sale: Value, sku: Text, pieces: Int64, price: Int64, location: Text, at time: Timestamp
    ) -> Change {
        let quantity = pieces * FixedPoint.one
        return write(
            "sale line", key,
            [
                ("sale", sale), ("sku", .text(sku)), ("quantity", .integer(quantity)), ("unit price", .integer(price)),
                ("location", .text(location)),
            ], at: time, stock: .movement(Movement(sku: sku, location: location, quantity: -quantity, kind: .sale)))
    }

    public static func count(_ sku: Text, _ location: Text, pieces: Int64, at time: Timestamp) -> Change {
        Change(
            time: time, action: .stockOnly,
            stock: .count(Count(sku: sku, location: location, quantity: pieces * FixedPoint.one)))
    }

    public static func movement(
        _ sku: Text, _ location: Text, pieces: Int64, kind: Movement.Kind = .adjustment, at time: Timestamp
    ) -> Change {
        Change(
            time: time, action: .stockOnly,
            stock: .movement(Movement(sku: sku, location: location, quantity: pieces * FixedPoint.one, kind: kind)))
    }
}

/// What an agent tells of itself with each question for news, as JSON: how much waits, and what its view sums up to.
///
/// The hub refuses nothing because of it; it shows it to operators.
public struct AgentReport: Codable, Hashable, Sendable {
    /// Changes sealed and not acknowledged.
    public var waiting: UInt64
    /// How long there has been something that waits, by the agent's clock; left out when nothing does.
    public var waitingMilliseconds: UInt64?
    /// What the agent's view summed up to when it was last held against the hub's digest.
    public var view: View?
    public var repaired: Repaired?
    /// How long it has not got on with reading its applications' files, when that is longer than it may be; left out else.
    public var silentMilliseconds: UInt64?

    public init(
        waiting: UInt64, waitingMilliseconds: UInt64? = nil, view: View? = nil, repaired: Repaired? = nil, silentMilliseconds: UInt64? = nil
    ) {
        self.waiting = waiting
        self.silentMilliseconds = silentMilliseconds
        self.waitingMilliseconds = waitingMilliseconds
        self.view = view
        self.repaired = repaired
    }

    public struct View: Codable, Hashable, Sendable {
        /// Hexadecimal, as in `cursor`.
        public var position: String
        public var topics: [Part]

        public init(position: Position, digest: ViewDigest) {
            self.position = Hexadecimal.string(position.bytes)
            topics = digest.topics.map {
                Part(topic: $0.topic, entries: $0.whole.entries, sum: Hexadecimal.string(Self.bytes($0.whole.sum)))
            }
        }

        private static func bytes(_ sum: UInt64) -> [UInt8] {
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: sum >> UInt64($0)) }
        }
    }

    /// One topic of a view.
    public struct Part: Codable, Hashable, Sendable {
        public var topic: Topic
        public var entries: UInt64
        /// 16 hexadecimal digits.
        public var sum: String
    }

    /// The agent's last repair of its view.
    public struct Repaired: Codable, Hashable, Sendable {
        /// By the hub's clock, in milliseconds.
        public var at: UInt64
        /// By the topic's name.
        public var entries: [String: UInt64]

        public init(at: UInt64, entries: [String: UInt64]) {
            self.at = at
            self.entries = entries
        }

        /// `1 entry of customers, 3 entries of stock`.
        public static func text(_ entries: [String: UInt64]) -> String {
            entries.sorted { $0.key < $1.key }.map { "\($0.value) \($0.value == 1 ? "entry" : "entries") of \($0.key)" }
                .joined(separator: ", ")
        }
    }
}

extension Topic {
    /// As people and JSON call it.
    public var name: String {
        switch self {
        case .record: "own records"
        case .profile: "customers"
        case .stock: "stock"
        case .order: "orders"
        }
    }
}

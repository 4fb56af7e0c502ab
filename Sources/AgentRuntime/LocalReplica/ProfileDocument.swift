import Causality
import ChangeSets
import Foundation

/// The parts of the hub's profile document that a shop looks at. What it does not know stays in the document.
public struct ProfileDocument: Decodable, Hashable, Sendable {
    public struct Field: Decodable, Hashable, Sendable {
        public var value: JSONValue
        public var site: String?
        public var time: UInt64?
        /// The write that is shown, and the life of the record that it is of.
        var dot: String?
        var record: String?
    }

    public struct Identifier: Decodable, Hashable, Sendable {
        public var kind: String
        public var value: String
    }

    public struct Record: Decodable, Hashable, Sendable {
        public var site: String?
        /// The dot that names the record.
        public var life: String
        var entity: String?
        var source: String?
        var key: [JSONValue]?

        /// The record's whole name; `nil` where the document does not tell it, or its key is none that JSON can hold.
        var id: RecordID? { RecordID(entity: entity ?? "customer", source: source, key: key, life: life) }
    }

    public struct Purchases: Decodable, Hashable, Sendable {
        public var number: Int
        /// By currency, in units of 10⁻⁴.
        public var totals: [String: Int64]?
        public var recent: [Purchase]?
    }

    public struct Purchase: Decodable, Hashable, Sendable {
        public var entity: String?
        public var number: String?
        public var site: String?
        public var time: UInt64?
        public var total: Int64?
        public var currency: String?
    }

    public var id: String?
    /// The hub holds more of the person than it feeds.
    public var shortened: Bool?
    public var fields: [String: Field]?
    public var identifiers: [Identifier]?
    public var records: [Record]?
    public var purchases: Purchases?

    /// `nil` when the document is none that this version reads.
    public init?(_ data: Data) {
        guard let document = try? JSONDecoder().decode(ProfileDocument.self, from: data) else { return nil }
        self = document
    }

    var lives: [Dot] { (records ?? []).compactMap { Dot($0.life) } }
}

extension RecordID {
    /// As documents spell it; `nil` also for a name that no token could bring back: one of too many columns, or too long.
    init?(entity: String, source: String?, key: [JSONValue]?, life: String?) {
        guard let source = source.flatMap({ SourceID($0) }), let life = life.flatMap({ Dot($0) }), let key else { return nil }
        var values: [Value] = []
        for part in key {
            switch part {
            case .integer(let value): values.append(.integer(value))
            case .text(let value): values.append(.text(Text(value)))
            case .real(let value): values.append(.real(value))
            case .null, .other: return nil
            }
        }
        self.init(entity: EntityName(entity), source: source, key: LocalKey(values), life: life)
        // Every way in which reading it again fails means the same.
        guard (try? RecordID(canonicalBytes: canonicalBytes)) == self else { return nil }
    }
}

/// The parts of the hub's order document that a write may refer to.
struct OrderDocument: Decodable, Hashable, Sendable {
    struct Side: Decodable, Hashable, Sendable {
        var dot: String
        var record: String
    }

    struct Shipment: Decodable, Hashable, Sendable {
        var life: String
        var source: String?
        var key: [JSONValue]?
        var states: [Side]?
    }

    var number: String?
    var source: String?
    var key: [JSONValue]?
    var life: String
    /// By field: the write that is shown.
    var dots: [String: String]?
    var states: [Side]?
    var shipments: [Shipment]?

    init?(_ data: Data) {
        guard let document = try? JSONDecoder().decode(OrderDocument.self, from: data) else { return nil }
        self = document
    }
}

/// The parts of the hub's stock document that a shop looks at; quantities in units of 10⁻⁴.
public struct StockDocument: Decodable, Hashable, Sendable {
    public struct Site: Decodable, Hashable, Sendable {
        public var site: String
        public var lastHeard: UInt64
        /// By replica: the last counter that the figure contains.
        var clock: [String: UInt64]?
    }

    struct Count: Decodable, Hashable, Sendable { var dot: String }

    struct Conflict: Decodable, Hashable, Sendable {
        /// Concurrent counts.
        var counts: [String]?
        /// A count beside movements that it did not know of.
        var count: String?
    }

    var count: Count?
    var conflicts: [Conflict]?
    public var onHand: Int64
    public var reserved: Int64?
    public var available: Int64?
    public var oversold: Bool?
    public var sites: [Site]?

    public init?(_ data: Data) {
        guard let document = try? JSONDecoder().decode(StockDocument.self, from: data) else { return nil }
        self = document
    }
}

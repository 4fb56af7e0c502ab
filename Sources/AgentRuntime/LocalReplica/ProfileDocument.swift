import Causality
import ChangeSets
import Foundation

/// The parts of the hub's profile document that a shop looks at. What it does not know stays in the document.
public struct ProfileDocument: Decodable, Hashable, Sendable {
    public struct Field: Decodable, Hashable, Sendable {
        public var value: JSONValue
        public var site: String?
        public var time: UInt64?
    }

    public struct Identifier: Decodable, Hashable, Sendable {
        public var kind: String
        public var value: String
    }

    public struct Record: Decodable, Hashable, Sendable {
        public var site: String?
        /// The dot that names the record.
        public var life: String
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

/// The parts of the hub's stock document that a shop looks at; quantities in units of 10⁻⁴.
public struct StockDocument: Decodable, Hashable, Sendable {
    public struct Site: Decodable, Hashable, Sendable {
        public var site: String
        public var lastHeard: UInt64
    }

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

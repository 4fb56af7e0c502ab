import ChangeSets

/// A profile as the hub writes it (`Profile.json`), as far as its page shows it.
struct CustomerDocument: Decodable {
    struct Golden: Decodable {
        let value: JSONValue
        let site: String?
        let time: UInt64
        let timeOutOfBound: Bool?
        let record: String
        let beaten: [Beaten]?
    }
    struct Beaten: Decodable {
        let value: JSONValue
        let site: String?
        let time: UInt64
        let record: String
        let why: String
    }
    struct Identifier: Decodable {
        let kind, value: String
        let intervals: [Interval]?
    }
    struct Interval: Decodable {
        let standing: String
        let site: String?
        let since: UInt64
        let until: UInt64?
    }
    struct Member: Decodable {
        let site: String?
        let source: String
        let key: [JSONValue]
        let life: String
    }
    struct Link: Decodable, Hashable {
        /// Lives of records.
        let lower, higher: String
        /// `decision`, or a kind of identifier.
        let by: String
        let value: String?
        /// By all that both records say; `nil`: nothing weighs it.
        let probability: Double?
    }
    struct Purchases: Decodable { let recent: [Purchase] }
    struct Purchase: Decodable {
        let entity: String
        let site: String?
        let time: UInt64
    }
    struct Measures: Decodable {
        struct Favourites: Decodable { let category, brand, shop: String? }
        struct TraitCount: Decodable { let value: String }
        let gross, returned, net: [String: Int64]
        let purchases, returns, categories, visits: Int
        let first, last, frequency: Int64?
        let channels: [String]
        let favourites: Favourites
        let sizes, colours: [TraitCount]
        let logInsAWeek: Int64
    }
    struct Consent: Decodable {
        struct Word: Decodable {
            let given: Bool
            let time: Int64
            let document, site: String?
        }
        let purpose, channel: String?
        let given: Bool?
        let decidedBy: Word?
        let history: [Word]
    }
    struct Note: Decodable {
        let text, author, site: String?
        let time: Int64?
    }

    struct AwaitedPile: Decodable {
        let location: String
        let onHand, available, inTransit: Int64
    }
    struct AwaitedLine: Decodable {
        let sku, name: String?
        let quantity: Int64?
        /// `nil`: nobody has moved or counted the article.
        let stock: [AwaitedPile]?
        let stockCount: Int?
        let stockCut: Bool?
    }
    struct AwaitedOrder: Decodable {
        let number, site: String?
        let state: String
        let time: Int64?
        let lines: [AwaitedLine]
        let lineCount: Int
    }

    let id: String
    let fields: [String: Golden]
    let identifiers: [Identifier]
    let records: [Member]
    let links: [Link]
    let purchases: Purchases
    let stage: String
    let measures: Measures
    let consents: [Consent]
    let notes: [Note]
    let awaited: [AwaitedOrder]
    let awaitedCut: Bool?

    /// The name, from whichever fields the sites keep it in.
    var name: String? {
        if let name = shown("name") { return name }
        let parts = ["first name", "last name"].compactMap(shown)
        return parts.isEmpty ? shown("company") : parts.joined(separator: " ")
    }

    func shown(_ field: String) -> String? {
        guard let text = fields[field]?.value.text, !text.isEmpty else { return nil }
        return text
    }

    /// What one record says of the name: records of one person may differ in it.
    func name(of record: String) -> String? {
        func said(_ field: String) -> String? {
            guard let golden = fields[field] else { return nil }
            if golden.record == record { return golden.value.text }
            return (golden.beaten ?? []).first { $0.record == record }?.value.text
        }
        if let name = said("name"), !name.isEmpty { return name }
        let parts = ["first name", "last name"].compactMap(said).filter { !$0.isEmpty }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    var sites: [String] { Set(records.compactMap(\.site)).sorted() }
}

/// A page of a timeline as the hub writes it (`Timeline.json`).
struct CustomerTimelineDocument: Decodable {
    struct Line: Decodable {
        let sku, name: String?
        let quantity: Int64
    }
    struct Shipment: Decodable {
        let state, carrier, trackingNumber: String?
        let time: UInt64?
    }
    struct Identifier: Decodable { let kind, value: String }
    struct Entry: Decodable {
        let what: String
        let time: Int64?
        let timeDoubtful: Bool?
        let site, number, order, currency, state, kind, page, sku, detail, text, author, reason, document: String?
        let total: Int64?
        let isCounted: Bool?
        let lines: [Line]?
        let lineCount: Int?
        let shipments: [Shipment]?
        let purposes, channels: [String]?
        let given: Bool?
        let identifiers: [Identifier]?
    }
    let entries: [Entry]
    let next: String?
}

extension Forms {
    /// A time that can be told as one: what clocks and tills write may be anything.
    static func sound(_ time: UInt64?) -> UInt64? { time.flatMap { $0 < 253_402_300_800_000 ? $0 : nil } }
    static func sound(_ time: Int64?) -> UInt64? { sound(time.flatMap(UInt64.init(exactly:))) }
}

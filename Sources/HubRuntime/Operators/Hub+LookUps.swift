import Causality
import ChangeSets
import Inventory
import Merging
import Profiles

/// How people are looked for. Never part of a URL: it is personal data.
public enum ProfileSearch: Hashable, Sendable {
    case email(String)
    case phone(String)
    /// A loyalty id, or a profile's id.
    case id(String)
    /// A name or the beginning of one.
    case name(String)

    /// What is searched by, in a trail that shall not hold what was searched for.
    public var kind: String {
        switch self {
        case .email: "email"
        case .phone: "phone"
        case .id: "id"
        case .name: "name"
        }
    }
}

extension Hub {

    /// One profile by its id or a former one; `nil` when there is none.
    public func profile(_ id: String, now: Timestamp) async throws -> JSONAnswer? {
        let scorer = try await scorer()
        return try await reading(now) { try Self.profile(id, $0, scorer: scorer) }
    }

    static func profile(_ id: String, _ documents: Documents, scorer: MatchScorer? = nil) throws -> JSONAnswer? {
        guard let id = ProfileID(id), let record = documents.standing.record(id.life),
            let profile = try documents.store.customer(record)?.profile
        else { return nil }
        return try documents.person(profile, scorer: scorer).map { JSONAnswer(bytes: $0) }
    }

    /// One SKU at all locations: `{"sku", "locations": [figure]}`; `nil` when nobody ever moved or counted it.
    public func stock(sku: String, now: Timestamp) async throws -> JSONAnswer? {
        try await reading(now) { try Self.stock(sku: sku, $0) }
    }

    static func stock(sku: String, _ documents: Documents) throws -> JSONAnswer? {
        let cells = try documents.store.cells(sku: sku)
        guard !cells.isEmpty else { return nil }
        let figures = try cells.map { cell in
            do { return Array(try documents.figure(cell).json()) } catch let error as InventoryError {
                return JSONDocument.object {
                    $0.add("sku", cell.sku)
                    $0.add("location", cell.location)
                    $0.add("error", error.code.rawValue)
                    $0.add("message", error.message)
                }
            }
        }
        let head = JSONDocument.object { $0.add("sku", sku) }.dropLast()
        return JSONAnswer(bytes: Array(head) + Array(",\"locations\":[".utf8) + joined(figures) + Array("]}".utf8))
    }

    public static let ordersPerNumberMax = 50
    /// Sales and orders of one number, so far as they are joined to be shown: a till may write one number on everything it sells.
    public static let orderNamesakesMax = 1_000

    /// Orders that bear a number, with all that is known of each (`OrderDetails`); more than one when two shops count alike.
    ///
    /// - Parameter place: `next` of the page before.
    /// - Throws: `HubError`: `request-invalid` for a limit that is not 1 to `ordersPerNumberMax`, or a place that is none.
    public func orders(
        number: String, after place: String? = nil, limit: Int = ordersPerNumberMax, now: Timestamp
    ) async throws -> ListPage<JSONAnswer> {
        try Self.checkLimit(limit, max: Self.ordersPerNumberMax)
        let after = try Self.place(place) { RecordNumber(place: $0) }
        return try await reading(now) { documents in
            let rows = try documents.store.orders(aliveNamed: number, after: after, limit: limit + 1)
            let reader = try OrderReader(number: number, documents: documents, conflicts: self.conflictList(documents, nil))
            return try ListPage(rows, limit: limit, next: \.record.place) { try reader.answer($0) }
        }
    }

    /// The latest changed orders.
    public func orders(limit: Int, now: Timestamp) async throws -> [JSONAnswer] {
        try await reading(now) { documents in
            try documents.store.orders(limit: min(limit, 1000)).filter(\.isAlive).compactMap {
                try documents.order($0).map { JSONAnswer(bytes: $0.json()) }
            }
        }
    }

    static func joined(_ documents: [[UInt8]]) -> [UInt8] { Array(documents.joined(separator: [UInt8(ascii: ",")])) }

    /// Runs a look-up in one read transaction.
    func reading<Value: Sendable>(_ now: Timestamp, _ body: @escaping @Sendable (Documents) throws -> Value) async throws -> Value {
        let standing = standing.withLock { $0 }
        return try await store.read { try body(Documents(store: $0, standing: standing, now: now)) }
    }
}

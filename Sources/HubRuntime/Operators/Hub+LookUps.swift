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
    public static let profilesFoundMax = 50

    /// Profiles that hold an identifier now or held it earlier, or bear a name: documents, each profile once.
    public func profiles(_ search: ProfileSearch, now: Timestamp) async throws -> [JSONAnswer] {
        try await reading(now) { documents in
            var seen: Set<RecordNumber> = []
            var found: [JSONAnswer] = []
            for record in try Self.holders(search, documents) {
                guard let profile = try documents.store.customer(record)?.profile, seen.insert(profile).inserted else { continue }
                if let document = try documents.profile(profile)?.json() { found.append(JSONAnswer(bytes: document)) }
                if found.count == Self.profilesFoundMax { break }
            }
            return found
        }
    }

    static func holders(
        _ search: ProfileSearch, _ documents: Documents, limit: Int = 4 * profilesFoundMax
    ) throws -> [RecordNumber] {
        let store = documents.store
        func holders(_ kind: Identifier.Kind, _ raw: String) throws -> [RecordNumber] {
            // A phone number without a country code is tried for the country of each site.
            let countries = [nil] + Set(documents.sites.compactMap(\.country)).sorted().map(Optional.some)
            var values: [Identifier] = []
            for country in countries {
                if let identifier = Identifier(kind: kind, raw: Text(raw), country: country, rules: documents.standing.linkRules),
                    !values.contains(identifier)
                {
                    values.append(identifier)
                }
            }
            return try values.flatMap { try store.identifiers(IdentifierRow.Kind(kind), $0.value.string, limit: limit).map(\.record) }
        }
        switch search {
        case .email(let raw): return try holders(.email, raw)
        case .phone(let raw): return try holders(.phone, raw)
        case .id(let raw):
            if let id = ProfileID(raw) { return documents.standing.record(id.life).map { [$0] } ?? [] }
            return try holders(.id, raw)
        case .name(let raw):
            let prefix = PersonName.folded(raw)
            guard !prefix.isEmpty else { return [] }
            return try store.identifiers(.name, startingWith: prefix, limit: limit).map(\.record)
        }
    }

    /// One profile by its id or a former one; `nil` when there is none.
    public func profile(_ id: String, now: Timestamp) async throws -> JSONAnswer? {
        try await reading(now) { try Self.profile(id, $0) }
    }

    static func profile(_ id: String, _ documents: Documents) throws -> JSONAnswer? {
        guard let id = ProfileID(id), let record = documents.standing.record(id.life),
            let profile = try documents.store.customer(record)?.profile
        else { return nil }
        return try documents.person(profile).map { JSONAnswer(bytes: $0) }
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

    /// All orders that bear a number; more than one when two shops count alike.
    public func orders(number: String, now: Timestamp) async throws -> [JSONAnswer] {
        try await reading(now) { documents in
            try documents.store.orders(named: number).filter(\.isAlive).compactMap {
                try documents.order($0).map { JSONAnswer(bytes: $0.json()) }
            }
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

import Causality
import ChangeSets
import Profiles

extension Hub {
    public static let profilesFoundMax = 50
    /// So many records are looked at for one page: several may be one person, who bears a name in several forms.
    static let holdersMax = 4 * profilesFoundMax

    /// Profiles that hold an identifier now or held it earlier, or bear a name: documents, each profile once, over all pages.
    ///
    /// A profile stands where the first of what it is found by does. A page may be shorter than the next one: `next` tells the end.
    ///
    /// - Parameter place: `next` of the page before.
    /// - Throws: `HubError`: `request-invalid` for a limit that is not 1 to `profilesFoundMax`, or a place that is none.
    public func profiles(
        _ search: ProfileSearch, after place: String? = nil, limit: Int = profilesFoundMax, now: Timestamp
    ) async throws -> ListPage<JSONAnswer> {
        try Self.checkLimit(limit, max: Self.profilesFoundMax)
        let after = try Self.place(place) { HolderPlace($0) }
        return try await reading(now) { documents in
            let holders = try Holders(search, documents)
            let rows = try holders.rows(after: after, limit: Self.holdersMax + 1)
            var found = ListPage<JSONAnswer>(entries: [])
            var last = after
            // Where each profile stands; asked for once.
            var stands: [RecordNumber: HolderPlace] = [:]
            for (looked, row) in rows.enumerated() {
                let profile = try documents.store.customer(row.record)?.profile
                let first = try profile.flatMap { try stands[$0] ?? holders.first(of: $0) } ?? row
                if let profile { stands[profile] = first }
                let isShown = profile != nil && first == row
                guard looked < Self.holdersMax, !isShown || found.entries.count < limit else {
                    found.next = last?.text
                    break
                }
                last = row
                if isShown, let document = try profile.flatMap(documents.profile)?.json() {
                    found.entries.append(JSONAnswer(bytes: document))
                }
            }
            return found
        }
    }

    static func holders(_ search: ProfileSearch, _ documents: Documents, limit: Int) throws -> [RecordNumber] {
        try Holders(search, documents).rows(after: nil, limit: limit).map(\.record)
    }
}

/// Where a record stands among those that a search finds.
private struct HolderPlace: Hashable {
    /// Which of the values that are looked for.
    var value: Int
    /// Of a search by a beginning: the name.
    var name: String
    var record: RecordNumber

    init(value: Int, name: String, record: RecordNumber) {
        self.value = value
        self.name = name
        self.record = record
    }

    init?(_ text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, let value = Int(parts[0]), value >= 0, let bytes = Hexadecimal.bytes(parts[1]),
            let name = String(validating: bytes, as: UTF8.self), let record = RecordNumber(place: String(parts[2]))
        else { return nil }
        self.init(value: value, name: name, record: record)
    }

    var text: String { "\(value)_\(Hexadecimal.string(Array(name.utf8)))_\(record.place)" }

    func precedes(_ other: HolderPlace) -> Bool {
        if value != other.value { return value < other.value }
        // As the store orders them.
        if name != other.name { return name.utf8.lexicographicallyPrecedes(other.name.utf8) }
        return record < other.record
    }
}

/// The records that a search finds, in an order that stays.
private struct Holders {
    private enum Wanted {
        case record(RecordNumber?)
        case values(IdentifierRow.Kind, [String])
        /// Names that begin so.
        case beginning(String)
    }

    private let wanted: Wanted
    private let store: any HubReading

    init(_ search: ProfileSearch, _ documents: Documents) throws {
        store = documents.store
        func values(_ kind: Identifier.Kind, _ raw: String) -> Wanted {
            // A phone number without a country code is tried for the country of each site.
            let countries = [nil] + Set(documents.sites.compactMap(\.country)).sorted().map(Optional.some)
            var values: [String] = []
            for country in countries {
                let identifier = Identifier(kind: kind, raw: Text(raw), country: country, rules: documents.standing.linkRules)
                if let value = identifier?.value.string, !values.contains(value) { values.append(value) }
            }
            return .values(IdentifierRow.Kind(kind), values)
        }
        switch search {
        case .email(let raw): wanted = values(.email, raw)
        case .phone(let raw): wanted = values(.phone, raw)
        case .id(let raw):
            wanted = ProfileID(raw).map { .record(documents.standing.record($0.life)) } ?? values(.id, raw)
        case .name(let raw): wanted = .beginning(PersonName.folded(raw))
        }
    }

    func rows(after place: HolderPlace?, limit: Int) throws -> [HolderPlace] {
        switch wanted {
        case .record(let record):
            return place == nil ? [record].compactMap { $0 }.map { HolderPlace(value: 0, name: "", record: $0) } : []
        case .values(let kind, let values):
            var rows: [HolderPlace] = []
            for (index, value) in values.enumerated() where index >= place?.value ?? 0 {
                let after = index == place?.value ? place?.record : nil
                rows += try store.identifiers(kind, value, after: after, limit: limit - rows.count).map {
                    HolderPlace(value: index, name: "", record: $0.record)
                }
                if rows.count == limit { break }
            }
            return rows
        case .beginning(let prefix):
            guard !prefix.isEmpty else { return [] }
            let after = place.map { (value: $0.name, record: $0.record) }
            return try store.identifiers(.name, startingWith: prefix, after: after, limit: limit).map {
                HolderPlace(value: 0, name: $0.value, record: $0.record)
            }
        }
    }

    /// Where a profile stands: at the first of the rows that lead to it.
    func first(of profile: RecordNumber) throws -> HolderPlace? {
        var first: HolderPlace?
        for member in try store.customers(profile: profile) {
            for row in try store.identifiers(record: member.record) {
                guard let place = place(of: row) else { continue }
                if first.map({ place.precedes($0) }) ?? true { first = place }
            }
        }
        return first
    }

    private func place(of row: IdentifierRow) -> HolderPlace? {
        switch wanted {
        case .record: nil
        case .values(let kind, let values):
            row.kind == kind ? values.firstIndex(of: row.value).map { HolderPlace(value: $0, name: "", record: row.record) } : nil
        case .beginning(let prefix):
            row.kind == .name && row.value.utf8.starts(with: prefix.utf8) ? HolderPlace(value: 0, name: row.value, record: row.record) : nil
        }
    }
}

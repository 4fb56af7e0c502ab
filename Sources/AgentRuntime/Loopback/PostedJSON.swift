import Capture
import Causality
import ChangeSets
import Foundation

/// One write as it is posted. Every member may be left out; what is missing for its meaning is said by name.
struct PostedJSON: Decodable, Hashable, Sendable {
    var entity: String?
    /// Of an own record: one value, or a list of them.
    var key: JSONInput?
    /// The life of a record that the `seen` token has shown.
    var record: String?
    var fields: [String: JSONInput]?
    /// Fields that are personal besides those that the catalogue knows.
    var personal: [String]?
    var delete: Bool?
    var stock: Stock?
    var seen: String?

    struct Stock: Decodable, Hashable, Sendable {
        var kind: String
        var sku: String
        var location: String
        /// Decimal text.
        var quantity: JSONInput
        var note: String?
        var counterpart: String?
        var expires: JSONInput?
    }
}

/// Reads posted writes: says what is wrong with which, and by that name.
struct PostedReader {
    /// Where in the batch: `writes[3]`.
    let place: String

    /// - Throws: `AgentError.badPost`.
    func write(_ json: PostedJSON, token: SeenToken?) throws(AgentError) -> PostedWrite {
        let stock = try json.stock.map { (stock) throws(AgentError) in try effect(stock, token: token) }
        guard json.entity != nil || json.record != nil else {
            guard stock != nil, json.fields == nil, json.delete == nil else { throw bad("names no record", "Give entity and key.") }
            return PostedWrite(.stockOnly, stock: stock)
        }
        let target = try target(json, token: token)
        let shown = token?.shown
        if json.delete == true {
            guard json.fields == nil else { throw bad("both deletes and writes fields", "Do one or the other.") }
            return PostedWrite(.delete(target), stock: stock, shown: shown)
        }
        guard let fields = json.fields, !fields.isEmpty else { throw bad("has no fields", "Give the fields that it writes.") }
        guard fields.count <= Limits.fieldsMax else { throw bad("has more than \(Limits.fieldsMax) fields", "Split the record.") }
        let entity = target.entity
        let personal = Set(json.personal ?? [])
        let written = try fields.sorted { Text($0.key) < Text($1.key) }.map { (name, value) throws(AgentError) in
            try field(name, value, of: entity, isPersonal: personal.contains(name), token: token)
        }
        return PostedWrite(.write(target, written), stock: stock, shown: shown)
    }

    private func target(_ json: PostedJSON, token: SeenToken?) throws(AgentError) -> PostedWrite.Target {
        if let text = json.record {
            guard let life = Dot(text) else { throw bad("has no life in `record`", "Send it as the look-up showed it.") }
            guard let record = token?.record(life: life) else {
                throw bad("names a record that its `seen` has not shown", "Send the token of the look-up that showed the record.")
            }
            guard json.entity == nil || EntityName(json.entity ?? "") == record.entity else {
                throw bad("calls a \(record.entity) otherwise", "Leave `entity` out, or say \(record.entity).")
            }
            return .shown(record)
        }
        guard let entity = json.entity, isName(entity) else { throw bad("has no entity", "Say customer, order, sale...") }
        guard let key = json.key else { throw bad("has no key", "Give the key that your system has for it.") }
        return .own(EntityName(entity), try self.key(key))
    }

    private func key(_ json: JSONInput) throws(AgentError) -> LocalKey {
        guard let key = LocalKey(posted: json) else {
            throw bad("has a key that is neither text nor a whole number, nor a list of these", "Use the key that your system has.")
        }
        return key
    }

    private func isName(_ text: String) -> Bool { !text.isEmpty && text.utf8.count <= Limits.nameBytesMax }

    // MARK: fields

    private func field(
        _ name: String, _ json: JSONInput, of entity: EntityName, isPersonal: Bool, token: SeenToken?
    ) throws(AgentError) -> PostedWrite.Field {
        guard isName(name) else { throw bad("has a field without a name", "Name it.") }
        let known = Catalogue[entity]?[FieldName(name)]
        let value = try value(json, as: known?.kind ?? .any, name: name, token: token)
        return PostedWrite.Field(FieldName(name), value, isPersonal: isPersonal || known?.isPersonal == true)
    }

    private func value(_ json: JSONInput, as kind: Catalogue.Kind, name: String, token: SeenToken?) throws(AgentError) -> Value {
        switch (kind, json) {
        case (_, .null): return .null
        case (.text, .text(let value)), (.any, .text(let value)): return .text(Text(value))
        case (.integer, .integer(let value)), (.any, .integer(let value)), (.time, .integer(let value)): return .integer(value)
        case (.real, .integer(let value)): return .real(Double(value))
        case (.real, .real(let value)), (.any, .real(let value)): return .real(value)
        case (.flag, .flag(let value)), (.any, .flag(let value)): return .integer(value ? 1 : 0)
        case (.money, .text(let text)), (.quantity, .text(let text)):
            guard let units = PostedAmount.units(text) else {
                throw bad("has no decimal number of at most four places in \"\(name)\"", "Write it like \"12.50\".")
            }
            return .integer(units)
        case (.time, .text(let text)):
            guard let time = Self.time(text) else { throw bad("has no time in \"\(name)\"", "Write it like \"2026-11-22T10:00:00Z\".") }
            return .integer(time)
        case (.reference(let entity), .object(let members)): return try reference(members, to: entity, name: name, token: token)
        case (.any, .object(let members)):
            guard case .text(let entity)? = members["entity"] else {
                throw bad("has an object in \"\(name)\"", "Only a reference is one: {\"entity\":…,\"key\":…}.")
            }
            return try reference(members, to: EntityName(entity), name: name, token: token)
        default: throw bad("has a value of the wrong kind in \"\(name)\"", Self.form(of: kind))
        }
    }

    private static func form(of kind: Catalogue.Kind) -> String {
        switch kind {
        case .text: "It is a text: put it in quotes."
        case .integer: "It is a whole number."
        case .real: "It is a number."
        case .money: "It is an amount of money: write it as text, like \"12.50\"."
        case .quantity: "It is a quantity: write it as text, like \"2\" or \"0.5\"."
        case .time: "It is a time: write it like \"2026-11-22T10:00:00Z\", or as milliseconds since 1970."
        case .flag: "It is true or false."
        case .reference(let entity): "It refers to a \(entity): {\"key\":…} of your own, or {\"record\":…} as a look-up showed it."
        case .any: "Use a text, a number, true or false, or null."
        }
    }

    private func reference(
        _ members: [String: JSONInput], to entity: EntityName, name: String, token: SeenToken?
    ) throws(AgentError) -> Value {
        if case .text(let text)? = members["record"] {
            guard let life = Dot(text), let record = token?.record(life: life), record.entity == entity else {
                throw bad(
                    "refers in \"\(name)\" to a \(entity) that its `seen` has not shown", "Send the token of the look-up that showed it.")
            }
            return .reference(Reference(entity: entity, source: record.source, key: record.key, life: record.life))
        }
        guard let key = members["key"] else { throw bad("refers to nothing in \"\(name)\"", Self.form(of: .reference(entity))) }
        return .reference(Reference(entity: entity, key: try self.key(key), life: nil))
    }

    // MARK: stock

    private func effect(_ stock: PostedJSON.Stock, token: SeenToken?) throws(AgentError) -> StockEffect {
        guard !stock.sku.isEmpty, !stock.location.isEmpty else { throw bad("moves stock of no SKU or at no location", "Name both.") }
        guard case .text(let text) = stock.quantity, let units = PostedAmount.units(text) else {
            throw bad("has no quantity", Self.form(of: .quantity))
        }
        let (sku, location) = (Text(stock.sku), Text(stock.location))
        if stock.kind == Self.countWord {
            guard units >= 0 else { throw bad("counts less than nothing", "Count what is there.") }
            return .count(Count(sku: sku, location: location, quantity: units, coverage: coverage(sku, location, token)))
        }
        guard let kind = Movement.Kind.words.first(where: { $0.0 == stock.kind })?.1 else {
            let words = (Movement.Kind.words.map(\.0) + [Self.countWord]).joined(separator: ", ")
            throw bad("has no such kind of movement as \"\(stock.kind)\"", "Use one of: \(words).")
        }
        guard kind == .adjustment || units > 0 else {
            throw bad("has no positive quantity", "Say how many pieces; the kind says which way they go.")
        }
        return .movement(
            Movement(
                sku: sku, location: location, quantity: kind.takesAway ? -units : units, kind: kind, note: stock.note.map { Text($0) },
                counterpart: stock.counterpart.map { Text($0) }, expires: try expiry(stock.expires)))
    }

    static let countWord = "count"

    /// A count with a token replaces the counts that were shown, and includes what the figure contained (S31).
    private func coverage(_ sku: Text, _ location: Text, _ token: SeenToken?) -> Count.Coverage {
        guard let figure = token?.figures.first(where: { $0.sku == sku && $0.location == location }) else { return .chain }
        return .clocks(replaced: figure.counts, included: figure.contains)
    }

    private func expiry(_ json: JSONInput?) throws(AgentError) -> Timestamp? {
        guard let json, json != .null else { return nil }
        guard case .integer(let value) = try value(json, as: .time, name: "expires", token: nil), let time = UInt64(exactly: value) else {
            throw bad("ends before 1970", Self.form(of: .time))
        }
        return Timestamp(milliseconds: time)
    }

    private static func time(_ text: String) -> Int64? {
        let date =
            (try? Date(text, strategy: .iso8601)) ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        return date.flatMap { Int64(exactly: ($0.timeIntervalSince1970 * 1000).rounded()) }
    }

    private func bad(_ what: String, _ remedy: String) -> AgentError {
        AgentError(.badPost, "\(place) \(what).", remedy: remedy + " Nothing of the batch was taken.")
    }
}

extension LocalKey {
    /// One value or a list of them; `nil` for what no system has as a key.
    init?(posted json: JSONInput) {
        let parts = if case .list(let parts) = json { parts } else { [json] }
        guard !parts.isEmpty, parts.count <= Limits.keyColumnsMax else { return nil }
        var values: [Value] = []
        for part in parts {
            switch part {
            case .integer(let value): values.append(.integer(value))
            case .text(let value) where !value.isEmpty: values.append(.text(Text(value)))
            default: return nil
            }
        }
        self.init(values)
    }
}

extension PostedWrite.Target {
    var entity: EntityName {
        switch self {
        case .own(let entity, _): entity
        case .shown(let record): record.entity
        }
    }
}

extension Movement.Kind {
    /// Whether its quantity is negative.
    var takesAway: Bool { self == .sale || self == .transferOut || self == .release }
}

import Causality
import ChangeSets

@testable import Capture

/// Everything the tables hold, or everything the hub was told: a record's name, and its fields that are not NULL.
///
/// Values are written in the letters of `TillProcess`, bit for bit. Nothing here asks the product how a row is read,
/// compared or mapped.
struct TableImages: Equatable {
    typealias Fields = [String: String]
    var records: [String: Fields] = [:]
    /// Units of 10⁻⁴ by SKU; zeros left out.
    var stock: [String: Int64] = [:]
    /// Rows that no record can stand for: NULL, broken or oversized keys.
    var setAside = 0

    static let keyBytesMax = 1024

    init() {}

    // MARK: What the tables hold

    /// Reads all tables by plain SQL on the application's own connection.
    init(_ host: HostProcess) throws {
        for table in HostSchema.tables {
            let answer = try host.run(table.sql)
            guard answer.isOK else { throw HostProcess.Gone(description: "\(table.sql): \(answer.message)") }
            for row in answer.rows { take(row, table) }
        }
    }

    private mutating func take(_ row: [String], _ table: HostSchema.Table) {
        let key = row[..<table.keyCount]
        guard key.allSatisfy(Self.canName) else {
            setAside += 1
            return
        }
        var fields: Fields = [:]
        for (field, value) in zip(table.fields, row[table.keyCount...]) where value != "n" {
            fields[field] = table.references[field].map { "\($0) \(value)" } ?? value
        }
        records[Self.name(table.entity, Array(key))] = fields
        if table.entity == "levels", let sku = fields["sku"], let quantity = fields["quantity"].flatMap({ Int64($0.dropFirst()) }) {
            stock[sku] = quantity == 0 ? nil : quantity
        }
    }

    private static func name(_ entity: String, _ key: [String]) -> String { "\(entity) \(key.joined(separator: ","))" }

    private static func canName(_ value: String) -> Bool {
        if value == "n" { return false }
        guard value.hasPrefix("t") || value.hasPrefix("b") else { return true }
        let bytes = bytes(value)
        return bytes.count <= keyBytesMax && (value.hasPrefix("b") || String(validating: bytes, as: UTF8.self) != nil)
    }

    /// Of a text or a blob.
    static func bytes(_ value: String) -> [UInt8] {
        func number(_ digit: UInt8) -> UInt8 { digit < UInt8(ascii: "a") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "a") + 10 }
        let digits = Array(value.dropFirst().utf8)
        return stride(from: 0, to: digits.count, by: 2).map { number(digits[$0]) << 4 | number(digits[$0 + 1]) }
    }

    // MARK: What the hub was told

    /// All that was captured, applied change by change.
    init(_ state: ModelHub.State) {
        for (name, fields) in state.live {
            records[Self.name(name)] = Dictionary(uniqueKeysWithValues: fields.map { ($0.key.text.string, Self.letters($0.value)) })
        }
        for (place, quantity) in state.stock where quantity != 0 { stock[Self.letters(.text(place.sku))] = quantity }
    }

    static func name(_ name: ModelHub.Name) -> String { Self.name(name.entity.text.string, name.key.values.map(letters)) }

    private static func letters(_ value: Value) -> String {
        switch value {
        case .null: return "n"
        case .integer(let number): return "i\(number)"
        case .real(let number): return "r" + hex((0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (56 - 8 * UInt64($0))) })
        case .text(let text): return "t" + hex(text.string.utf8)
        case .malformedText(let bytes): return "t" + hex(bytes)
        case .blob(let bytes): return "b" + hex(bytes)
        case .reference(let reference):
            return name(reference.entity.text.string, reference.key.values.map(letters))
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func hex(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    // MARK: Differences

    /// What `other` has otherwise; this is the tables, `other` the hub.
    func differences(from other: TableImages) -> [String] {
        var found: [String] = []
        for name in Set(records.keys).union(other.records.keys).sorted() where records[name] != other.records[name] {
            found.append("\(name): till \(Self.words(records[name])), hub \(Self.words(other.records[name]))")
        }
        for sku in Set(stock.keys).union(other.stock.keys).sorted() where stock[sku] != other.stock[sku] {
            found.append("stock of \(sku): till \(stock[sku] ?? 0), hub \(other.stock[sku] ?? 0)")
        }
        return found
    }

    private static func words(_ fields: Fields?) -> String {
        fields.map { $0.sorted { $0.key < $1.key }.map { "\($0)=\($1.prefix(60))" }.joined(separator: " ") } ?? "nothing"
    }

    /// What was told although the tables, as they were and as they are, do not differ there.
    ///
    /// - Parameters:
    ///   - before: the tables at the last reading.
    ///   - told: what one reading captured, in order.
    func excess(since before: TableImages, told: some Sequence<Change>) -> [String] {
        var written: [String: Set<String>] = [:]
        var renewed: Set<String> = []
        for change in told {
            guard let subject = change.subject else { continue }
            let name = Self.name(ModelHub.Name(entity: subject.entity, key: subject.key))
            written[name, default: []].formUnion(change.fieldNames)
            if subject.creates || change.isDelete { renewed.insert(name) }
        }
        return written.sorted { $0.key < $1.key }.compactMap { name, fields in
            let (old, new) = (before.records[name], records[name])
            if old == new { return "\(name) was told, and nothing of it had changed" }
            guard let old, let new, !renewed.contains(name), Self.isMutable(name) else { return nil }
            let differing = Set(Set(old.keys).union(new.keys).filter { old[$0] != new[$0] })
            return fields == differing ? nil : "\(name): told \(fields.sorted()), changed \(differing.sorted())"
        }
    }

    private static func isMutable(_ name: String) -> Bool {
        HostSchema.tables.first { name.hasPrefix($0.entity + " ") }?.isMutable ?? true
    }
}

extension Change {
    fileprivate var fieldNames: [String] {
        guard case .write(_, let fields) = action else { return [] }
        return fields.map(\.field.text.string)
    }

    fileprivate var isDelete: Bool { if case .delete = action { true } else { false } }
}

import Causality

/// Reads columns, and holds what they expand to against the limits: a constant or a dictionary stands for
/// many values, so the bytes that are there prove nothing about what comes out.
struct ColumnReader {
    var reader: ByteReader
    private var valueBytes = 0
    private var entryBytes = 0

    init(_ reader: ByteReader) { self.reader = reader }

    private mutating func charge(_ value: Value, rows: Int) throws(ChangeSetError) {
        try charge(bytes: value.byteCount, rows: rows)
    }

    private mutating func charge(bytes: Int, rows: Int = 1) throws(ChangeSetError) {
        valueBytes += bytes * rows
        guard valueBytes <= Limits.expandedBytesMax else {
            throw reader.tooLarge("its values take more than \(Limits.expandedBytesMax) bytes")
        }
    }

    private mutating func coding() throws(ChangeSetError) -> ColumnCoding {
        let code = try reader.byte()
        guard let coding = ColumnCoding(rawValue: code) else { throw reader.tooNew("the column coding \(code)") }
        return coding
    }

    mutating func column(_ rows: Int) throws(ChangeSetError) -> [Value] {
        guard rows > 0 else { return [] }
        return try column(rows, coding: try coding())
    }

    private mutating func column(_ rows: Int, coding: ColumnCoding) throws(ChangeSetError) -> [Value] {
        switch coding {
        case .mixed:
            try reader.need(rows, "\(rows) values")
            var values: [Value] = []
            values.reserveCapacity(rows)
            for _ in 0..<rows {
                let value = try reader.value()
                try charge(value, rows: 1)
                values.append(value)
            }
            return values
        case .constant:
            let value = try reader.value()
            try charge(value, rows: rows)
            return [Value](repeating: value, count: rows)
        case .integers, .differences, .dictionary: return try integers(rows, coding: coding).map { .integer($0) }
        case .reals: return try reals(rows)
        case .texts: return try plainTexts(rows).map { .text($0) }
        case .textDictionary: return try dictionaryTexts(rows).map { .text($0) }
        case .decimalTexts: return try decimalTexts(rows).map { .text($0) }
        case .sparse: return try sparse(rows)
        }
    }

    private mutating func reals(_ rows: Int) throws(ChangeSetError) -> [Value] {
        let planes = try reader.raw(rows * 8)
        return (0..<rows).map { row in
            var bits: UInt64 = 0
            for plane in 0..<8 { bits = bits << 8 | UInt64(planes[plane * rows + row]) }
            return .real(Double(bitPattern: bits))
        }
    }

    private mutating func sparse(_ rows: Int) throws(ChangeSetError) -> [Value] {
        let bits = try reader.raw((rows + 7) / 8)
        let present = bits.reduce(0) { $0 + $1.nonzeroBitCount }
        guard rows % 8 == 0 || (bits.last ?? 0) >> UInt8(rows % 8) == 0 else { throw reader.damaged("a bitmap is longer than its column") }
        guard present > 0 else { throw reader.damaged("a sparse column holds nothing") }
        let coding = try coding()
        guard coding != .sparse else { throw reader.damaged("a sparse column holds another") }
        let values = try column(present, coding: coding)
        var result = [Value](repeating: .null, count: rows)
        var next = 0
        for row in 0..<rows where bits[row / 8] >> UInt8(row % 8) & 1 == 1 {
            result[row] = values[next]
            next += 1
        }
        return result
    }

    // MARK: Integers

    mutating func integers(_ rows: Int) throws(ChangeSetError) -> [Int64] {
        guard rows > 0 else { return [] }
        return try integers(rows, coding: try coding())
    }

    private mutating func integers(_ rows: Int, coding: ColumnCoding) throws(ChangeSetError) -> [Int64] {
        if coding == .constant {
            guard case .integer(let value) = try reader.value() else { throw reader.damaged("a column of integers holds something else") }
            return [Int64](repeating: value, count: rows)
        }
        guard coding == .integers || coding == .differences || coding == .dictionary else {
            throw reader.damaged("a column of integers holds something else")
        }
        let exponent = try reader.byte()
        guard exponent <= 18 else { throw reader.damaged("a power of ten is out of range") }
        var values = coding == .dictionary ? try integerDictionary(rows) : try signedRun(rows, sums: coding == .differences)
        let factor = PowersOfTen.all[Int(exponent)]
        if factor > 1 {
            for row in 0..<rows {
                let (product, overflow) = values[row].multipliedReportingOverflow(by: factor)
                guard !overflow else { throw reader.damaged("an integer leaves the 64-bit range") }
                values[row] = product
            }
        }
        return values
    }

    private mutating func signedRun(_ rows: Int, sums: Bool) throws(ChangeSetError) -> [Int64] {
        try reader.need(rows, "\(rows) integers")
        var values: [Int64] = []
        values.reserveCapacity(rows)
        var before: Int64 = 0
        for _ in 0..<rows {
            let value = try reader.signed()
            before = sums ? before &+ value : value
            values.append(before)
        }
        return values
    }

    private mutating func integerDictionary(_ rows: Int) throws(ChangeSetError) -> [Int64] {
        let count = try entryCount(rows)
        let entries = try signedRun(count, sums: true)
        return try indexes(rows, of: count).map { entries[$0] }
    }

    private mutating func entryCount(_ rows: Int) throws(ChangeSetError) -> Int {
        let count = try reader.count(atMost: rows, "dictionary entries for \(rows) rows")
        guard count > 0 else { throw reader.damaged("a dictionary is empty") }
        return count
    }

    private mutating func indexes(_ rows: Int, of count: Int) throws(ChangeSetError) -> [Int] {
        let low = try reader.raw(rows)
        let high = count > 256 ? try reader.raw(rows) : []
        var indexes: [Int] = []
        indexes.reserveCapacity(rows)
        for row in 0..<rows {
            let index = Int(low[row]) | (count > 256 ? Int(high[row]) << 8 : 0)
            guard index < count else { throw reader.damaged("an index points behind its dictionary") }
            indexes.append(index)
        }
        return indexes
    }

    // MARK: Texts

    mutating func texts(_ rows: Int) throws(ChangeSetError) -> [Text] {
        guard rows > 0 else { return [] }
        switch try coding() {
        case .constant:
            guard case .text(let text) = try reader.value() else { throw reader.damaged("a column of texts holds something else") }
            try charge(bytes: text.string.utf8.count, rows: rows)
            return [Text](repeating: text, count: rows)
        case .texts: return try plainTexts(rows)
        case .textDictionary: return try dictionaryTexts(rows)
        case .decimalTexts: return try decimalTexts(rows)
        default: throw reader.damaged("a column of texts holds something else")
        }
    }

    private mutating func plainTexts(_ rows: Int) throws(ChangeSetError) -> [Text] {
        try reader.need(rows, "\(rows) texts")
        var lengths: [Int] = []
        lengths.reserveCapacity(rows)
        for _ in 0..<rows { lengths.append(try reader.count(atMost: Limits.valueBytesMax, "bytes in one text")) }
        var texts: [Text] = []
        texts.reserveCapacity(rows)
        for length in lengths {
            try charge(bytes: length)
            texts.append(try reader.text(count: length))
        }
        return texts
    }

    private mutating func dictionaryTexts(_ rows: Int) throws(ChangeSetError) -> [Text] {
        let count = try entryCount(rows)
        var entries: [Text] = []
        var bytes: [UInt8] = []
        for _ in 0..<count {
            let shared = try reader.count(atMost: bytes.count, "shared bytes")
            let own = try reader.count(atMost: Limits.valueBytesMax - shared, "bytes in one text")
            entryBytes += shared + own
            guard entryBytes <= Limits.expandedBytesMax else {
                throw reader.tooLarge("its dictionaries take more than \(Limits.expandedBytesMax) bytes")
            }
            bytes.removeLast(bytes.count - shared)
            bytes.append(contentsOf: try reader.raw(own))
            guard let string = String(validating: bytes, as: UTF8.self) else { throw reader.damaged("a text is no valid UTF-8") }
            entries.append(Text(string))
        }
        var texts: [Text] = []
        for index in try indexes(rows, of: count) {
            try charge(bytes: entries[index].string.utf8.count)
            texts.append(entries[index])
        }
        return texts
    }

    private mutating func decimalTexts(_ rows: Int) throws(ChangeSetError) -> [Text] {
        try integers(rows).map { Text(String($0)) }
    }
}

extension Value {
    /// What a value weighs towards `Limits.expandedBytesMax`.
    var byteCount: Int {
        switch self {
        case .null, .integer, .real: 8
        case .text(let text): text.string.utf8.count
        case .malformedText(let bytes), .blob(let bytes): bytes.count
        case .reference(let reference): reference.key.byteCount
        }
    }
}

extension LocalKey {
    var byteCount: Int { values.reduce(0) { $0 + $1.byteCount } }
}

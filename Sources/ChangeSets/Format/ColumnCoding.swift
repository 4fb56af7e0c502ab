import Causality

/// One column: a byte for its coding, then the values (specification, section 4.5).
///
///     0  mixed         each value in the coding of single values
///     1  constant      one value for all rows
///     2  integers      exponent e, then each value / 10^e, signed
///     3  differences   exponent, then the first value and each difference to the one before, signed
///     4  dictionary    exponent, count, distinct integers (ascending: first, then differences), indexes
///     5  reals         eight planes of one byte a row, most significant first
///     6  texts         lengths, then the bytes of all
///     7  text dictionary   count, entries (bytes shared with the one before, bytes of its own, these), indexes
///     8  decimal texts     texts that are the shortest decimal form of an integer: a column of integers
///     9  sparse        a bitmap (lowest bit first, 1 = not null), then a column of what is not null
///
/// A column without rows has no bytes at all. The writer is free in its choice; a reader takes any.
enum ColumnCoding: UInt8 {
    case mixed = 0
    case constant, integers, differences, dictionary, reals, texts, textDictionary, decimalTexts, sparse
}

extension ByteWriter {
    mutating func coding(_ coding: ColumnCoding) { byte(coding.rawValue) }

    mutating func column(_ values: [Value]) {
        guard let first = values.first else { return }
        var nulls = 0
        var integers = 0
        var reals = 0
        var texts = 0
        for value in values {
            switch value {
            case .null: nulls += 1
            case .integer: integers += 1
            case .real: reals += 1
            case .text: texts += 1
            default: break
            }
        }
        switch values.count {
        case integers: return self.integers(values.map { $0.integer ?? 0 })
        case texts where texts > 1: return self.texts(values.map { $0.text ?? "" })
        case _ where !values.contains { $0 != first }: return constant(first)
        case reals: return self.reals(values)
        case nulls + integers, nulls + reals, nulls + texts: return sparse(values)
        default:
            coding(.mixed)
            for value in values { self.value(value) }
        }
    }

    private mutating func constant(_ value: Value) {
        coding(.constant)
        self.value(value)
    }

    private mutating func reals(_ values: [Value]) {
        coding(.reals)
        for shift in stride(from: 56, through: 0, by: -8) {
            for case .real(let value) in values { byte(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(shift))) }
        }
    }

    private mutating func sparse(_ values: [Value]) {
        coding(.sparse)
        var bits = [UInt8](repeating: 0, count: (values.count + 7) / 8)
        for (row, value) in values.enumerated() where !value.isNull { bits[row / 8] |= 1 << UInt8(row % 8) }
        raw(bits)
        column(values.filter { !$0.isNull })
    }

    // MARK: Integers

    mutating func integers(_ values: [Int64]) {
        guard let first = values.first else { return }
        if !values.contains(where: { $0 != first }) { return constant(.integer(first)) }
        let (exponent, divisor) = Self.commonPowerOfTen(values)
        let scaled = divisor == 1 ? values : values.map { $0 / divisor }

        var plain = ByteWriter(reserving: scaled.count * 2)
        var differences = ByteWriter(reserving: scaled.count * 2)
        var before: Int64 = 0
        for value in scaled {
            plain.signed(value)
            differences.signed(value &- before)
            before = value
        }
        let plainCost = Self.cost(plain.bytes)
        let differencesCost = Self.cost(differences.bytes)
        // Deflate makes a dictionary of single bytes by itself; ours pays where values take more than one.
        if min(plain.bytes.count, differences.bytes.count) > scaled.count * 5 / 4,
            let dictionary = Self.dictionary(scaled, cheaperThan: min(plainCost, differencesCost))
        {
            coding(.dictionary)
            byte(exponent)
            raw(dictionary)
        } else if differencesCost < plainCost {
            coding(.differences)
            byte(exponent)
            raw(differences.bytes)
        } else {
            coding(.integers)
            byte(exponent)
            raw(plain.bytes)
        }
    }

    private static func dictionary(_ values: [Int64], cheaperThan limit: Int) -> [UInt8]? {
        guard values.count >= 16 else { return nil }
        var codes: [Int64: Int] = [:]
        for value in values where codes[value] == nil {
            codes[value] = 0
            if codes.count > values.count / 2 { return nil }
        }
        var writer = ByteWriter(reserving: values.count * 2)
        writer.varint(codes.count)
        var before: Int64 = 0
        for (index, value) in codes.keys.sorted().enumerated() {
            writer.signed(value &- before)
            before = value
            codes[value] = index
        }
        let entryCount = writer.bytes.count
        writer.indexes(values.map { codes[$0] ?? 0 }, of: codes.count)
        return entryCount + cost(writer.bytes.dropFirst(entryCount)) < limit ? writer.bytes : nil
    }

    private static func commonPowerOfTen(_ values: [Int64]) -> (exponent: UInt8, divisor: Int64) {
        var exponent = 18
        for value in values where value != 0 {
            while exponent > 0, value % PowersOfTen.all[exponent] != 0 { exponent -= 1 }
            if exponent == 0 { break }
        }
        return (UInt8(exponent), PowersOfTen.all[exponent])
    }

    // MARK: Texts

    mutating func texts(_ values: [Text]) {
        guard let first = values.first else { return }
        if !values.contains(where: { $0 != first }) { return constant(.text(first)) }
        if let integers = Self.decimals(values) {
            coding(.decimalTexts)
            return self.integers(integers)
        }
        if let dictionary = Self.textDictionary(values) {
            coding(.textDictionary)
            return raw(dictionary)
        }
        coding(.texts)
        for value in values { varint(value.string.utf8.count) }
        for value in values { raw(value.string.utf8) }
    }

    /// The integers that the texts spell, when each is spelled as an integer prints.
    private static func decimals(_ values: [Text]) -> [Int64]? {
        var integers: [Int64] = []
        for value in values {
            guard let integer = value.decimal else { return nil }
            integers.append(integer)
        }
        return integers
    }

    private static func textDictionary(_ values: [Text]) -> [UInt8]? {
        guard values.count >= 4 else { return nil }
        var codes: [Text: Int] = [:]
        var plainCount = 0
        for value in values {
            codes[value] = 0
            plainCount += value.string.utf8.count + 1
        }
        let entries = codes.keys.sorted()
        var writer = ByteWriter(reserving: plainCount)
        writer.varint(entries.count)
        var before: [UInt8] = []
        for (index, entry) in entries.enumerated() {
            codes[entry] = index
            let bytes = Array(entry.string.utf8)
            let shared = zip(before, bytes).prefix { $0 == $1 }.count
            writer.varint(shared)
            writer.varint(bytes.count - shared)
            writer.raw(bytes[shared...])
            before = bytes
        }
        writer.indexes(values.map { codes[$0] ?? 0 }, of: entries.count)
        return writer.bytes.count < plainCount ? writer.bytes : nil
    }

    /// A byte a row; above 256 entries a plane of the low bytes, then one of the high bytes.
    private mutating func indexes(_ indexes: [Int], of entryCount: Int) {
        precondition(entryCount <= 65_536, "A set has fewer rows.")
        for index in indexes { byte(UInt8(truncatingIfNeeded: index)) }
        if entryCount > 256 { for index in indexes { byte(UInt8(truncatingIfNeeded: index >> 8)) } }
    }

    // MARK: Choosing

    /// About what deflate makes of these bytes: their entropy, one by one, plus half a byte a symbol for the table.
    private static func cost(_ bytes: some Collection<UInt8>) -> Int {
        var histogram = [Int](repeating: 0, count: 256)
        for byte in bytes { histogram[Int(byte)] += 1 }
        let total = logarithm(bytes.count)
        var bits = 0.0
        var symbols = 0
        for count in histogram where count > 0 {
            bits += Double(count) * (total - logarithm(count))
            symbols += 1
        }
        return min(bytes.count, Int(bits / 8) + symbols / 2)
    }

    /// Base 2, straight between the powers of two: near enough to choose by, and the same everywhere.
    private static func logarithm(_ count: Int) -> Double {
        let value = Double(count)
        return Double(value.exponent) + value.significand - 1
    }
}

enum PowersOfTen {
    /// 10⁰ to 10¹⁸.
    static let all: [Int64] = (0..<18).reduce(into: [1]) { powers, _ in powers.append(powers[powers.count - 1] * 10) }
}

extension Text {
    /// The integer whose shortest decimal form this is; `nil` for "007", "+1" or "-0".
    var decimal: Int64? {
        let utf8 = string.utf8
        guard let first = utf8.first, utf8.count <= 20 else { return nil }
        if first == UInt8(ascii: "0") { return utf8.count == 1 ? 0 : nil }
        if first == UInt8(ascii: "+") { return nil }
        guard let value = Int64(string), value != 0 else { return nil }
        if first == UInt8(ascii: "-"), utf8.dropFirst().first == UInt8(ascii: "0") { return nil }
        return value
    }
}

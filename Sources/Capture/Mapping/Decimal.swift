/// A decimal number read from text: digits × 10^exponent, exact.
struct Decimal: Hashable, Sendable {
    var isNegative = false
    var digits: UInt128 = 0
    var exponent = 0
    /// Digits beyond what `digits` can hold were not all zero: the number is not exactly this.
    var isCut = false

    /// Reads `-12.50`, `.5`, `1e-3`, with spaces around; `nil` for anything else.
    init?(_ text: String.UTF8View, point: UInt8) {
        var bytes = text[...]
        while let first = bytes.first, Decimal.isSpace(first) { bytes.removeFirst() }
        while let last = bytes.last, Decimal.isSpace(last) { bytes.removeLast() }
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            bytes.removeFirst()
        }
        var digitCount = 0
        var isFraction = false
        while let byte = bytes.first {
            if let digit = Decimal.digit(byte) {
                digitCount += 1
                append(digit, isFraction: isFraction)
            } else if byte == point, !isFraction {
                isFraction = true
            } else {
                break
            }
            bytes.removeFirst()
        }
        guard digitCount > 0, readExponent(&bytes), bytes.isEmpty else { return nil }
    }

    private mutating func append(_ digit: UInt8, isFraction: Bool) {
        if digits < Decimal.digitsMax {
            digits = digits * 10 + UInt128(digit)
            if isFraction { exponent -= 1 }
        } else {
            isCut = isCut || digit != 0
            if !isFraction { exponent += 1 }
        }
    }

    /// - Returns: false when something stands there that is no exponent.
    private mutating func readExponent(_ bytes: inout Substring.UTF8View) -> Bool {
        guard let mark = bytes.first else { return true }
        guard mark | 0x20 == UInt8(ascii: "e"), bytes.count <= 6, let power = Int(Substring(bytes.dropFirst())) else { return false }
        exponent += power
        bytes = bytes.suffix(0)
        return true
    }

    /// In units of 10^-places.
    ///
    /// - Parameter roundsHalfEven: otherwise a number between two units is `notExact`.
    func units(places: Int, roundsHalfEven: Bool) throws(ConversionFailure) -> Int64 {
        if digits == 0, !isCut { return 0 }
        var shift = exponent + places
        var units = digits
        var isBetween = isCut
        if shift > 0 {
            guard shift <= 38, !isCut else { throw .outOfRange }
            for _ in 0..<shift {
                units *= 10
                guard units <= UInt128(Int64.max) + 1 else { throw .outOfRange }
            }
        } else if shift < 0 {
            if shift < -Decimal.digitCountMax { (units, shift, isBetween) = (0, 0, true) }
            let divisor = Decimal.power(-shift)
            let (quotient, rest) = units.quotientAndRemainder(dividingBy: divisor)
            let half = divisor / 2
            units = quotient
            isBetween = isBetween || rest != 0
            if isBetween, roundsHalfEven, shift < 0, rest > half || (rest == half && (isCut || quotient & 1 == 1)) { units += 1 }
        }
        guard !isBetween || roundsHalfEven else { throw .notExact }
        guard units <= UInt128(Int64.max) + (isNegative ? 1 : 0) else { throw .outOfRange }
        return isNegative ? Int64(truncatingIfNeeded: 0 &- Int64(truncatingIfNeeded: units)) : Int64(units)
    }

    /// The nearest double; `nil` beyond its range.
    var double: Double? {
        guard let number = Double("\(isNegative ? "-" : "")\(digits)e\(exponent)"), number.isFinite else { return nil }
        return number
    }

    private static let digitCountMax = 37
    private static let digitsMax = power(36)

    private static func power(_ exponent: Int) -> UInt128 {
        var power: UInt128 = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
    private static func digit(_ byte: UInt8) -> UInt8? { byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : nil }
}

import ChangeSets

/// Money and quantities: from the unit that the application stores to integers in units of 10⁻⁴.
///
/// Exact or refused: 12.5 pence is 0.125 and fits, a third of a penny does not.
struct AmountConversion: Hashable, Sendable {
    /// What the application's number counts in, as a power of ten: pence are 2, whole units 0.
    var places: Int
    /// The decimal point of numbers stored as text.
    var point = UInt8(ascii: ".")
    /// Only whole numbers of the unit are right here.
    var isWhole = false
    var roundsHalfEven = false

    func units(of value: Value) throws(ConversionFailure) -> Int64 {
        switch value {
        case .integer(let number): return try units(of: number)
        case .real(let number): return try units(of: number)
        case .text(let text): return try units(of: text.string.utf8, point: point)
        default: throw .notANumber
        }
    }

    private func units(of number: Int64) throws(ConversionFailure) -> Int64 {
        if places <= FixedPoint.digits {
            let (units, overflow) = number.multipliedReportingOverflow(by: factor)
            guard !overflow else { throw .outOfRange }
            return units
        }
        return try units(of: String(number).utf8, point: UInt8(ascii: "."))
    }

    /// A real stands for the shortest decimal that reads back as it: 0.1 is a tenth.
    ///
    /// Up to 15 digits that decimal is found without text: if k/10ⁿ rounds to the number, no other decimal of
    /// so few digits does.
    private func units(of number: Double) throws(ConversionFailure) -> Int64 {
        guard number.isFinite else { throw .notFinite }
        if places <= FixedPoint.digits, !isWhole {
            let scale = Double(factor)
            let units = (number * scale).rounded()
            if units.magnitude < 1e15, units / scale == number { return Int64(units) }
        }
        return try units(of: "\(number)".utf8, point: UInt8(ascii: "."))
    }

    private func units(of text: String.UTF8View, point: UInt8) throws(ConversionFailure) -> Int64 {
        guard let decimal = Decimal(text, point: point) else { throw .notANumber }
        if isWhole {
            do { _ = try decimal.units(places: 0, roundsHalfEven: false) } catch  where error.code == .notExact { throw .notWhole }
        }
        return try decimal.units(places: FixedPoint.digits - places, roundsHalfEven: roundsHalfEven)
    }

    private var factor: Int64 {
        switch places {
        case 0: 10_000
        case 1: 1_000
        case 2: 100
        case 3: 10
        default: 1
        }
    }
}

extension AmountConversion {
    /// The words for `as:` on money and quantities. `decimal` is the default.
    static let units: [(word: String, conversion: AmountConversion)] = [
        ("decimal", AmountConversion(places: 0)),
        ("decimal comma", AmountConversion(places: 0, point: UInt8(ascii: ","))),
        ("integer", AmountConversion(places: 0, isWhole: true)),
        ("real", AmountConversion(places: 0)),
        ("pence", AmountConversion(places: 2)),
        ("cents", AmountConversion(places: 2)),
        ("hundredths", AmountConversion(places: 2)),
        ("thousandths", AmountConversion(places: 3)),
        ("ten-thousandths", AmountConversion(places: 4)),
        ("millionths", AmountConversion(places: 6)),
    ]
}

extension ConversionFailure {
    static let notWhole = ConversionFailure(
        code: .notExact, what: "holds a fraction where whole numbers are mapped.",
        remedy: "Correct the row in the application, or map the column with `as: decimal`.")
}

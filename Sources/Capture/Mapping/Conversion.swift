import ChangeSets

/// How the value of a column becomes the value of a field. Made once, run for every row.
enum Conversion: Sendable {
    case untouched
    case text(acceptsBlobs: Bool)
    case integer
    case real
    case flag
    case amount(AmountConversion)
    case time(TimeConversion)

    /// - Throws: why this one value has no meaning here. NULL stays NULL.
    func convert(_ value: Value) throws(ConversionFailure) -> Value {
        if case .null = value { return value }
        switch self {
        case .untouched: return value
        case .text(let acceptsBlobs): return try Conversion.text(value, acceptsBlobs: acceptsBlobs)
        case .integer: return .integer(try Conversion.integer(value))
        case .real: return .real(try Conversion.real(value))
        case .flag: return .integer(try Conversion.flag(value))
        case .amount(let conversion): return .integer(try conversion.units(of: value))
        case .time(let conversion): return .integer(try conversion.milliseconds(of: value))
        }
    }
}

/// What is wrong with one value. It names no value: the value may be personal.
struct ConversionFailure: Error, Hashable {
    var code: RowError.Code
    /// Completes "sales.total …".
    var what: String
    var remedy: String
}

extension Conversion {
    /// Text stays, byte for byte; a number becomes its shortest decimal text.
    private static func text(_ value: Value, acceptsBlobs: Bool) throws(ConversionFailure) -> Value {
        switch value {
        case .text, .malformedText, .null: return value
        case .integer(let number): return .text(Text(String(number)))
        case .real(let number):
            guard number.isFinite else { throw .notFinite }
            if let whole = Int64(exactly: number), whole.magnitude < 1 << 53 { return .text(Text(String(whole))) }
            return .text(Text("\(number)"))
        case .blob(let bytes):
            guard acceptsBlobs else {
                throw ConversionFailure(
                    code: .notText, what: "holds a blob where text is mapped.",
                    remedy: "If the application stores text as blobs, map the column with `as: utf-8`.")
            }
            return String(validating: bytes, as: UTF8.self).map { .text(Text($0)) } ?? .malformedText(bytes)
        case .reference: throw .notANumber
        }
    }

    private static func integer(_ value: Value) throws(ConversionFailure) -> Int64 {
        switch value {
        case .integer(let number): return number
        case .real(let number):
            guard number.isFinite else { throw .notFinite }
            guard let whole = Int64(exactly: number) else {
                throw ConversionFailure(
                    code: .notExact, what: "holds a number with a fraction, or beyond 64 bits, where an integer is mapped.",
                    remedy: "Correct the row in the application, or map the field as a real.")
            }
            return whole
        case .text(let text):
            guard let number = Int64(text.string) else { throw .notANumber }
            return number
        default: throw .notANumber
        }
    }

    private static func real(_ value: Value) throws(ConversionFailure) -> Double {
        switch value {
        case .integer(let number): return Double(number)
        case .real(let number):
            guard number.isFinite else { throw .notFinite }
            return number
        case .text(let text):
            guard let decimal = Decimal(text.string.utf8, point: UInt8(ascii: ".")), let number = decimal.double else { throw .notANumber }
            return number
        default: throw .notANumber
        }
    }

    private static func flag(_ value: Value) throws(ConversionFailure) -> Int64 {
        switch value {
        case .integer(let number) where number == 0 || number == 1: return number
        case .real(let number) where number == 0 || number == 1: return Int64(number)
        case .text(let text):
            if yesWords.contains(text.string.lowercased()) { return 1 }
            if noWords.contains(text.string.lowercased()) { return 0 }
        default: break
        }
        throw ConversionFailure(
            code: .notAFlag, what: "holds something else than 0, 1, yes, no, true or false where a flag is mapped.",
            remedy: "Say under `values:` which values mean `yes` and which `no`.")
    }

    static let yesWords = ["1", "yes", "y", "true", "t", "on"]
    static let noWords = ["0", "no", "n", "false", "f", "off", ""]
}

extension ConversionFailure {
    static let notANumber = ConversionFailure(
        code: .notANumber, what: "holds text or a blob where a number is mapped.",
        remedy: "Correct the row in the application, or map the column with `as:` as what it holds.")
    static let notFinite = ConversionFailure(
        code: .notFinite, what: "holds an infinity or no number at all (NaN).", remedy: "Correct the row in the application.")
    static let outOfRange = ConversionFailure(
        code: .outOfRange, what: "holds a number too large for 64 bits in units of 10⁻⁴.", remedy: "Correct the row in the application.")
    static let notExact = ConversionFailure(
        code: .notExact, what: "holds more than four decimals.", remedy: "If rounding is right here, say `round: half-even` in the mapping."
    )
    static let notATime = ConversionFailure(
        code: .notATime, what: "holds something that is no time in the mapped form.",
        remedy: "Correct the row in the application, or change `as:`, or list the value under `none:` if it means \"no time\".")
}

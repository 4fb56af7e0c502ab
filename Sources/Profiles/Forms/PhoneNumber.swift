/// A phone number that was read: in E.164 where its country is clear, as its digits where it is not.
struct PhoneNumber {
    /// Digits of a number whose country is not clear: fewer are a local number's, more are none.
    static let unclearDigits = 6...15
    /// Calling code and national number: no country has less, E.164 allows no more.
    static let digits = 7...15
    /// Digits in a row that nobody has, counted up or down: 1234567, 9876543210.
    static let rowDigitsMin = 7

    /// The normal form: `+` and digits, or digits.
    private(set) var text: String
    /// Whether the country is clear.
    private(set) var isClear: Bool
    /// Whether its country has given out such numbers; never where the country is not clear.
    private(set) var isValid: Bool

    init(_ raw: String, country: String?) throws(FormFault) {
        let typed = try PhoneText(raw)
        if let number = Self.number(typed, country) {
            try self.init(number)
        } else {
            try self.init(unclear: typed)
        }
    }

    private init(_ number: NumberingPlans.Number) throws(FormFault) {
        guard !Self.isDummy(number.national) else { throw .dummy }
        text = Self.written(number)
        guard Self.digits.contains(text.utf8.count - 1) else { throw .impossible }
        isClear = true
        isValid = number.isValid
    }

    private init(unclear typed: PhoneText) throws(FormFault) {
        guard !Self.isDummy(typed.digits[...]) else { throw .dummy }
        guard !typed.hasPlus, Self.unclearDigits.contains(typed.digits.count) else { throw .impossible }
        text = String(decoding: typed.digits.map { $0 + 0x30 }, as: UTF8.self)
        isClear = false
        isValid = false
    }

    private static func number(_ typed: PhoneText, _ country: String?) -> NumberingPlans.Number? {
        let plans = NumberingPlans.standard
        if typed.hasPlus { return plans.international(typed.digits[...]) }
        guard let country, let plan = plans[country] else { return plans.doubleZero(typed.digits[...]) }
        return plans.national(typed.digits[...], in: plan)
    }

    private static func written(_ number: NumberingPlans.Number) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "+")]
        bytes.reserveCapacity(16)
        for power in [100, 10, 1] where number.code >= power { bytes.append(UInt8(number.code / power % 10) + 0x30) }
        for digit in number.national { bytes.append(digit + 0x30) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One digit over and over, or all digits in a row: 4444444, 0123456789, 234-567-8901.
    static func isDummy(_ digits: ArraySlice<UInt8>) -> Bool {
        guard let first = digits.first, digits.count > 1 else { return true }
        let step = (digits[digits.startIndex + 1] + 10 - first) % 10
        guard step == 0 || (step == 1 || step == 9) && digits.count >= rowDigitsMin else { return false }
        return zip(digits, digits.dropFirst()).allSatisfy { ($0 + step) % 10 == $1 }
    }
}

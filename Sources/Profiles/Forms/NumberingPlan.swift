/// How numbers are dialled within one region, and which digits are a number there.
struct NumberingPlan: Sendable {
    typealias Digits = ArraySlice<UInt8>

    /// Digits that stand for themselves, or 255 for any digit.
    struct Prefix: Sendable {
        var digits: [UInt8]

        func begins(_ number: Digits) -> Bool {
            guard number.count > digits.count else { return false }
            for (offset, digit) in digits.enumerated() where digit != .max && number[number.startIndex + offset] != digit { return false }
            return true
        }
    }

    /// A number without its area, where the region is so small that it has one: seven digits in Barbados.
    struct Local: Sendable {
        var length: Int
        /// Digits that it may begin with, as bits.
        var firstDigits: UInt16
        var area: [UInt8]
    }

    var code: Int
    /// Dialled before a calling code.
    var abroad: [Prefix]
    /// Dialled before a national number at home, and left out from abroad; `nil` where there is none.
    var trunk: Prefix?
    /// Other prefixes at home: of carriers, or of former plans.
    var others: [Prefix]
    /// Possible lengths of a national number, as bits.
    var lengths: UInt32
    var local: Local?
    /// Where the automaton begins for the calling code.
    var start: NumberAutomaton.State

    /// North America's trunk prefix may be left out at home, since full numbers always have ten digits.
    var needsNoTrunk: Bool { trunk == nil || code == 1 }

    /// The fewest digits, typed without the trunk prefix where one is usual, that are still no local number.
    var bareDigitsMin: Int {
        guard !needsNoTrunk else { return 0 }
        return min(9, 31 - lengths.leadingZeroBitCount)
    }

    /// Whether a national number may have this length, whoever has it. No number begins with a trunk prefix of 0 or 1.
    func isPossible(_ number: Digits) -> Bool {
        guard number.count < 32, lengths >> number.count & 1 == 1, let first = number.first else { return false }
        if code == 1, first < 2 { return false }
        return !(first == 0 && trunk?.digits == [0])
    }
}

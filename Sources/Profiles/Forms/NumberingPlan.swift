/// How numbers are dialled within one region, and which digits are a number there. One object a region, for as long as the program runs.
final class NumberingPlan: Sendable {
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

    let code: Int
    /// Dialled before a calling code.
    let abroad: [Prefix]
    /// Dialled before a national number at home, and left out from abroad; `nil` where there is none.
    let trunk: Prefix?
    /// All that may stand before a national number at home: the trunk prefix first, then those of carriers and of former plans.
    let prefixes: [Prefix]
    /// Possible lengths of a national number, as bits.
    let lengths: UInt32
    let local: Local?
    /// Where the automaton begins for the calling code.
    let start: NumberAutomaton.State
    /// The fewest digits of a valid number typed without a trunk prefix; fewer are a local number where people write the prefix.
    let bareDigitsMin: Int

    /// Whether a number of a possible length is whole as it stands. North America's trunk prefix may be left out, since full
    /// numbers always have ten digits.
    var needsNoTrunk: Bool { trunk == nil || code == 1 }

    init(
        code: Int, abroad: [Prefix], trunk: Prefix?, isWritten: Bool, others: [Prefix], lengths: UInt32, local: Local?,
        start: NumberAutomaton.State
    ) {
        self.code = code
        self.abroad = abroad
        self.trunk = trunk
        prefixes = (trunk.map { [$0] } ?? []) + others
        self.lengths = lengths
        self.local = local
        self.start = start
        bareDigitsMin = trunk != nil && isWritten ? min(9, 31 - lengths.leadingZeroBitCount) : 0
    }

    /// Whether a national number may have this length, whoever has it.
    ///
    /// None begins with a trunk prefix of 0, nor with a 0 in North America. A 1 is let through there: nobody has such a number, but
    /// made-up ones tell people apart as well.
    func isPossible(_ number: Digits) -> Bool {
        guard number.count < 32, lengths >> number.count & 1 == 1, let first = number.first else { return false }
        return first != 0 || (code != 1 && trunk?.digits != [0])
    }
}

/// Knows which digits are a valid number of a calling code: one minimal automaton, whose start is the code's own state.
///
/// Made by `scripts/phone-plans` from the patterns of all kinds of numbers; four thousand states stand for 1,141 patterns.
struct NumberAutomaton: Sendable {
    typealias State = UInt16

    /// Ten targets a state; 0 is the state that leads nowhere.
    private var targets: [State]
    private var isEnd: [Bool]

    /// - Parameter text: per state, from 1 on: a letter with the count of groups (32 more where a number may end), and per group two
    ///   letters for its set of digits and two for its target. A letter counts 0 to 63 as in base64url.
    init(stateCount: Int, text: String) {
        targets = Array(repeating: 0, count: stateCount * 10)
        isEnd = Array(repeating: false, count: stateCount)
        var letters = text.utf8.makeIterator()
        for state in 1..<stateCount {
            let head = Self.number(&letters)
            isEnd[state] = head >= 32
            for _ in 0..<(head & 31) {
                let digits = Self.number(&letters) << 6 | Self.number(&letters)
                let target = Self.number(&letters) << 6 | Self.number(&letters)
                for digit in 0..<10 where digits >> digit & 1 == 1 { targets[state * 10 + digit] = State(target) }
            }
        }
    }

    func accepts(_ digits: ArraySlice<UInt8>, from start: State) -> Bool {
        var state = Int(start)
        for digit in digits {
            state = Int(targets[state * 10 + Int(digit)])
            if state == 0 { return false }
        }
        return isEnd[state]
    }

    private static func number(_ letters: inout String.UTF8View.Iterator) -> Int {
        switch letters.next() {
        case .some(let byte) where (0x41...0x5A).contains(byte): Int(byte) - 0x41
        case .some(let byte) where (0x61...0x7A).contains(byte): Int(byte) - 0x61 + 26
        case .some(let byte) where (0x30...0x39).contains(byte): Int(byte) - 0x30 + 52
        case .some(UInt8(ascii: "-")): 62
        case .some(UInt8(ascii: "_")): 63
        case let other: preconditionFailure("The states of numbering plans have a letter that is none of theirs: \(other ?? 0).")
        }
    }
}

/// Compares single terms of names, places and addresses.
enum WordComparison {
    /// Below this many letters two errors make another word.
    private static let lettersForTwoErrors = 6
    /// The resemblance (`Resemblance`) from which a mistyped word is recognised; chance reaches it in about one pair of names in a hundred.
    private static let alikeMin: Float = 0.8

    @inline(__always)
    static func areEqual(_ left: Term, _ right: Term) -> Bool {
        guard left.count == right.count else { return false }
        for place in 0..<left.count where left[place] != right[place] { return false }
        return true
    }

    static func name(_ left: Term, _ right: Term, nicknames: Bool) -> UInt8 {
        if areEqual(left, right) { return WordLevel.exact }
        let (short, long) = left.count <= right.count ? (left, right) : (right, left)
        if short.count == 1 { return short[0] == long[0] ? WordLevel.initial : WordLevel.other }
        if isContained(short, long) { return WordLevel.contained }
        if nicknames, Nicknames.areOfOneName(left, right) { return WordLevel.nickname }
        let errors = TypingErrors.count(left, right, limit: long.count >= lettersForTwoErrors ? 2 : 1)
        if errors == 1, long.count > 2 { return WordLevel.oneError }
        if errors == 2, long.count >= lettersForTwoErrors { return WordLevel.twoErrors }
        return Resemblance.jaroWinkler(left, right) >= alikeMin ? WordLevel.alike : WordLevel.other
    }

    static func place(_ left: Term, _ right: Term) -> UInt8 {
        if areEqual(left, right) { return PlaceLevel.exact }
        let (short, long) = left.count <= right.count ? (left, right) : (right, left)
        if isContained(short, long) { return PlaceLevel.oneError }
        let errors = TypingErrors.count(left, right, limit: 2)
        if errors == 1, long.count > 2 { return PlaceLevel.oneError }
        if errors == 2, long.count >= lettersForTwoErrors { return PlaceLevel.twoErrors }
        return Resemblance.jaroWinkler(left, right) >= alikeMin ? PlaceLevel.alike : PlaceLevel.other
    }

    /// Whether one is the other without some of its words, or without its blanks.
    private static func isContained(_ short: Term, _ long: Term) -> Bool {
        let blank = UInt8(ascii: " ")
        guard short.count > 2, long.contains(blank) || short.contains(blank) else { return false }
        if short.count < long.count {
            for start in 0...(long.count - short.count) where start == 0 || long[start - 1] == blank {
                let end = start + short.count
                if end == long.count || long[end] == blank, areEqual(Term(rebasing: long[start..<end]), short) { return true }
            }
        }
        return short.lazy.filter { $0 != blank }.elementsEqual(long.lazy.filter { $0 != blank })
    }
}

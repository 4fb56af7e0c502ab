/// How alike two terms look, from 0 to 1: the measure of Jaro, raised for a common beginning.
///
/// Source: W. Winkler, "String comparator metrics and enhanced decision rules in the Fellegi–Sunter model of record linkage" (1990): a tenth
/// of what is missing to 1 for each common letter at the beginning, of at most four, and only from 0.7 on.
enum Resemblance {
    static func jaroWinkler(_ left: Term, _ right: Term) -> Float {
        let jaro = jaro(left, right)
        guard jaro > 0.7 else { return jaro }
        var prefix = 0
        while prefix < min(4, left.count, right.count), left[prefix] == right[prefix] { prefix += 1 }
        return jaro + Float(prefix) * 0.1 * (1 - jaro)
    }

    /// Terms have at most 63 bytes, so that a bit each says which letters have found a partner.
    private static func jaro(_ left: Term, _ right: Term) -> Float {
        if left.isEmpty || right.isEmpty { return 0 }
        let reach = max(0, max(left.count, right.count) / 2 - 1)
        var (leftTaken, rightTaken): (UInt64, UInt64) = (0, 0)
        var common = 0
        for place in 0..<left.count {
            var other = max(0, place - reach)
            let end = min(right.count, place + reach + 1)
            while other < end {
                if rightTaken & (1 << UInt64(other)) == 0, left[place] == right[other] {
                    leftTaken |= 1 << UInt64(place)
                    rightTaken |= 1 << UInt64(other)
                    common += 1
                    break
                }
                other += 1
            }
        }
        guard common > 0 else { return 0 }
        let exchanged = outOfOrder(left, leftTaken, right, rightTaken) / 2
        let matches = Float(common)
        return (matches / Float(left.count) + matches / Float(right.count) + (matches - Float(exchanged)) / matches) / 3
    }

    private static func outOfOrder(_ left: Term, _ leftTaken: UInt64, _ right: Term, _ rightTaken: UInt64) -> Int {
        var (leftRest, rightRest) = (leftTaken, rightTaken)
        var count = 0
        while leftRest != 0, rightRest != 0 {
            if left[leftRest.trailingZeroBitCount] != right[rightRest.trailingZeroBitCount] { count += 1 }
            leftRest &= leftRest - 1
            rightRest &= rightRest - 1
        }
        return count
    }
}

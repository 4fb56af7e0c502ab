/// Logarithms to the base of two, as bits of evidence.
///
/// Own and not the C library's, so that every machine computes the same weights from the same model.
public enum Bits {
    /// - Parameter number: above zero.
    static func log2(_ number: Double) -> Double {
        guard number > 0 else { return -1_000 }
        var exponent = Double(number.exponent)
        var significand = number.significand
        if significand > 1.414_213_562_373_095_1 {
            significand /= 2
            exponent += 1
        }
        // ln x = 2 artanh((x − 1) / (x + 1)); here the argument stays below 0.172, so that 11 terms reach double precision.
        let ratio = (significand - 1) / (significand + 1)
        let square = ratio * ratio
        var (term, sum, odd) = (ratio, 0.0, 1.0)
        for _ in 0..<11 {
            sum += term / odd
            term *= square
            odd += 2
        }
        return exponent + 2 * sum * 1.442_695_040_888_963_4
    }

    static func exp2(_ bits: Double) -> Double {
        guard bits > -1_000 else { return 0 }
        guard bits < 1_000 else { return Double.greatestFiniteMagnitude }
        let whole = bits.rounded()
        let rest = (bits - whole) * 0.693_147_180_559_945_3
        var (term, sum) = (1.0, 1.0)
        for power in 1...13 {
            term *= rest / Double(power)
            sum += term
        }
        return Double(sign: .plus, exponent: Int(whole), significand: 1) * sum
    }

    /// The probability that has these odds.
    public static func probability(_ bits: Double) -> Double { 1 / (1 + exp2(-bits)) }

    /// The odds of a probability, in bits.
    public static func ofProbability(_ probability: Double) -> Double { log2(probability / (1 - probability)) }
}

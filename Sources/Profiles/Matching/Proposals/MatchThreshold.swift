/// How much evidence, in bits, is asked for.
public enum MatchThreshold {
    /// From here on a pair is proposed: it is likelier one person than two.
    public static let proposal: Double = 0
    /// From here on a pair may be linked without an operator: odds of 16,000 to 1, and more than any one trait that people of one household share by
    /// custom or by chance (a first name, a birthday) can bring.
    public static let automatic: Double = 14
}

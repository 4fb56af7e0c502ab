/// How much evidence, in bits, is asked for.
public enum MatchThreshold {
    /// From here on a pair is proposed: by the model it is likelier one person than two.
    public static let proposal: Double = 0
    /// A candidate for linking without an operator: odds of 16,000 to 1 by the model, and more than any one trait that people of one household share
    /// by custom or by chance (a first name, a birthday) can bring.
    ///
    /// Not yet beyond doubt in large lists. On labelled and synthetic lists of up to 32,000 records no pair above it was wrong; on a
    /// synthetic list of 1,000,000 ten of some 15,000 were, because learning there overrates how many records have a second one. Until that is
    /// mended, show such pairs first, and let an operator confirm them.
    public static let automatic: Double = 14
}

import ChangeSets

/// Money and quantities as people post them: decimal text, so that 2 pieces are never taken for 2 units of 10⁻⁴.
public enum PostedAmount {
    /// In units of 10⁻⁴; `nil` when it is no decimal number, has more than four places, or does not fit.
    public static func units(_ text: String) -> Int64? {
        try? Decimal(text.utf8, point: UInt8(ascii: "."))?.units(places: FixedPoint.digits, roundsHalfEven: false)
    }
}

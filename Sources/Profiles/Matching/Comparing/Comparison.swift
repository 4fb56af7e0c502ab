/// One question that is asked of two records, answered by a level of agreement, the best level first.
///
/// What is seldom independent of something else is asked under that condition: a city counts for little where the postcode is the same
/// already, so the two cases are comparisons of their own, of which a pair answers one. The raw values are places in a `Pattern`.
public enum Comparison: UInt8, CaseIterable, Codable, Sendable {
    case firstName
    case lastName
    /// Whether first and last name are taken as they stand or exchanged.
    case nameOrder
    /// With exchanged names: the better and the worse of first against last name.
    case exchangedName1
    case exchangedName2
    /// Where one record lacks the name but has an e-mail address.
    case firstNameInEmail
    case lastNameInEmail
    case birthDate
    case email
    /// Where first and last name agree: many an address spells its owner's name, and so do those of others of that name.
    case emailOfNamesake
    /// Where one name has something in common and the other has not, or is blank: "mary@" is the address of many a Mary.
    case emailOfSharedName
    case phone
    case personNumber
    case card
    case postcode
    case cityInPostcode
    case cityElsewhere
    case region
    case streetNearby
    case streetElsewhere
    case houseOnStreet
    case houseElsewhere
    case address2
    case company
    case gender
    case birthPlace
    case occupation

    static let count = allCases.count
    /// The most levels of a comparison: the stride of tables.
    static let levelsMax = 8
}

/// The levels that two records reach, a byte a comparison.
///
/// Pairs with the same pattern are the same to the model but for the frequency of their terms.
struct Pattern: Hashable {
    /// The comparison was not made: one of the records has nothing to compare.
    static let none: UInt8 = 0xFF

    private var levels = SIMD32<UInt8>(repeating: Pattern.none)

    subscript(comparison: Comparison) -> UInt8 {
        get { levels[Int(comparison.rawValue)] }
        set { levels[Int(comparison.rawValue)] = newValue }
    }

    subscript(place: Int) -> UInt8 { levels[place] }
}

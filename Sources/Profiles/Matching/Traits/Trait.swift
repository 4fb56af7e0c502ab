/// One comparable thing that is known of a person.
///
/// The raw values are part of `PersonTraits`' bytes: a new trait takes the next number.
public enum Trait: UInt8, CaseIterable, Sendable {
    case firstName
    case lastName
    case birthDate
    case email
    case phone
    /// A number that an authority gives a person once: tax, social security, health.
    case personNumber
    /// A loyalty card or another id that is the same in all systems.
    case card
    case houseNumber
    case street
    /// Unit, building, floor, or the part of the address that has no other place.
    case address2
    case city
    case postcode
    case region
    case country
    case company
    case gender
    case birthPlace
    case occupation

    static let count = allCases.count
}

/// What two records have in common: the level of every comparison, and the terms in which they agree.
///
/// The same in either order of the two.
struct ComparedPair {
    private(set) var pattern = Pattern()
    /// Per comparison the fingerprint of the term that both hold, for its frequency; 0 where they hold none.
    private(set) var agreed = SIMD32<UInt32>(repeating: 0)

    init(_ left: PersonTraits, _ right: PersonTraits) {
        self = left.withTerms { left in right.withTerms { right in ComparedPair(left, right) } }
    }

    @inline(__always)
    init(_ left: TraitTerms, _ right: TraitTerms) {
        compareNames(left, right)
        compare(.birthDate, left[.birthDate], right[.birthDate], NumberComparison.birthDate)
        compareEmails(left[.email], right[.email])
        compare(.phone, left[.phone], right[.phone], NumberComparison.phone)
        compare(.personNumber, left[.personNumber], right[.personNumber], NumberComparison.number)
        compare(.card, left[.card], right[.card], NumberComparison.number)
        comparePlaces(left, right)
        compareStreets(left, right)
        compare(.company, left[.company], right[.company], WordComparison.place)
        compare(.gender, left[.gender], right[.gender]) { WordComparison.areEqual($0, $1) ? 0 : 1 }
        compare(.birthPlace, left[.birthPlace], right[.birthPlace], WordComparison.place)
        compare(.occupation, left[.occupation], right[.occupation], WordComparison.place)
    }

    /// The best level over all values of both; no level where one has none.
    @inline(__always)
    private mutating func compare(_ comparison: Comparison, _ left: TermSequence, _ right: TermSequence, _ level: (Term, Term) -> UInt8) {
        let best = Self.best(left, right, level)
        pattern[comparison] = best.level
        if best.level == 0 { agreed[Int(comparison.rawValue)] = best.term }
    }

    @inline(__always)
    private static func best(_ left: TermSequence, _ right: TermSequence, _ level: (Term, Term) -> UInt8) -> (level: UInt8, term: UInt32) {
        var best = Pattern.none
        for one in left {
            for other in right {
                let found = level(one, other)
                if found < best { best = found }
                if found == 0 { return (0, Fingerprint.of(one)) }
            }
        }
        return (best, 0)
    }

    private mutating func compareEmails(_ left: TermSequence, _ right: TermSequence) {
        if areNamesakes { return compare(.emailOfNamesake, left, right, EmailComparison.addresses) }
        if shareName { return compare(.emailOfSharedName, left, right, EmailComparison.addresses) }
        compare(.email, left, right, EmailComparison.addresses)
        switch pattern[.email] {
        case EmailLevel.sameLocal: agreed[Int(Comparison.email.rawValue)] = Self.common(left, right, EmailComparison.local)
        case EmailLevel.sameDomain: agreed[Int(Comparison.email.rawValue)] = Self.common(left, right, EmailComparison.domain)
        default: break
        }
    }

    /// Whether one name at least has something in common with the other's: what is alike in names is alike in addresses that are made of them.
    private var shareName: Bool {
        [.firstName, .lastName, .exchangedName1].contains { pattern[$0] < WordLevel.other }
    }

    /// Whether first and last name are the same but for typing errors and short forms, in either order.
    private var areNamesakes: Bool {
        let isExchanged = pattern[.nameOrder] == 1
        let (first, last) = isExchanged ? (pattern[.exchangedName1], pattern[.exchangedName2]) : (pattern[.firstName], pattern[.lastName])
        return first <= WordLevel.initial && last <= WordLevel.twoErrors
            || isExchanged && first <= WordLevel.twoErrors && last <= WordLevel.initial
    }

    /// The fingerprint of a part that addresses of both have; 0 where there is none.
    private static func common(_ left: TermSequence, _ right: TermSequence, _ part: (Term) -> Term) -> UInt32 {
        for one in left {
            for other in right where WordComparison.areEqual(part(one), part(other)) { return Fingerprint.of(part(one)) }
        }
        return 0
    }

    /// Towns count for little within one postcode, and regions for nothing within one town.
    private mutating func comparePlaces(_ left: TraitTerms, _ right: TraitTerms) {
        compare(.postcode, left[.postcode], right[.postcode], NumberComparison.number)
        let isSamePostcode = pattern[.postcode] == NumberLevel.exact
        let city: Comparison = isSamePostcode ? .cityInPostcode : .cityElsewhere
        compare(city, left[.city], right[.city], WordComparison.place)
        if !isSamePostcode, pattern[city] != PlaceLevel.exact { compare(.region, left[.region], right[.region], WordComparison.place) }
    }

    private mutating func compareStreets(_ left: TraitTerms, _ right: TraitTerms) {
        let isNearby = pattern[.postcode] == NumberLevel.exact || pattern[.cityElsewhere] == PlaceLevel.exact
        let street: Comparison = isNearby ? .streetNearby : .streetElsewhere
        compare(street, left[.street], right[.street], WordComparison.place)
        compare(.address2, left[.address2], right[.address2], WordComparison.place)
        if pattern[street] > PlaceLevel.exchanged { compareExchangedLines(street, left, right) }
        let house: Comparison = pattern[street] < PlaceLevel.alike ? .houseOnStreet : .houseElsewhere
        compare(house, left[.houseNumber], right[.houseNumber], NumberComparison.houseNumber)
    }

    /// The first line of address may stand in the other's second.
    private mutating func compareExchangedLines(_ street: Comparison, _ left: TraitTerms, _ right: TraitTerms) {
        let one = Self.best(left[.street], right[.address2], WordComparison.place).level
        let other = Self.best(left[.address2], right[.street], WordComparison.place).level
        guard min(one, other) <= PlaceLevel.twoErrors else { return }
        pattern[street] = PlaceLevel.exchanged
        pattern[.address2] = Pattern.none
    }

    // MARK: Names

    private mutating func compareNames(_ left: TraitTerms, _ right: TraitTerms) {
        let first = Self.best(left[.firstName], right[.firstName]) { WordComparison.name($0, $1, nicknames: true) }
        let last = Self.best(left[.lastName], right[.lastName]) { WordComparison.name($0, $1, nicknames: false) }
        if Self.gain(first.level) + Self.gain(last.level) < Self.gainOfGoodNames,
            compareExchangedNames(left, right, first.level, last.level)
        {
            return
        }
        if first.level != Pattern.none || last.level != Pattern.none { pattern[.nameOrder] = 0 }
        pattern[.firstName] = first.level
        pattern[.lastName] = last.level
        agreed[Int(Comparison.firstName.rawValue)] = first.term
        agreed[Int(Comparison.lastName.rawValue)] = last.term
        if first.level == Pattern.none { pattern[.firstNameInEmail] = Self.levelInEmail(.firstName, left, right) }
        if last.level == Pattern.none { pattern[.lastNameInEmail] = Self.levelInEmail(.lastName, left, right) }
    }

    private static let gainOfGoodNames = 10

    /// How much a level speaks for an order of the names; only its comparison with the other order counts.
    private static func gain(_ level: UInt8) -> Int {
        switch level {
        case WordLevel.exact: 8
        case WordLevel.contained, WordLevel.nickname, WordLevel.oneError: 6
        case WordLevel.twoErrors: 4
        case WordLevel.initial, WordLevel.alike: 2
        case WordLevel.other: -3
        default: 0
        }
    }

    /// - Returns: whether the names were taken as exchanged.
    private mutating func compareExchangedNames(_ left: TraitTerms, _ right: TraitTerms, _ first: UInt8, _ last: UInt8) -> Bool {
        let one = Self.best(left[.firstName], right[.lastName]) { WordComparison.name($0, $1, nicknames: false) }
        let other = Self.best(left[.lastName], right[.firstName]) { WordComparison.name($0, $1, nicknames: false) }
        let (better, worse) = (one.level, one.term) <= (other.level, other.term) ? (one, other) : (other, one)
        guard better.level <= WordLevel.twoErrors, Self.gain(one.level) + Self.gain(other.level) > Self.gain(first) + Self.gain(last) + 2
        else {
            return false
        }
        pattern[.nameOrder] = 1
        pattern[.exchangedName1] = better.level
        pattern[.exchangedName2] = worse.level
        agreed[Int(Comparison.exchangedName1.rawValue)] = better.term
        agreed[Int(Comparison.exchangedName2.rawValue)] = worse.term
        return true
    }

    /// Looks for a name in the address of the record that lacks it.
    ///
    /// Only where the other has no address: two addresses are compared as such, and would be counted twice.
    private static func levelInEmail(_ name: Trait, _ left: TraitTerms, _ right: TraitTerms) -> UInt8 {
        let (nameless, named) = left.has(name) ? (right, left) : (left, right)
        guard named.has(name), !nameless.has(name), nameless.has(.email), !named.has(.email) else { return Pattern.none }
        return best(named[name], nameless[.email]) { EmailComparison.level(ofName: $0, in: $1) }.level
    }
}

/// A short number for a term: FNV-1a, 32 bits (Fowler, Noll, Vo), never 0.
enum Fingerprint {
    @inline(__always)
    static func of(_ term: Term) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for byte in term { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return hash == 0 ? 1 : hash
    }
}

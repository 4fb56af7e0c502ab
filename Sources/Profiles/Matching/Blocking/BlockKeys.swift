/// The keys under which a record is found, in passes that fail for different reasons.
///
/// Every pass is blind to some errors; a pair is lost only if its errors and blanks hit all of them. Names enter without their order, by how they
/// sound. See M. Hernández and S. Stolfo, "The merge/purge problem for large databases" (1995) on several cheap passes against one costly one.
public struct BlockKeys {
    /// The most records of a block that are compared with each other; a larger block is replaced by finer ones, and those dropped if too large.
    public static let blockRecordsMax = 100
    /// The most different names of a record that enter keys.
    private static let namesMax = 4

    private var keys: [BlockKey] = []
    private let names: [NameCode]
    private let initials: [UInt8]
    private let dates: [[UInt8]]
    private let postcodes: [[UInt8]]
    private let cities: [NameCode]
    private let houses: [[UInt8]]
    private let streets: [[UInt8]]

    private init(_ traits: PersonTraits) {
        let words = (traits.terms(of: .firstName) + traits.terms(of: .lastName)).flatMap { FoldedText.words($0).filter { $0.count > 1 } }
        names = Array(Set(words.map { NameCode($0) })).sorted().prefix(Self.namesMax).map { $0 }
        initials = Set(words.compactMap(\.first)).sorted()
        dates = traits.terms(of: .birthDate)
        postcodes = traits.terms(of: .postcode)
        cities = traits.terms(of: .city).map { NameCode($0) }
        houses = traits.terms(of: .houseNumber)
        streets = traits.terms(of: .street)
    }

    /// Without repeats of a key.
    public static func of(_ traits: PersonTraits) -> [BlockKey] {
        var all = BlockKeys(traits)
        all.addNumbers(traits)
        all.addEmails(traits)
        all.addNamesWithDates()
        all.addNames(traits)
        all.addPlaces()
        var seen: Set<UInt64> = []
        return all.keys.filter { seen.insert($0.key).inserted }
    }

    private mutating func add(_ key: KeyHash, finer: [KeyHash] = []) {
        keys.append(BlockKey(key: key.value, finer: finer.map { $0.with([1]).value }))
    }

    private mutating func addNumbers(_ traits: PersonTraits) {
        for (pass, trait) in [(1, Trait.personNumber), (2, .card)] as [(UInt8, Trait)] {
            for number in traits.terms(of: trait) { addOwn(KeyHash(pass: pass).with(number)) }
        }
        for phone in traits.terms(of: .phone) { addOwn(KeyHash(pass: 3).with(phone.suffix(7))) }
    }

    /// A value that is one person's: where it is not, the names and the date of birth tell its holders apart.
    private mutating func addOwn(_ key: KeyHash) { add(key, finer: names.map { key.with($0) } + dates.map { key.with($0) }) }

    private mutating func addEmails(_ traits: PersonTraits) {
        for email in traits.terms(of: .email) {
            let local = email.prefix { $0 != UInt8(ascii: "@") }
            addOwn(KeyHash(pass: 4).with(email))
            if local.count > 4 { addOwn(KeyHash(pass: 5).with(local)) }
            let beginning = KeyHash(pass: 6).with(local.prefix(5))
            for date in dates { add(beginning.with(date.prefix(4)), finer: [beginning.with(date)]) }
        }
    }

    private mutating func addNamesWithDates() {
        for date in dates {
            let whole = KeyHash(pass: 7).with(date)
            add(whole, finer: names.map { whole.with($0) } + postcodes.map { whole.with($0) })
            for name in names {
                let year = KeyHash(pass: 8).with(name).with(date.prefix(4))
                add(year, finer: names.filter { $0 != name }.map { year.with($0) } + [year.with(date[4..<6])])
                let day = KeyHash(pass: 9).with(name).with(date[4...])
                add(day, finer: names.filter { $0 != name }.map { day.with($0) } + [day.with(date.prefix(3))])
            }
        }
    }

    /// Both names together, and each with where the person lives.
    private mutating func addNames(_ traits: PersonTraits) {
        for (place, one) in names.enumerated() {
            for other in names[(place + 1)...] {
                let both = KeyHash(pass: 10).with(one).with(other)
                add(
                    both,
                    finer: dates.flatMap { [both.with($0.prefix(4)), both.with($0[4...])] } + cities.map { both.with([0]).with($0) }
                        + postcodes.map { both.with($0) })
            }
            for postcode in postcodes {
                let key = KeyHash(pass: 11).with(one).with(postcode)
                add(key, finer: houses.map { key.with($0) } + dates.map { key.with($0.prefix(4)) })
            }
            for city in cities {
                let key = KeyHash(pass: 12).with(one).with(city)
                add(
                    key,
                    finer: names.filter { $0 != one }.map { key.with($0) } + dates.map { key.with($0.prefix(4)) }
                        + streets.map { key.with($0.prefix(4)) })
            }
        }
    }

    private mutating func addPlaces() {
        for house in houses {
            for postcode in postcodes {
                let key = KeyHash(pass: 13).with(postcode).with(house)
                add(key, finer: streets.map { key.with($0.prefix(3)) })
            }
            for street in streets {
                let key = KeyHash(pass: 14).with(street.prefix(4)).with(house)
                add(key, finer: cities.map { key.with($0) } + names.map { key.with([0]).with($0) })
            }
        }
        for street in streets {
            for postcode in postcodes {
                let key = KeyHash(pass: 15).with(postcode).with(street.prefix(4))
                add(key, finer: initials.map { key.with([$0]) })
            }
        }
    }
}

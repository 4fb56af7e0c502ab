import Profiles

/// Labelled customer records that never existed, for judging a model on errors that it was not written against.
///
/// People live in homes: part of them share last name, address and often the phone with others, some are twins, some are named after a parent. Names
/// and towns are as unevenly common as in life (G. Zipf, 1949).
struct SyntheticPeople {
    /// How a set is made; chances are from 0 to 1.
    struct Shape {
        var people = 1_000
        /// Further records of one person: chance of one, and then of each more.
        var duplicates = 0.3
        var more = 0.2
        /// Changes per duplicate.
        var errors = 1...3
        /// Chance that a field is blank.
        var blank = 0.12
        var moved = 0.1
        /// Chance that a person lives with the one before.
        var home = 0.25
        var hasBirthDates = true
        var sites = 5
    }

    private(set) var records: [[(field: String, value: String)]] = []
    private(set) var truth: [Int] = []
    private var chance: Seeded
    /// Addresses that are given away: no mail host gives one to two people.
    private var addresses: Set<String> = []
    private let shape: Shape

    /// Seeded (SplitMix64).
    struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private struct Person {
        var first, last, email, phone, street, city, postcode: String
        var house: Int
        var birth: (year: Int, month: Int, day: Int)
    }

    init(_ shape: Shape, seed: UInt64) {
        self.shape = shape
        chance = Seeded(state: seed)
        var before: Person?
        for number in 0..<shape.people {
            let person = before.flatMap { happens(shape.home) ? relative(of: $0) : nil } ?? stranger()
            before = person
            add(person, number, errors: 0)
            var further = happens(shape.duplicates)
            while further {
                add(person, number, errors: Int.random(in: shape.errors, using: &chance))
                further = happens(shape.more)
            }
        }
    }

    private mutating func happens(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &chance) < share }
    private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &chance) }

    /// A rank below `count`, low ones more often: roughly 1 / rank.
    private mutating func rank(_ count: Int) -> Int {
        let share = Double.random(in: 0..<1, using: &chance)
        return min(count - 1, Int(Double(count) * share * share * share))
    }

    private static let firsts =
        "mary james anna john sofia peter laura thomas emma lukas julia daniel sarah michael lena david maria paul hannah mark "
        + "elena robert claire simon ingrid oscar nadia victor helen georg"
    private static let lasts =
        "smith müller jones garcía meyer rossi dubois brown schmidt novák taylor weber martin o'neill fischer wagner kowalski "
        + "moreau hughes becker lopez bauer petit wright hoffmann silva jensen horvat costa nielsen"
    private static let syllables = ["ba", "ro", "li", "ten", "mar", "ku", "sel", "dor", "vin", "ha", "ni", "ges", "to", "wil", "ra", "fen"]

    /// The common ones are real, the others made of syllables.
    private static func word(_ rank: Int, _ common: [Substring]) -> String {
        if rank < common.count { return String(common[rank]) }
        var (text, rest) = ("", rank - common.count)
        for _ in 0..<3 {
            text += syllables[rest % 16]
            rest /= 16
        }
        return text + ["", "n", "s", "er"][rest % 4]
    }

    private mutating func stranger() -> Person {
        let city = rank(shape.sites * 6)
        let area = below(30)
        return person(
            last: Self.word(rank(8_000), Self.lasts.split(separator: " ")), house: 1 + rank(150),
            street: Self.word(rank(3_000), []) + ["street", "road", "weg"].map { " " + $0 }[below(3)],
            city: Self.word(city * 37, []), postcode: String(10_000 + city * 100 + area), phone: number())
    }

    private mutating func number() -> String { "0" + String(100_000_000 + below(899_999_999)) }

    private mutating func person(last: String, house: Int, street: String, city: String, postcode: String, phone: String) -> Person {
        let first = Self.word(rank(600), Self.firsts.split(separator: " "))
        let year = 1935 + below(70)
        let local = [
            first + "." + last, first.prefix(1) + last + String(year % 100), first + String(below(999)), Self.word(below(8_000), []),
        ][below(4)]
        let hosts = ["gmail.com", "mail.example", "post.example", Self.word(rank(400), []) + ".example"]
        let host = "@" + hosts[min(3, rank(6))]
        var email = local + host
        while !addresses.insert(email).inserted { email = local + String(below(1_000_000)) + host }
        return Person(
            first: first, last: last, email: email, phone: phone, street: street, city: city, postcode: postcode, house: house,
            birth: (year, 1 + below(12), 1 + below(28)))
    }

    /// Somebody of the same home; now and then a twin, or of the same first name.
    private mutating func relative(of one: Person) -> Person {
        var other = person(
            last: happens(0.85) ? one.last : Self.word(rank(8_000), []), house: one.house, street: one.street, city: one.city,
            postcode: one.postcode,
            phone: happens(0.5) ? one.phone : number())
        if happens(0.05) { other.birth = one.birth } else if happens(0.03) { other.first = one.first }
        // Twins never have one name: with it, nothing in the records could tell them from one person.
        if other.birth == one.birth, other.first == one.first { other.birth.year = one.birth.year == 1_950 ? 1_951 : 1_950 }
        return other
    }

    private mutating func add(_ person: Person, _ number: Int, errors: Int) {
        var person = person
        if errors > 0, happens(shape.moved) {
            let home = stranger()
            (person.street, person.house, person.city, person.postcode) = (home.street, home.house, home.city, home.postcode)
        }
        let birth = person.birth
        var values = [
            ("first name", person.first), ("last name", person.last),
            ("birth date", shape.hasBirthDates ? [String(birth.year), two(birth.month), two(birth.day)].joined(separator: "-") : ""),
            ("email", person.email), ("phone", person.phone), ("address", "\(person.house) \(person.street)"), ("city", person.city),
            ("postcode", person.postcode),
        ].map { (field: $0.0, value: happens(shape.blank) ? "" : $0.1) }
        for _ in 0..<errors { damage(&values) }
        records.append(values)
        truth.append(number)
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

    private mutating func damage(_ values: inout [(field: String, value: String)]) {
        switch below(12) {
        case 0: (values[0].value, values[1].value) = (values[1].value, values[0].value)
        case 1: values[0].value = String(values[0].value.prefix(1))
        case 2: values[below(values.count)].value = ["n/a", "unknown", "-", "00000"][below(4)]
        case 3: values[3].value = Self.word(below(8_000), []) + "@gmail.com"
        case 4: values[4].value = number()
        case 5:
            let parts = values[2].value.split(separator: "-")
            if parts.count == 3 { values[2].value = [parts[2], parts[1], parts[0]].joined(separator: ".") }
        default: mistype(&values[below(values.count)].value)
        }
    }

    private mutating func mistype(_ text: inout String) {
        var letters = Array(text)
        guard letters.count > 2 else { return }
        let place = below(letters.count - 1)
        switch below(4) {
        case 0: letters.remove(at: place)
        case 1: letters.swapAt(place, place + 1)
        case 2: letters[place] = letters[place].isNumber ? Character(String(below(10))) : Array("abcdefghijklmnopqrstuvwxyz")[below(26)]
        default: letters.insert(letters[place], at: place)
        }
        text = String(letters)
    }
}

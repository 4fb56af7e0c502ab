extension PersonTraits {
    /// Reads the traits of a customer record.
    ///
    /// - Parameters:
    ///   - fields: the catalogue's field names with what was typed, in any order, a field once for each of its values. Besides the catalogue's
    ///     fields, the names in `PersonField` are understood; other fields are left out.
    ///   - today: `yyyymmdd`; a birth date after it is no date. `nil` where the caller has no clock.
    public init(_ fields: some Sequence<(field: String, value: String)>, today: Int? = nil) {
        var reading = TraitReading(today: today)
        for (field, value) in fields {
            if let field = PersonField(rawValue: field) { reading.read(field, value) }
        }
        self.init(reading.sorted)
    }
}

/// A field that says something comparable of a person: the customer fields of the catalogue that do, and some that sites add.
public enum PersonField: String, CaseIterable, Sendable {
    case firstName = "first name"
    case lastName = "last name"
    case name
    case birthDate = "birth date"
    case email
    case phone
    case loyaltyID = "loyalty id"
    case personNumber = "person number"
    case houseNumber = "house number"
    case address
    case address2 = "address 2"
    case city
    case region
    case postcode
    case country
    case company
    case gender
    case birthPlace = "birth place"
    case occupation
}

/// Collects the values of a record's fields as traits.
struct TraitReading {
    private let today: Int?
    private var values: [[[UInt8]]] = Array(repeating: [], count: Trait.count)

    init(today: Int?) { self.today = today }

    /// Without repeats and in the order of their bytes, so that the order of fields does not show.
    var sorted: [[[UInt8]]] {
        values.map { $0.count < 2 ? $0 : Array(Set($0)).sorted { $0.lexicographicallyPrecedes($1) } }
    }

    mutating func read(_ field: PersonField, _ raw: String) {
        let longest = PersonTraits.valueBytesMax
        switch field {
        case .firstName: add(NameTerms.words(raw, titled: true), .firstName)
        case .lastName: add(NameTerms.words(raw, titled: false), .lastName)
        case .name:
            let (first, last) = NameTerms.split(raw)
            add(first, .firstName)
            add(last, .lastName)
        case .birthDate: if let date = BirthDateTerm.read(raw, today: today) { values[Int(Trait.birthDate.rawValue)].append(date) }
        case .email: addEmail(raw)
        case .phone: addPhone(raw)
        case .loyaltyID: add(Self.solid(raw), .card)
        case .personNumber: add(Self.solid(raw), .personNumber)
        case .houseNumber: add(Self.solid(raw), .houseNumber)
        case .address:
            let (number, street) = StreetAddress.split(FoldedText.fold(raw, bytesMax: longest))
            add(number, .houseNumber)
            add(street, .street)
        case .address2: add(StreetAddress.shortened(FoldedText.fold(raw, bytesMax: longest)), .address2)
        case .postcode: add(Self.solid(raw), .postcode)
        case .city: add(FoldedText.fold(raw, bytesMax: longest), .city)
        case .region: add(FoldedText.fold(raw, bytesMax: longest), .region)
        case .country: add(FoldedText.fold(raw, bytesMax: longest), .country)
        case .company: add(FoldedText.fold(raw, bytesMax: longest), .company)
        case .gender: addGender(raw)
        case .birthPlace: add(FoldedText.fold(raw, bytesMax: longest), .birthPlace)
        case .occupation: add(FoldedText.fold(raw, bytesMax: longest), .occupation)
        }
    }

    private mutating func add(_ folded: [UInt8], _ trait: Trait) {
        if !BlankWords.contains(folded) { values[Int(trait.rawValue)].append(folded) }
    }

    /// The first letter: "f", "F" and "female" are one.
    private mutating func addGender(_ raw: String) {
        let folded = FoldedText.fold(raw, bytesMax: PersonTraits.valueBytesMax)
        if !BlankWords.contains(folded) { values[Int(Trait.gender.rawValue)].append(Array(folded.prefix(1))) }
    }

    /// Letters and digits only: numbers, cards, postcodes.
    private static func solid(_ raw: String) -> [UInt8] {
        let folded = FoldedText.fold(raw, bytesMax: PersonTraits.valueBytesMax)
        return BlankWords.contains(folded) ? [] : folded.filter { $0 != UInt8(ascii: " ") }
    }

    /// Kept with `@`, `.`, `_`, `-`, `+`: a mistyped address is still to be compared, so its shape is not checked.
    private mutating func addEmail(_ raw: String) {
        let folded = FoldedText.fold(raw, keeping: { Array("@._-+".utf8).contains($0) }, bytesMax: PersonTraits.valueBytesMax)
            .filter { $0 != UInt8(ascii: " ") }
        let local = folded.prefix { $0 != UInt8(ascii: "@") }
        guard folded.count > 3, !BlankWords.contains(Array(local)), !Self.dummyLocals.contains(Array(local)) else { return }
        values[Int(Trait.email.rawValue)].append(folded)
    }

    private static let dummyLocals: Set<[UInt8]> = Set(["noemail", "nomail", "noreply", "no-reply", "no", "info"].map { Array($0.utf8) })

    /// Digits, without leading zeros and `+`: the country code shows as a longer beginning.
    private mutating func addPhone(_ raw: String) {
        let digits = raw.utf8.prefix(64).filter { (0x30...0x39).contains($0) }
        let dialled = Array(digits.drop { $0 == 0x30 })
        guard (6...15).contains(dialled.count), Set(dialled).count > 1 else { return }
        values[Int(Trait.phone.rawValue)].append(dialled)
    }
}

extension Comparison {
    var kind: ComparisonKind { Self.kinds[Int(rawValue)] }

    /// Chances are those of everyday customer lists, from which learning starts and to which it returns where data says little. They are round
    /// figures from general experience, not fitted to a data set.
    static let kinds: [ComparisonKind] = allCases.map(typicalKind)

    private static func typicalKind(_ comparison: Comparison) -> ComparisonKind {
        switch comparison {
        case .firstName: ComparisonKind("first name", household: 0.03, frequencies: .firstName, names(different: 0.005))
        case .lastName: ComparisonKind("last name", household: 0.7, frequencies: .lastName, names(different: 0.003))
        case .nameOrder: orders
        case .exchangedName1: ComparisonKind("exchanged name", household: 0.7, names(different: 0.002))
        case .exchangedName2: ComparisonKind("exchanged name", household: 0.03, names(different: 0.002))
        case .firstNameInEmail:
            ComparisonKind(
                "first name in the e-mail address", household: 0.05, [("spelt", 0.4, 0.01), ("initial", 0.4, 0.1), ("other", 0.2, 0.89)])
        case .lastNameInEmail:
            ComparisonKind(
                "last name in the e-mail address", household: 0.7, [("spelt", 0.5, 0.005), ("initial", 0.2, 0.08), ("other", 0.3, 0.9)])
        case .birthDate: birthDates
        case .email: emails
        case .emailOfNamesake: emailsOfNamesakes
        case .emailOfSharedName: emailsOfSharedNames
        case .phone: ComparisonKind("phone", household: 0.5, frequencies: .phone, numbers(different: 0.000_01))
        case .personNumber: ComparisonKind("person number", frequencies: .personNumber, numbers(different: 0.000_001))
        case .card: ComparisonKind("loyalty id", household: 0.1, frequencies: .card, numbers(different: 0.000_001))
        case .postcode: ComparisonKind("postcode", household: 1, frequencies: .postcode, numbers(different: 0.002))
        case .cityInPostcode: ComparisonKind("city", household: 1, places(different: 0.8))
        case .cityElsewhere: ComparisonKind("city", household: 1, frequencies: .city, places(different: 0.02))
        case .region: ComparisonKind("region", household: 1, frequencies: .region, places(different: 0.2))
        case .streetNearby: ComparisonKind("street", household: 1, places(different: 0.05))
        case .streetElsewhere: ComparisonKind("street", household: 1, frequencies: .street, places(different: 0.002))
        case .houseOnStreet: ComparisonKind("house number", household: 1, houses(different: 0.05))
        case .houseElsewhere: ComparisonKind("house number", household: 1, frequencies: .houseNumber, houses(different: 0.015))
        case .address2: ComparisonKind("address 2", household: 0.8, frequencies: .address2, places(different: 0.005))
        case .company: ComparisonKind("company", household: 0.1, frequencies: .company, places(different: 0.002))
        case .gender: ComparisonKind("gender", frequencies: .gender, [("same", 0.97, 0.5), ("other", 0.03, 0.5)])
        case .birthPlace: ComparisonKind("birth place", household: 0.3, frequencies: .birthPlace, places(different: 0.02))
        case .occupation: ComparisonKind("occupation", frequencies: .occupation, places(different: 0.03))
        }
    }

    private typealias Levels = [(name: String, same: Double, different: Double)]

    private static func names(different exact: Double) -> Levels {
        [
            ("same", 0.78, exact), ("contained", 0.02, 0.000_5), ("short form", 0.02, 0.000_5), ("one letter off", 0.09, 0.001),
            ("two letters off", 0.03, 0.001), ("initial", 0.01, 0.001), ("alike", 0.02, 0.012), ("other", 0.03, 0.98),
        ]
    }

    private static func numbers(different exact: Double) -> Levels {
        [("same", 0.85, exact), ("one digit off", 0.06, 3 * exact), ("two digits off", 0.03, 30 * exact), ("other", 0.06, 1 - 34 * exact)]
    }

    private static func houses(different exact: Double) -> Levels {
        [("same", 0.85, exact), ("one digit off", 0.07, 0.15), ("two digits off", 0.01, 0.01), ("other", 0.07, 0.84 - exact)]
    }

    private static func places(different exact: Double) -> Levels {
        [
            ("same", 0.78, exact), ("one letter off", 0.08, 0.1 * exact), ("two letters off", 0.03, 0.001), ("alike", 0.03, 0.01),
            ("in the other line", 0.01, 0.000_5), ("other", 0.07, 1 - exact),
        ]
    }

    private static var orders: ComparisonKind {
        var kind = ComparisonKind("order of names", [("as they stand", 0.97, 1), ("exchanged", 0.03, 1)])
        kind.typical.different = [1, 1]
        return kind
    }

    private static var birthDates: ComparisonKind {
        ComparisonKind(
            "birth date", household: 0.01, frequencies: .birthDate,
            [
                ("same", 0.85, 0.000_05), ("day and month exchanged", 0.01, 0.000_05), ("one digit off", 0.06, 0.000_8),
                ("two parts the same", 0.02, 0.003), ("two digits off", 0.02, 0.01), ("same year", 0.01, 0.015),
                ("within a year", 0.01, 0.02),
                ("other", 0.02, 0.95),
            ])
    }

    private static var emails: ComparisonKind {
        ComparisonKind(
            "e-mail", household: 0.05, frequencies: .email,
            [
                ("same", 0.7, 0.000_01), ("two letters off", 0.07, 0.000_01), ("same before the @", 0.05, 0.000_1),
                ("alike", 0.04, 0.000_5),
                ("same domain", 0.02, 0.1), ("other", 0.12, 0.9),
            ])
    }

    private static var emailsOfSharedNames: ComparisonKind {
        ComparisonKind(
            "e-mail", household: 0.05, frequencies: .email,
            [
                ("same", 0.7, 0.000_01), ("two letters off", 0.07, 0.001), ("same before the @", 0.05, 0.01), ("alike", 0.04, 0.05),
                ("same domain", 0.02, 0.12), ("other", 0.12, 0.82),
            ])
    }

    private static var emailsOfNamesakes: ComparisonKind {
        ComparisonKind(
            "e-mail", household: 0.05, frequencies: .email,
            [
                ("same", 0.7, 0.000_01), ("two letters off", 0.07, 0.005), ("same before the @", 0.05, 0.08), ("alike", 0.04, 0.12),
                ("same domain", 0.02, 0.15), ("other", 0.12, 0.645),
            ])
    }
}

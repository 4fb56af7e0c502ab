/// The levels of names and of other words.
enum WordLevel {
    static let exact: UInt8 = 0
    /// "anna" and "anna maria", "mary ann" and "maryann".
    static let contained: UInt8 = 1
    /// "rob" and "robert".
    static let nickname: UInt8 = 2
    static let oneError: UInt8 = 3
    static let twoErrors: UInt8 = 4
    static let initial: UInt8 = 5
    static let alike: UInt8 = 6
    static let other: UInt8 = 7
}

/// What the e-mail address of a record without such a name says of the other's name.
enum NameInEmailLevel {
    static let spelt: UInt8 = 0
    static let initial: UInt8 = 1
    static let other: UInt8 = 2
}

enum DateLevel {
    static let exact: UInt8 = 0
    static let dayMonthExchanged: UInt8 = 1
    static let oneError: UInt8 = 2
    /// Two of year, month and day are the same.
    static let twoParts: UInt8 = 3
    static let twoErrors: UInt8 = 4
    static let sameYear: UInt8 = 5
    static let withinYear: UInt8 = 6
    static let other: UInt8 = 7
}

enum EmailLevel {
    static let exact: UInt8 = 0
    static let twoErrors: UInt8 = 1
    static let sameLocal: UInt8 = 2
    static let alike: UInt8 = 3
    static let sameDomain: UInt8 = 4
    static let other: UInt8 = 5
}

/// The levels of phone numbers, other numbers and postcodes.
enum NumberLevel {
    static let exact: UInt8 = 0
    static let oneError: UInt8 = 1
    static let twoErrors: UInt8 = 2
    static let other: UInt8 = 3
}

enum PlaceLevel {
    static let exact: UInt8 = 0
    static let oneError: UInt8 = 1
    static let twoErrors: UInt8 = 2
    static let alike: UInt8 = 3
    /// The street of one stands in the other's second line of address.
    static let exchanged: UInt8 = 4
    static let other: UInt8 = 5
}

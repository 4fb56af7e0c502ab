/// What a check says of one value. Nothing is ever changed by it: the source keeps what was typed.
public enum Validity: Hashable, Sendable {
    case valid
    /// Can be right, and usually is not: somebody should look.
    case suspicious(Reason)
    case invalid(Reason)

    /// Why. The raw values stand in documents; they are never given another meaning.
    public enum Reason: String, Hashable, Sendable, CaseIterable, Codable {
        // As in `FormFault`.
        case blank
        case dummy
        case tooLong
        case malformed
        case mixedAlphabets
        case impossible
        /// An address of a domain that nobody can have (example.com).
        case reservedDomain
        /// A domain that is one slip away from a big provider's (gmial.com), or ends in a known slip (.con).
        case misspelledDomain
        /// A phone number whose country is not clear: it meets only numbers written in the same way.
        case noCountry
        /// A phone number of a possible length that its country has not given out, as far as our tables know.
        case unassigned
        /// A country's name, or a code that is not ISO 3166's.
        case noCountryCode
        /// A postcode one digit short, as spreadsheets make them: 1067 for 01067.
        case lostZero
        case inFuture
        /// Before 1900.
        case tooLongAgo
        /// A date that programs write where none was given: 1900-01-01, 1970-01-01.
        case defaultDate
        /// Day and month may be the one or the other.
        case ambiguousDate
        /// Digits in a name.
        case digits
        /// One letter as a name.
        case singleLetter
        /// Something else than the field is for: an address in a name.
        case misplaced
        /// An amount below nothing.
        case negative
        /// An amount of nothing.
        case zero
    }

    public var reason: Reason? {
        switch self {
        case .valid: nil
        case .suspicious(let reason), .invalid(let reason): reason
        }
    }

    /// The worse of two, and of equally bad ones the first by name: in any order the same.
    func worse(than other: Validity) -> Validity { other.rank < rank ? self : other }

    private var rank: Rank {
        switch self {
        case .valid: Rank(badness: 0, name: "")
        case .suspicious(let reason): Rank(badness: 1, name: reason.rawValue)
        case .invalid(let reason): Rank(badness: 2, name: reason.rawValue)
        }
    }

    private struct Rank: Comparable {
        var badness: Int
        var name: String

        static func < (left: Rank, right: Rank) -> Bool {
            left.badness == right.badness ? left.name > right.name : left.badness < right.badness
        }
    }
}

extension Validity.Reason {
    init(_ fault: FormFault) {
        switch fault {
        case .blank: self = .blank
        case .dummy, .blocked: self = .dummy
        case .tooLong: self = .tooLong
        case .malformed: self = .malformed
        case .mixedAlphabets: self = .mixedAlphabets
        case .impossible: self = .impossible
        }
    }
}

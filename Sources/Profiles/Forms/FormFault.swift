/// Why a value is no identifier: thrown by `Normalization`'s reading functions, so that an operator can be shown what was ignored.
///
/// It names the fault and never holds the value. The raw values stand in documents; they are never given another meaning.
public enum FormFault: String, Error, Hashable, Sendable, CaseIterable, Codable {
    /// Nothing was typed, or nothing that can be seen.
    case blank
    /// Stands for "nothing": 000-000, 1111111, 123456789.
    case dummy
    /// Longer than any identifier of its kind.
    case tooLong
    /// Not written like one of its kind.
    case malformed
    /// Letters of several alphabets in one word, as in an address that only looks like another.
    case mixedAlphabets
    /// Written well, but no country has such a number.
    case impossible
    /// On a list of the rules: a word for "nothing", or a value that an operator has blocked.
    case blocked

    /// One line for an operator.
    public var explanation: String {
        switch self {
        case .blank: "the field is empty"
        case .dummy: "the value stands for nothing"
        case .tooLong: "the value is too long"
        case .malformed: "the value is not written like one of its kind"
        case .mixedAlphabets: "the value mixes letters of several alphabets"
        case .impossible: "no such number can exist"
        case .blocked: "the value is on a list of blocked ones"
        }
    }
}

/// Normal forms of identifiers: what counts as the same value however it was typed.
///
/// Storage always keeps what was typed; these forms serve comparison only. A form's own form is itself. Each kind comes twice: the
/// short function answers `nil` where the reading one throws the reason.
public enum Normalization {
    /// The longest raw text that is looked at, in bytes: what is longer is no identifier.
    public static let rawBytesMax = 320

    /// A loyalty card, an account number: letters and digits, upper case, without spaces, dots and dashes.
    public static func id(_ raw: String) -> String? { try? readID(raw) }

    /// - Throws: `FormFault`: blank (also nothing but punctuation), dummy (zeros, one digit over and over), too long, mixed alphabets.
    public static func readID(_ raw: String) throws(FormFault) -> String { try IDForm.card(raw) }

    /// A device's id or a cookie: made by a program, so every byte counts, but a UUID has one spelling.
    public static func token(_ raw: String) -> String? { try? readToken(raw) }

    /// - Throws: `FormFault`: blank, dummy (zeros, one digit over and over), too long, malformed (white space within).
    public static func readToken(_ raw: String) throws(FormFault) -> String { try IDForm.token(raw) }

    /// An e-mail address: lower case, its domain in ASCII (Punycode), by the provider's rules.
    public static func email(_ raw: String, rules: EmailRules = .standard) -> String? { try? readEmail(raw, rules: rules) }

    /// - Throws: `FormFault`: blank, too long, malformed, mixed alphabets, dummy (a domain that the rules refuse).
    public static func readEmail(_ raw: String, rules: EmailRules = .standard) throws(FormFault) -> String {
        try EmailAddress(raw).ruled(by: rules).text
    }

    /// A phone number: `+` and digits (E.164) where the country is clear, plain digits where it is not.
    ///
    /// Clear means: written with `+`, `00` or the prefix that the site's country dials for calls abroad, or a number that can only be
    /// a national one there (`NumberingPlans`). A number that is neither stays as its digits, and so meets only numbers that are as unclear.
    ///
    /// - Parameter country: the site's default country (ISO 3166, two letters, of any case).
    public static func phone(_ raw: String, country: String?) -> String? { try? readPhone(raw, country: country) }

    /// - Throws: `FormFault`: blank, too long, malformed, dummy (one digit over and over, digits in a row), impossible (too few or too
    ///   many digits for its country).
    public static func readPhone(_ raw: String, country: String?) throws(FormFault) -> String {
        try PhoneNumber(raw, country: country).text
    }
}

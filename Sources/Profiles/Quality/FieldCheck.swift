import Causality
import ChangeSets

/// Whether a value can be what its field says: one check per customer field of the catalogue.
public enum FieldCheck {
    /// The fields that are checked, in the catalogue's order; all others are valid.
    public static let fields: [FieldName] = [
        "first name", "last name", "name", "email", "phone", "loyalty id", "company", "birth date", "address", "city", "region", "postcode",
        "country", "number",
    ]

    /// Fields whose value should be one record's only, so that records sharing one are worth a look.
    public static let distinguishing: Set<FieldName> = ["email", "phone", "loyalty id", "number"]

    /// - Parameters:
    ///   - country: ISO 3166, two letters: the site's default country for a phone number, the customer's for a postcode and for the
    ///     order of day and month.
    ///   - now: a birth date after it is in the future.
    public static func check(_ field: FieldName, _ value: Text, country: Text?, now: Timestamp) -> Validity {
        let raw = value.string
        if let found = unreadable(raw) { return found }
        switch field.text.string {
        case "email": return email(raw)
        case "phone": return phone(raw, country?.string)
        case "loyalty id", "number": return id(raw)
        case "birth date": return birthDate(raw, country?.string, now)
        case "country": return self.country(raw)
        case "postcode": return Postcode.check(raw, country: country?.string)
        case "first name", "last name", "name": return NameCheck.person(raw)
        case "city", "region": return NameCheck.place(raw)
        case "company", "address": return NameCheck.isDummy(raw) ? .invalid(.dummy) : .valid
        default: return .valid
        }
    }

    /// Longer values are no field's.
    static let valueBytesMax = 1000

    /// What is true of any field: nothing stands there, or far too much; else `nil`.
    static func unreadable(_ raw: String) -> Validity? {
        guard raw.unicodeScalars.contains(where: { TextFolding.folded($0).map { !TextFolding.isSpace($0) } ?? false }) else {
            return .invalid(.blank)
        }
        return raw.utf8.count > valueBytesMax ? .invalid(.tooLong) : nil
    }

    static func id(_ raw: String) -> Validity {
        do throws(FormFault) {
            _ = try Normalization.readID(raw)
            return NameCheck.isDummy(raw) ? .invalid(.dummy) : .valid
        } catch {
            return .invalid(.init(error))
        }
    }

    private static func phone(_ raw: String, _ country: String?) -> Validity {
        do throws(FormFault) {
            let number = try PhoneNumber(raw, country: country)
            guard number.isClear else { return .suspicious(.noCountry) }
            return number.isValid ? .valid : .suspicious(.unassigned)
        } catch {
            return .invalid(NameCheck.isDummy(raw) ? .dummy : .init(error))
        }
    }

    private static func email(_ raw: String) -> Validity {
        do throws(FormFault) {
            let address = try EmailAddress(raw)
            let text = address.text
            if LinkRules.usualBlockedEmailPrefixes.contains(where: { text.utf8.starts(with: $0.string.utf8) }) { return .invalid(.dummy) }
            if EmailRules.contains(address.domain, in: EmailRules.reservedDomains) { return .suspicious(.reservedDomain) }
            return MisspelledDomain.isLikely(address.domain) ? .suspicious(.misspelledDomain) : .valid
        } catch {
            return .invalid(NameCheck.isDummy(raw) ? .dummy : .init(error))
        }
    }

    private static func birthDate(_ raw: String, _ country: String?, _ now: Timestamp) -> Validity {
        do throws(FormFault) {
            let date = try BirthDate(raw, country: country)
            // Somewhere it is tomorrow already.
            if BirthDate(dayAt: now.advanced(byMilliseconds: 86_400_000)) < date { return .invalid(.inFuture) }
            if date.year < 1900 { return .invalid(.tooLongAgo) }
            if date.isDefault { return .suspicious(.defaultDate) }
            return date.isAmbiguous ? .suspicious(.ambiguousDate) : .valid
        } catch {
            return .invalid(NameCheck.isDummy(raw) ? .dummy : .init(error))
        }
    }

    private static func country(_ raw: String) -> Validity {
        if NameCheck.isDummy(raw) { return .invalid(.dummy) }
        if CountryCode.normal(raw) != nil { return .valid }
        let letters = TextFolding.trimmed(raw).filter { !TextFolding.isSpace($0) }
        return letters.contains { Alphabet($0) != nil } && !letters.contains { TextFolding.digit($0) != nil }
            ? .suspicious(.noCountryCode) : .invalid(.malformed)
    }
}

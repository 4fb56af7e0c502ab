import Causality
import ChangeSets
import Foundation

@testable import Profiles

/// What customers are known by, as anybody may have typed it.
extension FuzzedReader {
    /// A byte for the kind, a line for the country, then the text. A form's own form is itself.
    static let identifiers = FuzzedReader(name: "identifiers") {
        [
            "\u{0}\nAnn.Lee+x@gmail.com", "\u{0}\n<ann@bücher.example>", "\u{0}\nann@xn--bcher-kva.example", "\u{1}de\n+49 (0)30 1234567",
            "\u{1}us\n(212) 555-0199 ext. 3", "\u{1}\n00441632960000", "\u{2}\n 12-34.AB", "\u{3}\n{550e8400-e29b-41d4-a716-446655440000}",
        ].map { Array($0.utf8) }
    } read: { bytes in
        var pieces = Pieces(bytes)
        let kind = pieces.byte()
        let country = pieces.line()
        let raw = pieces.text
        func form(_ raw: String) throws -> String? {
            try attempt(FormFault.self) {
                switch kind % 4 {
                case 0: try Normalization.readEmail(raw)
                case 1: try Normalization.readPhone(raw, country: country.isEmpty ? nil : country)
                case 2: try Normalization.readID(raw)
                default: try Normalization.readToken(raw)
                }
            }
        }
        guard let once = try form(raw) else { return }
        try promise(try form(once).map { Text($0) } == Text(once), "The form of \(once.debugDescription) is not itself.")
    }

    /// A byte for the field, then what was typed: names, traits, checks.
    static let people = FuzzedReader(name: "people") {
        [
            "Ann-Marie", "von der Lee", "Lee, Dr. Ann", "31.12.1999", "ann@example.org", "+49 30 1234567", "4711", "12a", "Main St. 12",
            "Apt 3", "Köln", "NRW", "SW1A 1AA", "de", "Lee & Sons", "f",
        ].enumerated().map { tagged(UInt8($0), Array($1.utf8)) }
    } read: { bytes in
        var pieces = Pieces(bytes)
        let field = PersonField.allCases[Int(pieces.byte()) % PersonField.allCases.count]
        let raw = pieces.text
        let traits = PersonTraits([(field: field.rawValue, value: raw)], today: 20_261_129)
        for trait in Trait.allCases {
            let terms = traits.terms(of: trait)
            try promise(terms.count <= PersonTraits.valuesMax, "More values of a trait than are kept.")
            try promise(terms.allSatisfy { $0.count <= PersonTraits.valueBytesMax }, "A longer value than is kept.")
        }
        try promise(MatchScorer(.standard(records: 100)).bits(traits, traits).isFinite, "A record says nothing of itself.")
        for country in [nil, "DE", "US"] as [Text?] {
            _ = FieldCheck.check(FieldName(field.rawValue), Text(raw), country: country, now: Timestamp(milliseconds: 1_800_000_000_000))
        }
        let name = PersonName(whole: raw)
        try promise(PersonName(text: name.text) == name, "A name's text is another name.")
        try promise(!name.contradicts(name), "A name contradicts itself.")
    }
}

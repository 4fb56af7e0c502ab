import Causality
import ChangeSets
import Merging
import Profiles

/// One customer record as the rules in force read it: what it may be linked by, and the rows that say so.
struct CustomerReading {
    let link: LinkRecord
    private let current: [Identifier]
    private let searchNames: [String]

    /// - Parameter earlier: its superseded identifying values, corrections among them.
    init(_ state: RecordState, created: Precedence, country: Text?, earlier: [EarlierRow], rules: LinkRules) {
        let linking = earlier.filter { !$0.isCorrected }.compactMap { row in
            row.kind.identifierKind.flatMap { Identifier(kind: $0, raw: Text(row.value), country: country, rules: rules) }
        }
        current = state.identifiers(country: country, rules: rules)
        link = LinkRecord(state, created: created, current: current, earlier: linking, rules: rules)
        searchNames = Self.searchNames(of: state)
    }

    func rows(_ record: RecordNumber, source: SourceNumber) -> [IdentifierRow] {
        func row(_ kind: IdentifierRow.Kind, _ value: String, isCurrent: Bool) -> IdentifierRow {
            IdentifierRow(record: record, kind: kind, value: value, source: source, isCurrent: isCurrent)
        }
        return link.identifiers.map { identifier in
            row(
                IdentifierRow.Kind(identifier.kind), identifier.value.string,
                isCurrent: !identifier.kind.isSingle || current.contains(identifier))
        } + searchNames.map { row(.name, $0, isCurrent: true) }
    }

    func row(_ record: RecordNumber, profile: RecordNumber) -> CustomerRow {
        CustomerRow(
            record: record, profile: profile, created: link.created.time, isCreatedInBound: link.created.isInBound,
            names: link.names.map(\.string))
    }

    /// Names in the form that they are searched by, from their beginning: whole, and with the last name before the first.
    private static func searchNames(of state: RecordState) -> [String] {
        func text(_ field: FieldName) -> String { state[field]?.text?.string ?? "" }
        let whole = ["name", "company"].map { text($0) }
        let names = [PersonName(first: text("first name"), last: text("last name")), PersonName(whole: whole[0])]
        let joined = (whole.map(PersonName.folded) + names.flatMap { ["\($0.first) \($0.last)", "\($0.last) \($0.first)"] })
            .map(PersonName.folded).filter { !$0.isEmpty }
        return Array(Set(joined)).sorted { Text($0) < Text($1) }
    }
}

extension LinkRecord {
    /// The same under another name of the record.
    func named(_ name: RecordID?) -> LinkRecord {
        var record = self
        if let name { record.id = name }
        return record
    }
}

extension IdentifierRow.Kind {
    init(_ kind: Identifier.Kind) { self.init(rawValue: kind.rawValue) }

    /// `nil` for what never links.
    var identifierKind: Identifier.Kind? { self == .name ? nil : Identifier.Kind(rawValue: rawValue) }
}

extension SiteRow {
    /// Stands for "no region": what everybody sees.
    static let everyRegion = "*"

    /// The default country for phone numbers: a region that is a country's two letters.
    var country: Text? { region.flatMap { $0.utf8.count == 2 ? Text($0) : nil } }
}

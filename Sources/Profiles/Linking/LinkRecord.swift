import Causality
import ChangeSets
import Merging

/// What linking needs to know of one customer record.
public struct LinkRecord: Hashable, Sendable {
    public var id: RecordID
    /// The creating change's time with the verdict on it; decides which record of a profile is the oldest.
    public var created: Precedence
    /// Single and combined ones, without repeats, in the order of `Identifier`.
    public private(set) var identifiers: [Identifier]
    /// The names that the record bears, one `PersonName.text` each, without repeats, in the order of their bytes.
    public private(set) var names: [Text]

    public init(id: RecordID, created: Precedence, identifiers: some Sequence<Identifier>, names: some Sequence<Text> = []) {
        self.id = id
        self.created = created
        self.identifiers = Set(identifiers).sorted()
        self.names = Set(names).sorted()
    }

    /// Reads the identifiers of a customer record: all siblings of all identifying fields link, whoever wins (S29).
    ///
    /// - Parameters:
    ///   - state: the merged record; the caller leaves dead records out of linking altogether.
    ///   - created: precedence of the change that created the record.
    ///   - country: default country of the record's site, for phone numbers.
    ///   - earlier: identifiers that the record held before, as far as they still link.
    public init(
        _ state: RecordState, created: Precedence, country: Text? = nil, earlier: [Identifier] = [], rules: LinkRules = .standard
    ) {
        self.init(state, created: created, current: state.identifiers(country: country, rules: rules), earlier: earlier, rules: rules)
    }

    /// The same where the record's identifiers have been read already.
    ///
    /// - Parameter current: `RecordState.identifiers`.
    public init(_ state: RecordState, created: Precedence, current: [Identifier], earlier: [Identifier], rules: LinkRules) {
        self.init(
            id: state.id, created: created, singles: current + earlier, shown: ShownTraits { state[$0]?.typed?.string ?? "" }, rules: rules)
    }

    /// Reads the identifiers of a customer who is known by one value a field: a row of a file.
    ///
    /// - Parameter fields: the catalogue's customer fields as somebody typed them.
    public init(id: RecordID, created: Precedence, fields: [FieldName: Text], country: Text? = nil, rules: LinkRules = .standard) {
        let singles = Identifier.fields.compactMap { field, kind in
            fields[field].flatMap { Identifier(kind: kind, raw: $0, country: country, rules: rules) }
        }
        self.init(id: id, created: created, singles: singles, shown: ShownTraits { fields[$0]?.string ?? "" }, rules: rules)
    }

    private init(id: RecordID, created: Precedence, singles: [Identifier], shown: ShownTraits, rules: LinkRules) {
        self.init(
            id: id, created: created, identifiers: singles + rules.combinations(of: singles + shown.traits),
            names: shown.names.map(\.text))
    }
}

extension RecordState {
    /// The single identifiers among the live values of the record, in the order of `Identifier`.
    ///
    /// A number in a text field counts as its digits: tills keep phones and cards as integers, too.
    public func identifiers(country: Text? = nil, rules: LinkRules = .standard) -> [Identifier] {
        var found: Set<Identifier> = []
        for (field, kind) in Identifier.fields {
            for write in siblings(of: field).writes {
                guard let raw = write.content.value.typed else { continue }
                if let identifier = Identifier(kind: kind, raw: raw, country: country, rules: rules) { found.insert(identifier) }
            }
        }
        return found.sorted()
    }

    /// What stands in identifying fields and is no identifier, with the reason. Blank fields are not among them.
    public func ignoredIdentifiers(country: Text? = nil, rules: LinkRules = .standard) -> [(kind: Identifier.Kind, fault: FormFault)] {
        var found: [(Identifier.Kind, FormFault)] = []
        for (field, kind) in Identifier.fields {
            for write in siblings(of: field).writes {
                guard let raw = write.content.value.typed else { continue }
                do throws(FormFault) { _ = try Identifier(reading: raw, as: kind, country: country, rules: rules) } catch {
                    if error != .blank { found.append((kind, error)) }
                }
            }
        }
        return found
    }
}

/// What a record shows of a person that counts in company only, or to tell people apart.
private struct ShownTraits {
    /// As it stands in a field; empty where there is nothing.
    let text: (FieldName) -> String

    /// None or one.
    var names: [PersonName] {
        let parts = PersonName(first: text("first name"), last: text("last name"))
        return [parts.isBlank ? PersonName(whole: text("name")) : parts].filter { !$0.isBlank }
    }

    /// Name, birth date, postcode, as far as they are whole.
    var traits: [Identifier] {
        var found = names.filter { !$0.first.isEmpty && !$0.last.isEmpty }.map { Identifier(kind: .name, value: $0.text) }
        let country = text("country")
        if let date = try? BirthDate(text("birth date"), country: country.isEmpty ? nil : country), !date.isDefault {
            found.append(Identifier(kind: .birthDate, value: Text("\(date.year)-\(date.month)-\(date.day)")))
        }
        if let postcode = Normalization.id(text("postcode")) { found.append(Identifier(kind: .postcode, value: Text(postcode))) }
        return found
    }
}

extension LinkRules {
    /// Combinations of one record are cut off here: a record with a hundred phones is no person's.
    static let combinationsMax = 16
    private static let separator = "\u{1F}"

    /// The identifiers of combined kinds that these rules ask for: each choice of one value per part.
    func combinations(of singles: [Identifier]) -> [Identifier] {
        combined.flatMap { kind in
            var values = [""]
            for (place, part) in kind.parts.enumerated() {
                let held = Set(singles.filter { $0.kind == part }.map(\.value)).sorted()
                values = values.flatMap { value in held.map { place == 0 ? $0.string : value + Self.separator + $0.string } }
                values = Array(values.prefix(Self.combinationsMax))
            }
            return values.map { Identifier(kind: kind, value: Text($0)) }
        }
    }
}

/// What an operator said of two records.
public struct LinkDecision: Hashable, Sendable {
    public enum Verdict: String, Hashable, Sendable {
        case same
        case neverSame
    }

    public var verdict: Verdict
    public let lower: RecordID
    public let higher: RecordID

    /// - Returns: `nil` for a record and itself.
    public init?(_ verdict: Verdict, _ one: RecordID, _ other: RecordID) {
        guard one != other else { return nil }
        self.verdict = verdict
        (lower, higher) = RecordOrder.areInOrder(one, other) ? (one, other) : (other, one)
    }

    public func concerns(_ record: RecordID) -> Bool { lower == record || higher == record }
}

/// The fixed order of records that linking goes by: their lives, then their whole names' bytes.
enum RecordOrder {
    static func areInOrder(_ left: RecordID, _ right: RecordID) -> Bool {
        if left.life != right.life { return left.life < right.life }
        return left.canonicalBytes.lexicographicallyPrecedes(right.canonicalBytes)
    }
}

import ChangeSets

extension TableChecker {
    mutating func stockRule(_ stock: StockSection, _ fields: [FieldRule]) -> StockRule? {
        guard let role = StockRole.words.first(where: { $0.0 == stock.role.text })?.1 else {
            let words = StockRole.words.map(\.0)
            problems.addUnknown(
                .badValue, stock.role, among: words, "A table's rows cannot be `\(stock.role.text)` to the stock.",
                otherwise: "Write \(words.alternatives()).")
            return nil
        }
        checkOptions(stock, role)
        let sku = part(stock.sku, "sku", .text, stock, fields)
        let quantity = part(stock.quantity, "quantity", .quantity, stock, fields)
        let ownLocation = section.fields.contains { $0.name.text == "location" }
        let location =
            stock.location == nil && !ownLocation
            ? ValueRule(source: .site, column: "$site") : part(stock.location, "location", .text, stock, fields)
        let kind = stock.kind.flatMap { kindRule($0) } ?? (role == .movements ? TableChecker.adjustment : nil)
        let sign = self.sign(stock.sign, role)
        let note = stock.note.flatMap { self.rule($0, .text, "note") }
        let counterpart = stock.counterpart.flatMap { self.rule($0, .text, "counterpart") }
        let expires = stock.expires.flatMap { self.rule($0, .time, "expires") }
        guard let sku, let quantity, let location else { return nil }
        let rule = StockRule(
            role: role, sku: sku, location: location, quantity: quantity, kind: kind, sign: sign, note: note, counterpart: counterpart,
            expires: expires)
        share = StockShare(table: table.schema.name, role: role, place: stock.place, location: fixed(location))
        account.stock = described(role, location: fixed(location))
        account.stockRole = role.word
        account.stockParts = stock.told
        return rule
    }

    /// The kind of a ledger's rows when the mapping says none.
    private static let adjustment = ValueRule(source: .constant(.integer(Int64(Movement.Kind.adjustment.rawValue))), column: "kind")

    /// A part named under `stock:`, or else the field of the same name.
    private mutating func part(
        _ value: ValueSection?, _ name: String, _ kind: Catalogue.Kind, _ stock: StockSection, _ fields: [FieldRule]
    ) -> ValueRule? {
        if let value { return rule(value, kind, name) }
        if let field = fields.first(where: { $0.name.text.string == name }) { return field.value }
        if section.fields.contains(where: { $0.name.text == name }) { return nil }  // said already
        problems.add(
            .missingOption, at: stock.place, "`stock` does not say where a row's \(name) stands.",
            remedy: "Add `\(name):` to it, or map `\(name)` under `fields:`.")
        return nil
    }

    /// The one location that the rule can give; `nil` when rows say it.
    private func fixed(_ rule: ValueRule) -> String? {
        switch rule.source {
        case .site: "$site"
        case .constant(let value): value.text?.string
        default: nil
        }
    }

    private mutating func kindRule(_ value: ValueSection) -> ValueRule? {
        var words = value
        words.values = []
        words.otherwise = nil
        switch value.source {
        case .constant(let word): return movementKind(word).map { ValueRule(source: .constant($0), column: "kind") }
        case .site: return nil
        case .columns:
            guard var rule = rule(words, .any, "kind") else { return nil }
            for (from, to) in value.values {
                guard let kind = movementKind(to) else { continue }
                rule.values += from.matches.map { ($0, kind) }
            }
            rule.otherwise = value.otherwise.flatMap { $0.text == "refuse" ? nil : movementKind($0) }.map { .constant($0) } ?? .refuse
            if value.values.isEmpty {
                problems.add(
                    .missingOption, at: value.place, "`kind` names a column, but not what its values mean.",
                    remedy: "Add `values: {VALUE: KIND}`, where a kind is \(Movement.Kind.words.map(\.0).alternatives()).")
            }
            return rule
        }
    }

    private mutating func movementKind(_ word: Word) -> Value? {
        if let kind = Movement.Kind.words.first(where: { $0.0 == word.text })?.1 { return .integer(Int64(kind.rawValue)) }
        let words = Movement.Kind.words.map(\.0)
        problems.addUnknown(
            .badValue, word, among: words, "`\(word.text)` is no kind of movement.", otherwise: "Write \(words.alternatives()).")
        return nil
    }

    private mutating func sign(_ word: Word?, _ role: StockRole) -> StockRule.Sign {
        guard let word else { return .factor(role == .saleLines ? -1 : 1) }
        switch word.text {
        case "1", "+1": return .factor(1)
        case "-1": return .factor(-1)
        case "by kind": return .byKind
        default:
            problems.add(
                .badValue, at: word.place, "`sign` cannot be `\(word.text)`.",
                remedy: "Write `1` (quantities are added), `-1` (quantities are taken away) or `by kind` (the kind of movement says which)."
            )
            return .factor(1)
        }
    }

    /// Options that only movements have.
    private mutating func checkOptions(_ stock: StockSection, _ role: StockRole) {
        let places: [(String, MappingProblem.Place?)] = [
            ("kind", stock.kind?.place), ("sign", stock.sign?.place), ("note", stock.note?.place),
            ("counterpart", stock.counterpart?.place),
            ("expires", stock.expires?.place),
        ]
        for (option, place) in places {
            guard let place, role == .level || role == .counts else { continue }
            problems.add(
                .badValue, at: place, "`\(option)` means nothing where rows are \(role == .level ? "levels" : "counts").",
                remedy: "Take it out.")
        }
        if stock.sign?.text == "by kind", stock.kind == nil, role == .movements, let place = stock.sign?.place {
            problems.add(.missingOption, at: place, "`sign: by kind` needs a `kind:`.", remedy: "Add it, or write `sign: 1` or `sign: -1`.")
        }
    }

    private func described(_ role: StockRole, location: String?) -> String {
        let place =
            location.map { $0 == "$site" ? "at the location with the site's name" : "at location \($0)" }
            ?? "at the location that the row names"
        switch role {
        case .none: return ""
        case .movements: return "Each row moves stock \(place)."
        case .saleLines: return "Each row takes what it sells from the stock \(place), and a negative quantity brings it back."
        case .level: return "Each row holds the present stock \(place): the first reading is a count, later differences are movements."
        case .counts: return "Each row is a stock-take \(place)."
        }
    }
}

extension Movement.Kind {
    /// The kinds as mappings and posted writes spell them.
    public static let words: [(String, Movement.Kind)] = [
        ("sale", .sale), ("customer return", .customerReturn), ("receipt", .receipt), ("transfer out", .transferOut),
        ("transfer in", .transferIn),
        ("adjustment", .adjustment), ("reservation", .reservation), ("release", .release),
    ]
}

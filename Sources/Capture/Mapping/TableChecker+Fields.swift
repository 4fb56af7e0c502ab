import ChangeSets

extension TableChecker {
    mutating func fieldRules() -> [FieldRule] {
        var rules: [FieldRule] = []
        for field in section.fields {
            guard checkName(field, among: rules) else { continue }
            let known = field.isExtra ? nil : entity?[FieldName(field.name.text)]
            guard let kind = known?.kind ?? extraKind(field) else { continue }
            let isPersonal = known?.isPersonal == true || section.personal.contains { $0.text == field.name.text }
            guard let rule = rule(field.value, kind, field.name.text) else { continue }
            rules.append(FieldRule(name: FieldName(field.name.text), isPersonal: isPersonal, value: rule))
            account.fields.append(
                TableAccount.Field(
                    name: field.name.text, source: described(field.value), written: field.value.written, isPersonal: isPersonal))
            if isPersonal { warnIfKey(field) }
        }
        checkPersonal()
        addCurrency(&rules)
        return rules
    }

    private mutating func checkName(_ field: FieldSection, among rules: [FieldRule]) -> Bool {
        let name = field.name.text
        if rules.contains(where: { $0.name.text.string == name }) {
            problems.add(.badValue, at: field.name.place, "`\(name)` is mapped twice.", remedy: "Take one of the two out.")
            return false
        }
        if section.isOwnEntity {
            if !field.isExtra {
                problems.add(
                    .unknownField, at: field.name.place, "`\(singular)` is an entity of your own, which has no catalogue fields.",
                    remedy: "Put its fields under `extra:`.")
            }
            return field.isExtra
        }
        guard let entity else { return false }
        let isKnown = entity[FieldName(name)] != nil
        if !field.isExtra, !isKnown {
            problems.addUnknown(
                .unknownField, field.name, among: entity.fields.map(\.name.text.string),
                "The catalogue's \(singular) has no field `\(name)`.",
                otherwise: "It has \(entity.fields.map(\.name.text.string).alternatives()). A field of your own goes under `extra:`.")
        }
        if field.isExtra, isKnown {
            problems.add(
                .badValue, at: field.name.place, "`\(name)` is a field of the catalogue's \(singular), not an extra one.",
                remedy: "Move it to `fields:`.")
        }
        return isKnown != field.isExtra
    }

    private mutating func extraKind(_ field: FieldSection) -> Catalogue.Kind? {
        if field.value.references != nil { return .reference(EntityName("")) }
        guard let word = field.value.kind else { return .any }
        if let kind = TableChecker.kinds.first(where: { $0.0 == word.text })?.1 { return kind }
        problems.addUnknown(
            .badValue, word, among: TableChecker.kinds.map(\.0), "`\(word.text)` is no kind of value.",
            otherwise: "Write \(TableChecker.kinds.map(\.0).alternatives()).")
        return nil
    }

    private static let kinds: [(String, Catalogue.Kind)] = [
        ("untouched", .any), ("text", .text), ("integer", .integer), ("real", .real), ("money", .money), ("quantity", .quantity),
        ("time", .time),
        ("flag", .flag),
    ]

    private mutating func checkPersonal() {
        let mapped = section.fields.map(\.name.text)
        for word in section.personal where !mapped.contains(word.text) {
            problems.addUnknown(
                .unknownField, word, among: mapped, "`personal` names `\(word.text)`, which this table does not map.",
                otherwise: "It maps \(mapped.alternatives()).")
        }
    }

    /// Keys travel in the plain section and stand in logs: a personal one can never be destroyed.
    private mutating func warnIfKey(_ field: FieldSection) {
        guard case .columns(let words) = field.value.source,
            let word = words.first(where: { word in table.key.contains { SQLName.same($0, word.text) } })
        else { return }
        problems.add(
            .personalKey, .warning, at: word.place,
            "Column `\(word.text)` is personal (`\(field.name.text)`) and names the row: keys are kept for ever and cannot be erased.",
            remedy: "If the table has another unique column, name it with `key:`.")
    }

    /// The mapping's currency, where the table says none itself: also for a sale whose money stands in its lines only.
    private mutating func addCurrency(_ rules: inout [FieldRule]) {
        guard let entity, entity["currency"] != nil, !section.fields.contains(where: { $0.name.text == "currency" }) else { return }
        let money = section.fields.first { entity[FieldName($0.name.text)]?.kind == .money }
        guard let currency = whole.mapping.currency else {
            guard let money else { return }
            problems.add(
                .noCurrency, .warning, at: money.name.place, "`\(money.name.text)` is money, but nothing says of which currency.",
                remedy: "Add `currency: EUR` (or another) at the top of the mapping, or map `currency:` here.")
            return
        }
        rules.append(
            FieldRule(
                name: "currency", isPersonal: false, value: ValueRule(source: .constant(.text(Text(currency.text))), column: "currency")))
        account.fields.append(
            TableAccount.Field(
                name: "currency", source: "always \(currency.text)", written: "\"\(currency.text)\"", isPersonal: false))
    }

    func described(_ value: ValueSection) -> String {
        let unit = (value.unit ?? value.pattern).map { " as \($0.text)" } ?? ""
        let fallback = value.fallback.map { ", else \($0.text)" } ?? ""
        switch value.source {
        case .site: return "the site's name"
        case .constant(let word): return "always \(word.text)"
        case .columns(let words): return "from \(words.map(\.text).joined(separator: ", "))\(unit)\(fallback)"
        }
    }
}

// MARK: Values

extension TableChecker {
    mutating func rule(_ value: ValueSection, _ kind: Catalogue.Kind, _ name: String) -> ValueRule? {
        if let kindWord = value.kind, !section.fields.contains(where: { $0.isExtra && $0.name.text == name }) {
            problems.add(
                .badValue, at: kindWord.place, "The catalogue says what kind of value `\(name)` is.",
                remedy: "Take `kind:` out; it is for fields under `extra:`.")
        }
        if case .reference(let target) = kind { return reference(value, target, name) }
        checkOptions(value, kind, name)
        guard let conversion = conversion(value, kind, name) else { return nil }
        guard let (source, column) = source(value, kind, conversion, name) else { return nil }
        var rule = ValueRule(source: source, column: column, conversion: conversion)
        rule.none = value.none.flatMap(\.matches)
        for (from, to) in value.values {
            guard let result = constant(to, conversion, name) else { continue }
            rule.values += from.matches.map { ($0, result) }
        }
        rule.otherwise = value.values.isEmpty ? .keep : .refuse
        if let word = value.otherwise {
            switch word.text {
            case "keep": rule.otherwise = .keep
            case "refuse": rule.otherwise = .refuse
            default: if let result = constant(word, conversion, name) { rule.otherwise = .constant(result) }
            }
        }
        if let word = value.fallback { rule.fallback = fallback(word, kind, conversion, name) }
        return rule
    }

    private mutating func fallback(_ word: Word, _ kind: Catalogue.Kind, _ conversion: Conversion, _ name: String) -> ValueRule.Fallback {
        if word.text == "$site", word.isPlain, kind == .text || kind == .any { return .site }
        return constant(word, conversion, name).map { .constant($0) } ?? .none
    }

    private mutating func source(
        _ value: ValueSection, _ kind: Catalogue.Kind, _ conversion: Conversion, _ name: String
    ) -> (ValueRule.Source, String)? {
        switch value.source {
        case .site: return (.site, "$site")
        case .constant(let word): return constant(word, conversion, name).map { (.constant($0), name) }
        case .columns(let words):
            guard words.count == 1, let word = words.first else {
                problems.add(
                    .badValue, at: value.place, "`\(name)` takes one column.",
                    remedy: "Write `column: NAME`; several columns make a reference's key only.")
                return nil
            }
            guard let column = resolve(word) else { return nil }
            checkType(column, kind, conversion, name)
            return (.column(select(column)), column.name)
        }
    }

    mutating func constant(_ word: Word, _ conversion: Conversion, _ name: String) -> Value? {
        if case .untouched = conversion {
            guard word.isPlain else { return .text(Text(word.text)) }
            return word.matches.first { $0.integer != nil || $0.isNull } ?? .text(Text(word.text))
        }
        if word.isPlain, ["null", "~"].contains(word.text) { return .null }
        do throws(ConversionFailure) { return try conversion.convert(.text(Text(word.text))) } catch {
            problems.add(
                .badValue, at: word.place, "`\(word.text)` does not fit `\(name)`, which is \(conversion.words).",
                remedy: "Write the value as a row would hold it.")
            return nil
        }
    }

    private mutating func conversion(_ value: ValueSection, _ kind: Catalogue.Kind, _ name: String) -> Conversion? {
        switch kind {
        case .any: return .untouched
        case .integer: return .integer
        case .real: return .real
        case .flag: return .flag
        case .text:
            guard let unit = value.unit else { return .text(acceptsBlobs: false) }
            return known(unit, ["text", "utf-8"], name).map { .text(acceptsBlobs: $0 == "utf-8") }
        case .money, .quantity: return amount(value, name).map { .amount($0) }
        case .time: return time(value, name).map { .time($0) }
        case .reference: return nil
        }
    }

    private mutating func amount(_ value: ValueSection, _ name: String) -> AmountConversion? {
        let words = AmountConversion.units.map(\.word)
        let rounds = value.round.map { checkRound($0) } ?? false
        guard let word = value.unit.map({ known($0, words, name) }) ?? "decimal" else { return nil }
        guard var conversion = AmountConversion.units.first(where: { $0.word == word })?.conversion else { return nil }
        conversion.roundsHalfEven = rounds
        return conversion
    }

    private mutating func checkRound(_ word: Word) -> Bool {
        if word.text == "half-even" { return true }
        problems.add(
            .badValue, at: word.place, "`round` cannot be `\(word.text)`.",
            remedy: "Write `round: half-even`, or leave it out to set such rows aside.")
        return false
    }

    private mutating func time(_ value: ValueSection, _ name: String) -> TimeConversion? {
        let own = value.zone.flatMap { word in withProblems { $0.zone(word) } }
        let isZoneKnown = value.zone != nil || whole.mapping.zone != nil
        let zone = own ?? whole.zone ?? .utc
        var isLocal = true
        var form = TimeConversion.Form.iso
        if let pattern = value.pattern {
            guard let compiled = TimePattern(pattern.text) else {
                problems.add(
                    .badValue, at: pattern.place, "`\(pattern.text)` is no time pattern.",
                    remedy: "Build it from \(TimePattern.directives.alternatives()), with year, month and day in it.")
                return nil
            }
            form = .pattern(compiled)
            isLocal = !compiled.namesZone
        } else if let unit = value.unit {
            guard let word = known(unit, TimeConversion.forms.map(\.word), name) else { return nil }
            form = TimeConversion.forms.first { $0.word == word }?.form ?? .iso
            isLocal = form == .iso
        }
        if isLocal, !isZoneKnown {
            problems.add(
                .missingOption, at: value.place, "`\(name)` is read as text, but nothing says in which time zone it was written.",
                remedy: "Add `time zone: Europe/London` (or another) at the top of the mapping, or `zone:` here.")
        }
        return TimeConversion(form: form, zone: zone)
    }

    private mutating func known(_ word: Word, _ words: [String], _ name: String) -> String? {
        if words.contains(word.text) { return word.text }
        problems.addUnknown(
            .badValue, word, among: words, "`\(name)` cannot be read as `\(word.text)`.", otherwise: "Write \(words.alternatives()).")
        return nil
    }

    /// An option that would be ignored is a misunderstanding: say so.
    private mutating func checkOptions(_ value: ValueSection, _ kind: Catalogue.Kind, _ name: String) {
        let isAmount = kind == .money || kind == .quantity
        let takesUnit = isAmount || kind == .time || kind == .text
        let idle: [(String, Word?, Bool)] = [
            ("zone", value.zone, kind == .time), ("pattern", value.pattern, kind == .time), ("round", value.round, isAmount),
            ("as", value.unit, takesUnit), ("references", value.references, false), ("otherwise", value.otherwise, !value.values.isEmpty),
        ]
        for (option, word, isUsed) in idle {
            guard let word, !isUsed else { continue }
            problems.add(
                .badValue, at: word.place, "`\(option)` means nothing for `\(name)`, which is \(kind.words).", remedy: "Take it out.")
        }
    }

    /// What the schema declares may rule a reading out: most files hold what they declare.
    private mutating func checkType(_ column: ResolvedColumn, _ kind: Catalogue.Kind, _ conversion: Conversion, _ name: String) {
        let isNumber = [.money, .quantity, .integer, .real, .flag].contains(kind)
        let type = column.schema.declaredType
        if isNumber || kind == .time, type.uppercased().contains("BLOB") {
            problems.add(
                .wrongType, at: column.place, "`\(name)` is \(kind.words), but column `\(column.name)` is declared \(type).",
                remedy: "Map another column.")
        }
        guard case .time(let time) = conversion, time.form == .iso else { return }
        if column.schema.affinity == .integer || column.schema.affinity == .real {
            problems.add(
                .wrongType, at: column.place, "`\(name)` is read as text, but column `\(column.name)` is declared \(type).",
                remedy:
                    "Say what its numbers are: "
                    + "\(TimeConversion.forms.map(\.word).filter { $0 != "iso" }.map { "as: \($0)" }.alternatives())."
            )
        }
    }
}

// MARK: References

extension TableChecker {
    private mutating func reference(_ value: ValueSection, _ target: EntityName, _ name: String) -> ValueRule? {
        guard case .columns(let words) = value.source else {
            problems.add(.badValue, at: value.place, "`\(name)` is a reference: it needs a column.", remedy: "Write `\(name): COLUMN`.")
            return nil
        }
        guard let referred = referred(value, target, name, words) else { return nil }
        let columns = words.compactMap { resolve($0) }
        guard columns.count == words.count else { return nil }
        guard columns.count == referred.key.count else {
            problems.add(
                .badValue, at: value.place,
                "`\(name)` refers to `\(referred.schema.name)`, whose key is \(counted(referred.key.count, "column"))"
                    + " (\(referred.key.joined(separator: ", "))), by \(columns.count).",
                remedy: "Write `columns: [...]` with one column for each of them, in that order.")
            return nil
        }
        let affinities = referred.key.map { referred.schema[$0]?.affinity ?? .blob }
        let rule = ReferenceRule(entity: referred.entity, columns: columns.map { select($0) }, affinities: affinities)
        var valueRule = ValueRule(source: .reference(rule), column: columns.map(\.name).joined(separator: ", "))
        valueRule.none = value.none.flatMap(\.matches)
        for (option, word) in [
            ("as", value.unit), ("zone", value.zone), ("pattern", value.pattern), ("round", value.round),
            ("values", value.values.first?.from), ("default", value.fallback),
        ] {
            guard let word else { continue }
            problems.add(
                .badValue, at: word.place, "`\(option)` means nothing for `\(name)`, which is a reference.", remedy: "Take it out.")
        }
        return valueRule
    }

    /// The mapped table that is referred to: named, or the only one of the entity, or where a foreign key points.
    private mutating func referred(
        _ value: ValueSection, _ target: EntityName, _ name: String, _ words: [Word]
    ) -> MappingChecker.MappedTable? {
        let mapped = whole.mapping.tables.indices.compactMap { whole.mapped[$0] }
        if let word = value.references {
            guard let table = mapped.first(where: { SQLName.same($0.schema.name, word.text) }) else {
                if whole.mapping.tables.contains(where: { SQLName.same($0.name.text, word.text) }) { return nil }  // said already
                problems.addUnknown(
                    .unmappedTable, word, among: mapped.map(\.schema.name),
                    "`\(name)` refers to table `\(word.text)`, which this mapping does not map.",
                    otherwise: "Add a section for it, or leave the reference out.")
                return nil
            }
            if target.text.string != "", table.entity != target {
                problems.add(
                    .badValue, at: word.place, "`\(name)` must refer to a \(target), but `\(table.schema.name)` holds a \(table.entity).",
                    remedy: "Name the table whose rows are mapped as \(target).")
                return nil
            }
            return table
        }
        let candidates = mapped.filter { $0.entity == target }
        if candidates.count == 1 { return candidates[0] }
        let foreignKey = table.schema.foreignKeys.first { key in
            Set(key.columns.map(SQLName.folded)) == Set(words.map { SQLName.folded($0.text) })
        }
        if let foreignKey, let table = candidates.first(where: { SQLName.same($0.schema.name, foreignKey.parent) }) { return table }
        if candidates.isEmpty, whole.mapping.tables.contains(where: { $0.entity.text == target.text.string }) { return nil }
        problems.add(
            .unmappedTable, at: value.place,
            candidates.isEmpty
                ? "`\(name)` refers to a \(target), but no table is mapped as \(target)."
                : "`\(name)` may refer to \(candidates.map(\.schema.name).alternatives()).",
            remedy: candidates.isEmpty
                ? "Add a section for the table of the \(target)s, or leave `\(name)` out." : "Say which with `references:`.")
        return nil
    }
}

extension TimeConversion {
    static let forms: [(word: String, form: Form)] = [
        ("iso", .iso), ("unix seconds", .sinceEpoch(perSecond: 1)), ("unix milliseconds", .sinceEpoch(perSecond: 1000)),
        ("unix microseconds", .sinceEpoch(perSecond: 1_000_000)), ("julian day", .julianDay),
    ]
}

extension Conversion {
    /// For messages: "`total`, which is an amount".
    var words: String {
        switch self {
        case .untouched: "kept untouched"
        case .text: "text"
        case .integer: "an integer"
        case .real: "a real"
        case .flag: "a flag"
        case .amount: "an amount"
        case .time: "a time"
        }
    }
}

extension Catalogue.Kind {
    /// For messages: "`email`, which is text".
    var words: String {
        switch self {
        case .text: "text"
        case .integer: "an integer"
        case .real: "a real"
        case .money: "money"
        case .quantity: "a quantity"
        case .time: "a time"
        case .flag: "a flag"
        case .reference: "a reference"
        case .any: "kept untouched"
        }
    }
}

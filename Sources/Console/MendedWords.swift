import HubRuntime

/// What mending a change, or taking that back, made of its fields.
struct MendedWords {
    let about: DecisionAnswer.About
    let forms: Forms
    private var words: FlowWords { FlowWords(forms: forms) }

    private static let fieldsShown = 5

    /// `Total 12.50; Time left out`; `nil` where nothing was written or left out, and for decisions of another sort.
    var text: String? {
        let parts = (about.fields ?? []).compactMap(part)
        guard !parts.isEmpty else { return nil }
        return parts.prefix(Self.fieldsShown).joined(separator: "; ") + (parts.count > Self.fieldsShown ? "; …" : "")
    }

    /// Where nothing stands again there is nothing to tell.
    private func part(_ field: DecisionAnswer.Field) -> String? {
        let name = words.field(field.field)
        guard let value = field.value else { return forms.strings("mended-left-out", ["field": name]) }
        return value == .null ? nil : name + " " + value.words(as: field.kind, forms)
    }

    /// `sale 1 (kendal)`.
    var record: String? {
        guard let entity = about.entity, let key = about.key else { return nil }
        return words.entity(entity) + " " + key + (about.site.map { " (\($0))" } ?? "")
    }
}

extension ValueAnswer {
    /// As people write a value of that kind, as the hub names kinds.
    func words(as kind: String, _ forms: Forms) -> String {
        switch (kind, self) {
        case (_, .null): "–"
        case ("money", .integer(let units)): forms.amount(units)
        case ("quantity", .integer(let units)): forms.quantity(units)
        case ("time", .integer(let time)) where time >= 0: forms.moment(UInt64(time))
        default: words
        }
    }
}

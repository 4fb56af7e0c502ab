import HubRuntime

// What a change says that is set aside, and the form that mends it.
extension Console {
    func refused(
        _ story: ConflictStory, _ conflict: ConflictAnswer, _ typed: ConflictTyped, _ words: ConflictWords, _ forms: Forms
    ) -> View? {
        guard let refused = story.refused else { return nil }
        let strings = forms.strings
        let mayMend = conflict.choices.contains(Decision.Choice.mend.rawValue)
        // No single value of it is wrong.
        let isTooLarge = conflict.about.code == "record-too-large"
        return [
            "what": strings["refused-\(refused.action.rawValue)"],
            "rows": refused.fields.map { field -> View in
                [
                    "name": words.fieldName(field.name), "value": field.value.words(as: field.kind, forms),
                    "isWrong": field.mayMend && mayMend && !isTooLarge,
                    "present": field.present.isEmpty
                        ? "–" : field.present.map { $0.words(as: field.kind, forms) }.joined(separator: strings["conflict-or"]),
                ]
            },
            "hasRows": !refused.fields.isEmpty,
            "hidden": refused.fieldsHidden > 0 ? forms.count("refused-hidden", refused.fieldsHidden) : nil,
            "stock": refused.stock.map { stock in
                strings(
                    (stock.isCount ? "refused-counts" : "refused-moves") + (mayMend ? "" : "-alone"),
                    ["n": forms.quantity(stock.quantity), "sku": stock.sku, "location": stock.location])
            },
            "behind": refused.behind > 0 ? forms.count("refused-behind", refused.behind) : nil,
            "mend": mayMend ? mend(refused, conflict, typed, words, forms) : nil,
            "how": mayMend ? nil : unmendable(conflict.about.code, strings),
        ]
    }

    /// Of a record that would become too large any field can be left out; else each wrong one is given, or left empty.
    private func mend(
        _ refused: RefusedChange, _ conflict: ConflictAnswer, _ typed: ConflictTyped, _ words: ConflictWords, _ forms: Forms
    ) -> View {
        let strings = forms.strings
        let isTooLarge = conflict.about.code == "record-too-large"
        let fields = refused.fields.filter(\.mayMend)
        return [
            "how": strings[(isTooLarge ? "mend-large" : "mend-how") + (refused.action == .create ? "-new" : "")],
            "leaves": isTooLarge
                ? fields.map { ["code": $0.name, "name": strings("mend-leave", ["field": words.fieldName($0.name)])] as View } : [],
            "fields": isTooLarge
                ? []
                : fields.map { field -> View in
                    [
                        "code": field.name, "typed": typed.mended[field.name], "takesValue": field.takesValue,
                        "name": strings(field.takesValue ? "mend-value" : "mend-only", ["field": words.fieldName(field.name)]),
                        "hint": field.takesValue ? strings("mend-kind-\(field.kind)", ["zone": forms.zone.identifier]) : nil,
                        "isTime": field.kind == "time",
                        "isNumber": ["integer", "real", "money", "quantity", "flag"].contains(field.kind),
                    ]
                },
        ]
    }

    /// Why there is nothing to mend; `nil` where the choices themselves say what to do.
    private func unmendable(_ code: String?, _ strings: Strings) -> String? {
        guard let key = code.map({ "mend-not-" + $0 }), strings.has(key) else { return nil }
        return strings[key]
    }
}

import HubRuntime

// The queue, and what a rule would do to part of it.
extension Console {
    /// - Parameters:
    ///   - isLater: whether it is another page than the first.
    ///   - sites: names, to choose from.
    ///   - notes: what was written down about them, by their ids.
    public func conflicts(
        _ found: ConflictPage, isLater: Bool, filter: ConflictFilter, order: ConflictOrder = .kind, open: OpenConflicts, sites: [String],
        notes: [String: ConflictNoteMark] = [:], for visitor: Visitor
    ) -> [UInt8] {
        let conflicts = found.conflicts
        let forms = forms(for: visitor)
        let strings = forms.strings
        let kinds: [View] = ConflictAnswer.Kind.allCases.filter { open.byKind[$0] ?? 0 > 0 || $0 == filter.kind }.map { kind in
            [
                "value": kind.rawValue,
                "name": strings["conflict-kind-\(kind.rawValue)"] + " (" + forms.number(open.byKind[kind] ?? 0) + ")",
                "isChosen": kind == filter.kind,
            ]
        }
        let isFiltered =
            filter.kind != nil || filter.site != nil || filter.text != nil || filter.field != nil || filter.entity != nil
            || filter.choice != nil || filter.days != nil
        return page(
            "conflicts", title: strings["nav-conflicts"], section: .conflicts,
            [
                "summary": forms.count("conflicts-open", open.count, ["n": forms.number(open.count) + (open.hasMore ? "+" : "")]),
                "kinds": kinds, "sites": sites.map { ["name": $0, "isChosen": $0 == filter.site] as View }, "text": filter.text,
                "rows": conflicts.map { row($0, notes[$0.id], forms) }, "hasRows": !conflicts.isEmpty, "isFiltered": isFiltered,
                "kind": filter.kind?.rawValue, "site": filter.site, "field": filter.field, "isLater": isLater, "next": found.next,
                "looked": found.lookedThrough.map { strings("conflicts-looked", ["n": forms.number($0)]) },
                "hasPager": isLater || found.next != nil, "rules": rules(forms),
                "entity": filter.entity, "choice": filter.choice?.rawValue,
                "fieldNote": filter.field.map { strings("conflicts-field", ["field": $0]) },
                "entityNote": filter.entity.map { FlowWords(forms: forms).entity($0) },
                "asideNote": filter.choice == .replay ? strings["conflicts-aside"] : nil,
                "days": filter.days.map(String.init), "ages": ages(filter.days, forms),
                "order": order.rawValue, "orders": orders(order, forms),
                "among": found.among.map { strings("conflicts-among", ["n": forms.number($0)]) },
            ], for: visitor)
    }

    private func row(_ conflict: ConflictAnswer, _ mark: ConflictNoteMark?, _ forms: Forms) -> View {
        let words = ConflictWords(conflict: conflict, forms: forms)
        return [
            "id": conflict.id, "address": Address.conflict(conflict.id), "title": words.title, "line": words.line,
            "kind": words.kind, "notes": noteMark(mark, forms),
            "sites": words.sites.joined(separator: ", "), "cost": words.cost, "isDear": conflict.kind == .oversell,
            "span": words.span,
            "select": forms.strings("conflicts-select", ["title": words.title]),
        ]
    }

    /// What one chooses from: what is open for a day, a week, a month; another number of days that was asked for stands among them.
    private func ages(_ chosen: Int?, _ forms: Forms) -> [View] {
        Set([1, 7, 30] + (chosen.map { [$0] } ?? [])).sorted().map { days in
            ["value": String(days), "name": forms.count("conflicts-days", days), "isChosen": days == chosen]
        }
    }

    private func orders(_ chosen: ConflictOrder, _ forms: Forms) -> [View] {
        ConflictOrder.allCases.map { order in
            ["value": order.rawValue, "name": forms.strings["conflicts-order-\(order.rawValue)"], "isChosen": order == chosen]
        }
    }

    private func rules(_ forms: Forms) -> [View] {
        ["latest", "earliest", "accept", "keep", "delete", "replay", "discard", "same", "apart"].map { (rule: String) -> View in
            ["value": rule, "name": forms.strings["rule-\(rule)"]]
        }
    }

    /// What a rule would do, or did, to many; nothing is changed by looking.
    ///
    /// - Parameter fields: of the form that would do it: names and values.
    public func bulk(
        _ answer: BulkAnswer, rule: String, fields: [(name: String, value: String)], back: String, for visitor: Visitor
    ) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let decided: [View] = answer.decided.prefix(Self.bulkShown).map { one in
            let words = one.shown.map { ConflictWords(conflict: $0, forms: forms) }
            return [
                "what": words?.title ?? one.message, "line": words?.line,
                "then": one.values.map { CausalDrawing.value($0, forms, one.shown) }.joined(separator: ", "),
                "address": Address.conflict(one.conflict), "state": strings["bulk-decided"], "sign": "ok",
            ]
        }
        let left: [View] = answer.left.prefix(Self.bulkShown).map { one in
            let words = one.shown.map { ConflictWords(conflict: $0, forms: forms) }
            let refusal = RefusalWords(code: one.code, message: one.reason, remedy: "", strings: strings)
            return [
                "what": words?.title ?? DecidedWords(conflict: one.conflict, message: one.message, forms: forms).title,
                "line": words?.line, "address": Address.conflict(one.conflict), "state": refusal.message, "sign": "warn",
                "detail": refusal.detail,
            ]
        }
        let hidden = answer.decided.count + answer.left.count - decided.count - left.count
        let isDone = !answer.isDryRun
        let done = isDone ? "-done" : ""
        // What still asks for somebody comes first once the rest is done.
        let rows = isDone ? left + decided : decided + left
        var summary = [forms.count("bulk-would" + done, answer.decided.count)]
        if !isDone || !answer.left.isEmpty { summary.append(forms.count("bulk-left" + done, answer.left.count)) }
        return page(
            "bulk", title: strings["bulk-title" + done], section: .conflicts,
            [
                "isDone": isDone, "rule": strings("bulk-headline" + done, ["rule": strings["rule-\(rule)"]]),
                "rows": rows, "summary": summary.joined(separator: " "),
                "fields": fields.map { ["name": $0.name, "value": $0.value] as View }, "mayApply": !isDone && !answer.decided.isEmpty,
                "apply": forms.count("bulk-apply", answer.decided.count), "back": back,
                "more": hidden > 0 ? forms.count("bulk-more", hidden) : nil,
            ], for: visitor)
    }

    private static let bulkShown = 100
}

import HubRuntime

// One conflict: its sides next to each other, how it came about, and what each choice would do.
extension Console {
    /// - Parameters:
    ///   - problem: why a decision or a note was refused: somebody else was faster, say.
    ///   - typed: what was written when it was refused; nobody writes it again.
    ///   - admins: who may write a rule.
    public func conflict(
        _ story: ConflictStory, id: String, problem: HubError?, typed: ConflictTyped = ConflictTyped(), admins: [String] = [],
        for visitor: Visitor
    ) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let problemView = problem.map { told($0, strings) }
        let decisions: [View] = story.decisions.reversed().map { decision($0, forms, isAdmin: visitor.may(.admin)) }
        guard let conflict = story.conflict else {
            let last = story.decisions.last { $0.choice != .undo }
            let message =
                story.ruling.map { told($0, forms) }
                ?? last.map { DecidedWords(conflict: id, message: $0.message, about: $0.about, forms: forms).text }
            var view: View = [
                "isOver": true, "title": strings["conflict-over"], "message": message, "decisions": decisions,
                "hasDecisions": !decisions.isEmpty, "problem": problemView, "id": id, "act": Address.conflict(id),
                "history": Self.addressOfHistory(id),
            ]
            addNotes(of: story, typed, to: &view, forms)
            return page("conflict", title: strings["conflict-over"], section: .conflicts, view, for: visitor)
        }
        let words = ConflictWords(conflict: conflict, forms: forms)
        let drawing = CausalDrawing(story: story, forms: forms)
        let svg = drawing.svg(title: strings["story-title"])
        var view: View = [
            "title": words.title, "address": words.address, "summary": words.summary, "kind": words.kind, "short": conflict.short,
            "act": Address.conflict(id), "seen": conflict.seen, "problem": problemView, "id": id,
            "history": Self.addressOfHistory(conflict.about, kind: conflict.kind), "before": story.before.map(Address.conflict),
            "next": story.next.map(Address.conflict),
            "sides": sides(story, conflict, words, forms), "decisions": decisions, "hasDecisions": !decisions.isEmpty,
            "drawing": svg.isNull ? nil : svg, "words": drawing.words(), "facts": facts(conflict, words, forms),
        ]
        view["refused"] = refused(story, conflict, typed, words, forms)
        view["takers"] = takers(of: story, words, forms)
        view["pair"] = pair(of: story, forms)?.view(label: words.title)
        view["hasSides"] = !conflict.sides.isEmpty
        view["hasFacts"] = conflict.sides.isEmpty
        addChoices(of: conflict, to: &view, words, forms)
        view["typedNote"] = typed.note
        // Where the page has two notes, the lower one says whose it is.
        view["noteName"] = strings[conflict.choices.contains(Decision.Choice.mend.rawValue) ? "note-plain" : "note"]
        view["typedValue"] = typed.value
        addNotes(of: story, typed, to: &view, forms)
        addPolicy(of: story, admins: admins, to: &view, forms)
        addRule(of: conflict, alike: story.alike, to: &view, words, forms)
        return page("conflict", title: words.title, section: .conflicts, view, for: visitor)
    }

    /// - Parameter isAdmin: what only an admin sets nobody else takes back.
    private func decision(_ decision: DecisionAnswer, _ forms: Forms, isAdmin: Bool) -> View {
        let strings = forms.strings
        let values = decision.values.map { value -> String in
            if case .integer(let units) = value, decision.conflict.hasPrefix("concurrent-counts") || decision.conflict.hasPrefix("oversell")
            {
                return forms.quantity(units)
            }
            return value.words
        }.joined(separator: ", ")
        let set: String? =
            decision.about?.fields == nil
            ? (values.isEmpty ? nil : values) : decision.about.flatMap { MendedWords(about: $0, forms: forms).text }
        return [
            "id": decision.id, "author": decision.author, "choice": strings["choice-\(decision.choice.rawValue)"],
            "values": set,
            "note": decision.note, "at": forms.stamp(decision.time), "isUndone": decision.undoneBy != nil,
            "mayUndo": decision.undoneBy == nil && ![.undo, .replay, .discard, .collect].contains(decision.choice)
                && (decision.choice != .mend || !decision.values.isEmpty)
                && (isAdmin || decision.choice != .policy),
        ]
    }

    /// What a conflict is about that is one field's; an order that is told in two ways is about its state.
    private static func addressOfHistory(_ about: ConflictAnswer.About, kind: ConflictAnswer.Kind) -> String? {
        guard let record = about.record, let field = kind == .orderContradiction ? "state" : about.field else { return nil }
        return Address.history(record: record, field: field)
    }

    /// The same of one that is over, and of which only the id is left.
    private static func addressOfHistory(_ id: String) -> String? {
        let mark = ConflictAnswer.Kind.concurrentWrites.rawValue + ":"
        guard id.hasPrefix(mark), case let name = id.dropFirst(mark.count), let slash = name.firstIndex(of: "/") else { return nil }
        return Address.history(record: String(name[..<slash]), field: String(name[name.index(after: slash)...]))
    }

    /// Of a proposed link.
    private func pair(of story: ConflictStory, _ forms: Forms) -> PairTable? {
        story.pair.map { PairTable(proposal: $0, words: CustomerWords(forms: forms)) }
    }

    // MARK: sides

    private func sides(_ story: ConflictStory, _ conflict: ConflictAnswer, _ words: ConflictWords, _ forms: Forms) -> [View] {
        let strings = forms.strings
        let mayTake = conflict.choices.contains("take")
        let writes = Dictionary(story.sides.map { ($0.dot, $0) }, uniquingKeysWith: { first, _ in first })
        let names = Dictionary(
            conflict.sides.map { ($0.dot, OriginWords(write: writes[$0.dot], site: $0.site, forms: forms)) },
            uniquingKeysWith: { first, _ in first })
        func name(_ side: ConflictAnswer.Side) -> String { names[side.dot]?.name ?? side.site }
        // All that two records say stands field by field above.
        let people = pair(of: story, forms).map { [$0.names.0, $0.names.1] }
        return conflict.sides.enumerated().map { index, side in
            let write = writes[side.dot]
            let others = conflict.sides.filter { $0.dot != side.dot }
            let value = people.flatMap { index < $0.count ? $0[index] : nil } ?? CausalDrawing.value(side.value, forms, conflict)
            let isAlone = !others.contains { name($0) == name(side) }
            let saw = (write?.shown ?? []).compactMap { dot in story.earlier.first { $0.dot == dot } }
            return [
                "tone": index == 0 ? "a" : index == 1 ? "b" : "", "site": name(side), "value": value,
                "dot": side.dot, "key": String(index + 1), "source": names[side.dot]?.source, "origin": names[side.dot]?.line,
                "at": forms.stamp(write?.time ?? side.time), "isShown": mayTake && index == conflict.sides.count - 1,
                "isDoubtful": !side.clockInBound,
                "saw": saw.isEmpty ? nil : saw.map { CausalDrawing.value($0.value, forms, conflict) }.joined(separator: ", "),
                "unheard": others.map { unheard($0.dot, name($0), by: name(side), write, forms) },
                "after": mayTake ? after(side, value, story, conflict, forms) : nil, "mayTake": mayTake,
                "hasSeen": conflict.kind == .concurrentWrites, "always": addressOfRule(side.site, story),
                "alwaysName": strings("conflict-rule-side", ["site": side.site]),
                "take": strings("conflict-take", ["site": isAlone ? name(side) : value]),
            ]
        }
    }

    /// Whether a side's site had heard of another side: the heart of the matter.
    private func unheard(
        _ dot: String, _ other: String, by site: String, _ write: ConflictStory.Write?, _ forms: Forms
    ) -> String {
        let key =
            other == site
            ? "conflict-unheard-same" : write?.heard.contains(dot) ?? false ? "conflict-notshown" : "conflict-unheard"
        return forms.strings(key, ["site": site, "other": other])
    }

    private func after(
        _ side: ConflictAnswer.Side, _ value: String, _ story: ConflictStory, _ conflict: ConflictAnswer, _ forms: Forms
    ) -> String {
        let strings = forms.strings
        if let foresight = story.foresight[side.dot] {
            return strings(
                "conflict-after-count", ["onhand": forms.quantity(foresight.onHand), "available": forms.quantity(foresight.available)])
        }
        if conflict.kind == .orderContradiction { return strings("conflict-after-order", ["value": value]) }
        return forms.count("conflict-after-field", story.sites, ["value": value])
    }

    /// Where there are no sides to compare: what is known, line by line.
    private func facts(_ conflict: ConflictAnswer, _ words: ConflictWords, _ forms: Forms) -> [View] {
        let strings = forms.strings
        let about = conflict.about
        let cause = about.code.map { "quality-cause-" + $0 }.flatMap { strings.has($0) ? $0 : nil }
        let lines: [(String, String?)] = [
            ("fact-what", [about.entity.map(words.entityName), about.key].compactMap { $0 }.joined(separator: " ")),
            ("fact-name", about.name), ("fact-sku", about.sku), ("fact-location", about.location), ("fact-site", about.site),
            ("fact-quantity", about.quantity.map { forms.quantity($0) }), ("fact-document", about.document),
            ("fact-changes", about.changes.map { forms.number($0) }), ("fact-code", cause.map { strings[$0] } ?? about.code),
            ("fact-reason", about.reason),
            ("fact-since", conflict.since.map { forms.moment($0) }), ("fact-before", conflict.sinceBefore.map { forms.moment($0) }),
        ]
        return lines.compactMap { name, value in
            guard let value, !value.isEmpty else { return nil }
            return [
                "name": strings[name], "value": value, "code": name == "fact-code" && cause != nil ? about.code : nil,
                "isEnglish": name == "fact-reason" && strings.language != .english,
            ]
        }
    }

    /// Which sites sold what is not there, or promised it.
    private func takers(of story: ConflictStory, _ words: ConflictWords, _ forms: Forms) -> View? {
        guard !story.takers.isEmpty else { return nil }
        return ["address": words.address, "rows": story.takers.map { entry($0, forms) }]
    }

    // MARK: choices

    private func addChoices(of conflict: ConflictAnswer, to view: inout View, _ words: ConflictWords, _ forms: Forms) {
        let strings = forms.strings
        let isQuantity = conflict.about.sku != nil
        view["mayValue"] = conflict.choices.contains("value")
        view["isQuantity"] = isQuantity
        view["isText"] = !isQuantity
        view["valueName"] = strings[isQuantity ? "conflict-value-count" : "conflict-value"]
        let isTime = CausalDrawing.kind(of: conflict.about) == .time
        view["isTime"] = isTime
        view["valueHint"] =
            isTime
            ? strings("conflict-value-time-hint", ["zone": forms.zone.identifier])
            : strings[isQuantity ? "conflict-value-count-hint" : "conflict-value-hint"]
        view["valueAfter"] = strings[isQuantity ? "conflict-value-count-after" : "conflict-value-after"]
        view["plain"] =
            conflict.choices.filter { !["take", "value", "mend"].contains($0) }.map { choice -> View in
                let key = words.key(of: choice)
                return [
                    "choice": choice, "name": strings["decide-\(key)"], "after": strings["decide-\(key)-after"],
                    "isDanger": ["delete", "discard", "withdraw"].contains(choice),
                ]
            }
        view["mayChoose"] = !conflict.choices.isEmpty
    }

    private func addRule(of conflict: ConflictAnswer, alike: Int, to view: inout View, _ words: ConflictWords, _ forms: Forms) {
        guard alike > 1 else { return }
        let strings = forms.strings
        let rules: [String] =
            switch conflict.kind {
            case .concurrentWrites: ["latest", "earliest"]
            case .concurrentCounts: ["latest", "earliest", "accept"]
            case .editOfDeleted: conflict.sides.isEmpty ? ["replay", "discard"] : ["keep", "delete"]
            case .quarantine: ["replay", "discard"]
            case .proposedLink: ["same", "apart"]
            case .oversell, .receivedMoreThanSent, .longWait: ["accept"]
            case .orderContradiction: ["latest", "earliest"]
            case .sourceRestored, .staleView: []
            }
        guard !rules.isEmpty else { return }
        view["alike"] = forms.count(
            "conflict-alike", alike, ["n": forms.number(alike) + (alike >= Hub.conflictsPerKindMax ? "+" : "")])
        view["alikeKind"] = conflict.kind.rawValue
        view["alikeField"] = conflict.about.field
        view["alikeAbout"] =
            conflict.about.field.map { strings("conflict-alike-field", ["field": words.fieldName($0)]) }
            ?? strings("conflict-alike-kind", ["kind": words.kind])
        view["alikeRules"] =
            rules.map { ["value": $0, "name": strings["rule-\($0)"]] as View }
            + conflict.sides.map(\.site).filter { !$0.isEmpty && $0 != "hub" && conflict.choices.contains("take") }.map {
                ["value": "site:\($0)", "name": strings("rule-site", ["site": $0])] as View
            }
    }
}

extension ConflictAnswer {
    typealias Side = WriteAnswer
}

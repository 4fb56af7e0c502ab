import ChangeSets
import Foundation
import HubRuntime

extension Console {
    /// One person: what is shown and where it comes from, why the records are one person, and what the person did over all channels.
    ///
    /// - Parameters:
    ///   - document: the profile.
    ///   - timeline: a page of what the person did.
    ///   - decisions: what was decided about the person's records.
    ///   - before: the timeline's place that this page goes on from; `nil`: the newest.
    ///   - problem: why what was just asked for was refused.
    /// - Throws: a decoding error where a document is of another version.
    public func customer(
        _ document: JSONAnswer, timeline: JSONAnswer?, decisions: [LinkDecisionAnswer], before: String?, problem: HubError?,
        for visitor: Visitor
    ) throws -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let words = CustomerWords(forms: forms)
        let person = try JSONDecoder().decode(CustomerDocument.self, from: Data(document.bytes))
        let page = try timeline.map { try JSONDecoder().decode(CustomerTimelineDocument.self, from: Data($0.bytes)) }
        let name = person.name ?? strings["customer-nameless"]
        let sites = person.sites.count
        let summary = words.list([
            person.shown("city"), Forms.sound(person.measures.first).map { strings("customer-since", ["day": forms.day($0)]) },
            forms.count("customer-records", person.records.count)
                + (sites > 1
                    ? " " + forms.count("customer-at-sites", sites)
                    : person.sites.first.map { " " + strings("customer-at", ["site": $0]) } ?? ""),
        ])
        var view: View = [
            "id": person.id, "today": forms.dateField(forms.now), "address": "/customers/\(person.id)", "name": name, "summary": summary,
            "problem": problem.map { told($0, strings) }, "figures": figures(person, words),
            "fields": fields(person, words), "consents": consents(person, words), "identifiers": identifiers(person, words),
            "habits": habits(person, words), "notes": notes(person, forms), "isLater": before != nil,
            "days": CustomerTimelineView(words: words).entries(page?.entries ?? []), "next": page?.next,
        ]
        view["awaited"] = AwaitedView(words: words).orders(person.awaited)
        view["awaitedCut"] = person.awaitedCut == true
        view["records"] = records(person, decisions, words)
        view["mayUnlink"] = person.records.count > 1
        view["drawing"] = drawing(person, words)
        view["apart"] = apart(person, decisions, words)
        return self.page("customer", title: name, section: .customers, view, for: visitor)
    }

    // MARK: who it is

    private func figures(_ person: CustomerDocument, _ words: CustomerWords) -> [View] {
        let (forms, strings, measures) = (words.forms, words.forms.strings, person.measures)
        var figures: [View] = measures.net.sorted { $0.key < $1.key }.prefix(3).map { currency, net in
            ["name": strings["customer-net"], "value": words.money(net, currency)]
        }
        figures.append(["name": strings["customer-purchases"], "value": forms.number(measures.purchases)])
        let returned = measures.returned.filter { $0.value != 0 }
        if !returned.isEmpty { figures.append(["name": strings["customer-returned"], "value": words.money(returned)]) }
        if let last = Forms.sound(measures.last) {
            let shop = person.purchases.recent.first { $0.entity != "return" && $0.time == last }?.site
            figures.append(["name": words.list([strings["customer-last"], shop]), "value": forms.day(last)])
        }
        figures.append(["name": strings["customer-stage"], "value": words.word("customer-stage", person.stage)])
        return figures
    }

    private func fields(_ person: CustomerDocument, _ words: CustomerWords) -> [View] {
        let forms = words.forms
        let usual = Catalogue["customer"]?.fields.map(\.name.description) ?? []
        let names = usual.filter { person.fields[$0] != nil } + person.fields.keys.filter { !usual.contains($0) }.sorted()
        return names.compactMap { name in
            guard let golden = person.fields[name] else { return nil }
            let beaten: [View] = (golden.beaten ?? []).map { other in
                [
                    "value": words.value(other.value, of: name), "site": other.site, "day": Forms.sound(other.time).map(forms.day),
                    "why": words.word("customer-why", other.why),
                ]
            }
            // Who says the same does not say otherwise.
            let differing = (golden.beaten ?? []).filter { $0.value != golden.value }.count
            return [
                "name": words.field(name), "value": words.value(golden.value, of: name), "site": golden.site,
                "history": Address.history(record: golden.record, field: name),
                "historyOf": forms.strings("history-of-field", ["field": words.field(name)]),
                "day": Forms.sound(golden.time).map(forms.day),
                "doubt": golden.timeOutOfBound == true ? forms.strings["customer-clock"] : nil,
                "others": beaten.isEmpty
                    ? nil
                    : differing > 0
                        ? forms.count("customer-others", differing) : forms.count("customer-agree", beaten.count),
                "beaten": beaten,
            ]
        }
    }

    private func identifiers(_ person: CustomerDocument, _ words: CustomerWords) -> [View] {
        let (forms, strings) = (words.forms, words.forms.strings)
        // Devices and cookies are many, and say nothing to people.
        let machines = ["device", "cookie"]
        let told: [View] = person.identifiers.filter { !machines.contains($0.kind) }.map { identifier in
            let intervals = identifier.intervals ?? []
            let since = intervals.compactMap { Forms.sound($0.since) }.min()
            let isCurrent = intervals.isEmpty || intervals.contains { $0.standing == "current" }
            let until = isCurrent ? nil : intervals.compactMap { Forms.sound($0.until) }.max()
            let isWrong = !isCurrent && intervals.allSatisfy { $0.standing == "corrected" }
            let sites = Set(intervals.compactMap(\.site)).sorted().joined(separator: ", ")
            let when =
                until.map { until in
                    since.map { strings("customer-from-to", ["from": forms.day($0), "to": forms.day(until)]) }
                        ?? strings("customer-until", ["day": forms.day(until)])
                } ?? since.map { strings(isCurrent ? "customer-held-since" : "customer-held-once", ["day": forms.day($0)]) }
            return [
                "name": words.kind(identifier.kind), "value": words.identifier(identifier.value),
                "detail": words.list([when, sites, isWrong ? strings["customer-corrected"] : nil]),
            ]
        }
        let counted: [View] = machines.compactMap { kind in
            let count = person.identifiers.filter { $0.kind == kind }.count
            return count == 0 ? nil : ["name": words.word("customer-count", kind), "value": forms.number(count)]
        }
        return told + counted
    }

    private func consents(_ person: CustomerDocument, _ words: CustomerWords) -> [View] {
        let (forms, strings) = (words.forms, words.forms.strings)
        return person.consents.map { consent in
            let about = words.list([
                consent.purpose.map { words.word("customer-purpose", $0) }, consent.channel.map { words.word("customer-channel", $0) },
            ])
            let earlier: [View] =
                consent.history.count < 2
                ? []
                : consent.history.map { said in
                    [
                        "text": words.list([
                            strings[said.given ? "customer-yes" : "customer-no"], said.site, Forms.sound(said.time).map(forms.day),
                            said.document,
                        ])
                    ]
                }
            return [
                "name": about ?? strings["customer-everything"],
                "sign": consent.given.map { $0 ? "ok" : "bad" } ?? "idle",
                "state": consent.given.map { strings[$0 ? "customer-yes" : "customer-no"] } ?? strings["customer-unsaid"],
                "detail": words.list([
                    consent.decidedBy?.site, Forms.sound(consent.decidedBy?.time).map(forms.day), consent.decidedBy?.document,
                ]),
                "history": earlier.isEmpty ? nil : ["title": forms.count("customer-words", earlier.count), "words": earlier] as View,
            ]
        }
    }

    /// What the measures tell besides the sums.
    private func habits(_ person: CustomerDocument, _ words: CustomerWords) -> [View] {
        let (forms, strings, measures) = (words.forms, words.forms.strings, person.measures)
        func row(_ name: String, _ value: String?) -> View? { value.map { ["name": strings[name], "value": $0] } }
        let bought = measures.gross.filter { $0.value != 0 }
        return [
            row("customer-bought-for", bought.isEmpty ? nil : words.money(bought)),
            row("customer-returns", measures.returns == 0 ? nil : forms.number(measures.returns)),
            row("customer-often", measures.frequency.map { strings("customer-often-value", ["n": forms.quantity($0)]) }),
            row(
                "customer-channels",
                measures.channels.isEmpty ? nil : measures.channels.map { words.word("kind", $0) }.joined(separator: ", ")),
            row("customer-visits", measures.visits == 0 ? nil : forms.count("customer-visit-days", measures.visits)),
            row(
                "customer-logins", measures.logInsAWeek == 0 ? nil : strings("customer-a-week", ["n": forms.quantity(measures.logInsAWeek)])
            ),
            row("customer-favourite-shop", measures.favourites.shop), row("customer-favourite-category", measures.favourites.category),
            row("customer-favourite-brand", measures.favourites.brand),
            row("customer-sizes", measures.sizes.isEmpty ? nil : measures.sizes.prefix(5).map(\.value).joined(separator: ", ")),
            row("customer-colours", measures.colours.isEmpty ? nil : measures.colours.prefix(5).map(\.value).joined(separator: ", ")),
        ].compactMap { $0 }
    }

    private func notes(_ person: CustomerDocument, _ forms: Forms) -> [View] {
        person.notes.map { note in
            [
                "text": note.text, "author": note.author ?? note.site,
                "day": Forms.sound(note.time).map(forms.day),
            ]
        }
    }
}

import HubRuntime

// Why a person's records are one person.
extension Console {
    func drawing(_ person: CustomerDocument, _ words: CustomerWords) -> Markup? {
        let strings = words.forms.strings
        let members = Dictionary(person.records.map { ($0.life, $0) }, uniquingKeysWith: { first, _ in first })
        let svg = LinkDrawing(
            tree: LinkTree(lives: person.records.map(\.life), links: person.links), title: strings["customer-links"],
            description: strings["customer-links-text"],
            label: { life in members[life].map { "\($0.site ?? String($0.source.prefix(8))) · \(words.key($0))" } ?? "" },
            reason: words.reason
        ).svg()
        return svg.isNull ? nil : svg
    }

    /// The records in the order of the drawing, each with what links it.
    func records(_ person: CustomerDocument, _ decisions: [LinkDecisionAnswer], _ words: CustomerWords) -> [View] {
        let (forms, strings) = (words.forms, words.forms.strings)
        let members = Dictionary(person.records.map { ($0.life, $0) }, uniquingKeysWith: { first, _ in first })
        let tree = LinkTree(lives: person.records.map(\.life), links: person.links)

        func told(_ link: CustomerDocument.Link, to life: String) -> String {
            words.list([
                reason(link, to: life), link.probability.map { strings("customer-likely", ["share": PairTable.share($0, strings)]) },
            ]) ?? ""
        }

        func reason(_ link: CustomerDocument.Link, to life: String) -> String {
            let other = members[life].map(words.record) ?? life
            guard link.by == "decision" else {
                return strings("customer-linked", ["reason": words.reason(link), "other": other])
            }
            let decision = self.decision(on: link, decisions)
            guard let decision else { return strings("customer-linked", ["reason": words.reason(link), "other": other]) }
            let by = strings("customer-linked-by", ["who": decision.author, "other": other])
            return words.list([by, Forms.sound(decision.time).map(forms.day), decision.note]) ?? by
        }

        return tree.nodes.indices.compactMap { index in
            let node = tree.nodes[index]
            guard let member = members[node.life] else { return nil }
            var reasons: [String] = []
            if let link = node.link, let parent = node.parent { reasons.append(told(link, to: tree.nodes[parent].life)) }
            // What is said twice stands with the later record.
            for link in tree.others where link.higher == node.life { reasons.append(told(link, to: link.lower)) }
            let isCentre = node.parent == nil && tree.nodes.contains { $0.parent == index }
            if reasons.isEmpty, isCentre { reasons.append(strings["customer-centre"]) }
            let undo = node.link.flatMap { $0.by == "decision" ? decision(on: $0, decisions) : nil }
            return [
                "title": words.record(member), "life": node.life, "reasons": reasons, "called": person.name(of: node.life),
                "undo": undo?.decision,
            ]
        }
    }

    private func decision(on link: CustomerDocument.Link, _ decisions: [LinkDecisionAnswer]) -> LinkDecisionAnswer? {
        decisions.first { $0.isSame && Set([$0.lower.record, $0.higher.record]) == [link.lower, link.higher] }
    }

    /// Who was declared never the same, each once.
    func apart(_ person: CustomerDocument, _ decisions: [LinkDecisionAnswer], _ words: CustomerWords) -> [View] {
        let (forms, strings) = (words.forms, words.forms.strings)
        let own = Set(person.records.map(\.life))
        var seen: Set<String> = []
        return decisions.filter { !$0.isSame }.compactMap { decision in
            let other = own.contains(decision.lower.record) ? decision.higher : decision.lower
            guard let profile = other.profile, profile != person.id, seen.insert("\(decision.decision) \(profile)").inserted else {
                return nil
            }
            let by = strings("customer-apart-by", ["who": decision.author])
            return [
                "profile": profile, "detail": words.list([by, Forms.sound(decision.time).map(forms.day), decision.note]),
                "undo": decision.decision,
            ]
        }
    }
}

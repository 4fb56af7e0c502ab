import Causality
import ChangeSets
import Merging

extension Profile {
    /// The person as a JSON document with a fixed order of keys, for the feed and `/v1/profiles`.
    ///
    /// Times are milliseconds since 1970 (UTC), money is in units of 10⁻⁴. It holds personal data.
    ///
    /// - Parameters:
    ///   - withBeaten: whether to write, per field, the values that were beaten; the shops' feed may do without.
    ///   - person: what else is told of the person, with what each writer had seen; only where one person is looked at.
    ///   - more: writes what comes behind it.
    public func json(
        withBeaten: Bool = true, person: Person? = nil, more: (inout JSONDocument) -> Void = { _ in }
    ) -> [UInt8] {
        let clock = person.map { _ in clock(of:) }
        return JSONDocument.object { document in
            document.add("id", id.description)
            if isShortened { document.add("shortened", true) }
            document.object("fields") { fields in
                for field in self.fields {
                    fields.object(field.name.description) { field.write(to: &$0, withBeaten: withBeaten, clock: clock) }
                }
            }
            document.array("identifiers") { list in
                if let person {
                    person.writeIdentifiers(identifiers, to: &list)
                } else {
                    for held in identifiers { list.appendObject { held.write(to: &$0) } }
                }
            }
            document.array("records") { list in
                for member in records { list.appendObject { member.write(to: &$0) } }
            }
            document.array("links") { list in
                for link in links {
                    list.appendObject {
                        link.write(to: &$0)
                        if let likelihood = person?.likelihoods[link] { $0.add("probability", Value.real(likelihood)) }
                    }
                }
            }
            document.object("purchases") { purchases.write(to: &$0) }
            person?.write(to: &document)
            more(&document)
        }
    }
}

extension Profile.HeldIdentifier {
    func write(to document: inout JSONDocument) {
        document.add("kind", identifier.kind.description)
        document.add("value", identifier.value)
        document.array("records") { list in for record in records { list.append(record.life.description) } }
    }
}

extension Profile.Member {
    func write(to document: inout JSONDocument) {
        document.add("entity", id.entity.text)
        if let site { document.add("site", site) }
        document.add("source", id.source.description)
        document.array("key") { key in for value in id.key.values { key.append(value) } }
        document.add("life", id.life.description)
    }
}

extension LinkedProfile.Link {
    func write(to document: inout JSONDocument) {
        document.add("lower", lower.life.description)
        document.add("higher", higher.life.description)
        switch reason {
        case .decision:
            document.add("by", "decision")
        case .identifier(let identifier):
            document.add("by", identifier.kind.description)
            document.add("value", identifier.value)
        }
    }
}

extension GoldenField {
    func write(to document: inout JSONDocument, withBeaten: Bool, clock: ((Dot) -> VectorClock)? = nil) {
        shown.write(to: &document, clock: clock)
        guard withBeaten, !beaten.isEmpty || !replaced.isEmpty else { return }
        document.array("beaten") { list in
            for candidate in beaten + replaced {
                list.appendObject {
                    candidate.write(to: &$0, clock: clock)
                    $0.add("why", reason(against: candidate).rawValue)
                }
            }
        }
    }
}

extension GoldenField.Candidate {
    /// - Parameter clock: what the chain of a write contains; `nil` where what its writer had seen is not told.
    func write(to document: inout JSONDocument, clock: ((Dot) -> VectorClock)? = nil) {
        document.add("value", value)
        if let site { document.add("site", site) }
        document.add("dot", dot.description)
        document.add("time", time.milliseconds)
        if !precedence.isInBound { document.add("timeOutOfBound", true) }
        document.add("record", record.life.description)
        guard let clock else { return }
        if case .named(let dots) = context { document.array("shown") { list in for dot in dots { list.append(dot.description) } } }
        if !saw.isEmpty { document.array("saw") { list in for dot in saw { list.append(dot.description) } } }
        document.object("clock") { object in
            for (replica, counter) in clock(dot).entries { object.add(replica.description, counter) }
        }
    }
}

extension PurchaseSummary {
    func write(to document: inout JSONDocument) {
        document.add("number", number)
        document.object("totals") { object in
            for (currency, sum) in totals.sorted(by: { $0.key < $1.key }) { object.add(currency.string, sum) }
        }
        if let first { document.add("first", first.milliseconds) }
        if let last { document.add("last", last.milliseconds) }
        document.array("recent") { list in
            for purchase in recent { list.appendObject { purchase.write(to: &$0) } }
        }
    }
}

extension Purchase {
    func write(to document: inout JSONDocument) {
        document.add("entity", record.entity.text)
        document.add("record", record.life.description)
        if let number { document.add("number", number) }
        if let site { document.add("site", site) }
        document.add("time", time.milliseconds)
        document.add("total", total)
        document.add("currency", currency)
    }
}

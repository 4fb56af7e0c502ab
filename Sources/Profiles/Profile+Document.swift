import Causality
import ChangeSets
import Merging

extension Profile {
    /// The person as a JSON document with a fixed order of keys, for the feed and `/v1/profiles`.
    ///
    /// Times are milliseconds since 1970 (UTC), money is in units of 10⁻⁴. It holds personal data.
    ///
    /// - Parameter withBeaten: whether to write, per field, the values that were beaten; the shops' feed may do without.
    public func json(withBeaten: Bool = true) -> [UInt8] {
        JSONDocument.object { document in
            document.add("id", id.description)
            document.object("fields") { fields in
                for field in self.fields { fields.object(field.name.description) { field.write(to: &$0, withBeaten: withBeaten) } }
            }
            document.array("identifiers") { list in
                for held in identifiers {
                    list.appendObject {
                        $0.add("kind", held.identifier.kind.description)
                        $0.add("value", held.identifier.value)
                        $0.array("records") { records in for record in held.records { records.append(record.life.description) } }
                    }
                }
            }
            document.array("records") { list in
                for member in records { list.appendObject { member.write(to: &$0) } }
            }
            document.array("links") { list in
                for link in links { list.appendObject { link.write(to: &$0) } }
            }
            document.object("purchases") { purchases.write(to: &$0) }
        }
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
    func write(to document: inout JSONDocument, withBeaten: Bool) {
        shown.write(to: &document)
        guard withBeaten, !beaten.isEmpty else { return }
        document.array("beaten") { list in
            for candidate in beaten { list.appendObject { candidate.write(to: &$0) } }
        }
    }
}

extension GoldenField.Candidate {
    func write(to document: inout JSONDocument) {
        document.add("value", value)
        if let site { document.add("site", site) }
        document.add("dot", dot.description)
        document.add("time", time.milliseconds)
        if !precedence.isInBound { document.add("timeOutOfBound", true) }
        document.add("record", record.life.description)
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

import Causality
import ChangeSets

extension Person {
    /// Adds what a profile's document tells beyond the golden fields. It holds personal data.
    func write(to document: inout JSONDocument) {
        document.add("stage", stage.rawValue)
        document.object("measures") { measures.write(to: &$0) }
        document.array("consents") { list in
            for entry in consents.entries { list.appendObject { entry.write(to: &$0) } }
        }
        document.array("notes") { list in
            for note in notes { list.appendObject { note.write(to: &$0) } }
        }
    }

    /// All identifiers, those that are held no more, too: with the lives of the records that hold them now, and every interval.
    func writeIdentifiers(_ held: [Profile.HeldIdentifier], to list: inout JSONDocument) {
        let holders = Dictionary(held.map { ($0.identifier, $0.records) }, uniquingKeysWith: { $0 + $1 })
        let intervals = Dictionary(grouping: intervals, by: \.identifier)
        for identifier in Set(holders.keys).union(intervals.keys).sorted() {
            list.appendObject { object in
                Profile.HeldIdentifier(identifier: identifier, records: holders[identifier] ?? []).write(to: &object)
                object.array("intervals") { list in
                    for interval in intervals[identifier] ?? [] { list.appendObject { interval.write(to: &$0) } }
                }
            }
        }
    }
}

extension IdentifierInterval {
    func write(to document: inout JSONDocument) {
        document.add("standing", standing.rawValue)
        document.add("record", record.life.description)
        if let site { document.add("site", site) }
        document.add("dot", writtenBy.dot.description)
        document.add("since", writtenBy.time.milliseconds)
        if !writtenBy.isInBound { document.add("sinceOutOfBound", true) }
        if let endedBy {
            document.add("until", endedBy.time.milliseconds)
            if !endedBy.isInBound { document.add("untilOutOfBound", true) }
            document.add("endedBy", endedBy.dot.description)
        }
    }
}

extension ConsentRegister.Entry {
    func write(to document: inout JSONDocument) {
        if !purpose.string.isEmpty { document.add("purpose", purpose) }
        if !channel.string.isEmpty { document.add("channel", channel) }
        if let isGiven { document.add("given", isGiven) } else { document.addNull("given") }
        if let decidedBy { document.object("decidedBy") { decidedBy.write(to: &$0) } }
        document.array("history") { list in
            for word in history { list.appendObject { word.write(to: &$0) } }
        }
    }
}

extension ConsentRecord.Word {
    func write(to document: inout JSONDocument) {
        document.add("given", isGiven)
        document.add("time", shownAt)
        document.add("written", precedence.time.milliseconds)
        if !precedence.isInBound { document.add("timeOutOfBound", true) }
        if let version = self.document { document.add("document", version) }
        if let site { document.add("site", site) }
        document.add("dot", dot.description)
        document.add("record", record.life.description)
    }
}

extension Note {
    func write(to document: inout JSONDocument) {
        if let text { document.add("text", text) }
        if let author { document.add("author", author) }
        if let at { document.add("time", at) }
        if let site { document.add("site", site) }
        document.add("record", record.life.description)
    }
}

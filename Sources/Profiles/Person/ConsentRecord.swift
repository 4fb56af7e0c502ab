import Causality
import ChangeSets
import Merging

/// One consent record of a person: what it says now, and what it said before.
public struct ConsentRecord: Hashable, Sendable {
    /// In lower case; several while their writers did not know of each other. Empty: all purposes.
    public var purposes: [Text]
    /// The same of channels: email, sms, post.
    public var channels: [Text]
    /// One per live value of `given`: more than one = concurrent.
    public var words: [Word]
    /// Superseded ones, in the order of their times.
    public var former: [Word]

    /// One yes or no, as somebody wrote it down.
    public struct Word: Hashable, Sendable {
        public var isGiven: Bool
        public var record: RecordID
        public var precedence: Precedence
        /// The record's own time, where the same change wrote it: when the person said so, milliseconds since 1970 (UTC).
        public var at: Int64?
        /// Version of the text that was agreed to.
        public var document: Text?
        /// Values of other records that the writer had been shown (S30).
        public var saw: [Dot]
        /// The site that wrote it; `nil` when the caller does not know the writer.
        public var site: Text?

        public init(
            isGiven: Bool, record: RecordID, precedence: Precedence, at: Int64? = nil, document: Text? = nil, saw: [Dot] = [],
            site: Text? = nil
        ) {
            self.isGiven = isGiven
            self.record = record
            self.precedence = precedence
            self.at = at
            self.document = document
            self.saw = saw
            self.site = site
        }

        public var dot: Dot { precedence.dot }
        /// When it was said, as far as known, for lists.
        public var shownAt: Int64 { at ?? Int64(precedence.time.milliseconds) }
    }

    public init(purposes: [Text], channels: [Text], words: [Word], former: [Word] = []) {
        self.purposes = purposes
        self.channels = channels
        self.words = words
        self.former = former
    }

    /// - Parameter former: the record's superseded values, as the hub keeps them.
    public init(_ state: RecordState, former: [SupersededValue] = [], site: (ReplicaID) -> Text?) {
        purposes = Self.names(state, "purpose") { $0 }
        channels = Self.names(state, "channel") { $0 == "e-mail" ? "email" : $0 }
        let beside = Beside(state, former)
        words = state.siblings(of: "given").writes.compactMap { write in
            write.content.value.integer.map { given -> Word in
                var word = beside.word(given, precedence: write.precedence, saw: write.content.saw, of: state.id, site: site)
                // A live word is about the text that the record names now.
                word.document = word.document ?? state["document"]?.typed
                return word
            }
        }
        self.former = former.filter { $0.field == "given" }.compactMap { value in
            value.value.integer.map { beside.word($0, precedence: value.precedence, saw: [], of: state.id, site: site) }
        }.sorted { ($0.shownAt, $0.dot) < ($1.shownAt, $1.dot) }
    }

    private static func names(_ state: RecordState, _ field: FieldName, _ usual: (String) -> String) -> [Text] {
        let names = state.siblings(of: field).writes.map { Text(usual($0.content.value.typed?.trimmed?.string.lowercased() ?? "")) }
        return names.isEmpty ? [""] : Set(names).sorted()
    }

    /// What one change wrote beside `given`.
    private struct Beside {
        private var times: [Dot: Int64] = [:]
        private var documents: [Dot: Text] = [:]

        init(_ state: RecordState, _ former: [SupersededValue]) {
            for write in state.siblings(of: "at").writes { times[write.dot] = write.content.value.integer }
            for write in state.siblings(of: "document").writes { documents[write.dot] = write.content.value.typed }
            for value in former where value.field == "at" { times[value.precedence.dot] = value.value.integer }
            for value in former where value.field == "document" { documents[value.precedence.dot] = value.value.typed }
        }

        func word(_ given: Int64, precedence: Precedence, saw: [Dot], of record: RecordID, site: (ReplicaID) -> Text?) -> Word {
            Word(
                isGiven: given != 0, record: record, precedence: precedence, at: times[precedence.dot],
                document: documents[precedence.dot], saw: saw, site: site(precedence.dot.replica))
        }
    }
}

/// A value of a field that a later write named, and by when.
public struct SupersededValue: Hashable, Sendable {
    public var field: FieldName
    public var value: Value
    public var precedence: Precedence
    /// The write that ended it: of several the first, in bound before out of bound.
    public var endedBy: Precedence

    public init(field: FieldName, value: Value, precedence: Precedence, endedBy: Precedence) {
        self.field = field
        self.value = value
        self.precedence = precedence
        self.endedBy = endedBy
    }
}

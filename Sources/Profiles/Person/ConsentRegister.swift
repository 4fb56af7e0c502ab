import Causality
import ChangeSets

/// What a person has agreed to, per purpose and channel, with its history.
///
/// The most restrictive word stands. A no is lifted only
/// - by its own record: a write that names it (causality; no clock);
/// - by a write of another record whose writer had been shown it (S30);
/// - by a yes of another record that was said later, both times being in the bound that the hub measured, and that is at least as
///   specific: "yes, e-mails" lifts "nothing at all", "yes to everything" does not lift "no e-mails".
///
/// At the same moment the no stands. A record without a purpose speaks of all purposes, one without a channel of all channels.
public struct ConsentRegister: Hashable, Sendable {
    /// In the order of purposes, then channels; those for all come first.
    public var entries: [Entry]

    public struct Entry: Hashable, Sendable {
        /// Empty: all purposes that are not listed.
        public var purpose: Text
        /// Empty: all channels that are not listed.
        public var channel: Text
        /// `nil`: nobody says anything any more.
        public var isGiven: Bool?
        /// The word that decides: of several the one that was said last.
        public var decidedBy: ConsentRecord.Word?
        /// Every word that was ever written down of this purpose and channel, or of wider ones, the latest first; at most
        /// `historyMax`.
        public var history: [ConsentRecord.Word]
    }

    public static let historyMax = 100

    public init(_ records: [ConsentRecord]) {
        let spoken = records.map(Spoken.init)
        var seen: [Dot: Set<RecordID>] = [:]
        for word in records.flatMap(\.words) { for dot in word.saw { seen[dot, default: []].insert(word.record) } }
        let live = spoken.flatMap(\.live).filter { word in !(seen[word.word.dot]?.contains { $0 != word.word.record } ?? false) }
        let ever = spoken.flatMap(\.ever)
        entries = Set(ever.map(\.scope)).sorted(by: Scope.areInOrder).map { scope in
            let words = live.filter { $0.scope.covers(scope) }
            let standing = words.filter { no in !no.word.isGiven && !words.contains { $0.lifts(no) } }
            let decidedBy = (standing.isEmpty ? words.filter(\.word.isGiven) : standing).map(\.word).max(by: Self.isEarlier)
            return Entry(
                purpose: scope.purpose, channel: scope.channel, isGiven: decidedBy?.isGiven, decidedBy: decidedBy,
                history: Self.history(ever.filter { $0.scope.covers(scope) }.map(\.word)))
        }
    }

    private static func history(_ words: [ConsentRecord.Word]) -> [ConsentRecord.Word] {
        Array(Set(words).sorted { isEarlier($1, $0) }.prefix(historyMax))
    }

    private static func isEarlier(_ left: ConsentRecord.Word, _ right: ConsentRecord.Word) -> Bool {
        (left.shownAt, left.dot) < (right.shownAt, right.dot)
    }

    /// Whether the purpose and channel may be used: only after an explicit yes.
    public func allows(purpose: Text, channel: Text) -> Bool {
        let scope = Scope(purpose: purpose, channel: channel)
        let narrowest = entries.filter { Scope($0).covers(scope) && $0.isGiven != nil }
        return !narrowest.isEmpty && narrowest.allSatisfy { $0.isGiven == true || isLifted($0, for: scope) }
    }

    /// A wider no does not hold where a narrower entry, which took it into account, says yes.
    private func isLifted(_ wider: Entry, for scope: Scope) -> Bool {
        entries.contains { $0.isGiven == true && Scope($0).covers(scope) && Scope(wider).covers(Scope($0)) && Scope($0) != Scope(wider) }
    }
}

/// What a word is about.
private struct Scope: Hashable {
    var purpose: Text
    var channel: Text

    init(purpose: Text, channel: Text) {
        self.purpose = purpose
        self.channel = channel
    }

    init(_ entry: ConsentRegister.Entry) { self.init(purpose: entry.purpose, channel: entry.channel) }

    func covers(_ other: Scope) -> Bool {
        (purpose.string.isEmpty || purpose == other.purpose) && (channel.string.isEmpty || channel == other.channel)
    }

    static func areInOrder(_ left: Scope, _ right: Scope) -> Bool { (left.purpose, left.channel) < (right.purpose, right.channel) }
}

/// A record's words with what they are about. While purpose or channel are in dispute, a no is about all of them and a yes about none.
private struct Spoken {
    struct One: Hashable {
        var scope: Scope
        var word: ConsentRecord.Word

        func lifts(_ no: One) -> Bool {
            guard word.isGiven, word.record != no.word.record, no.scope.covers(scope), let yes = word.momentOfYes,
                let said = no.word.momentOfNo
            else { return false }
            return yes > said
        }
    }

    var live: [One]
    /// All that was ever said, the live words included.
    var ever: [One]

    init(_ record: ConsentRecord) {
        let scopes = record.purposes.flatMap { purpose in record.channels.map { Scope(purpose: purpose, channel: $0) } }
        func about(_ word: ConsentRecord.Word) -> [One] { scopes.map { One(scope: $0, word: word) } }
        live = record.words.filter { scopes.count == 1 || !$0.isGiven }.flatMap(about)
        ever = (record.words + record.former).flatMap(about)
    }
}

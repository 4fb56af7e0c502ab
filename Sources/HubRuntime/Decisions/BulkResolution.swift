import ChangeSets

/// One rule for many conflicts.
public struct BulkResolution: Decodable, Hashable, Sendable {
    public enum Rule: String, Decodable, Hashable, Sendable, CaseIterable {
        /// The side of the latest time that the hub trusts, which is what is shown already.
        case latest
        case earliest
        /// The side of the site named in `site`.
        case site
        case accept, keep, delete, replay, discard, withdraw, same, apart
    }

    public var filter: ConflictFilter
    public var rule: Rule
    /// For the rule `site`.
    public var site: String?
    public var author: String
    public var note: String?
    /// Say what would be done, and do nothing.
    public var isDryRun: Bool

    public init(filter: ConflictFilter, rule: Rule, site: String? = nil, author: String, note: String? = nil, isDryRun: Bool) {
        self.filter = filter
        self.rule = rule
        self.site = site
        self.author = author
        self.note = note
        self.isDryRun = isDryRun
    }

    func resolution(of finding: Finding) throws(HubError) -> Resolution {
        let seen = filter.seen?[finding.answer.id] ?? finding.answer.seen
        func take(_ side: String?) -> Resolution {
            Resolution(.take, side: side ?? "", seen: seen, author: author, note: note)
        }
        func choose(_ choice: Decision.Choice) -> Resolution { Resolution(choice, seen: seen, author: author, note: note) }
        switch rule {
        case .latest: return take(finding.answer.sides.last?.dot)
        case .earliest: return take(finding.answer.sides.first?.dot)
        case .site:
            guard let site else {
                throw HubError(.badRequest, "The rule \"site\" names no site.", remedy: "Give its name: --take SITE.")
            }
            return take(site)
        case .accept: return choose(.accept)
        case .keep: return choose(.keep)
        case .delete: return choose(.delete)
        case .replay: return choose(.replay)
        case .discard: return choose(.discard)
        case .withdraw: return choose(.withdraw)
        case .same: return choose(.same)
        case .apart: return choose(.apart)
        }
    }
}

/// What a rule did, or would do.
public struct BulkAnswer: Encodable, Hashable, Sendable {
    public struct Decided: Encodable, Hashable, Sendable {
        public var conflict: String
        public var message: String
        public var choice: Decision.Choice
        /// What is set; empty where nothing is written.
        public var values: [ValueAnswer]
        /// What was shown of it: sent back with the rule, it covers exactly that.
        public var seen: String
        /// The conflict as it was before; for who says it in other words.
        public var shown: ConflictAnswer?

        private enum CodingKeys: CodingKey { case conflict, message, choice, values, seen }
    }

    public struct Left: Encodable, Hashable, Sendable {
        public var conflict: String
        public var message: String
        /// Why, as an error's code, and in words.
        public var code: String
        public var reason: String
        /// `nil`: it is not open any more.
        public var shown: ConflictAnswer?

        private enum CodingKeys: CodingKey { case conflict, message, code, reason }
    }

    public var isDryRun: Bool
    public var decided: [Decided]
    public var left: [Left]
}

extension BulkAnswer.Left {
    /// What was named, and is not there to be decided.
    init(notOpen id: String) {
        self.init(
            conflict: id, message: "No open conflict has the id \(id).", code: HubError.Code.conflictGone.rawValue,
            reason: "It was decided, or its sites wrote again, or it is none of those that were asked for.")
    }
}

/// What providers take for the same mailbox, and which domains have none: data that an operator sets.
///
/// A rule is only for what a provider promises. Elsewhere `ann+shop@` and `ann@` may be two people, and so they stay.
public struct EmailRules: Hashable, Sendable, Codable {
    /// Stands for all domains that have no rule of their own.
    public static let anyDomain = "*"

    /// By domain, in lower case and ASCII (`xn--…`), without subdomains; `*` for all others.
    public var domains: [String: DomainRule]
    /// Domains, and what ends in them, whose addresses are dummies. None unless an operator says so.
    public var refusedDomains: Set<String>

    public struct DomainRule: Hashable, Sendable, Codable {
        /// The name under which the same mailboxes are compared: googlemail.com is gmail.com.
        public var sameAs: String?
        /// Whether dots before the @ mean nothing.
        public var ignoresDots: Bool
        /// Characters that begin a tag before the @, which is dropped: `+`; empty where there are no tags.
        public var tagMarks: String

        enum CodingKeys: String, CodingKey, CaseIterable { case sameAs, ignoresDots, tagMarks }

        public init(sameAs: String? = nil, ignoresDots: Bool = false, tagMarks: String = "") {
            self.sameAs = sameAs
            self.ignoresDots = ignoresDots
            self.tagMarks = tagMarks
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            sameAs = try container.decodeIfPresent(String.self, forKey: .sameAs)
            ignoresDots = try container.decodeIfPresent(Bool.self, forKey: .ignoresDots) ?? false
            tagMarks = try container.decodeIfPresent(String.self, forKey: .tagMarks) ?? ""
        }
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case domains, refusedDomains }

    public init(domains: [String: DomainRule], refusedDomains: Set<String> = []) {
        self.domains = domains
        self.refusedDomains = refusedDomains
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        domains = try container.decodeIfPresent([String: DomainRule].self, forKey: .domains) ?? [:]
        refusedDomains = try container.decodeIfPresent(Set<String>.self, forKey: .refusedDomains) ?? []
    }

    /// Providers that document their rule; all others are left as they are.
    public static let standard: EmailRules = {
        let tagged = [
            "outlook.com", "hotmail.com", "live.com", "msn.com", "icloud.com", "me.com", "mac.com", "fastmail.com", "fastmail.fm",
            "proton.me", "protonmail.com", "pm.me",
        ]
        var domains = Dictionary(uniqueKeysWithValues: tagged.map { ($0, DomainRule(tagMarks: "+")) })
        domains["gmail.com"] = DomainRule(ignoresDots: true, tagMarks: "+")
        domains["googlemail.com"] = DomainRule(sameAs: "gmail.com", ignoresDots: true, tagMarks: "+")
        return EmailRules(domains: domains)
    }()

    /// Every address as it is written, but for case.
    public static let none = EmailRules(domains: [:])

    /// Names that nobody can have (RFC 2606, RFC 6761): for `refusedDomains`, and suspicious to `FieldCheck`.
    public static let reservedDomains: Set<String> = [
        "example.com", "example.org", "example.net", "example", "test", "invalid", "localhost",
    ]

    /// Whether a domain, or one that it belongs to, is in a set.
    static func contains(_ domain: String, in set: Set<String>) -> Bool {
        guard !set.isEmpty else { return false }
        var rest = domain[...]
        while true {
            if set.contains(String(rest)) { return true }
            guard let dot = rest.firstIndex(of: ".") else { return false }
            rest = rest[rest.index(after: dot)...]
        }
    }

    /// A domain's rule with those of the domains it is the same as, and the last of these. Of a ring, the first by name.
    func rule(of domain: String) -> (name: String, ignoresDots: Bool, tagMarks: String) {
        var found = (name: domain, ignoresDots: false, tagMarks: "")
        guard domains[domain] != nil || domains[Self.anyDomain] != nil else { return found }
        var path: [String] = []
        var next: String? = domain
        while let name = next {
            if let start = path.firstIndex(of: name) {
                found.name = path[start...].min() ?? name
                break
            }
            path.append(name)
            let rule = domains[name] ?? domains[Self.anyDomain]
            found = (name, found.ignoresDots || rule?.ignoresDots ?? false, found.tagMarks + (rule?.tagMarks ?? ""))
            next = rule?.sameAs
        }
        return found
    }
}

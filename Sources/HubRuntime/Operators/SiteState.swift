import Causality

/// How a site gets on, at a glance: the worst of what is known of it.
public enum SiteState: String, Codable, Hashable, Sendable, CaseIterable, Comparable {
    /// Not heard for `silentMilliseconds`.
    case silent
    /// Changes do not get through, in one direction or the other.
    case stalled
    /// Its view is not the hub's.
    case differs
    /// Its clock is further off than the hub trusts.
    case clock
    /// Changes wait or are set aside at the hub.
    case held
    /// No agent has enrolled yet.
    case new
    /// Well, and not found equal to the hub within `provedMilliseconds`.
    case unproved
    case well
    /// None of its agents may take part any more.
    case revoked

    /// A site is quiet for so long at most while its line is up: its agent asks for news at least every minute.
    public static let silentMilliseconds: UInt64 = 5 * 60_000

    /// Agents compare every 15 minutes; a busy hub puts that off, with thousands of sites for an hour or two.
    public static let provedMilliseconds: UInt64 = 24 * 3_600_000

    init(_ site: SiteAnswer, now: UInt64) {
        let agents = site.agents.filter(\.takesPart)
        let exchanges = agents.compactMap(\.exchange)
        if site.agents.isEmpty {
            self = .new
        } else if agents.isEmpty {
            self = .revoked
        } else if now > (site.lastHeard ?? 0) + Self.silentMilliseconds {
            self = .silent
        } else if exchanges.contains(where: \.isStalled) {
            self = .stalled
        } else if exchanges.contains(where: { $0.differsSince != nil }) {
            self = .differs
        } else if agents.contains(where: { $0.clockOffsetMilliseconds.magnitude > ClockBound().toleranceMilliseconds }) {
            self = .clock
        } else if site.held > 0 {
            self = .held
        } else if exchanges.allSatisfy({ now > ($0.equalAt ?? 0) + Self.provedMilliseconds }) {
            self = .unproved
        } else {
            self = .well
        }
    }

    /// What needs somebody first, the worst before the others; in the order that the API, the command and the console have, too.
    public static func < (one: SiteState, other: SiteState) -> Bool { one.order < other.order }
    private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension SiteAnswer {
    /// Changes that wait or stand in quarantine at the hub.
    public var held: Int { sources.flatMap(\.replicas).reduce(0) { $0 + $1.held } }
}

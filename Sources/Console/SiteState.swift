import HubRuntime

/// How a site gets on, at a glance: the worst of what is known of it.
enum SiteState: Int, Comparable, CaseIterable {
    case silent, stalled, revoked, differs, clock, held, unequal, new, well

    static func < (one: SiteState, other: SiteState) -> Bool { one.rawValue < other.rawValue }

    /// A site is quiet for so long at most while its line is up: its agent asks for news at least every minute.
    static let silentMilliseconds: UInt64 = 5 * 60_000
    /// As `ClockBound` has it.
    static let clockMilliseconds: Int64 = 5 * 60_000

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
        } else if agents.contains(where: { $0.clockOffsetMilliseconds.magnitude > UInt64(Self.clockMilliseconds) }) {
            self = .clock
        } else if site.held > 0 {
            self = .held
        } else if exchanges.allSatisfy({ $0.equalAt == nil }) {
            self = .unequal
        } else {
            self = .well
        }
    }

    /// The class of its sign.
    var sign: String {
        switch self {
        case .silent, .stalled: "bad"
        case .differs, .clock, .held: "warn"
        case .revoked, .new: "idle"
        case .unequal, .well: "ok"
        }
    }

    var needsSomebody: Bool { ["bad", "warn"].contains(sign) }
    var word: String { "state-\(self)" }
}

extension SiteAnswer {
    /// Changes that wait or stand in quarantine at the hub.
    var held: Int { sources.flatMap(\.replicas).reduce(0) { $0 + $1.held } }
    /// Changes that it has and the hub lacks, as it last told.
    var waiting: UInt64? {
        let told = agents.filter(\.takesPart).compactMap { $0.exchange?.waiting }
        return told.isEmpty ? nil : told.reduce(0, &+)
    }
    /// The one with the largest error.
    var clockOffset: Int64? {
        agents.filter(\.takesPart).map(\.clockOffsetMilliseconds).max { $0.magnitude < $1.magnitude }
    }
}

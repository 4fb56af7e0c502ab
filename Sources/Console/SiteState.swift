import HubRuntime

// How a site gets on, as pages show it.
extension SiteState {
    /// The class of its sign.
    var sign: String {
        switch self {
        case .silent, .stalled: "bad"
        case .differs, .clock, .held: "warn"
        case .revoked, .new: "idle"
        case .unproved, .well: "ok"
        }
    }

    var needsSomebody: Bool { ["bad", "warn"].contains(sign) }
    var word: String { "state-\(self)" }
}

extension SiteAnswer {
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

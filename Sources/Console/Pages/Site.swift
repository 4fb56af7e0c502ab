import Foundation
import HubRuntime

// One site: how it gets on, and all that the hub has of it.
extension Console {
    /// - Parameters:
    ///   - conflicts: open ones that it has a side in, as far as was looked for them.
    ///   - exchanges: the last ones.
    public func site(_ site: SiteAnswer, conflicts: ConflictPage, exchanges: SiteExchanges, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let state = site.state
        let row = row(site, state, forms)
        let lines = warnings(site, forms)
        let isTold = lines.isEmpty || (state == .silent && !site.warnings.contains { $0.hasPrefix("Not heard for") })
        let isAside = state.needsSomebody || [.new, .revoked].contains(state) || lines.isEmpty
        return page(
            "site", title: site.name, section: .sites,
            [
                "isLive": true, "name": site.name, "address": address(of: site),
                "about": [
                    strings["kind-\(site.kind.rawValue)"], site.region,
                    strings("site-since", ["day": forms.day(site.createdAt)]),
                ].compactMap { $0 }.joined(separator: " · "),
                "sign": state.sign, "note": isAside ? Self.note(state) : "warn",
                "health": state.needsSomebody
                    ? strings("alarm-\(state)", ["site": site.name]) : strings["site-health-\(state)"],
                "lines": ((isTold ? [row["detail"] as? String] : []) + lines).compactMap { $0 },
                "figures": figures(site, row, forms),
                "agents": site.agents.sorted { $0.enrolledAt > $1.enrolledAt }.map { agent($0, forms) },
                "sources": site.sources.map { source($0, forms) },
                "exchanges": ExchangeWords(forms: forms, site: site).rows(exchanges, isFirst: true),
                "exchangesNone": exchangesNone(site, forms.strings),
                "exchangesAddress": address(of: site) + "/exchanges",
                "kind": strings["kind-\(site.kind.rawValue)"],
                "receives": site.region.map { strings("site-receives-region", ["region": $0]) } ?? strings["site-receives-all"],
                "conflicts": told(conflicts, forms),
                "conflictsAddress": conflicts.conflicts.isEmpty && conflicts.next == nil
                    ? nil : "/conflicts?site=" + Address.encoded(site.name),
                "isEnrolled": site.agents.contains { !$0.isRevoked }, "wasEnrolled": !site.agents.isEmpty,
                "revoke": strings("site-revoke", ["site": site.name]),
                "unsent": site.waiting.flatMap { $0 > 0 ? forms.count("site-unsent", $0) : nil },
            ], for: visitor)
    }

    private func told(_ conflicts: ConflictPage, _ forms: Forms) -> String {
        let count = conflicts.conflicts.count
        guard conflicts.next != nil else { return forms.count("site-conflicts", count) }
        return count == 0 ? forms.strings["site-conflicts-look"] : forms.strings("site-conflicts-more", ["n": forms.number(count)])
    }

    private static func note(_ state: SiteState) -> String { ["bad", "warn", "ok"].contains(state.sign) ? state.sign : "" }

    // MARK: figures

    private func figures(_ site: SiteAnswer, _ row: View, _ forms: Forms) -> [View] {
        let strings = forms.strings
        let exchanges = site.agents.filter(\.takesPart).compactMap(\.exchange)
        let since = exchanges.compactMap(\.waitingSince).min()
        let behind = exchanges.compactMap(\.behindSince).min()
        func when(_ time: UInt64?) -> String? { time.map { strings("site-since-time", ["time": forms.clock($0)]) } }
        return [
            ["name": strings["site-figure-heard"], "value": site.lastHeard.map(forms.clock) ?? "–"],
            [
                "name": strings["site-figure-waiting"], "value": row["waiting"], "detail": when(since),
                "isWrong": exchanges.contains(where: \.isStalled),
            ],
            [
                "name": strings["site-figure-served"],
                "value": exchanges.isEmpty ? "–" : when(behind) ?? strings["site-served-all"],
            ],
            ["name": strings["site-figure-clock"], "value": row["clock"]],
            ["name": strings["site-figure-equal"], "value": row["equal"]],
            ["name": strings["site-figure-held"], "value": forms.number(site.held)],
        ]
    }

    // MARK: agents and sources

    private func agent(_ agent: SiteAnswer.Agent, _ forms: Forms) -> View {
        let strings = forms.strings
        return [
            "short": "\(agent.publicKey.prefix(8))…", "key": agent.publicKey,
            "sign": agent.takesPart ? "ok" : "idle",
            "state": strings[agent.isRevoked ? "state-revoked" : agent.isReplaced ? "site-agent-replaced" : "site-agent-admitted"],
            "enrolled": forms.stamp(agent.enrolledAt), "heard": forms.stamp(agent.lastHeard),
            "clock": clock(agent.clockOffsetMilliseconds, forms),
        ]
    }

    private func source(_ source: SiteAnswer.Source, _ forms: Forms) -> View {
        let strings = forms.strings
        let inOrder = source.replicas.sorted { ($0.openedAt, $0.id) < ($1.openedAt, $1.id) }.enumerated()
        let replicas: [View] = inOrder.reversed().map { index, replica in
            [
                "name": strings("site-incarnation", ["n": forms.number(index + 1)]),
                "short": "\(replica.id.prefix(8))…", "id": replica.id,
                "sign": replica.isClosed ? "idle" : "ok",
                "state": strings[replica.isClosed ? "site-replica-ended" : "site-replica-open"],
                "follows": follows(replica, among: inOrder.map(\.element), forms),
                "last": forms.number(replica.last), "opened": strings("site-since-time", ["time": forms.day(replica.openedAt)]),
                "received": forms.stamp(replica.lastReceivedAt),
                "held": forms.number(replica.held), "isHeld": replica.held > 0,
            ]
        }
        return ["name": source.name, "replicas": replicas]
    }

    /// Which incarnation it goes on from, and from which of its changes.
    private func follows(_ replica: SiteAnswer.Replica, among replicas: [SiteAnswer.Replica], _ forms: Forms) -> String? {
        guard let dot = replica.follows, let colon = dot.lastIndex(of: ":"), let counter = UInt64(dot[dot.index(after: colon)...]) else {
            return nil
        }
        let id = String(dot[..<colon])
        // Of a copied machine: what it goes on from is another source's.
        guard let index = replicas.firstIndex(where: { $0.id == id }) else {
            return forms.strings("site-follows-other", ["id": "\(id.prefix(8))…", "counter": forms.number(counter)])
        }
        return forms.strings("site-follows", ["n": forms.number(index + 1), "counter": forms.number(counter)])
    }

    // MARK: what the hub says of it

    /// The hub's own words are English; in another language each has its own, and one that is not known stays as it is.
    private func warnings(_ site: SiteAnswer, _ forms: Forms) -> [String] {
        let strings = forms.strings
        return site.warnings.map { warning in
            let plain = warning.replacing("`", with: "")
            guard strings.language != .english else { return plain }
            if warning.hasPrefix("No agent has enrolled") { return strings["detail-new"] }
            if warning.hasPrefix("Its clock is") { return strings["detail-clock"] }
            if warning.hasPrefix("Its view differs") { return strings["detail-differs"] }
            if warning.contains("in quarantine:") { return forms.count("detail-held", site.held) }
            if warning.hasPrefix("It answers, but none") { return forms.count("site-warning-queue", site.waiting ?? 0) }
            return Self.told.first { warning.hasPrefix($0.beginning) }.map { strings[$0.word] } ?? plain
        }
    }

    private static let told: [(beginning: String, word: String)] = [
        ("The hub was restored", "site-warning-restored"), ("All its agents", "site-warning-revoked"),
        ("Not heard for", "site-warning-unheard"), ("It answers, but has not", "site-warning-view"),
        ("It answers, but its agent", "site-warning-unread"),
        ("Its view was repaired", "site-warning-repaired"),
    ]
}

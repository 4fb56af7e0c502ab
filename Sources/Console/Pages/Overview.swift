import Foundation
import HubRuntime

extension Console {
    /// How everything is: what needs somebody, then figures, sites and how it went.
    ///
    /// - Parameter pulses: of the last day, the oldest first.
    public func overview(
        _ status: StatusAnswer, sites: [SiteAnswer], conflicts: OpenConflicts, pulses: [PulseRow], for visitor: Visitor
    ) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let judged = sites.map { (site: $0, state: $0.state) }.sorted {
            ($0.state, $0.site.name) < ($1.state, $1.site.name)
        }
        let needy = judged.filter(\.state.needsSomebody)
        let rest = judged.filter { !$0.state.needsSomebody }
        let waiting = sites.compactMap(\.waiting).reduce(0, &+)
        let regions = regions(judged, forms)
        let figures: [View] = [
            [
                "name": strings["figure-conflicts"], "value": forms.number(conflicts.count) + (conflicts.hasMore ? "+" : ""),
                "address": "/conflicts",
            ],
            [
                "name": strings["figure-oversold"], "value": forms.number(conflicts.byKind[.oversell] ?? 0),
                "address": "/conflicts?kind=oversell",
            ],
            ["name": strings["figure-waiting"], "value": forms.number(waiting)],
            ["name": strings["figure-lag"], "value": pulses.last.map { forms.span($0.lagMax) } ?? "–"],
            ["name": strings["figure-customers"], "value": forms.number(status.profiles), "address": "/customers"],
            ["name": strings["figure-quarantined"], "value": forms.number(status.quarantined), "address": "/conflicts?kind=quarantine"],
        ]
        return page(
            "overview", title: strings["nav-overview"], section: .overview,
            [
                "isLive": true,
                "summary": sites.isEmpty
                    ? nil
                    : forms.count("overview-sites", sites.count) + " · "
                        + (needy.isEmpty ? strings["overview-allwell"] : forms.count("overview-needy", needy.count)),
                "asOf": forms.stamp(visitor.now),
                "alarms": alarms(status, conflicts, needy, forms), "figures": figures, "hasSites": !sites.isEmpty,
                "regions": regions.shown, "hasRegions": !regions.shown.isEmpty,
                "otherRegions": regions.others > 0 ? forms.count("overview-regions", regions.others) : nil,
                "needy": needy.prefix(Self.rowsMax).map { row($0.site, $0.state, forms) }, "hasNeedy": !needy.isEmpty,
                "needyOthers": others(needy.count, forms),
                "rest": rest.prefix(Self.rowsMax).map { row($0.site, $0.state, forms) }, "hasRest": !rest.isEmpty,
                "restOthers": others(rest.count, forms), "isAll": max(needy.count, rest.count) <= Self.rowsMax,
                "restSummary": forms.count("overview-well", rest.count), "charts": charts(pulses, forms),
                "isOpen": rest.count <= Self.rowsShown && needy.isEmpty,
            ], for: visitor)
    }

    /// So many sites that are well are shown without being asked for.
    private static let rowsShown = 12
    /// Of two thousand sites the overview shows so many of those that need somebody, and of the others; the page of sites has all.
    private static let rowsMax = 50

    private func others(_ count: Int, _ forms: Forms) -> String? {
        count > Self.rowsMax ? forms.strings("overview-others", ["n": forms.number(count)]) : nil
    }

    func row(_ site: SiteAnswer, _ state: SiteState, _ forms: Forms) -> View {
        let strings = forms.strings
        let exchange = site.agents.filter(\.takesPart).compactMap(\.exchange).max { ($0.equalAt ?? 0) < ($1.equalAt ?? 0) }
        return [
            "name": site.name, "address": address(of: site), "kind": strings["kind-\(site.kind.rawValue)"], "region": site.region,
            "state": strings[state.word], "sign": state.sign, "detail": detail(site, state, forms),
            "heard": forms.stamp(site.lastHeard), "waiting": site.waiting.map(forms.number) ?? "–",
            "clock": site.clockOffset.map { clock($0, forms) } ?? "–",
            "equal": exchange?.differsSince.map { strings("equal-differs", ["time": forms.clock($0)]) }
                ?? exchange?.equalAt.map { strings(exchange?.isWhole == true ? "equal-at" : "equal-view-at", ["time": forms.clock($0)]) }
                ?? "–",
        ]
    }

    func address(of site: SiteAnswer) -> String {
        Address.site(site.name)
    }

    /// Seconds ahead (+) or behind (−).
    func clock(_ offset: Int64, _ forms: Forms) -> String {
        let size = offset.magnitude
        // Less than a tenth of a second is nothing to measure on a line.
        guard size >= 100 else { return "0 s" }
        let sign = offset < 0 ? "−" : "+"
        if size < 120_000 { return sign + forms.quantity(Int64(size / 100) * 1_000) + " s" }
        return sign + forms.span(UInt64(size))
    }

    private func detail(_ site: SiteAnswer, _ state: SiteState, _ forms: Forms) -> String? {
        let strings = forms.strings
        switch state {
        case .silent:
            guard let heard = site.lastHeard else { return nil }
            return strings("detail-silent", ["span": forms.span(forms.now - min(heard, forms.now))])
        case .stalled: return strings["detail-stalled"]
        case .clock: return strings["detail-clock"]
        case .held: return forms.count("detail-held", site.held)
        case .differs: return strings["detail-differs"]
        case .new: return strings["detail-new"]
        case .revoked, .unproved, .well: return nil
        }
    }

    // MARK: what needs somebody

    private func alarms(
        _ status: StatusAnswer, _ conflicts: OpenConflicts, _ needy: [(site: SiteAnswer, state: SiteState)], _ forms: Forms
    ) -> [View] {
        let strings = forms.strings
        func alarm(_ sign: String, _ name: String, _ detail: String, _ address: String?, _ action: String) -> View {
            ["sign": sign, "title": name, "detail": detail, "address": address, "action": strings[action]]
        }
        var alarms: [View] = []
        // One by one while that is a list; as one line when half the shops are gone.
        if needy.count <= Self.alarmsShown {
            for (site, state) in needy {
                alarms.append(
                    alarm(
                        state.sign, strings("alarm-\(state)", ["site": site.name]), detail(site, state, forms) ?? "", address(of: site),
                        "look"))
            }
        } else {
            for state in SiteState.allCases where state.needsSomebody {
                let sites = needy.filter { $0.state == state }.map(\.site)
                guard !sites.isEmpty else { continue }
                let names = sites.prefix(5).map(\.name).joined(separator: ", ") + (sites.count > 5 ? ", …" : "")
                alarms.append(
                    alarm(state.sign, forms.count("alarms-\(state)", sites.count), names, "/sites?state=\(state)", "look"))
            }
        }
        if let oversold = conflicts.byKind[.oversell] {
            alarms.append(
                alarm(
                    "warn", forms.count("alarm-oversold", oversold), strings["alarm-oversold-detail"], "/conflicts?kind=oversell", "decide")
            )
        }
        if status.quarantined > 0 {
            alarms.append(
                alarm(
                    "warn", forms.count("alarm-quarantined", status.quarantined), strings["alarm-quarantined-detail"],
                    "/conflicts?kind=quarantine", "decide"))
        }
        if status.staleViews > 0 {
            alarms.append(alarm("bad", forms.count("alarm-stale", status.staleViews), strings["alarm-stale-detail"], nil, "look"))
        }
        if status.lastVerifiedBackup == 0, status.position > 0 {
            alarms.append(alarm("warn", strings["alarm-backup"], strings["alarm-backup-detail"], nil, "look"))
        }
        return alarms
    }

    private static let alarmsShown = 6

    // MARK: how it went

    private func charts(_ pulses: [PulseRow], _ forms: Forms) -> [View] {
        guard pulses.count > 2 else { return [] }
        let strings = forms.strings
        // A point for each pixel or so.
        let step = max(1, pulses.count / 160)
        let thinned = stride(from: 0, to: pulses.count, by: step).map { pulses[$0] }
        func chart(_ name: String, _ value: (Int) -> Double?, _ label: @escaping (Double) -> String) -> View? {
            let points = thinned.indices.compactMap { index in
                value(index).map { Chart.Point(at: thinned[index].at.milliseconds, value: $0) }
            }
            guard let last = points.last else { return nil }
            let worst = points.map(\.value).max() ?? 0
            let chart = Chart(
                points: points, title: strings["chart-\(name)"],
                description: strings("chart-description", ["last": label(last.value), "most": label(worst)]), label: label,
                time: { forms.clock($0) })
            return ["name": strings["chart-\(name)"], "now": label(last.value), "svg": chart.svg()]
        }
        return [
            chart("lag", { Double(thinned[$0].lagMax) }, { forms.span(UInt64(max($0, 0))) }),
            chart(
                "changes",
                { index in
                    guard index > 0, case let (one, other) = (thinned[index - 1], thinned[index]), other.at > one.at else { return nil }
                    let minutes = Double(other.at.milliseconds - one.at.milliseconds) / 60_000
                    return (Double(other.changes) - Double(one.changes)) / minutes
                }, { forms.number(Int($0.rounded())) }),
            chart("conflicts", { Double(thinned[$0].conflicts) }, { forms.number(Int($0.rounded())) }),
        ].compactMap { $0 }
    }
}

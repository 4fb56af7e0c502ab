import HubRuntime

/// What somebody typed to add a site.
public struct SiteTyped: Sendable {
    public var name: String?
    public var kind: SiteKind
    public var region: String?

    public init(name: String? = nil, kind: SiteKind = .store, region: String? = nil) {
        self.name = name
        self.kind = kind
        self.region = region
    }
}

// How a site comes to take part: named here, enrolled there.
extension Console {
    /// - Parameters:
    ///   - regions: those that there are, to choose from.
    ///   - problem: why the last try was refused.
    public func siteForm(_ typed: SiteTyped, regions: [String], problem: HubError?, for visitor: Visitor) -> [UInt8] {
        let strings = forms(for: visitor).strings
        return page(
            "site-new", title: strings["site-add"], section: .sites,
            [
                "asks": [
                    "problem": problem.map { told($0, strings) }, "name": typed.name, "region": typed.region,
                    "kinds": kinds(typed.kind, strings), "regions": regions, "bytesMax": Hub.siteNameBytesMax,
                ] as View
            ], for: visitor)
    }

    /// The token, this once, and what to type on the site's machine.
    ///
    /// - Parameter reach: how the hub is reached; `nil`: nobody can tell.
    public func siteToken(_ token: EnrolmentToken, of site: SiteAnswer, reach: HubReach?, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let isKnown = !site.agents.isEmpty
        let hub = reach?.url ?? "https://HUB"
        let plain = reach.map { $0.isPlain && !$0.isLoopback } ?? false
        let mappings = strings(
            "site-new-mapping",
            [
                "folder": "agent/mappings", "examples": site.kind.mappings.joined(separator: ", "), "guide": "docs/operating/mapping.md",
            ])
        let line = "--hub \(hub)" + (plain ? " --allow-plain-http" : "")
        return page(
            "site-new", title: strings[isKnown ? "site-again-title" : "site-add"], section: .sites,
            [
                "isAgain": isKnown,
                "answer": [
                    "name": site.name, "address": address(of: site), "kind": strings["kind-\(site.kind.rawValue)"],
                    "region": site.region ?? strings["site-region-all"], "isKnown": isKnown,
                    "onMachine": strings("site-new-on-machine", ["site": site.name]),
                    "enrol": "tributary-agent enroll \(line) --token \(token.token) --data \(Self.agentFolder)",
                    "attach": "tributary-agent attach APP.db --as \(site.kind.sourceName) --mapping FILE.yaml --data \(Self.agentFolder)",
                    "attachHow": strings("site-new-attach-\(site.kind.rawValue)", ["name": site.kind.sourceName]), "mappings": mappings,
                    "ends": strings("site-new-ends", ["time": forms.moment(token.expires.milliseconds)]),
                    "isLoopback": reach?.isLoopback ?? false, "isUnknown": reach == nil, "isPlain": plain,
                    "heard": forms.stamp(site.lastHeard),
                ] as View,
            ], for: visitor)
    }

    /// As `tributary-agent` takes it by itself, and its service has it.
    private static let agentFolder = "/var/lib/tributary-agent"
}

extension SiteKind {
    /// Examples in `agent/mappings`, the nearest first.
    var mappings: [String] {
        switch self {
        case .store: ["open-source-pos.yaml", "simple-shop.yaml"]
        case .warehouse: ["adventureworks-warehouse.yaml"]
        case .web: ["web-shop.yaml"]
        }
    }
}

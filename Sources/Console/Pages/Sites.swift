import Foundation
import HubRuntime

/// Which sites are asked for, and which page of them.
public struct SiteFilter: Sendable {
    /// Words that the name or the region holds.
    public var text: String?
    /// A state's name, as `SiteState` has it.
    public var state: String?
    public var kind: SiteKind?
    /// From 1 on.
    public var page: Int

    public init(text: String? = nil, state: String? = nil, kind: SiteKind? = nil, page: Int = 1) {
        self.text = text
        self.state = state
        self.kind = kind
        self.page = max(page, 1)
    }

    func admits(_ site: SiteAnswer, _ state: SiteState) -> Bool {
        if let kind, kind != site.kind { return false }
        if let asked = self.state, asked != "\(state)", !(asked == "\(SiteState.well)" && state == .unproved) { return false }
        let shown = "\(site.name) \(site.region ?? "")".lowercased()
        return (text ?? "").lowercased().split(whereSeparator: \.isWhitespace).allSatisfy { shown.contains($0) }
    }

    /// The address of a page of what is asked for.
    func address(page: Int) -> String {
        let members = [("q", text), ("state", state), ("kind", kind?.rawValue), ("page", page > 1 ? String(page) : nil)]
        let asked = members.compactMap { name, value in
            value.map { "\(name)=\(Address.encoded($0))" }
        }
        return asked.isEmpty ? "/sites" : "/sites?" + asked.joined(separator: "&")
    }

    var isEmpty: Bool { text == nil && state == nil && kind == nil }
}

extension Console {
    static let sitesPerPage = 100

    /// All sites, those that need somebody first.
    public func sites(_ all: [SiteAnswer], _ filter: SiteFilter, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let judged = all.map { (site: $0, state: $0.state) }
        let needy = judged.count { $0.state.needsSomebody }
        // The hub has them by name; of one state they stay so.
        let found = judged.filter { filter.admits($0.site, $0.state) }.enumerated().sorted {
            (SiteGroup($0.element.state), $0.element.state, $0.offset) < (SiteGroup($1.element.state), $1.element.state, $1.offset)
        }.map(\.element)
        let pages = max(1, (found.count + Self.sitesPerPage - 1) / Self.sitesPerPage)
        let page = min(filter.page, pages)
        let first = (page - 1) * Self.sitesPerPage
        let shown = found.dropFirst(first).prefix(Self.sitesPerPage)
        let groups: [View] = SiteGroup.allCases.compactMap { group in
            let rows = shown.filter { SiteGroup($0.state) == group }.map { row($0.site, $0.state, forms) }
            return rows.isEmpty ? nil : ["name": strings["sites-\(group)"], "rows": rows]
        }
        return self.page(
            "sites", title: strings["nav-sites"], section: .sites,
            [
                "isLive": true, "hasSites": !all.isEmpty,
                "summary": all.isEmpty
                    ? nil
                    : forms.count("overview-sites", all.count) + " · "
                        + (needy == 0 ? strings["overview-allwell"] : forms.count("overview-needy", needy)),
                "asked": filter.text, "states": states(filter, strings), "kinds": kinds(filter.kind, strings),
                // A script that narrows what is shown must have it all.
                "isWhole": pages == 1, "groups": groups,
                "pager": pages == 1
                    ? nil
                    : [
                        "shown": strings(
                            "sites-shown",
                            [
                                "first": forms.number(first + 1), "last": forms.number(first + shown.count),
                                "all": forms.number(found.count),
                            ]),
                        "before": page > 1 ? filter.address(page: page - 1) : nil,
                        "next": page < pages ? filter.address(page: page + 1) : nil,
                    ] as View,
            ], for: visitor)
    }

    private func states(_ filter: SiteFilter, _ strings: Strings) -> [View] {
        // Well is well, whether or not it was proved already.
        SiteState.allCases.filter { $0 != .unproved }.map {
            ["code": "\($0)", "name": strings[$0.word], "isChosen": filter.state == "\($0)"]
        }
    }

    func kinds(_ chosen: SiteKind?, _ strings: Strings) -> [View] {
        SiteKind.allCases.map { ["code": $0.rawValue, "name": strings["kind-\($0.rawValue)"], "isChosen": $0 == chosen] }
    }
}

/// What a list of sites is parted in.
private enum SiteGroup: Int, CaseIterable, Comparable {
    case needy, new, well, gone

    init(_ state: SiteState) {
        self =
            switch state {
            case .silent, .stalled, .differs, .clock, .held: .needy
            case .new: .new
            case .unproved, .well: .well
            case .revoked: .gone
            }
    }

    static func < (one: SiteGroup, other: SiteGroup) -> Bool { one.rawValue < other.rawValue }
}

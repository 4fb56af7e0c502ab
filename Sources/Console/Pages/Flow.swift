import HubRuntime

/// Of which site and which entity the flow is asked for.
public struct FlowQuestion: Sendable {
    public var site: String?
    /// As the catalogue calls it: `sale line`.
    public var entity: String?

    public init(site: String? = nil, entity: String? = nil) {
        self.site = site
        self.entity = entity
    }

    func address(site: String?, entity: String?) -> String {
        let asked = [("site", site), ("entity", entity)].compactMap { name, value in value.map { "\(name)=\(Address.encoded($0))" } }
        return asked.isEmpty ? "/flow" : "/flow?" + asked.joined(separator: "&")
    }
}

extension Console {
    /// Which site and table feeds which entity and field, through which mapping, into which view.
    ///
    /// - Parameters:
    ///   - sites: names of all sites, to choose from.
    ///   - entities: names of what flows anywhere, to choose from.
    public func flow(_ flow: DataFlow, _ question: FlowQuestion, sites: [String], entities: [String], for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let words = FlowWords(forms: forms)
        let title = title(question, words)
        let isNarrowed = question.site != nil || question.entity != nil
        var page: View = [
            "title": title, "isNarrowed": isNarrowed, "asOf": forms.stamp(flow.at),
            "site": question.site, "hasSites": !sites.isEmpty, "sites": sites,
            "entities": entities.filter { !$0.isEmpty }.map {
                ["code": $0, "name": words.entity($0), "isChosen": $0 == question.entity] as View
            },
        ]
        guard !flow.mappings.isEmpty else {
            page["empty"] = empty(isNarrowed: isNarrowed, hasSites: !sites.isEmpty, strings)
            return self.page("flow", title: title, section: .flow, page, for: visitor)
        }
        let tables = FlowTables(flow: flow, question: question, words: words)
        let drawing = FlowDrawing(flow, words: words, fieldsOf: question.entity)
        let (mappings, isCut) = tables.mappings()
        let sources = flow.mappings.reduce(0) { $0 + $1.sources.count }
        page["summary"] =
            forms.count("flow-sources", sources) + " · " + forms.count("flow-mappings", flow.mappings.count { $0.version != nil })
        page["drawing"] = drawing.svg(
            title: title, text: strings[question.entity == nil ? "flow-drawing-text" : "flow-drawing-text-fields"])
        page["legend"] = strings[question.entity == nil ? "flow-legend" : "flow-legend-fields"]
        page["drawingCut"] = drawing.isCut ? strings["flow-drawing-cut"] : nil
        page["flows"] = tables.entities()
        page["arrivals"] = flow.views.isEmpty ? nil : ["rows": tables.views()] as View
        page["mappings"] = mappings
        page["cut"] = isCut ? strings["flow-cut"] : nil
        page["heldCut"] = flow.isHeldCut ? strings["flow-held-cut"] : nil
        page["leftOut"] = flow.leftOut > 0 ? forms.count("flow-entities-more", flow.leftOut) : nil
        if let entity = question.entity {
            let fields = tables.fields(of: entity)
            page["fields"] =
                fields.isEmpty ? nil : ["title": strings("flow-fields-of", ["entity": words.entity(entity)]), "rows": fields] as View
        }
        return self.page("flow", title: title, section: .flow, page, for: visitor)
    }

    private func title(_ question: FlowQuestion, _ words: FlowWords) -> String {
        let strings = words.forms.strings
        switch (question.site, question.entity.map(words.entity)) {
        case (nil, nil): return strings["nav-flow"]
        case (let site?, nil): return strings("flow-title-of", ["what": site])
        case (nil, let entity?): return strings("flow-title-of", ["what": entity])
        case (let site?, let entity?): return strings("flow-title-of", ["what": entity + ", " + site])
        }
    }

    private func empty(isNarrowed: Bool, hasSites: Bool, _ strings: Strings) -> View {
        if isNarrowed { return ["title": strings["flow-none"], "how": strings["flow-none-how"], "all": strings["flow-all"]] }
        guard hasSites else { return ["title": strings["nosites-title"], "how": strings["nosites-how"], "toSites": strings["nav-sites"]] }
        return [
            "title": strings["flow-empty"], "how": strings["flow-empty-how"],
            "command": "tributary-agent attach APP.db --as till --mapping FILE.yaml", "toSites": strings["nav-sites"],
        ]
    }
}

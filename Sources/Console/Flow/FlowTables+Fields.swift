import ChangeSets
import HubRuntime

// What is told of a field: the views that it feeds, how much came of it, and when last.
extension FlowTables {
    /// For each field of one entity every column that feeds it, and whose.
    func fields(of entity: String) -> [View] {
        EntityFields(flow, of: entity).fields.map { field in
            [
                "name": words.field(field.name),
                "feeds": words.feeds(field.views, isGolden: FlowView.isGolden(field.name, of: entity), of: entity),
                "origins": field.origins.map { origin in
                    [
                        "table": table(of: origin), "from": origin.from.isEmpty ? "–" : origin.from,
                        "mapping": words.name(origin.mapping), "sources": forms.count("flow-sources", origin.mapping.sources.count),
                        "came": origin.came.map { came($0) },
                    ] as View
                },
            ]
        }
    }

    private func table(of origin: EntityFields.Origin) -> String {
        guard origin.table.isEmpty else { return origin.table }
        return origin.came?.isFormer == true ? strings["flow-table-former"] : strings["flow-table-untold"]
    }

    /// A line of a mapping's table.
    ///
    /// - Parameter came: `nil`: not counted.
    func line(
        _ field: SourceMapping.Field, of table: SourceMapping.Table, in tables: [SourceMapping.Table], came: DataFlow.Field?
    ) -> View {
        let (entity, unnamed) = (table.entity, table.table.isEmpty ? strings["flow-table-untold"] : "–")
        return line(
            field.field, from: field.from.isEmpty ? unnamed : field.from, of: entity,
            came?.views ?? FlowView.fed(by: field.field, of: entity, in: tables), came)
    }

    /// Of a field that came, and that no table of the mapping names.
    func line(untold field: DataFlow.Field) -> View {
        line(
            field.field, from: field.isFormer ? strings["flow-table-former"] : strings["flow-table-untold"], of: field.entity, field.views,
            field)
    }

    private func line(_ name: String, from: String, of entity: String, _ views: [FlowView], _ came: DataFlow.Field?) -> View {
        [
            "name": words.field(name), "from": from,
            "feeds": words.feeds(views, isGolden: FlowView.isGolden(name, of: entity), of: entity),
            "came": came.map { self.came($0) },
        ]
    }

    private func came(_ field: DataFlow.Field) -> View {
        let silent = field.sources - field.freshSources
        let isSilent = silent > 0 && field.freshSources > 0
        return [
            "changes": forms.number(field.changes),
            "aside": field.aside > 0 ? forms.count("flow-field-aside", field.aside) : nil,
            "last": forms.age(of: field.last), "isQuiet": words.isQuiet(field.last),
            "silent": isSilent ? forms.count("flow-silent", silent, ["sites": self.sites(field.silentSites, of: silent)]) : nil,
        ]
    }

    private func sites(_ names: [String], of count: Int) -> String { names.joined(separator: ", ") + (count > names.count ? " …" : "") }

    /// Since when fields are counted, and of how many sources; `nil` where none of the mapping's is.
    func counted(_ mapping: DataFlow.Mapping) -> String? {
        guard let fields = mapping.fields else { return strings["flow-fields-uncounted"] }
        guard let since = fields.compactMap(\.since).min() else { return nil }
        let day = forms.day(since)
        guard let sources = mapping.fieldSources else { return strings("flow-fields-since", ["day": day]) }
        return strings("flow-fields-since-of", ["day": day, "sources": forms.number(sources)])
    }
}

extension FlowWords {
    /// What a field feeds, in one line.
    func feeds(_ views: [FlowView], isGolden: Bool, of entity: String) -> String {
        guard !views.isEmpty else { return forms.strings["flow-kept"] }
        let golden: FlowView = entity == "order" ? .orders : .customer
        let names = views.map { isGolden && $0 == golden ? forms.strings("flow-golden", ["view": view($0)]) : view($0) }
        return forms.strings("flow-feeds", ["views": names.joined(separator: ", ")])
    }
}

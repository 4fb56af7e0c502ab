import ChangeSets
import HubRuntime

/// The same as the picture, in tables: each entity, each mapping, and for one entity each field.
struct FlowTables {
    let flow: DataFlow
    let question: FlowQuestion
    let words: FlowWords
    var forms: Forms { words.forms }
    var strings: Strings { forms.strings }

    static let mappingsMax = 20
    static let sourcesMax = 20
    /// Lines of all mappings together.
    static let linesMax = 2_000

    // MARK: entities

    func entities() -> [View] {
        flow.entities.map { entity in
            [
                "name": words.entity(entity.entity), "code": entity.entity,
                "address": entity.entity.isEmpty ? nil : question.address(site: question.site, entity: entity.entity),
                "views": entity.views.map {
                    ["name": words.view($0), "address": Self.address(of: $0), "isLast": $0 == entity.views.last] as View
                },
                "kept": entity.views.isEmpty ? strings["flow-kept"] : nil, "sources": forms.number(entity.sources),
                "counts": counts(entity.counts, of: entity.entity, site: question.site),
            ]
        }
    }

    // MARK: views

    func views() -> [View] {
        flow.views.map { arrived in
            let counts = DataFlow.Counts(week: arrived.week, held: arrived.held, last: arrived.last)
            return [
                "name": words.view(arrived.view), "address": Self.address(of: arrived.view),
                "entities": arrived.entities.map(words.entity).joined(separator: ", "), "week": forms.number(arrived.week),
                "held": arrived.held > 0 ? forms.number(arrived.held) : nil, "last": forms.stamp(arrived.last),
                "isQuiet": words.isQuiet(counts),
                "behind": arrived.behind.flatMap { $0 > 0 ? forms.count("flow-behind", $0) : nil },
            ]
        }
    }

    private static func address(of view: FlowView) -> String {
        switch view {
        case .customer, .timeline, .orders: "/customers"
        case .stock: "/stock"
        case .business: "/business"
        }
    }

    /// What stands aside of it, one by one; what only moves stock bears no name to look for, and stands with all others by cause.
    private static func addressOfHeld(_ entity: String, site: String?) -> String {
        guard !entity.isEmpty else { return "/quality" + (site.map { "?site=" + Address.encoded($0) } ?? "") + "#aside" }
        let asked = [("choice", Decision.Choice.replay.rawValue), ("entity", entity), ("site", site)]
        return "/conflicts?" + asked.compactMap { name, value in value.map { "\(name)=\(Address.encoded($0))" } }.joined(separator: "&")
    }

    /// - Parameter isBesideFields: in a table that tells of fields, too, which have a column of their own.
    private func counts(_ counts: DataFlow.Counts, of entity: String, site: String?, isBesideFields: Bool = false) -> View {
        [
            "isBesideFields": isBesideFields,
            "today": forms.number(counts.today), "week": forms.number(counts.week),
            "aside": counts.aside > 0 ? forms.number(counts.aside) : nil,
            "held": counts.held > 0 ? forms.number(counts.held) : nil, "heldAddress": Self.addressOfHeld(entity, site: site),
            "last": forms.stamp(counts.last), "isQuiet": words.isQuiet(counts),
        ]
    }

    // MARK: mappings

    /// Of one entity all fields are told in a table of their own, and not again with each mapping.
    private var hasFields: Bool { question.entity == nil }

    /// - Returns: what there is room for, and whether something had none.
    func mappings() -> (views: [View], isCut: Bool) {
        var room = Self.linesMax
        var views: [View] = []
        for (index, mapping) in flow.mappings.enumerated() {
            guard index < Self.mappingsMax, room > 0 else { return (views, true) }
            views.append(view(mapping, id: "mapping-\(index + 1)", room: &room))
        }
        return (views, room <= 0)
    }

    private func view(_ mapping: DataFlow.Mapping, id: String, room: inout Int) -> View {
        let known = Dictionary(mapping.entities.map { (Array($0.entity.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        let only = question.site ?? (mapping.sources.count == 1 ? mapping.sources.first?.site : nil)
        let ofEntity = Dictionary(grouping: mapping.tables) { Text($0.entity) }
        let came = Dictionary(grouping: mapping.fields ?? []) { Text($0.entity) }
        var told: Set<[UInt8]> = []
        var tables: [View] = []
        for table in mapping.tables where room > 0 {
            let own = ofEntity[Text(table.entity)] ?? []
            // What no table names stands with the first one of its entity.
            let isFirst = told.insert(Array(table.entity.utf8)).inserted
            let fields = lines(of: table, beside: own, came[Text(table.entity)] ?? [], isFirst: isFirst, max: room)
            room -= fields.count + 1
            tables.append([
                "table": table.table.isEmpty ? strings["flow-table-untold"] : table.table, "entity": words.entity(table.entity),
                "stock": table.stock.map(words.role),
                "counts": counts(
                    known[Array(table.entity.utf8)]?.counts ?? DataFlow.Counts(), of: table.entity, site: only, isBesideFields: hasFields),
                "fields": fields,
                "more": table.leftOut.map { forms.count("flow-fields-more", $0) },
            ])
        }
        for count in mapping.entities where !told.contains(Array(count.entity.utf8)) && room > 0 {
            let fields = hasFields ? (came[Text(count.entity)] ?? []).prefix(room - 1).map { line(untold: $0) } : []
            room -= fields.count + 1
            tables.append([
                "table": strings[count.entity.isEmpty ? "flow-stock-only" : "flow-table-former"], "entity": words.entity(count.entity),
                "counts": counts(count.counts, of: count.entity, site: only, isBesideFields: hasFields), "fields": fields,
            ])
        }
        let sources = mapping.sources.prefix(Self.sourcesMax)
        return [
            "id": id, "name": words.name(mapping), "version": mapping.version, "isUntold": mapping.version == nil,
            "told": forms.stamp(mapping.sources.compactMap(\.told).max()),
            "sources": sources.map(source), "tables": tables, "counted": counted(mapping),
            "hasFields": hasFields, "columns": hasFields ? "7" : "6",
            "more": mapping.sources.count > sources.count ? forms.count("flow-sources-more", mapping.sources.count - sources.count) : nil,
            "tablesMore": mapping.leftOut.map { forms.count("flow-tables-more", $0) },
        ]
    }

    /// - Parameter isFirst: with what came of the entity and no table of it names.
    private func lines(
        of table: SourceMapping.Table, beside tables: [SourceMapping.Table], _ came: [DataFlow.Field], isFirst: Bool, max room: Int
    ) -> [View] {
        guard hasFields else { return [] }
        let known = Dictionary(came.map { (Text($0.field), $0) }, uniquingKeysWith: { first, _ in first })
        let own = table.fields.prefix(room).map { line($0, of: table, in: tables, came: known[Text($0.field)]) }
        guard isFirst else { return own }
        let told = Set(tables.flatMap(\.fields).map { Text($0.field) })
        return own + came.filter { !told.contains(Text($0.field)) }.prefix(room - own.count).map { line(untold: $0) }
    }

    private func source(_ source: DataFlow.Source) -> View {
        [
            "site": source.site, "name": source.name, "address": question.address(site: source.site, entity: question.entity),
            "week": forms.count("flow-changes", source.counts.week), "last": forms.stamp(source.counts.last),
            "state": words.tone(source.counts) == .held ? "bad" : words.isQuiet(source.counts) ? "idle" : "ok",
        ]
    }
}

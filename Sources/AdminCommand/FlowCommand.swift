import ArgumentParser
import Complaints

struct FlowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow", abstract: "Which site and table feeds which entity, field and view, with how much came and when.",
        discussion: """
            TODAY and 7 DAYS count the changes that the hub has taken in, in days of UTC. ASIDE stands in quarantine now, or behind a change
            that does: tributary quarantine list. Sources that map alike stand together. With --entity, each field is told, too: the views
            that show it or count by it (* where a policy chooses one value of several: the golden field), and the changes that carried it
            since fields are counted; ASIDE are then those of them that were ever set aside, and QUIET the sources of which it has not come
            for a week. BEHIND are things that a view could not be brought up to date for: tributary-hub verify.

              tributary flow
              tributary flow --site shop-1
              tributary flow --entity customer
            """)

    @Option(help: "Only this site.") var site: String?
    @Option(help: ArgumentHelp("Only this entity, as mappings call it: customer, \"sale line\".", valueName: "name")) var entity: String?
    @OptionGroup var listing: ListingOptions

    struct Flow: Decodable {
        struct Counts: Decodable {
            let today, week, aside, held: Int64
            let last: UInt64?
        }
        struct Field: Decodable { let field, from: String }
        struct MappedTable: Decodable {
            let table, entity: String
            let stock: String?
            let fields: [Field]
            let leftOut: Int?
        }
        struct Source: Decodable {
            let site, name: String
            let counts: Counts
        }
        struct EntityCount: Decodable {
            let entity: String
            let counts: Counts
        }
        /// What came of a field, and the views that it feeds.
        struct Came: Decodable {
            let entity, field: String
            let views: [String]
            let isGolden, isFormer: Bool
            let changes, aside: Int64
            let last: UInt64?
            let sources, freshSources: Int
            let silentSites: [String]
        }
        struct Mapping: Decodable {
            let version, title: String?
            let tables: [MappedTable]
            let leftOut: Int?
            let sources: [Source]
            let entities: [EntityCount]
            /// `nil`: not counted.
            let fields: [Came]?
            let fieldSources: Int?
        }
        struct Entity: Decodable {
            let entity: String
            let counts: Counts
            let views: [String]
            let sources: Int
        }
        struct View: Decodable {
            let view: String
            let entities: [String]
            let week, held: Int64
            let last: UInt64?
            let behind: Int64?
        }
        let at: UInt64
        let entity: String?
        let mappings: [Mapping]
        let entities: [Entity]
        let views: [View]?
        let leftOut: Int
        let isHeldCut: Bool
    }

    mutating func run() async throws {
        var query: [String: String] = [:]
        query["site"] = site
        query["entity"] = entity
        let bytes = try await listing.hub.connection().get("flow", query: query)
        try listing.show(bytes, as: Flow.self) { Self.text(of: $0) }
    }

    /// More sources of one mapping are not named.
    static let sourcesMax = 5

    static func text(of flow: Flow, widthMax: Int? = Terminal.width) -> String {
        guard !flow.mappings.isEmpty else {
            return flow.entity == nil
                ? "Nothing flows. Attach an application at a site: tributary-agent attach APP.db --as NAME --mapping FILE.yaml"
                : "Nothing of that entity flows."
        }
        var entities = Table("ENTITY", "FEEDS", ">SOURCES", ">TODAY", ">7 DAYS", ">ASIDE", "LAST CHANGE")
        for entity in flow.entities {
            entities.add(
                name(entity.entity), entity.views.isEmpty ? "-" : entity.views.joined(separator: ", "), String(entity.sources),
                String(entity.counts.today), String(entity.counts.week), String(entity.counts.held), Readable.time(entity.counts.last))
        }
        var blocks = ["as of \(Readable.time(flow.at))", entities.text(widthMax: widthMax)]
        if flow.leftOut > 0 { blocks.append("and \(flow.leftOut) more entities") }
        if flow.isHeldCut { blocks.append("More changes stand aside than were counted.") }
        if let views = flow.views, !views.isEmpty { blocks.append(table(of: views).text(widthMax: widthMax)) }
        blocks += flow.mappings.map { block($0, withFields: flow.entity != nil, widthMax) }
        return blocks.joined(separator: "\n\n")
    }

    private static func table(of views: [Flow.View]) -> Table {
        var table = Table("VIEW", "FED BY", ">7 DAYS", ">ASIDE", "LAST CHANGE", ">BEHIND")
        for view in views {
            table.add(
                view.view, view.entities.map(name).joined(separator: ", "), String(view.week), String(view.held), Readable.time(view.last),
                view.behind.map { String($0) } ?? "-")
        }
        return table
    }

    private static func block(_ mapping: Flow.Mapping, withFields: Bool, _ widthMax: Int?) -> String {
        let title = mapping.title ?? (mapping.version == nil ? "no mapping told" : "mapping")
        let heading = TerminalText.line(title) + (mapping.version.map { "  \($0)" } ?? "")
        let sources = mapping.sources.prefix(sourcesMax).map { TerminalText.line("\($0.site)/\($0.name)") }
        let rest = Readable.more(of: mapping.sources.count, shown: sources.count).map { [$0] } ?? []
        let table = withFields ? fieldTable(mapping) : entityTable(mapping)
        let cut = withFields ? mapping.fieldSources.map { ["  fields of the \($0) sources that brought most"] } ?? [] : []
        let more = mapping.leftOut.map { ["  and \($0) more tables"] } ?? []
        let lines =
            [heading, "  " + (sources + rest).joined(separator: ", ")]
            + (table.isEmpty ? [] : [table.text(widthMax: widthMax, indentedBy: 2)])
        return (lines + cut + more).joined(separator: "\n")
    }

    private static func entityTable(_ mapping: Flow.Mapping) -> Table {
        var table = Table("TABLE", "ENTITY", ">FIELDS", ">7 DAYS", "STOCK")
        for mapped in mapping.tables {
            let week = mapping.entities.first { Array($0.entity.utf8) == Array(mapped.entity.utf8) }?.counts.week ?? 0
            table.add(
                own(mapped.table), name(mapped.entity), String(mapped.fields.count + (mapped.leftOut ?? 0)), String(week),
                mapped.stock ?? "")
        }
        return table
    }

    /// Of one entity: every field that a table names, and those that came all the same.
    private static func fieldTable(_ mapping: Flow.Mapping) -> Table {
        var table = Table("TABLE", "FIELD", "COLUMN", "FEEDS", ">CHANGES", ">ASIDE", "LAST CHANGE", "QUIET", "STOCK")
        let came = Dictionary((mapping.fields ?? []).map { (Array($0.field.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        func add(_ mapped: String, _ field: String, _ column: String, stock: String?) {
            let known = came[Array(field.utf8)]
            table.add(
                own(mapped), field, column, known.map(feeds) ?? "", known.map { String($0.changes) } ?? "",
                known.map { String($0.aside) } ?? "", known.map { Readable.time($0.last) } ?? "", known.map(quiet) ?? "", stock ?? "")
        }
        for mapped in mapping.tables { for field in mapped.fields { add(mapped.table, field.field, own(field.from), stock: mapped.stock) } }
        let told = Set(mapping.tables.flatMap(\.fields).map { Array($0.field.utf8) })
        for field in mapping.fields ?? [] where !told.contains(Array(field.field.utf8)) {
            add("", field.field, field.isFormer ? "not mapped now" : "-", stock: nil)
        }
        return table
    }

    private static func feeds(_ field: Flow.Came) -> String {
        guard !field.views.isEmpty else { return "-" }
        let golden = field.entity == "order" ? "orders" : "customer"
        return field.views.map { field.isGolden && $0 == golden ? $0 + "*" : $0 }.joined(separator: ", ")
    }

    /// Sources of which it came, and for a week no more.
    private static func quiet(_ field: Flow.Came) -> String {
        let count = field.sources - field.freshSources
        guard count > 0 else { return "-" }
        return field.silentSites.joined(separator: ", ") + (count > field.silentSites.count ? ", \(count) in all" : "")
    }

    private static func own(_ text: String) -> String { text.isEmpty ? "-" : text }

    /// What only moves stock bears no name.
    private static func name(_ entity: String) -> String { entity.isEmpty ? "(stock only)" : entity }
}

import ArgumentParser
import Complaints
import Foundation

struct FlowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow", abstract: "Which site and table feeds which entity, field and view, with how much came and when.",
        discussion: """
            TODAY and 7 DAYS count the changes that the hub has taken in, in days of
            UTC. ASIDE stands in quarantine now, or behind a change that does:
            tributary quarantine list. BEHIND are things that a view could not be
            brought up to date for: tributary-hub verify. Sources that map alike
            stand together.

            With --entity each field is told, too: CHANGES that carried it since
            fields are counted, those of them that were EVER ASIDE, the LAST one,
            QUIET sources, of which it has not come for a week, and the views that
            it FEEDS: they show it or count by it (* where a policy chooses one
            value of several: the golden field).

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
        let connection = try listing.hub.connection()
        let bytes = try await connection.get("flow", query: query)
        var known: [String] = []
        if query.removeValue(forKey: "entity") != nil, !listing.json, try ListingOptions.read(bytes, as: Flow.self).mappings.isEmpty {
            // What there is, for who called it otherwise.
            let all = try await connection.get("flow", query: query)
            known = try ListingOptions.read(all, as: Flow.self).entities.map(\.entity).filter { !$0.isEmpty }.sorted()
        }
        let names = known
        try listing.show(bytes, as: Flow.self) { Self.text(of: $0, known: names) }
    }

    /// More sources of one mapping are not named.
    static let sourcesMax = 5

    /// - Parameter known: what flows, where nothing of the one that was asked for does.
    static func text(of flow: Flow, known: [String] = [], widthMax: Int? = Terminal.width) -> String {
        guard !flow.mappings.isEmpty else {
            guard flow.entity != nil else {
                return "Nothing flows. Attach an application at a site: tributary-agent attach APP.db --as NAME --mapping FILE.yaml"
            }
            let called = known.isEmpty ? "" : " Entities are called as in mappings: \(known.joined(separator: ", "))."
            return TerminalText.line("Nothing of that entity flows." + called)
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
        let now = Date(timeIntervalSince1970: Double(flow.at) / 1000)
        blocks += flow.mappings.map { block($0, fieldsAt: flow.entity == nil ? nil : now, widthMax) }
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

    /// - Parameter fieldsAt: when it was asked, where each field is told; `nil`: only tables are.
    private static func block(_ mapping: Flow.Mapping, fieldsAt: Date?, _ widthMax: Int?) -> String {
        let title = mapping.title ?? (mapping.version == nil ? "no mapping told" : "mapping")
        let heading = TerminalText.line(title) + (mapping.version.map { "  \($0)" } ?? "")
        let sources = mapping.sources.prefix(sourcesMax).map { TerminalText.line("\($0.site)/\($0.name)") }
        let rest = Readable.more(of: mapping.sources.count, shown: sources.count).map { [$0] } ?? []
        var lines = [heading, "  " + (sources + rest).joined(separator: ", ")]
        if let fieldsAt {
            lines += fieldTables(mapping, now: fieldsAt, widthMax)
            lines += mapping.fieldSources.map { ["  fields of the \($0) sources that brought most"] } ?? []
        } else if !mapping.tables.isEmpty {
            lines.append(entityTable(mapping).text(widthMax: widthMax, indentedBy: 2))
        }
        return (lines + (mapping.leftOut.map { ["  and \($0) more tables"] } ?? [])).joined(separator: "\n")
    }

    private static func entityTable(_ mapping: Flow.Mapping) -> Table {
        let movesStock = mapping.tables.contains { $0.stock != nil }
        var table = Table(["TABLE", "ENTITY", ">FIELDS", ">7 DAYS"] + (movesStock ? ["STOCK"] : []))
        for mapped in mapping.tables {
            let week = mapping.entities.first { Array($0.entity.utf8) == Array(mapped.entity.utf8) }?.counts.week ?? 0
            let cells = [own(mapped.table), name(mapped.entity), String(mapped.fields.count + (mapped.leftOut ?? 0)), String(week)]
            table.add(cells + (movesStock ? [mapped.stock ?? ""] : []))
        }
        return table
    }

    static func feeds(_ field: Flow.Came) -> String {
        guard !field.views.isEmpty else { return "-" }
        let golden = field.entity == "order" ? "orders" : "customer"
        return field.views.map { field.isGolden && $0 == golden ? $0 + "*" : $0 }.joined(separator: ", ")
    }

    /// Sources of which it came, and for a week no more.
    static func quiet(_ field: Flow.Came) -> String {
        let count = field.sources - field.freshSources
        guard count > 0 else { return "-" }
        return field.silentSites.joined(separator: ", ") + (count > field.silentSites.count ? ", \(count) in all" : "")
    }

    static func own(_ text: String) -> String { text.isEmpty ? "-" : text }

    /// What only moves stock bears no name.
    private static func name(_ entity: String) -> String { entity.isEmpty ? "(stock only)" : entity }
}

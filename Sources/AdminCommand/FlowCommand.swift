import ArgumentParser
import Complaints

struct FlowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow", abstract: "Which site and table feeds which entity, field and view, with how much came and when.",
        discussion: """
            TODAY and 7 DAYS count the changes that the hub has taken in, in days of UTC. ASIDE stands in quarantine now, or behind a change
            that does: tributary quarantine list. Sources that map alike stand together. With --entity, each field is told, too.

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
        struct Mapping: Decodable {
            let version, title: String?
            let tables: [MappedTable]
            let leftOut: Int?
            let sources: [Source]
            let entities: [EntityCount]
        }
        struct Entity: Decodable {
            let entity: String
            let counts: Counts
            let views: [String]
            let sources: Int
        }
        let at: UInt64
        let entity: String?
        let mappings: [Mapping]
        let entities: [Entity]
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
        blocks += flow.mappings.map { block($0, withFields: flow.entity != nil, widthMax) }
        return blocks.joined(separator: "\n\n")
    }

    private static func block(_ mapping: Flow.Mapping, withFields: Bool, _ widthMax: Int?) -> String {
        let title = mapping.title ?? (mapping.version == nil ? "no mapping told" : "mapping")
        let heading = TerminalText.line(title) + (mapping.version.map { "  \($0)" } ?? "")
        let sources = mapping.sources.prefix(sourcesMax).map { TerminalText.line("\($0.site)/\($0.name)") }
        let rest = Readable.more(of: mapping.sources.count, shown: sources.count).map { [$0] } ?? []
        var table = Table("TABLE", "ENTITY", withFields ? "FIELD" : ">FIELDS", withFields ? "COLUMN" : ">7 DAYS", "STOCK")
        for mapped in mapping.tables {
            let week = mapping.entities.first { Array($0.entity.utf8) == Array(mapped.entity.utf8) }?.counts.week ?? 0
            let own = mapped.table.isEmpty ? "-" : mapped.table
            if withFields {
                for field in mapped.fields {
                    table.add(own, name(mapped.entity), field.field, field.from.isEmpty ? "-" : field.from, mapped.stock ?? "")
                }
            } else {
                table.add(own, name(mapped.entity), String(mapped.fields.count + (mapped.leftOut ?? 0)), String(week), mapped.stock ?? "")
            }
        }
        let more = mapping.leftOut.map { ["  and \($0) more tables"] } ?? []
        let lines =
            [heading, "  " + (sources + rest).joined(separator: ", ")]
            + (table.isEmpty ? [] : [table.text(widthMax: widthMax, indentedBy: 2)])
        return (lines + more).joined(separator: "\n")
    }

    /// What only moves stock bears no name.
    private static func name(_ entity: String) -> String { entity.isEmpty ? "(stock only)" : entity }
}

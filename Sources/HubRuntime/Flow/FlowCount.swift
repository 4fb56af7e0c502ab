import Causality
import ChangeSets

/// Puts the picture together out of one read transaction.
struct FlowCount {
    private let documents: Documents
    private let past: FlowPast
    private let site: SiteNumber?
    private let entity: String?
    private let heldMax: Int
    /// By site: when it was last heard.
    private let heard: [SiteNumber: UInt64]
    private var drafts: [[UInt8]: Draft] = [:]
    private var told: [Key: MappingRow] = [:]
    private var isHeldCut = false
    private var store: any HubReading { documents.store }

    /// More changes that stand aside are not looked at one by one.
    static let heldMax = 100_000
    /// More entities are not told: a site may make up as many as it likes.
    static let entitiesMax = 200

    private struct Key: Hashable {
        var site: SiteNumber
        var source: SourceID
    }

    /// One entry of the picture, in the making.
    private struct Draft {
        var sources: [Key: DataFlow.Source] = [:]
        var numbers: Set<SourceNumber> = []
        var entities: [Text: DataFlow.EntityCount] = [:]
        var example: Key?
    }

    init(
        _ documents: Documents, past: FlowPast, site: SiteNumber?, entity: String?, heldMax: Int = Self.heldMax,
        asked: (VerifyingKey) -> UInt64?
    ) throws {
        self.documents = documents
        self.past = past
        self.site = site
        self.entity = entity
        self.heldMax = heldMax
        var heard: [SiteNumber: UInt64] = [:]
        for agent in try documents.store.agents() {
            let last = [heard[agent.site.number], agent.lastHeard?.milliseconds, asked(agent.key)].compactMap { $0 }.max()
            heard[agent.site.number] = last
        }
        self.heard = heard
    }

    mutating func flow(countsFields: Bool) throws -> DataFlow {
        try takeMappings()
        try takeCounts()
        try takeHeld()
        takeSilent()
        let parts = try drafts.map { (mapping: try mapping($0.key, $0.value), draft: $0.value) }.filter {
            entity == nil || !$0.mapping.tables.isEmpty || !$0.mapping.entities.isEmpty
        }.sorted { Self.precedes($0.mapping, $1.mapping) }
        var mappings = parts.map(\.mapping)
        if countsFields { try countFields(of: &mappings, parts.map(\.draft)) }
        let entities = self.entities(of: mappings)
        for index in mappings.indices { mappings[index].entities = Array(mappings[index].entities.prefix(Self.entitiesMax)) }
        return DataFlow(
            at: documents.now.milliseconds, mappings: mappings, entities: Array(entities.prefix(Self.entitiesMax)),
            views: DataFlow.views(fedBy: entities, behind: site == nil && entity == nil ? try behind() : nil),
            leftOut: max(0, entities.count - Self.entitiesMax), isHeldCut: isHeldCut)
    }

    /// How many things each view lacks, by its name in the store.
    private func behind() throws -> [String: Int64] {
        guard try store.staleCount() > 0 else { return [:] }
        return Dictionary(try store.stale(after: nil, limit: DataFlow.View.behindMax).map { ($0.view, 1) }, uniquingKeysWith: +)
    }

    /// - Parameter drafts: of the mappings, in their order.
    private func countFields(of mappings: inout [DataFlow.Mapping], _ drafts: [Draft]) throws {
        let fields = FlowFields(documents, entity: entity)
        let rowsMax = site == nil && entity == nil ? FlowFields.rowsMax : FlowFields.narrowedRowsMax
        for (index, draft) in drafts.prefix(FlowFields.mappingsMax).enumerated() {
            (mappings[index].fields, mappings[index].fieldSources) = try fields.fields(
                of: mappings[index], sources: senders(of: draft), rowsMax: rowsMax / min(drafts.count, FlowFields.mappingsMax))
        }
    }

    private static func precedes(_ one: DataFlow.Mapping, _ other: DataFlow.Mapping) -> Bool {
        let (left, right) = (one.version == nil, other.version == nil)
        guard left == right else { return right }
        return (other.counts.week, one.title ?? "", one.version ?? "") < (one.counts.week, other.title ?? "", other.version ?? "")
    }

    /// The sources of a draft that have sent anything, what brought most within the week first.
    private func senders(of draft: Draft) -> [(number: SourceNumber, site: String)] {
        let known = draft.sources.compactMap { key, source -> (number: SourceNumber, source: DataFlow.Source)? in
            // What another site's agent told of this one's source is not answered with its figures.
            guard let row = documents.standing.source(key.source), row.site == key.site else { return nil }
            return (row.number, source)
        }
        return known.sorted { ($1.source.counts.week, $0.number) < ($0.source.counts.week, $1.number) }.map { ($0.number, $0.source.site) }
    }

    // MARK: what is known of each source

    private mutating func takeMappings() throws {
        for row in try store.mappings() where site == nil || row.site == site {
            let key = Key(site: row.site, source: row.source)
            told[key] = row
            draw(key, name: row.name) { _, draft in draft.example = draft.example ?? key }
        }
    }

    private mutating func takeCounts() throws {
        let today = FlowRow.day(of: documents.now)
        for sum in try past.sums(before: documents.now, store) { add(sum, today: 0) }
        for sum in try store.flow(since: today) { add(sum, today: sum.changes) }
    }

    private mutating func add(_ sum: FlowSum, today: Int64) {
        guard entity == nil || Text(sum.entity) == entity.map({ Text($0) }) else { return }
        add(
            DataFlow.Counts(today: today, week: sum.changes, aside: sum.aside, last: sum.last?.milliseconds), stock: sum.stock,
            of: sum.entity, from: sum.source)
    }

    private mutating func takeHeld() throws {
        guard documents.standing.heldCount > 0 else { return }
        let rows = try store.heldRecords(limit: heldMax + 1)
        isHeldCut = rows.count > heldMax
        for row in rows.prefix(heldMax) {
            guard let source = documents.standing.replica(row.replica)?.source else { continue }
            let name = row.record.isEmpty ? "" : try RecordID(canonicalBytes: row.record).entity.text.string
            guard entity == nil || Text(name) == entity.map({ Text($0) }) else { continue }
            add(DataFlow.Counts(held: 1), stock: 0, of: name, from: source)
        }
    }

    /// Sources of sites that tell nothing, and of which nothing came for long: they are there all the same.
    private mutating func takeSilent() {
        let telling = Set(told.keys.map(\.site))
        for source in documents.standing.sources where !source.isHub && (site == nil || source.site == site) {
            guard !telling.contains(source.site) else { continue }
            draw(Key(site: source.site, source: source.id), name: source.name) { _, draft in draft.numbers.insert(source.number) }
        }
    }

    private mutating func add(_ counts: DataFlow.Counts, stock: Int64, of entity: String, from number: SourceNumber) {
        guard let source = documents.standing.source(number), !source.isHub, site == nil || source.site == site else { return }
        draw(Key(site: source.site, source: source.id), name: source.name) { source, draft in
            source.counts.add(counts)
            draft.numbers.insert(number)
            var count = draft.entities[Text(entity)] ?? DataFlow.EntityCount(entity: entity, counts: DataFlow.Counts(), stock: 0)
            count.counts.add(counts)
            count.stock += stock
            draft.entities[Text(entity)] = count
        }
    }

    private mutating func draw(_ key: Key, name: String, _ change: (inout DataFlow.Source, inout Draft) -> Void) {
        let row = told[key]
        var draft = drafts.removeValue(forKey: row?.hash ?? []) ?? Draft()
        var source =
            draft.sources[key]
            ?? DataFlow.Source(
                site: documents.site(number: key.site)?.name ?? "?", name: row?.name ?? name, told: row?.at.milliseconds,
                heard: heard[key.site], counts: DataFlow.Counts())
        change(&source, &draft)
        draft.sources[key] = source
        drafts[row?.hash ?? []] = draft
    }

    // MARK: what is told of them

    private func mapping(_ hash: [UInt8], _ draft: Draft) throws -> DataFlow.Mapping {
        var mapping = DataFlow.Mapping(
            version: hash.isEmpty ? nil : Hexadecimal.string(hash.prefix(8)), title: nil, tables: [],
            sources: draft.sources.values.sorted { (Text($0.site), Text($0.name)) < (Text($1.site), Text($1.name)) },
            entities: draft.entities.values.sorted { ($1.counts.week, $0.entity) < ($0.counts.week, $1.entity) }, counts: DataFlow.Counts())
        for source in draft.sources.values { mapping.counts.add(source.counts) }
        if let example = draft.example, let bytes = try store.mapping(site: example.site, source: example.source),
            let content = SourceMapping(json: bytes)
        {
            (mapping.title, mapping.tables, mapping.leftOut) = (content.title, content.tables, content.leftOut)
        } else {
            mapping.tables = try SeenFields(documents).tables(of: draft.numbers)
        }
        if let entity { mapping.tables.removeAll { Text($0.entity) != Text(entity) } }
        return mapping
    }

    private func entities(of mappings: [DataFlow.Mapping]) -> [DataFlow.Entity] {
        var found: [Text: DataFlow.Entity] = [:]
        var stock: Set<Text> = []
        for mapping in mappings {
            let names = Set(mapping.tables.map { Text($0.entity) } + mapping.entities.map { Text($0.entity) })
            for name in names {
                found[name, default: DataFlow.Entity(entity: name.string, counts: .init(), stock: 0, views: [], sources: 0)].sources +=
                    mapping.sources.count
            }
            for table in mapping.tables where table.stock != nil { stock.insert(Text(table.entity)) }
            for count in mapping.entities {
                found[Text(count.entity)]?.counts.add(count.counts)
                found[Text(count.entity)]?.stock += count.stock
            }
        }
        return found.values.map { entity in
            var entity = entity
            entity.views = FlowView.fed(by: entity.entity, movesStock: entity.stock > 0 || stock.contains(Text(entity.entity)))
            return entity
        }.sorted { ($1.counts.week, $0.entity) < ($0.counts.week, $1.entity) }
    }
}

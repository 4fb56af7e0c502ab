import ChangeSets
import HubRuntime

/// The fields of one entity over all mappings: which columns feed each, and what came of it.
struct EntityFields {
    struct Field {
        var name: String
        var origins: [Origin]
        /// What the mappings that are counted brought, all together; `nil`: none of them is counted.
        var came: DataFlow.Field?
        var views: [FlowView]
    }

    /// A column of a mapping's table.
    struct Origin {
        var mapping: DataFlow.Mapping
        /// Empty, like the column: no table names the field.
        var table = ""
        var from = ""
        /// From this mapping's sources; `nil`: not counted.
        var came: DataFlow.Field?
    }

    /// In the order in which tables name them.
    private(set) var fields: [Field] = []
    /// Some had no room.
    private(set) var isCut = false
    private let entity: String
    private var places: [Text: Int] = [:]
    private var room: Int

    init(_ flow: DataFlow, of entity: String, originsMax: Int = FlowTables.linesMax) {
        self.entity = entity
        room = originsMax
        for mapping in flow.mappings { take(mapping) }
    }

    private mutating func take(_ mapping: DataFlow.Mapping) {
        let tables = mapping.tables.filter { Text($0.entity) == Text(entity) }
        let came = mapping.came(of: entity)
        var told: Set<Text> = []
        for table in tables {
            for field in table.fields {
                let origin = Origin(mapping: mapping, table: table.table, from: field.from, came: came[Text(field.field)])
                add(
                    field.field, origin, FlowView.fed(by: field.field, of: entity, in: tables),
                    isFirst: told.insert(Text(field.field)).inserted)
            }
        }
        for (name, field) in came.sorted(by: { $0.key < $1.key }) where !told.contains(name) {
            add(field.field, Origin(mapping: mapping, came: field), field.views, isFirst: true)
        }
    }

    /// - Parameter isFirst: of two columns of one mapping that feed the field, what came is added once.
    private mutating func add(_ name: String, _ origin: Origin, _ views: [FlowView], isFirst: Bool) {
        guard room > 0 else {
            isCut = true
            return
        }
        room -= 1
        guard let place = places[Text(name)] else {
            places[Text(name)] = fields.count
            fields.append(Field(name: name, origins: [origin], came: origin.came, views: views))
            return
        }
        fields[place].origins.append(origin)
        fields[place].views = FlowView.allCases.filter { fields[place].views.contains($0) || views.contains($0) }
        guard isFirst, let came = origin.came else { return }
        if fields[place].came == nil { fields[place].came = came } else { fields[place].came?.add(came) }
    }
}

extension DataFlow.Mapping {
    /// What came of an entity, by field.
    func came(of entity: String) -> [Text: DataFlow.Field] {
        let own = (fields ?? []).filter { Text($0.entity) == Text(entity) }
        return Dictionary(own.map { (Text($0.field), $0) }, uniquingKeysWith: { first, _ in first })
    }
}

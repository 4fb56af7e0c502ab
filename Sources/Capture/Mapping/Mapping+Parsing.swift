import Yams

extension Mapping {
    /// A mapping larger than this is no mapping.
    public static let fileBytesMax = 1 << 20

    /// - Parameter file: how messages name the place.
    /// - Throws: `MappingError` with everything that is wrong with the text itself.
    public static func parse(yaml: String, file: String) throws -> Mapping {
        var parser = MappingParser(file: file)
        let mapping = parser.mapping(yaml)
        try parser.problems.throwErrors()
        guard let mapping else { preconditionFailure("A mapping that could not be read has a problem that says why.") }
        return mapping
    }
}

/// Turns YAML into a `Mapping`: knows which options there are, not what stands in the application's file.
struct MappingParser {
    let file: String
    var problems = MappingProblems()

    init(file: String) { self.file = file }

    mutating func mapping(_ yaml: String) -> Mapping? {
        guard let root = root(yaml), let options = options(root, Self.topOptions, of: "a mapping") else { return nil }
        checkVersion(options["mapping"], at: place(root))
        guard let tables = options["tables"] else {
            problems.add(
                .missingOption, at: place(root), "The mapping has no `tables:`.",
                remedy: "Add `tables:` with a section for every table to capture; docs/operating/mapping.md has examples.")
            return nil
        }
        return Mapping(
            file: file, about: options["about"]?.string, zone: options["time zone"].flatMap { word($0, "time zone") },
            currency: options["currency"].flatMap { word($0, "currency") },
            pools: options["pools"].map { entries($0, "pools").compactMap { pool($0, $1) } } ?? [],
            leftOutTables: words(options["leave out"], "leave out") ?? [],
            tables: entries(tables, "tables").compactMap { name, node in table(name, node) })
    }

    private static let topOptions = ["mapping", "about", "time zone", "currency", "pools", "leave out", "tables"]
    private static let tableOptions = [
        "entity", "own entity", "key", "parents", "fields", "extra", "personal", "same if", "stock", "deleted", "on delete", "leave out",
        "mutable",
    ]
    private static let parentOptions = ["table", "by", "key"]
    private static let valueOptions = [
        "column", "columns", "constant", "kind", "as", "zone", "pattern", "round", "none", "values", "otherwise", "default", "references",
    ]
    private static let stockOptions = ["role", "sku", "location", "quantity", "kind", "note", "counterpart", "expires", "sign"]
}

// MARK: Sections

extension MappingParser {
    private mutating func pool(_ location: Word, _ node: Node) -> (location: Word, opener: Word)? {
        guard let opener = word(node, location.text) else { return nil }
        guard !opener.text.isEmpty, !location.text.isEmpty else {
            problems.add(
                .badValue, at: opener.place, "The pool `\(location.text)` does not say which site counts it first.",
                remedy: "Write `LOCATION: SITE`, with the site's name as the hub knows it.")
            return nil
        }
        return (location, opener)
    }

    private mutating func table(_ name: Word, _ node: Node) -> TableSection? {
        guard let options = options(node, Self.tableOptions, of: "table `\(name.text)`") else { return nil }
        guard let entity = (options["entity"] ?? options["own entity"]).flatMap({ word($0, "entity") }) else {
            if options["entity"] == nil, options["own entity"] == nil {
                problems.add(
                    .missingOption, at: name.place, "Table `\(name.text)` does not say what its rows are.",
                    remedy: "Add `entity:` with an entity of the catalogue, such as `customer` or `sale line`.")
            }
            return nil
        }
        var section = TableSection(name: name, entity: entity, isOwnEntity: options["entity"] == nil)
        section.key = words(options["key"], "key")
        section.parents = options["parents"].map { entries($0, "parents").compactMap { parent($0, $1) } } ?? []
        section.fields = fields(options["fields"], "fields", isExtra: false) + fields(options["extra"], "extra", isExtra: true)
        section.personal = words(options["personal"], "personal") ?? []
        section.sameIf = words(options["same if"], "same if")
        section.stock = options["stock"].flatMap { stock($0) }
        section.deleted = options["deleted"].flatMap { deleted($0) }
        section.onDelete = options["on delete"].flatMap { word($0, "on delete") }
        section.leftOut = words(options["leave out"], "leave out") ?? []
        section.isMutable = options["mutable"].flatMap { word($0, "mutable") }
        return section
    }

    private mutating func parent(_ name: Word, _ node: Node) -> ParentSection? {
        if case .scalar = node { return word(node, name.text).map { ParentSection(name: name, table: nil, by: [$0], key: nil) } }
        guard let options = options(node, Self.parentOptions, of: "parent `\(name.text)`") else { return nil }
        guard let by = words(options["by"], "by"), !by.isEmpty else {
            problems.add(
                .missingOption, at: name.place, "Parent `\(name.text)` does not say which column leads to it.",
                remedy: "Add `by:` with this table's column that holds the parent's key.")
            return nil
        }
        return ParentSection(name: name, table: options["table"].flatMap { word($0, "table") }, by: by, key: words(options["key"], "key"))
    }

    private mutating func fields(_ node: Node?, _ option: String, isExtra: Bool) -> [FieldSection] {
        guard let node else { return [] }
        return entries(node, option).compactMap { name, node in
            value(node, of: name.text).map { FieldSection(name: name, isExtra: isExtra, value: $0) }
        }
    }

    private mutating func value(_ node: Node, of name: String) -> ValueSection? {
        if case .scalar = node {
            return word(node, name).map { ValueSection(place: $0.place, source: $0.text == "$site" && $0.isPlain ? .site : .columns([$0])) }
        }
        guard let options = options(node, Self.valueOptions, of: "`\(name)`"), let source = source(options, of: name, at: place(node))
        else { return nil }
        var section = ValueSection(place: place(node), source: source)
        section.kind = options["kind"].flatMap { word($0, "kind") }
        section.unit = options["as"].flatMap { word($0, "as") }
        section.zone = options["zone"].flatMap { word($0, "zone") }
        section.pattern = options["pattern"].flatMap { word($0, "pattern") }
        section.round = options["round"].flatMap { word($0, "round") }
        section.none = words(options["none"], "none") ?? []
        section.values =
            options["values"].map { entries($0, "values").compactMap { from, node in word(node, "values").map { (from, $0) } } } ?? []
        section.otherwise = options["otherwise"].flatMap { word($0, "otherwise") }
        section.fallback = options["default"].flatMap { word($0, "default") }
        section.references = options["references"].flatMap { word($0, "references") }
        return section
    }

    private mutating func source(_ options: [String: Node], of name: String, at place: MappingProblem.Place) -> ValueSection.Source? {
        let given = ["column", "columns", "constant"].filter { options[$0] != nil }
        guard given.count == 1, let node = options[given[0]] else {
            problems.add(
                .missingOption, at: place, "`\(name)` says \(given.isEmpty ? "nowhere" : "more than once") where its value comes from.",
                remedy: "Give it one of `column:`, `columns:` or `constant:`.")
            return nil
        }
        switch given[0] {
        case "constant": return word(node, "constant").map { .constant($0) }
        case "columns": return words(node, "columns").map { .columns($0) }
        default: return word(node, "column").map { .columns([$0]) }
        }
    }

    private mutating func stock(_ node: Node) -> StockSection? {
        if case .scalar = node { return word(node, "stock").map { StockSection(place: $0.place, role: $0) } }
        guard let options = options(node, Self.stockOptions, of: "`stock`") else { return nil }
        guard let role = options["role"].flatMap({ word($0, "role") }) else {
            if options["role"] == nil {
                problems.add(
                    .missingOption, at: place(node), "`stock` does not say what the table's rows are to the stock.",
                    remedy: "Add `role:` with one of \(StockRole.words.map(\.0).alternatives()).")
            }
            return nil
        }
        var section = StockSection(place: place(node), role: role)
        section.sku = options["sku"].flatMap { value($0, of: "sku") }
        section.location = options["location"].flatMap { value($0, of: "location") }
        section.quantity = options["quantity"].flatMap { value($0, of: "quantity") }
        section.kind = options["kind"].flatMap { movementKind($0) }
        section.note = options["note"].flatMap { value($0, of: "note") }
        section.counterpart = options["counterpart"].flatMap { value($0, of: "counterpart") }
        section.expires = options["expires"].flatMap { value($0, of: "expires") }
        section.sign = options["sign"].flatMap { word($0, "sign") }
        return section
    }

    /// A bare word is the kind itself, not a column: `kind: adjustment`.
    private mutating func movementKind(_ node: Node) -> ValueSection? {
        if case .scalar = node { return word(node, "kind").map { ValueSection(place: $0.place, source: .constant($0)) } }
        return value(node, of: "kind")
    }

    private mutating func deleted(_ node: Node) -> DeletedSection? {
        if case .scalar = node { return word(node, "deleted").map { DeletedSection(column: $0, when: []) } }
        guard let options = options(node, ["column", "when"], of: "`deleted`") else { return nil }
        guard let column = options["column"].flatMap({ word($0, "column") }) else {
            if options["column"] == nil {
                problems.add(
                    .missingOption, at: place(node), "`deleted` names no column.",
                    remedy: "Write `deleted: {column: NAME, when: VALUE}`, or `deleted: NAME` for a plain flag.")
            }
            return nil
        }
        return DeletedSection(column: column, when: words(options["when"], "when") ?? [])
    }

    private mutating func checkVersion(_ node: Node?, at place: MappingProblem.Place) {
        guard let node else {
            problems.add(
                .version, at: place, "The mapping does not say which version of the language it is written in.",
                remedy: "Add `mapping: \(Mapping.version)` as its first line.")
            return
        }
        if node.string != String(Mapping.version) {
            problems.add(
                .version, at: self.place(node),
                "This mapping is of version `\(node.string ?? "?")`; this program reads version \(Mapping.version).",
                remedy: "Write `mapping: \(Mapping.version)`, or use the program that the mapping was written for.")
        }
    }
}

// MARK: Nodes

extension MappingParser {
    private mutating func root(_ yaml: String) -> Node? {
        guard yaml.utf8.count <= Mapping.fileBytesMax else {
            problems.add(
                .syntax, at: start, "The file has \(yaml.utf8.count) bytes; a mapping has at most \(Mapping.fileBytesMax).",
                remedy: "Check that the path leads to the mapping and not to another file.")
            return nil
        }
        do {
            if let node = try Yams.compose(yaml: yaml) { return node }
            problems.add(.syntax, at: start, "The file is empty.", remedy: "Start from one of the mappings in agent/mappings.")
        } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
            problems.add(
                .syntax, at: place(context.mark), "\(keys.map { "`\($0)`" }.joined(separator: ", ")) stands here more than once.",
                remedy: "Put both into one, or take one out.")
        } catch let error as YamlError {
            let (place, message) = explained(error)
            problems.add(.syntax, at: place, message, remedy: "Correct the YAML there; indentation and colons are the usual cause.")
        } catch {
            problems.add(.syntax, at: start, "The file is no YAML.", remedy: "Start from one of the mappings in agent/mappings.")
        }
        return nil
    }

    private func explained(_ error: YamlError) -> (MappingProblem.Place, String) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            (place(mark), "This is no YAML: \(problem).")
        case .reader(let problem, _, _, _):
            (start, "This is no YAML: \(problem).")
        default:
            (start, "The file is no YAML.")
        }
    }

    private var start: MappingProblem.Place { MappingProblem.Place(file: file, line: 1, column: 1) }
    private func place(_ mark: Mark) -> MappingProblem.Place { MappingProblem.Place(file: file, line: mark.line, column: mark.column) }
    private func place(_ node: Node) -> MappingProblem.Place { node.mark.map(place) ?? start }

    /// The names and nodes of a YAML mapping, in the order of the file.
    private mutating func entries(_ node: Node, _ name: String) -> [(Word, Node)] {
        guard case .mapping(let mapping) = node else {
            problems.add(
                .badValue, at: place(node), "`\(name)` must be a list of `name: value` lines.",
                remedy: "Indent one `name: value` line per entry under it.")
            return []
        }
        return mapping.compactMap { key, value in word(key, name).map { ($0, value) } }
    }

    /// The options of a section, each of them known. `same-if` and `same_if` are `same if`.
    private mutating func options(_ node: Node, _ known: [String], of section: String) -> [String: Node]? {
        guard case .mapping(let mapping) = node else {
            problems.add(
                .badValue, at: place(node), "Here the options of \(section) are expected, as `name: value` lines.",
                remedy: "It takes \(known.alternatives()).")
            return nil
        }
        var options: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = word(key, section) else { continue }
            let plain = String(name.text.map { $0 == "_" || $0 == "-" ? " " : $0 })
            if known.contains(plain) {
                options[plain] = value
            } else {
                problems.addUnknown(
                    .unknownOption, name, among: known,
                    "\(section.first.map { $0.uppercased() } ?? "")\(section.dropFirst()) has no option `\(name.text)`.",
                    otherwise: "It takes \(known.alternatives()).")
            }
        }
        return options
    }

    private mutating func word(_ node: Node, _ name: String) -> Word? {
        if case .scalar(let scalar) = node {
            return Word(text: scalar.string, place: place(node), isPlain: scalar.style == .plain || scalar.style == .any)
        }
        problems.add(.badValue, at: place(node), "`\(name)` must be a single word here.", remedy: "Write `\(name): VALUE` on one line.")
        return nil
    }

    private mutating func words(_ node: Node?, _ name: String) -> [Word]? {
        guard let node else { return nil }
        if case .sequence(let sequence) = node { return sequence.compactMap { word($0, name) } }
        return word(node, name).map { [$0] }
    }
}

extension StockRole {
    static let words: [(String, StockRole)] = [
        ("movements", .movements), ("level", .level), ("sale lines", .saleLines), ("counts", .counts),
    ]

    var word: String { Self.words.first { $0.1 == self }?.0 ?? "none" }
}

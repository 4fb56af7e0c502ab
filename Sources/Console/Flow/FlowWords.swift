import HubRuntime

/// How what flows reads.
struct FlowWords {
    let forms: Forms
    private var strings: Strings { forms.strings }

    /// Nothing for longer than this is told as such.
    static let quietMilliseconds: UInt64 = 7 * 24 * 3_600_000

    func entity(_ name: String) -> String {
        guard !name.isEmpty else { return strings["entity-stock"] }
        let key = "entity-" + name.replacing(" ", with: "")
        return strings.has(key) ? strings[key] : name
    }

    /// `stock quantity` is what a table's rows say to the stock.
    func field(_ name: String) -> String {
        let prefix = "stock "
        guard !name.hasPrefix(prefix) else { return strings("flow-stock-field", ["field": field(String(name.dropFirst(prefix.count)))]) }
        let key = "field-" + name.replacing(" ", with: "")
        return strings.has(key) ? strings[key] : CustomerWords(forms: forms).field(name)
    }

    /// What a table is to the stock, as mappings call it: `sale lines`.
    func role(_ name: String) -> String {
        let key = "flow-role-" + name.replacing(" ", with: "")
        return strings("flow-stock-role", ["role": strings.has(key) ? strings[key] : name])
    }

    func view(_ view: FlowView) -> String { strings["flow-view-\(view.rawValue)"] }

    /// What a mapping is called: by itself, by its only source, or by what names its content.
    func name(_ mapping: DataFlow.Mapping) -> String {
        if let title = mapping.title, !title.isEmpty { return title }
        if mapping.sources.count == 1, let source = mapping.sources.first { return self.source(source) }
        return mapping.version.map { strings("flow-version", ["version": String($0.prefix(8))]) } ?? strings["flow-untold"]
    }

    func source(_ source: DataFlow.Source) -> String { source.site + " · " + source.name }

    /// How its lines and figures look: red where changes stand aside, grey where nothing came for long.
    func tone(_ counts: DataFlow.Counts) -> Tone {
        if counts.held > 0 { return .held }
        return isQuiet(counts) ? .quiet : .well
    }

    /// Of a field: grey where it came and comes no more. What stands aside now is told of its entity, and not of each of its fields.
    func tone(_ field: DataFlow.Field?) -> Tone { field.map { isQuiet($0.last) ? .quiet : .well } ?? .well }

    func isQuiet(_ counts: DataFlow.Counts) -> Bool { isQuiet(counts.last) }
    func isQuiet(_ last: UInt64?) -> Bool { last.map { forms.now > $0 + Self.quietMilliseconds } ?? true }

    enum Tone: String {
        case well = ""
        case held = " bad"
        case quiet = " idle"
    }
}

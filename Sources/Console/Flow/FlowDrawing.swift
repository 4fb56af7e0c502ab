import ChangeSets
import Foundation
import HubRuntime

/// Sources by mapping, tables, entities and views, from left to right, and what flows between them. A line's width tells how much came
/// within seven days, by its order of magnitude. Of one entity its fields stand in its place, with how much came since they are counted.
struct FlowDrawing {
    let flow: DataFlow
    let words: FlowWords

    /// More are not drawn: the tables below have them all.
    static let mappingsMax = 12
    static let tablesMax = 40
    static let entitiesMax = 24
    static let fieldsMax = 24

    private static let (width, rowHeight, boxHeight, top) = (960.0, 46.0, 38.0, 34.0)
    /// Of the four columns: where boxes begin, and how wide they are.
    private static let columns: [(x: Double, width: Double)] = [(4, 214), (276, 196), (530, 190), (778, 178)]

    private struct Box {
        var name: String
        var note: String
        var tone = FlowWords.Tone.well
        /// Where it stands, by its middle.
        var y = 0.0
    }

    private struct Line {
        var from: (column: Int, index: Int)
        var to: (column: Int, index: Int)
        var changes: Int64
        var tone: FlowWords.Tone
    }

    private var boxes: [[Box]] = [[], [], [], []]
    private var lines: [Line] = []
    /// Something had no room.
    private(set) var isCut = false
    /// Whose fields are drawn.
    private let entity: String?
    /// Of entities, or of the one's fields, in the third column.
    private var places: [Text: Int] = [:]

    init(_ flow: DataFlow, words: FlowWords, fieldsOf entity: String? = nil) {
        self.flow = flow
        self.words = words
        self.entity = entity
        if let entity {
            let all = EntityFields(flow, of: entity)
            let fields = Array(all.fields.prefix(Self.fieldsMax))
            isCut = all.isCut || all.fields.count > fields.count
            draw(thirdColumn: fields, named: \.name) { $0.draw($1) }
        } else {
            let entities = Array(flow.entities.prefix(Self.entitiesMax))
            isCut = flow.entities.count > entities.count || flow.leftOut > 0
            draw(thirdColumn: entities, named: \.entity) { $0.draw($1) }
        }
        place()
    }

    private mutating func draw<Node>(thirdColumn nodes: [Node], named name: (Node) -> String, _ draw: (inout Self, Node) -> Void) {
        places = Dictionary(nodes.enumerated().map { (Text(name($1)), $0) }, uniquingKeysWith: { first, _ in first })
        for mapping in flow.mappings { self.draw(mapping) }
        for node in nodes { draw(&self, node) }
    }

    // MARK: what is drawn

    private mutating func draw(_ mapping: DataFlow.Mapping) {
        let named = mapping.tables.filter { !$0.table.isEmpty }
        guard boxes[0].count < Self.mappingsMax, boxes[1].isEmpty || boxes[1].count + named.count <= Self.tablesMax else {
            isCut = true
            return
        }
        let own = boxes[0].count
        let counts = Dictionary(mapping.entities.map { (Text($0.entity), $0.counts) }, uniquingKeysWith: { first, _ in first })
        let sources = mapping.sources.count == 1 ? mapping.sources.first.map(words.source) : nil
        boxes[0].append(
            Box(
                name: words.name(mapping),
                note: note(sources ?? words.forms.count("flow-sources", mapping.sources.count), mapping.counts),
                tone: words.tone(mapping.counts)))
        let ends = self.ends(of: mapping, counts)
        var fed: Set<Int> = []
        for table in named.prefix(Self.tablesMax) {
            let flow = counts[Text(table.entity)] ?? DataFlow.Counts()
            lines.append(Line(from: (0, own), to: (1, boxes[1].count), changes: flow.week, tone: words.tone(flow)))
            for place in fedPlaces(by: table) {
                fed.insert(place)
                if let end = ends[place] {
                    lines.append(Line(from: (1, boxes[1].count), to: (2, place), changes: end.changes, tone: end.tone))
                }
            }
            boxes[1].append(Box(name: table.table, note: words.forms.count("flow-fields", table.fields.count + (table.leftOut ?? 0))))
        }
        if named.count > Self.tablesMax { isCut = true }
        // What comes of no table that anybody told goes straight on.
        for (place, end) in ends.sorted(by: { $0.key < $1.key }) where !fed.contains(place) {
            lines.append(Line(from: (0, own), to: (2, place), changes: end.changes, tone: end.tone))
        }
    }

    /// Where a table's lines end.
    private func fedPlaces(by table: SourceMapping.Table) -> [Int] {
        guard let entity else { return [places[Text(table.entity)]].compactMap { $0 } }
        return Text(table.entity) == Text(entity) ? table.fields.compactMap { places[Text($0.field)] } : []
    }

    /// All that a mapping feeds of the third column, and how much.
    private func ends(of mapping: DataFlow.Mapping, _ counts: [Text: DataFlow.Counts]) -> [Int: (changes: Int64, tone: FlowWords.Tone)] {
        var ends: [Int: (changes: Int64, tone: FlowWords.Tone)] = [:]
        guard let entity else {
            for name in mapping.tables.map({ Text($0.entity) }) + mapping.entities.map({ Text($0.entity) }) {
                let flow = counts[name] ?? DataFlow.Counts()
                if let place = places[name] { ends[place] = (flow.week, words.tone(flow)) }
            }
            return ends
        }
        let came = mapping.came(of: entity)
        let told = mapping.tables.filter { Text($0.entity) == Text(entity) }.flatMap(\.fields).map { Text($0.field) }
        for name in told + came.keys {
            if let place = places[name] { ends[place] = (came[name]?.changes ?? 0, words.tone(came[name])) }
        }
        return ends
    }

    private mutating func draw(_ field: EntityFields.Field) {
        let tone = words.tone(field.came)
        let figures = field.came.map { came in
            [words.forms.number(came.changes), came.aside > 0 ? words.forms.count("flow-field-aside", came.aside) : nil]
        }
        let note = (figures ?? []).compactMap { $0 }.joined(separator: " · ")
        draw(Box(name: words.field(field.name), note: note, tone: tone), feeding: field.views) { _ in field.came?.changes ?? 0 }
    }

    private mutating func draw(_ entity: DataFlow.Entity) {
        let box = Box(name: words.entity(entity.entity), note: note(nil, entity.counts), tone: words.tone(entity.counts))
        draw(box, feeding: entity.views) { $0 == .stock ? entity.stock : entity.counts.week }
    }

    /// In the third column, with a line to each view.
    private mutating func draw(_ box: Box, feeding views: [FlowView], changes: (FlowView) -> Int64) {
        let own = boxes[2].count
        boxes[2].append(box)
        for view in views {
            let name = words.view(view)
            let index = boxes[3].firstIndex { $0.name == name } ?? boxes[3].count
            if index == boxes[3].count { boxes[3].append(self.box(view)) }
            lines.append(Line(from: (2, own), to: (3, index), changes: changes(view), tone: box.tone))
        }
    }

    private func box(_ view: FlowView) -> Box {
        guard let arrived = flow.views.first(where: { $0.view == view }) else { return Box(name: words.view(view), note: "") }
        let counts = DataFlow.Counts(week: arrived.week, held: arrived.held, last: arrived.last)
        return Box(name: words.view(view), note: note(nil, counts), tone: words.tone(counts))
    }

    private func note(_ before: String?, _ counts: DataFlow.Counts) -> String {
        let held = counts.held > 0 ? words.forms.count("flow-held-of", counts.held) : nil
        return [before, words.forms.number(counts.week), held].compactMap { $0 }.joined(separator: " · ")
    }

    /// Boxes stand evenly in their column, the shorter columns in the middle.
    private mutating func place() {
        let most = boxes.map(\.count).max() ?? 0
        for column in boxes.indices {
            let step = Double(most) * Self.rowHeight / Double(max(boxes[column].count, 1))
            for index in boxes[column].indices { boxes[column][index].y = Self.top + step * (Double(index) + 0.5) }
        }
    }

    // MARK: how

    /// Empty where nothing flows.
    func svg(title: String, text: String) -> Markup {
        guard !boxes[0].isEmpty else { return Markup(html: "") }
        let height = Self.top + Double(boxes.map(\.count).max() ?? 0) * Self.rowHeight + 4
        var svg = """
            <svg viewBox="0 0 \(Int(Self.width)) \(Int(height))" role="img"><title>\(EscapedText.escaped(title))</title>\
            <desc>\(EscapedText.escaped(text))</desc>

            """
        let third = entity == nil ? "flow-column-entities" : "flow-column-fields"
        for (index, name) in ["flow-column-sources", "flow-column-tables", third, "flow-column-views"].enumerated() {
            svg += "<text x=\"\(Int(Self.columns[index].x))\" y=\"16\">\(EscapedText.escaped(words.forms.strings[name]))</text>\n"
        }
        for line in lines.sorted(by: { $0.changes > $1.changes }) { svg += path(line) }
        for column in boxes.indices { for box in boxes[column] { svg += self.box(box, column) } }
        return Markup(html: svg + "</svg>")
    }

    private func path(_ line: Line) -> String {
        let (from, to) = (Self.columns[line.from.column], Self.columns[line.to.column])
        let (x1, y1) = (from.x + from.width, boxes[line.from.column][line.from.index].y)
        let (x2, y2) = (to.x, boxes[line.to.column][line.to.index].y)
        let bend = (x2 - x1) / 2
        return """
            <path class="flow\(line.tone.rawValue)" stroke-width="\(Self.short(Self.width(of: line.changes)))" \
            d="M\(Self.short(x1)) \(Self.short(y1))C\(Self.short(x1 + bend)) \(Self.short(y1)) \(Self.short(x2 - bend)) \(Self.short(y2)) \
            \(Self.short(x2)) \(Self.short(y2))"/>

            """
    }

    private func box(_ box: Box, _ column: Int) -> String {
        let (x, width) = Self.columns[column]
        // A letter takes about six units; who reads the page has the whole name in the table below.
        let letters = Int((width - 16) / 7)
        let y = box.y - Self.boxHeight / 2
        let isSingle = box.note.isEmpty
        let note = "<text x=\"\(Self.short(x + 8))\" y=\"\(Self.short(y + 31))\">\(Self.escaped(box.note, letters + 4))</text>"
        return """
            <rect class="node\(box.tone.rawValue)" x="\(Self.short(x))" y="\(Self.short(y))" width="\(Self.short(width))" \
            height="\(Self.short(Self.boxHeight))" rx="5"/>\
            <text class="strong" x="\(Self.short(x + 8))" y="\(Self.short(y + (isSingle ? 23 : 16)))">\
            \(Self.escaped(box.name, letters))</text>\(isSingle ? "" : note)

            """
    }

    /// 1 for nothing, about 2 more with every power of ten, at most 14.
    static func width(of changes: Int64) -> Double { min(14, 1 + 2 * log10(1 + Double(max(0, changes)))) }

    private static func escaped(_ text: String, _ length: Int) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > length else { return EscapedText.escaped(text) }
        return EscapedText.escaped(String(String.UnicodeScalarView(scalars.prefix(length - 1))) + "…")
    }

    private static func short(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        return tenths.truncatingRemainder(dividingBy: 10) == 0 ? String(Int(tenths / 10)) : String(tenths / 10)
    }
}

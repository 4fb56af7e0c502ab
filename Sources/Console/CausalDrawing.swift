import ChangeSets
import HubRuntime

/// Who wrote what when, and who had seen it: a lane for each site and the hub between them, a dot for each write, an arrow for each
/// that was seen. Time runs to the right, evenly from event to event: what matters is the order.
struct CausalDrawing {
    let story: ConflictStory
    let forms: Forms

    private struct Event {
        var at: UInt64
        var lane: Int
        /// Of a write; an arrival has none of its own.
        var write: ConflictStory.Write?
        /// For an arrival at the hub: the write that arrives.
        var arrives: String?
        var rank: Int
    }

    private static let (left, right, top, step) = (130.0, 740.0, 40.0, 50.0)

    /// Empty where there is nothing to draw.
    func svg(title: String) -> Markup {
        let writes = story.earlier + story.sides
        guard story.sides.count > 1 else { return Markup(html: "") }
        var lanes: [String] = []
        for write in story.sides where !lanes.contains(write.site) { lanes.append(write.site) }
        for write in story.earlier where !lanes.contains(write.site) && write.site != "hub" { lanes.append(write.site) }
        lanes.removeAll { $0 == "hub" }
        lanes.insert("hub", at: min(1, lanes.count))
        var events: [Event] = []
        for write in writes {
            guard let lane = lanes.firstIndex(of: write.site) else { continue }
            events.append(Event(at: write.time, lane: lane, write: write, rank: 0))
            if let received = write.received, write.site != "hub" {
                events.append(Event(at: max(received, write.time), lane: lanes.firstIndex(of: "hub")!, arrives: write.dot, rank: 1))
            }
        }
        events.sort { ($0.at, $0.rank) < ($1.at, $1.rank) }
        let gap = events.count > 1 ? (Self.right - Self.left) / Double(events.count - 1) : 0
        func x(_ index: Int) -> Double { Self.left + gap * Double(index) }
        func y(_ lane: Int) -> Double { Self.top + Self.step * Double(lane) }
        let height = Self.top + Self.step * Double(lanes.count - 1) + 40
        var svg = """
            <svg class="mid" viewBox="0 0 760 \(Int(height))" role="img"><title>\(EscapedText.escaped(title))</title>
            <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>

            """
        for (lane, name) in lanes.enumerated() {
            svg += "<path class=\"lane\" d=\"M110 \(Int(y(lane)))H750\"/>"
            svg +=
                "<text class=\"strong\" x=\"8\" y=\"\(Int(y(lane)) + 4)\">\(EscapedText.escaped(Self.short(laneName(name), 16)))</text>\n"
        }
        // Arrivals at the hub, and what a side had been shown.
        for (index, event) in events.enumerated() {
            if let dot = event.arrives, let from = events.firstIndex(where: { $0.write?.dot == dot }) {
                svg += arrow(x(from), y(events[from].lane), x(index), y(event.lane))
            }
            guard let write = event.write else { continue }
            for dot in write.shown {
                guard let from = events.firstIndex(where: { $0.write?.dot == dot }), events[from].lane != event.lane else { continue }
                let hub = events.firstIndex { $0.arrives == dot } ?? from
                svg += arrow(x(hub), y(events[hub].lane), x(index), y(event.lane))
            }
        }
        // Neighbours on a lane say what they wrote above it and below it in turn.
        var isBelow: [Int: Bool] = [:]
        for (index, event) in events.enumerated() {
            let (cx, cy) = (Int(x(index)), Int(y(event.lane)))
            guard let write = event.write else {
                svg += "<circle class=\"seen\" cx=\"\(cx)\" cy=\"\(cy)\" r=\"4\"/>\n"
                continue
            }
            let below = isBelow[event.lane] ?? false
            isBelow[event.lane] = !below
            let label = Self.short(CausalDrawing.value(write.value, forms, story.conflict), 18) + " · " + forms.clock(write.time)
            if let side = story.sides.firstIndex(where: { $0.dot == write.dot }) {
                let tone = side == 0 ? "a" : side == 1 ? "b" : "write"
                svg +=
                    "<circle class=\"\(tone)\" cx=\"\(cx)\" cy=\"\(cy)\" r=\"6\"/><circle class=\"halo \(tone)\" cx=\"\(cx)\" cy=\"\(cy)\" r=\"10\"/>"
                svg += text(cx, below ? cy + 24 : cy - 17, label, "strong")
            } else {
                svg += "<circle class=\"write\" cx=\"\(cx)\" cy=\"\(cy)\" r=\"5\"/>" + text(cx, below ? cy + 20 : cy - 12, label, "")
            }
        }
        return Markup(html: svg + "</svg>")
    }

    private func laneName(_ site: String) -> String { site == "hub" ? forms.strings["hub"] : site }

    private func arrow(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
        // Short of the dots at both ends.
        let length = max(((x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1)).squareRoot(), 1)
        let (ux, uy) = ((x2 - x1) / length, (y2 - y1) / length)
        return
            "<path class=\"arrow\" marker-end=\"url(#tip)\" d=\"M\(Int(x1 + ux * 8)) \(Int(y1 + uy * 8)) \(Int(x2 - ux * 9)) \(Int(y2 - uy * 9))\"/>\n"
    }

    private func text(_ x: Int, _ y: Int, _ text: String, _ tone: String) -> String {
        let anchor = x > 660 ? "end" : x < 190 ? "start" : "middle"
        return
            "<text class=\"\(tone)\" x=\"\(anchor == "end" ? min(x + 20, 752) : x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(EscapedText.escaped(text))</text>\n"
    }

    private static func short(_ text: String, _ length: Int) -> String { text.count > length ? text.prefix(length - 1) + "…" : text }

    /// A side's value as people write it: counts are pieces.
    static func value(_ value: ValueAnswer, _ forms: Forms, _ conflict: ConflictAnswer?) -> String {
        if case .integer(let units) = value, conflict?.kind == .concurrentCounts { return forms.quantity(units) }
        // What an order is told to be is a word of ours, and as such in the language of who reads it.
        if case .text(let state) = value, conflict?.kind == .orderContradiction {
            return OrderWords(forms: forms).state(state)
        }
        return self.value(value, of: conflict?.about, forms)
    }

    /// The same of the field that is spoken of.
    static func value(_ value: ValueAnswer, of about: ConflictAnswer.About?, _ forms: Forms) -> String {
        if case .integer(let units) = value {
            switch kind(of: about) {
            case .money: return forms.amount(units)
            case .quantity: return forms.quantity(units)
            case .time: return UInt64(exactly: units).map(forms.moment) ?? String(units)
            default: break
            }
        }
        if case .null = value { return forms.strings["value-none"] }
        if case .text(let state) = value, about?.field == "state", ["order", "shipment"].contains(about?.entity) {
            return OrderWords(forms: forms).state(state)
        }
        return value.words
    }

    static func kind(of about: ConflictAnswer.About?) -> Catalogue.Kind? {
        guard let entity = about?.entity, let field = about?.field else { return nil }
        return Catalogue[EntityName(entity)]?[FieldName(field)]?.kind
    }

    // MARK: in words

    /// The same, a sentence an event.
    func words() -> [View] {
        let strings = forms.strings
        var told: [(at: UInt64, rank: Int, view: View)] = []
        for write in story.earlier + story.sides {
            let value = Self.value(write.value, forms, story.conflict)
            let isSide = story.sides.contains { $0.dot == write.dot }
            let names = isSide ? write.shown.compactMap { dot in story.earlier.first { $0.dot == dot } } : []
            let tail =
                !isSide
                ? ""
                : names.isEmpty
                    ? " " + strings["story-sawnothing"]
                    : " "
                        + strings("story-saw", ["value": names.map { Self.value($0.value, forms, story.conflict) }.joined(separator: ", ")])
            told.append(
                (
                    write.time, 0,
                    [
                        "lead": strings("story-wrote", ["time": forms.clock(write.time), "site": laneName(write.site)]), "value": value,
                        "tail": tail,
                    ]
                ))
            if isSide, let received = write.received, write.site != "hub" {
                told.append(
                    (
                        max(received, write.time), 1,
                        ["lead": strings("story-arrived", ["time": forms.clock(received), "site": laneName(write.site)]), "value": value]
                    ))
            }
        }
        return told.sorted { ($0.at, $0.rank) < ($1.at, $1.rank) }.map(\.view)
    }
}

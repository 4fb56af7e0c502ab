/// A line over time, drawn as SVG: no script, and it prints.
struct Chart {
    struct Point {
        /// Milliseconds since 1970.
        var at: UInt64
        var value: Double
    }

    var points: [Point]
    /// In words, for who does not see it.
    var title: String
    var description: String
    /// How a value reads at the axis.
    var label: (Double) -> String
    /// How a moment reads at the axis.
    var time: (UInt64) -> String
    var width = 320.0
    var height = 110.0
    var left = 44.0
    /// Steps hold their value until the next one: stock does, a rate does not.
    var isStepped = false

    /// Empty for fewer than two points: there is no line.
    func svg() -> Markup {
        guard points.count > 1, let first = points.first, let last = points.last, last.at > first.at else { return Markup(html: "") }
        let (top, bottom, right) = (8.0, height - 20, width - 8)
        let ceiling = Self.ceiling(points.map(\.value).max() ?? 0)
        let floor = min(points.map(\.value).min() ?? 0, 0) < 0 ? -Self.ceiling(-(points.map(\.value).min() ?? 0)) : 0
        func x(_ at: UInt64) -> Double { left + Double(at - first.at) / Double(last.at - first.at) * (right - left) }
        func y(_ value: Double) -> Double { bottom - (value - floor) / max(ceiling - floor, 1e-9) * (bottom - top) }
        var line = ""
        var before: Point?
        for point in points {
            if let before, isStepped { line += " \(Self.short(x(point.at))),\(Self.short(y(before.value)))" }
            line += " \(Self.short(x(point.at))),\(Self.short(y(point.value)))"
            before = point
        }
        line = String(line.dropFirst())
        let area =
            "\(Self.short(x(first.at))),\(Self.short(y(max(floor, 0)))) \(line) \(Self.short(x(last.at))),\(Self.short(y(max(floor, 0))))"
        func text(_ x: Double, _ y: Double, _ anchor: String, _ text: String) -> String {
            "<text x=\"\(Self.short(x))\" y=\"\(Self.short(y))\" text-anchor=\"\(anchor)\">\(EscapedText.escaped(text))</text>"
        }
        return Markup(
            html: """
                <svg class="chart" viewBox="0 0 \(Self.short(width)) \(Self.short(height))" role="img">
                <title>\(EscapedText.escaped(title))</title><desc>\(EscapedText.escaped(description))</desc>
                <path class="axis" d="M\(Self.short(left)) \(Self.short(top))H\(Self.short(right))M\(Self.short(left)) \(Self.short(bottom))H\(Self.short(right))"/>
                \(floor < 0 ? "<path class=\"axis\" d=\"M\(Self.short(left)) \(Self.short(y(0)))H\(Self.short(right))\"/>" : "")
                <polygon class="area" points="\(area)"/><polyline class="line" points="\(line)"/>
                <circle class="mark" cx="\(Self.short(x(last.at)))" cy="\(Self.short(y(last.value)))" r="3.5"/>
                \(text(left - 6, top + 4, "end", label(ceiling)))\(text(left - 6, bottom + 4, "end", label(floor)))
                \(text(left, height - 4, "start", time(first.at)))\(text(right, height - 4, "end", time(last.at)))
                </svg>
                """)
    }

    /// The next of 1, 2 and 5 times a power of ten.
    static func ceiling(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return 1 }
        var power = 1.0
        while power * 10 <= value { power *= 10 }
        while power > value { power /= 10 }
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= value } ?? value
    }

    private static func short(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        return tenths.truncatingRemainder(dividingBy: 10) == 0 ? String(Int(tenths / 10)) : String(tenths / 10)
    }
}

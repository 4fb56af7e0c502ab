/// The links between a person's records as a tree from the record that most others are linked to: what a drawing and a list tell.
struct LinkTree {
    struct Node {
        let life: String
        /// The place of the record that it is linked to; `nil`: the others are linked to it, or nothing links it any more.
        let parent: Int?
        let link: CustomerDocument.Link?
        let depth: Int
    }

    /// A record before those that are linked to it.
    private(set) var nodes: [Node] = []
    /// Links that say again what the tree says already.
    private(set) var others: [CustomerDocument.Link] = []

    init(lives: [String], links: [CustomerDocument.Link]) {
        var neighbours: [String: [CustomerDocument.Link]] = [:]
        for link in links {
            neighbours[link.lower, default: []].append(link)
            neighbours[link.higher, default: []].append(link)
        }
        var places: [String: Int] = [:]
        var told: Set<CustomerDocument.Link> = []
        // Of equally many links the older record goes first.
        let roots = lives.enumerated().sorted { left, right in
            let (one, other) = (neighbours[left.element]?.count ?? 0, neighbours[right.element]?.count ?? 0)
            return one == other ? left.offset < right.offset : one > other
        }.map(\.element)
        for root in roots where places[root] == nil {
            var next = nodes.count
            places[root] = nodes.count
            nodes.append(Node(life: root, parent: nil, link: nil, depth: 0))
            while next < nodes.count {
                let node = nodes[next]
                for link in neighbours[node.life] ?? [] {
                    let life = link.lower == node.life ? link.higher : link.lower
                    guard places[life] == nil else { continue }
                    places[life] = nodes.count
                    nodes.append(Node(life: life, parent: next, link: link, depth: node.depth + 1))
                    told.insert(link)
                }
                next += 1
            }
        }
        others = links.filter { !told.contains($0) }
    }

    func place(of life: String) -> Int? { nodes.firstIndex { $0.life == life } }
}

/// A tree of links as SVG.
struct LinkDrawing {
    let tree: LinkTree
    let title: String
    let description: String
    /// What stands in a record's box, by life.
    let label: (String) -> String
    let reason: (CustomerDocument.Link) -> String

    /// More records than that are a list.
    static let recordsMax = 24
    private static let (box, high, row) = ((width: 150, height: 34), 30, 55)

    func svg() -> Markup {
        let nodes = tree.nodes
        guard (2...Self.recordsMax).contains(nodes.count), let deepest = nodes.map(\.depth).max() else { return Markup(html: "") }
        let pitch = 370
        let layers = (0...deepest).map { depth in nodes.indices.filter { nodes[$0].depth == depth } }
        let rows = layers.map(\.count).max() ?? 1
        let (width, height) = (30 + Self.box.width + deepest * pitch, rows * Self.row + 5)
        /// The middle of a box's left edge.
        var corners: [(x: Int, y: Int)] = nodes.map { (15 + $0.depth * pitch, 0) }
        for layer in layers {
            let top = (rows - layer.count) * Self.row / 2
            for (index, node) in layer.enumerated() { corners[node].y = top + Self.high + index * Self.row }
        }
        var html = ""
        for link in tree.others {
            guard let one = tree.place(of: link.lower), let other = tree.place(of: link.higher) else { continue }
            html += edge(corners[one], corners[other], link)
        }
        for (index, node) in nodes.enumerated() {
            guard let parent = node.parent, let link = node.link else { continue }
            html += edge(corners[parent], corners[index], link)
            let middle = (corners[index].x - pitch + Self.box.width + 75 + corners[index].x) / 2
            html += text(middle, corners[index].y - 6, reason(link))
        }
        for (index, node) in nodes.enumerated() {
            let (x, y) = corners[index]
            html += "<rect class=\"node\" x=\"\(x)\" y=\"\(y - 17)\" width=\"\(Self.box.width)\" height=\"\(Self.box.height)\" rx=\"6\"/>"
            html += text(x + Self.box.width / 2, y + 4, Self.short(label(node.life)), isStrong: true)
        }
        let size = width <= 560 ? "narrow" : width <= 760 ? "mid" : "wide"
        return Markup(
            html: """
                <svg class="\(size)" viewBox="0 0 \(width) \(height)" role="img" aria-labelledby="links-title links-text">
                <title id="links-title">\(EscapedText.escaped(title))</title>
                <desc id="links-text">\(EscapedText.escaped(description))</desc>
                \(html)
                </svg>
                """)
    }

    /// From the right edge of one box to the left edge of a later one, or around where they stand in one column.
    private func edge(_ one: (x: Int, y: Int), _ other: (x: Int, y: Int), _ link: CustomerDocument.Link) -> String {
        let (from, to) = one.x <= other.x ? (one, other) : (other, one)
        let (start, style) = (from.x + Self.box.width, link.by == "decision" ? "link weak" : "link")
        guard from.x < to.x else {
            let side = from.x - 12
            return "<path class=\"\(style)\" d=\"M\(from.x) \(from.y)C\(side) \(from.y) \(side) \(to.y) \(to.x) \(to.y)\"/>"
        }
        return """
            <path class="\(style)" d="M\(start) \(from.y)C\(start + 40) \(from.y) \(start + 30) \(to.y) \(start + 75) \(to.y)H\(to.x)"/>
            """
    }

    private func text(_ x: Int, _ y: Int, _ text: String, isStrong: Bool = false) -> String {
        "<text\(isStrong ? " class=\"strong\"" : "") x=\"\(x)\" y=\"\(y)\" text-anchor=\"middle\">\(EscapedText.escaped(text))</text>"
    }

    private static let charactersMax = 23

    private static func short(_ label: String) -> String {
        label.count <= charactersMax ? label : label.prefix(charactersMax - 1) + "…"
    }
}

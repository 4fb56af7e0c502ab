/// Sets of numbers below a count that only ever grow together.
///
/// Source: R. Tarjan, "Efficiency of a good but not linear set union algorithm" (1975): union by size, paths halved.
struct DisjointSets {
    private var parents: [Int]
    private var sizes: [Int]

    init(count: Int) {
        parents = Array(0..<count)
        sizes = Array(repeating: 1, count: count)
    }

    /// A number more, in a set of its own.
    mutating func add() -> Int {
        parents.append(parents.count)
        sizes.append(1)
        return parents.count - 1
    }

    mutating func root(of element: Int) -> Int {
        var element = element
        while parents[element] != element {
            parents[element] = parents[parents[element]]
            element = parents[element]
        }
        return element
    }

    /// The same, without shortening the path.
    func settledRoot(of element: Int) -> Int {
        var element = element
        while parents[element] != element { element = parents[element] }
        return element
    }

    func size(ofRoot root: Int) -> Int { sizes[root] }

    mutating func unite(_ left: Int, _ right: Int) {
        var (large, small) = (root(of: left), root(of: right))
        guard large != small else { return }
        if sizes[large] < sizes[small] { swap(&large, &small) }
        parents[small] = large
        sizes[large] += sizes[small]
    }
}

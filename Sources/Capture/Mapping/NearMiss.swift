/// Finds what was probably meant by a misspelt name.
enum NearMiss {
    /// The candidate nearest to `word`, if it is near enough to be worth a question. Ties: the first candidate.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let wanted = plain(word)
        let limit = max(1, min(3, wanted.count / 3))
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(wanted, plain(candidate), limit: limit)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Case, spaces, underscores and hyphens are what people get wrong first: they count for nothing.
    private static func plain(_ word: String) -> [UInt8] {
        SQLName.folded(word).filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
    }

    /// Edits, with the swap of two neighbours as one (optimal string alignment); `limit + 1` when there are more.
    static func distance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int {
        guard abs(left.count - right.count) <= limit else { return limit + 1 }
        var before = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in left.indices {
            var next = [row + 1]
            for column in right.indices {
                var least = min(last[column + 1] + 1, next[column] + 1, last[column] + (left[row] == right[column] ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    least = min(least, before[column - 1] + 1)
                }
                next.append(least)
            }
            (before, last) = (last, next)
        }
        return min(last[right.count], limit + 1)
    }
}

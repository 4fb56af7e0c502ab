/// How many typing errors lie between two terms, up to a small limit.
///
/// Counted are letters left out, added, replaced, and neighbours exchanged, none touched twice: the restricted Damerau–Levenshtein distance.
/// Source: F. Damerau, "A technique for computer detection and correction of spelling errors" (1964); only the diagonal band that the limit
/// leaves is computed (E. Ukkonen, "Algorithms for approximate string matching", 1985).
enum TypingErrors {
    /// - Returns: the number of errors, or `limit + 1` when there are more.
    static func count(_ left: Term, _ right: Term, limit: Int) -> Int {
        if abs(left.count - right.count) > limit { return limit + 1 }
        // A common beginning and end need no table.
        var start = 0
        let shorter = min(left.count, right.count)
        while start < shorter, left[start] == right[start] { start += 1 }
        var tail = 0
        while tail < shorter - start, left[left.count - 1 - tail] == right[right.count - 1 - tail] { tail += 1 }
        let (rows, columns) = (left.count - start - tail, right.count - start - tail)
        if rows == 0 || columns == 0 { return max(rows, columns) }
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: 3 * (columns + 1)) { table in
            banded(left, right, from: start, rows: rows, columns: columns, limit: Int32(limit), table)
        }
    }

    /// Three rows of the table, used in turn: this one, the one before, and the one before that (for exchanges).
    private static func banded(
        _ left: Term, _ right: Term, from start: Int, rows: Int, columns: Int, limit: Int32, _ table: UnsafeMutableBufferPointer<Int32>
    ) -> Int {
        let width = columns + 1
        var (older, previous, current) = (0, width, 2 * width)
        for column in 0...columns { table[previous + column] = Int32(column) }
        for column in 0...columns { table[older + column] = limit + 1 }
        for row in 1...rows {
            table[current] = Int32(row)
            var least = Int32(row)
            for column in 1...columns {
                let (one, other) = (left[start + row - 1], right[start + column - 1])
                var cost = table[previous + column - 1] + (one == other ? 0 : 1)
                cost = min(cost, table[previous + column] + 1, table[current + column - 1] + 1)
                if row > 1, column > 1, one == right[start + column - 2], left[start + row - 2] == other {
                    cost = min(cost, table[older + column - 2] + 1)
                }
                table[current + column] = cost
                least = min(least, cost)
            }
            if least > limit { return Int(limit) + 1 }
            (older, previous, current) = (previous, current, older)
        }
        return Int(min(table[previous + columns], limit + 1))
    }
}

import Causality

/// Indexes and lists in columns back to sources, dots and clocks.
extension PlainReader {
    mutating func readSources(_ count: Int) throws(ChangeSetError) -> [SourceID] {
        try columns.integers(count).map { (index) throws(ChangeSetError) in
            guard index >= 1, index <= Int64(sources.count) else { throw columns.reader.damaged("an index points behind the sources") }
            return sources[Int(index) - 1]
        }
    }

    mutating func lists(_ rows: [Int]) throws(ChangeSetError) -> [[Dot]] {
        let counts = try columns.integers(rows.count)
        var owners: [Int] = []
        for (count, row) in zip(counts, rows) {
            guard count >= 0, count <= Int64(Limits.dotsMax) else { throw columns.reader.tooLarge("\(count) dots in one list") }
            dotsLeft -= Int(count)
            guard dotsLeft >= 0 else { throw columns.reader.tooLarge("more than \(Limits.dotsTotalMax) dots") }
            owners.append(contentsOf: repeatElement(row, count: Int(count)))
        }
        let all = try dots(owners)
        var next = 0
        return counts.map { count in
            defer { next += Int(count) }
            return Array(all[next..<next + Int(count)])
        }
    }

    mutating func dots(_ rows: [Int]) throws(ChangeSetError) -> [Dot] {
        let indexes = try columns.integers(rows.count)
        let counters = try columns.integers(rows.count)
        var dots: [Dot] = []
        dots.reserveCapacity(rows.count)
        for index in rows.indices {
            guard indexes[index] >= 0, indexes[index] <= Int64(replicas.count) else {
                throw columns.reader.damaged("an index points behind the replicas")
            }
            let isOwn = indexes[index] == 0
            let counter =
                isOwn
                ? (Int64(header.first) + Int64(rows[index])).subtractingReportingOverflow(counters[index]).partialValue : counters[index]
            guard counter >= 0 else { throw columns.reader.damaged("a counter leaves the range") }
            dots.append(Dot(isOwn ? header.replica : replicas[Int(indexes[index]) - 1], UInt64(counter)))
        }
        return dots
    }

    mutating func clocks(_ rows: [Int]) throws(ChangeSetError) -> [VectorClock] {
        try lists(rows).map { (dots) throws(ChangeSetError) in
            var clock = VectorClock()
            for dot in dots {
                guard dot.counter > 0, clock[dot.replica] == 0 else {
                    throw columns.reader.damaged("a vector clock names a replica twice, or 0")
                }
                clock.insert(dot)
            }
            return clock
        }
    }
}

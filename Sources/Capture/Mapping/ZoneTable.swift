import Foundation

/// A time zone as a table of its changes, so that reading half a million times asks no calendar.
///
/// A local time that occurs twice, when clocks go back, is the first of the two; one that never occurs,
/// when they go forward, is as much later as the clocks were moved.
struct ZoneTable: Hashable, Sendable {
    private struct Change: Hashable, Sendable {
        /// The first local second to which the new offset applies.
        var local: Int64
        var offset: Int64
    }

    private var first: Int64
    private var changes: [Change] = []

    static let utc = ZoneTable(offset: 0)

    init(offset: Int) { first = Int64(offset) }

    /// `UTC`, `+01:00` or a name of the zone database such as `Europe/London`; `nil` when there is no such zone.
    init?(_ name: String) {
        if ["utc", "z", "gmt"].contains(name.lowercased()) {
            self.init(offset: 0)
            return
        }
        var text = name
        let offset = text.withUTF8 { bytes -> Int? in
            var reader = TimeReader(bytes)
            let offset = reader.zone()
            return reader.isAtEnd ? offset : nil
        }
        if let offset {
            self.init(offset: offset)
            return
        }
        guard name.contains("/"), let zone = TimeZone(identifier: name) else { return nil }
        self.init(zone)
    }

    private init(_ zone: TimeZone) {
        func offset(_ second: Int64) -> Int64 { Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(second)))) }
        first = offset(Self.begin)
        var before = first
        for second in stride(from: Self.begin + Self.step, through: Self.end, by: Int(Self.step)) {
            let after = offset(second)
            guard after != before else { continue }
            var (low, high) = (second - Self.step, second)  // the change lies in (low, high]
            while high - low > 1 {
                let middle = (low + high) / 2
                if offset(middle) == before { low = middle } else { high = middle }
            }
            changes.append(Change(local: high + max(before, after), offset: after))
            before = after
        }
    }

    func utc(local: Int64) -> Int64 {
        var (low, high) = (0, changes.count)  // the number of changes at or before `local`
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].local <= local { low = middle + 1 } else { high = middle }
        }
        return local - (low == 0 ? first : changes[low - 1].offset)
    }

    /// 1970 to 2100; the offset at either end holds beyond. No zone changes twice within a week.
    private static let begin: Int64 = 0
    private static let end: Int64 = 4_102_444_800
    private static let step: Int64 = 7 * 86_400
}

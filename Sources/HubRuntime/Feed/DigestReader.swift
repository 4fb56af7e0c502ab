import Causality
import ChangeSets
import Inventory
import Profiles

/// Sums up what the feed holds for a site at the head of one read transaction: `ViewDigest`, the entries that `FeedReader`
/// would send with a body, counted without drawing them.
struct DigestReader {
    let documents: Documents
    let scope: Scope
    private var store: any HubReading { documents.store }

    init(documents: Documents, scope: Scope) {
        self.documents = documents
        self.scope = scope
    }

    /// What of the scope decides what a topic holds: sites alike in it share one answer.
    enum Part: Hashable {
        case records(SiteNumber)
        case profiles(region: String?)
        case stock
        case orders

        var topic: Topic {
            switch self {
            case .records: .record
            case .profiles: .profile
            case .stock: .stock
            case .orders: .order
            }
        }
    }

    /// In the order of the topics.
    var parts: [Part] {
        var parts: [Part] = []
        if scope.hasOwnRecords { parts.append(.records(scope.site)) }
        if scope.hasProfiles { parts.append(.profiles(region: scope.region)) }
        parts.append(.stock)
        if scope.hasOrders { parts.append(.orders) }
        return parts
    }

    /// - Parameter ranges: at most so many, each of whole numbers and about as many entries as the others.
    func digest(of part: Part, ranges: Int) throws -> TopicDigest {
        let head = documents.standing.head.number
        guard ranges > 1 else {
            var whole = RangeDigest(through: head)
            try eachEntry(of: part) { number, sum in whole.add(sum) }
            return TopicDigest(topic: part.topic, ranges: [whole])
        }
        var entries: [(number: UInt64, sum: UInt64)] = []
        try eachEntry(of: part) { number, sum in entries.append((number, sum)) }
        entries.sort { $0.number < $1.number }
        return TopicDigest(topic: part.topic, ranges: Self.ranges(entries, atMost: ranges, head: head))
    }

    /// A range ends at a whole number, once it has its share.
    static func ranges(_ entries: [(number: UInt64, sum: UInt64)], atMost count: Int, head: UInt64) -> [RangeDigest] {
        let share = UInt64((entries.count + count - 1) / count)
        var ranges: [RangeDigest] = []
        var open = RangeDigest(through: head)
        var last: UInt64 = 0
        for entry in entries {
            if open.entries >= share, entry.number > last {
                open.through = last
                ranges.append(open)
                open = RangeDigest(through: head)
            }
            open.add(entry.sum)
            last = entry.number
        }
        return ranges + [open]
    }

    // MARK: what is inside

    private func eachEntry(of part: Part, _ body: (_ number: UInt64, _ sum: UInt64) -> Void) throws {
        switch part {
        case .records(let site): try eachRecord(of: site, body)
        case .profiles: try eachProfile(body)
        case .stock: try eachCell(body)
        case .orders:
            try store.eachOrder { order in
                guard order.isAlive, let life = documents.standing.dot(of: order.record) else { return }
                body(order.number, ViewDigest.sum(.order, number: order.number, key: life.description.utf8))
            }
        }
    }

    private func eachRecord(of site: SiteNumber, _ body: (UInt64, UInt64) -> Void) throws {
        for source in documents.standing.sources where source.site == site {
            try store.eachLiveRecord(of: source.number) { number, record, key in
                guard let life = documents.standing.dot(of: record) else { return }
                var reader = ByteReader(key)
                let id = RecordID(entity: try reader.entity(), source: source.id, key: try reader.key(), life: life)
                body(number, ViewDigest.sum(.record, number: number, key: id.canonicalBytes))
            }
        }
    }

    private func eachProfile(_ body: (UInt64, UInt64) -> Void) throws {
        // Most profiles in a row were named by the same replica.
        var (replica, prefix): (ReplicaNumber, [UInt8]) = (0, [])
        try store.eachProfile { profile in
            guard scope.holds(profile) == .inside else { return }
            if profile.id.replica != replica || prefix.isEmpty {
                guard let life = documents.standing.dot(of: profile.id) else { return }
                let name = Array(ProfileID(life: life).description.utf8)
                (replica, prefix) = (profile.id.replica, Array(name.prefix(through: name.lastIndex(of: UInt8(ascii: "-")) ?? 0)))
            }
            body(profile.number, ViewDigest.sum(.profile, number: profile.number, key: prefix + String(profile.id.counter).utf8))
        }
    }

    /// A figure that cannot be drawn is shown as unknown, and not there (`FeedReader`); the view is marked stale then.
    private func eachCell(_ body: (UInt64, UInt64) -> Void) throws {
        let stale = try store.staleCount() == 0 ? [] : Set(store.stale(after: nil, limit: .max).filter { $0.view == "stock" }.map(\.key))
        try store.eachCell { cell in
            let key = StockKey(sku: Text(cell.sku), location: Text(cell.location)).canonicalBytes
            if stale.contains(key) {
                guard let whole = try store.cell(cell.cell), (try? documents.figure(whole)) != nil else { return }
            }
            body(cell.number, ViewDigest.sum(.stock, number: cell.number, key: key))
        }
    }
}

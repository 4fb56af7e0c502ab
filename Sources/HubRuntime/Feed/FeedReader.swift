import Causality
import ChangeSets
import Inventory
import Merging
import Mutants
import Oddities
import Profiles

/// Reads one page of a site's feed in one read transaction: newest states once each, in the order of the line.
///
/// A page ends at a whole number of the line, so the number reached says all. Numbers are small (`FeedNumbering`),
/// so pages are, too; of a number whose documents are not, the largest are shortened.
struct FeedReader {
    let documents: Documents
    let scope: Scope
    var numberBytesMax = Self.numberBytesMax
    private var store: any HubReading { documents.store }

    /// Rows of one topic that are looked at for one page.
    static let rowsMax = 4 * FeedNumbering.rowsMax
    /// Of one number's profiles and orders together: with what else a page may hold, an answer takes it (`Limits.answerBytesMax`).
    static let numberBytesMax = 8 << 20
    /// The same beside a decision that is larger than a page's decisions should be, and so alone (`DecisionReader`).
    static let numberBesideLargeBytesMax = 4 << 20

    struct Piece {
        var entries: [FeedEntry]
        /// The last number that is complete in `entries`.
        var reached: UInt64
    }

    init(documents: Documents, scope: Scope) {
        self.documents = documents
        self.scope = scope
    }

    /// - Parameters:
    ///   - limit: the last number to read; `nil`: the line's.
    ///   - bytesMax: the page ends at the first whole number at or beyond it.
    func piece(after number: UInt64, through limit: UInt64? = nil, bytesMax: Int) throws -> Piece {
        let head = min(limit ?? .max, documents.standing.head.number)
        let end = Oddity.feedsOneNumber.happens ? min(head, number + 1) : head
        return try piece(of: topics, after: number, through: end, bytesMax: Oddity.feedsLittle.less(bytesMax))
    }

    /// What one topic holds between two numbers now, for a local replica that lost it; `reached` may be less than was asked for.
    func piece(of interval: FeedInterval, bytesMax: Int) throws -> Piece {
        let end = min(interval.through, documents.standing.head.number)
        var piece = try piece(
            of: topics.filter { $0.topic == interval.topic }, after: min(interval.after, end), through: end, bytesMax: bytesMax)
        if piece.reached >= end { piece.reached = interval.through }
        return piece
    }

    private func piece(of topics: [FeedTopic], after number: UInt64, through end: UInt64, bytesMax: Int) throws -> Piece {
        var rows: [(topic: FeedTopic, row: FeedRow)] = []
        var complete = end
        for topic in topics {
            var limit = Self.rowsMax
            var found = try store.feed(topic, after: number, limit: limit)
            // One number alone holds that many, which no batch places: it is read whole, or the page would get nowhere.
            while found.count == limit, found.first?.number == found.last?.number {
                limit *= 2
                found = try store.feed(topic, after: number, limit: limit)
            }
            // Cut off within a number: that number is for the next page.
            if found.count == limit, let last = found.last { complete = min(complete, last.number - 1) }
            rows += found.map { (topic, $0) }
        }
        rows = rows.filter { $0.row.number <= complete }.sorted { left, right in left.row.number < right.row.number }
        var piece = Piece(entries: [], reached: complete)
        var bytes = 0
        var rest = rows[...]
        while let number = rest.first?.row.number {
            if bytes >= bytesMax, rest.startIndex > 0 {
                piece.reached = rows[rest.startIndex - 1].row.number
                break
            }
            let alike = rest.prefix { $0.row.number == number }
            rest = rest.dropFirst(alike.count)
            let entries = try entries(ofNumber: alike)
            piece.entries += entries
            bytes += entries.reduce(0) { $0 + Self.cost(of: $1) }
        }
        return piece
    }

    /// Documents are drawn as they are when the row is read, so a person that has grown since stands at a number that was placed for less.
    private func entries(ofNumber rows: ArraySlice<(topic: FeedTopic, row: FeedRow)>) throws -> [FeedEntry] {
        var entries: [FeedEntry] = []
        var bytes = 0
        for item in rows {
            guard let entry = try entry(item.topic, item.row, bytesMax: .max) else { continue }
            bytes += Self.cost(of: entry)
            // All anew, each in its share: with whole ones kept until they fill the room, who comes last would have none.
            if bytes > numberBytesMax {
                return try rows.compactMap { try self.entry($0.topic, $0.row, bytesMax: numberBytesMax / rows.count) }
            }
            entries.append(entry)
        }
        return entries
    }

    private static func cost(of entry: FeedEntry) -> Int { entry.key.count + (entry.body?.count ?? 0) + 8 }

    private var topics: [FeedTopic] {
        var topics: [FeedTopic] = [.stock]
        if scope.hasProfiles { topics.append(.profiles) }
        if scope.hasOrders { topics.append(.orders) }
        if scope.hasOwnRecords {
            topics += documents.standing.sources.filter { $0.site == scope.site }.map { .records($0.number) }
        }
        return topics
    }

    /// - Parameter bytesMax: of a profile or an order; a record is a whole one or none, and a figure is small.
    private func entry(_ topic: FeedTopic, _ row: FeedRow, bytesMax: Int) throws -> FeedEntry? {
        switch topic {
        case .records: try record(row)
        case .profiles: try profile(row, bytesMax: bytesMax)
        case .stock: try stock(row)
        case .orders: try order(row, bytesMax: bytesMax)
        }
    }

    private func record(_ row: FeedRow) throws -> FeedEntry? {
        guard let state = try documents.state(RecordNumber(raw: row.id)) else { return nil }
        // Of a record that is dead nothing is left to show; it leaves the local replica before it is collected here (S9).
        let isDead = state.isDead(in: documents.standing.lineage)
        return FeedEntry(number: row.number, topic: .record, key: state.id.canonicalBytes, body: isDead ? nil : state.encoded())
    }

    private func profile(_ row: FeedRow, bytesMax: Int) throws -> FeedEntry? {
        let id = RecordNumber(raw: row.id)
        guard let profile = try store.profile(id), let life = documents.standing.dot(of: id) else { return nil }
        let key = Array(ProfileID(life: life).description.utf8)
        switch scope.holds(profile) {
        case .outside: return nil
        case .left: return Mutant.forgetsToEvict.isOn ? nil : FeedEntry(number: row.number, topic: .profile, key: key, body: nil)
        case .inside:
            guard let profile = try documents.profile(id) else {
                return FeedEntry(number: row.number, topic: .profile, key: key, body: nil)
            }
            var body = profile.json(withBeaten: false)
            if body.count > bytesMax { body = profile.shortened(toBytes: bytesMax).json(withBeaten: false) }
            return FeedEntry(number: row.number, topic: .profile, key: key, body: body)
        }
    }

    private func stock(_ row: FeedRow) throws -> FeedEntry? {
        guard let cell = try store.cell(row.id) else { return nil }
        let key = StockKey(sku: Text(cell.sku), location: Text(cell.location)).canonicalBytes
        do {
            return FeedEntry(number: row.number, topic: .stock, key: key, body: try documents.figure(cell).json())
        } catch is InventoryError {
            // A figure that does not fit is shown as unknown; the changes stay.
            return FeedEntry(number: row.number, topic: .stock, key: key, body: nil)
        }
    }

    private func order(_ row: FeedRow, bytesMax: Int) throws -> FeedEntry? {
        let number = RecordNumber(raw: row.id)
        guard let order = try store.order(number), let life = documents.standing.dot(of: number) else { return nil }
        let view = order.isAlive ? try documents.order(order) : nil
        var body = view?.json()
        if let view, let whole = body, whole.count > bytesMax { body = view.shortened(toBytes: bytesMax).json() }
        return FeedEntry(number: row.number, topic: .order, key: Array(life.description.utf8), body: body)
    }
}

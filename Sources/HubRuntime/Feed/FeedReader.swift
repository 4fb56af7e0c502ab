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
/// so pages are, too.
struct FeedReader {
    let documents: Documents
    let scope: Scope
    private var store: any HubReading { documents.store }

    /// Rows of one topic that are looked at for one page.
    static let rowsMax = 4 * FeedNumbering.rowsMax

    struct Piece {
        var entries: [FeedEntry]
        /// The last number that is complete in `entries`.
        var reached: UInt64
    }

    init(documents: Documents, scope: Scope) {
        self.documents = documents
        self.scope = scope
    }

    /// - Parameter bytesMax: the page ends at the first whole number at or beyond it.
    func piece(after number: UInt64, bytesMax: Int) throws -> Piece {
        let head = documents.standing.head.number
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
            let found = try store.feed(topic, after: number, limit: Self.rowsMax)
            // Cut off within a number: that number is for the next page.
            if found.count == Self.rowsMax, let last = found.last { complete = min(complete, last.number - 1) }
            rows += found.map { (topic, $0) }
        }
        rows = rows.filter { $0.row.number <= complete }.sorted { left, right in left.row.number < right.row.number }
        var piece = Piece(entries: [], reached: complete)
        var bytes = 0
        for (index, item) in rows.enumerated() {
            if bytes >= bytesMax, index > 0, rows[index - 1].row.number < item.row.number {
                piece.reached = rows[index - 1].row.number
                break
            }
            guard let entry = try entry(item.topic, item.row) else { continue }
            piece.entries.append(entry)
            bytes += entry.key.count + (entry.body?.count ?? 0) + 8
        }
        return piece
    }

    private var topics: [FeedTopic] {
        var topics: [FeedTopic] = [.stock]
        if scope.hasProfiles { topics.append(.profiles) }
        if scope.hasOrders { topics.append(.orders) }
        if scope.hasOwnRecords {
            topics += documents.standing.sources.filter { $0.site == scope.site }.map { .records($0.number) }
        }
        return topics
    }

    private func entry(_ topic: FeedTopic, _ row: FeedRow) throws -> FeedEntry? {
        switch topic {
        case .records: try record(row)
        case .profiles: try profile(row)
        case .stock: try stock(row)
        case .orders: try order(row)
        }
    }

    private func record(_ row: FeedRow) throws -> FeedEntry? {
        guard let state = try documents.state(RecordNumber(raw: row.id)) else { return nil }
        // Of a record that is dead nothing is left to show; it leaves the local replica before it is collected here (S9).
        let isDead = state.isDead(in: documents.standing.lineage)
        return FeedEntry(number: row.number, topic: .record, key: state.id.canonicalBytes, body: isDead ? nil : state.encoded())
    }

    private func profile(_ row: FeedRow) throws -> FeedEntry? {
        let id = RecordNumber(raw: row.id)
        guard let profile = try store.profile(id), let life = documents.standing.dot(of: id) else { return nil }
        let key = Array(ProfileID(life: life).description.utf8)
        switch scope.holds(profile) {
        case .outside: return nil
        case .left: return Mutant.forgetsToEvict.isOn ? nil : FeedEntry(number: row.number, topic: .profile, key: key, body: nil)
        case .inside:
            let body = try documents.profile(id)?.json(withBeaten: false)
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

    private func order(_ row: FeedRow) throws -> FeedEntry? {
        let number = RecordNumber(raw: row.id)
        guard let order = try store.order(number), let life = documents.standing.dot(of: number) else { return nil }
        let body = order.isAlive ? try documents.order(order)?.json() : nil
        return FeedEntry(number: row.number, topic: .order, key: Array(life.description.utf8), body: body)
    }
}

import Causality
import ChangeSets
import Orders

/// Which orders wait for somebody, kept from one report to the next: only those that changed since are read.
struct OpenOrders: Sendable {
    enum State: UInt8, Sendable {
        case placed, paid, picking, other

        /// `nil`: nobody waits any more.
        init?(_ state: OrderState) {
            switch state {
            case .placed: self = .placed
            case .paid: self = .paid
            case .picking: self = .picking
            case .other: self = .other
            case .shipped, .delivered, .cancelled, .returned: return nil
            }
        }
    }

    /// The number of the line up to which every order was looked at.
    private var through: UInt64 = 0
    private var open: [RecordNumber: State] = [:]

    /// What was ordered so long ago is old.
    static let oldMilliseconds: Int64 = 7 * LocalDays.dayMilliseconds
    private static let pageRows = 1_000

    mutating func catchUp(_ documents: Documents) throws {
        var number = through
        while case let rows = try documents.store.feed(.orders, after: number, limit: Self.pageRows), let last = rows.last {
            for row in rows { try look(RecordNumber(raw: row.id), documents) }
            // A number whose rows were cut off is read again from its beginning; looking twice changes nothing.
            let isCut = rows.count == Self.pageRows && last.number > number + 1
            number = isCut ? last.number - 1 : last.number
        }
        through = number
    }

    private mutating func look(_ record: RecordNumber, _ documents: Documents) throws {
        open[record] = nil
        guard let row = try documents.store.order(record), row.isAlive, let view = try documents.order(row) else { return }
        open[record] = State(view.state)
    }

    /// Those that count: an order that a sale fulfils has been sold, whatever its state says.
    func orders(_ store: any BusinessReading & HubReading, now: Int64) throws -> BusinessReport.Orders {
        var orders = BusinessReport.Orders()
        var worth: [Text: (orders: Int64, sum: Int128)] = [:]
        var oldest: Int64?
        for (record, state) in open {
            guard let row = try store.purchase(record), row.isCounted else { continue }
            switch state {
            case .placed: orders.placed += 1
            case .paid: orders.paid += 1
            case .picking: orders.picking += 1
            case .other: orders.other += 1
            }
            if let at = row.at, at >= 0 {
                if at < now - Self.oldMilliseconds { orders.old += 1 }
                oldest = min(oldest ?? at, at)
            }
            let before = worth[Text(row.currency ?? "")] ?? (orders: 0, sum: 0)
            worth[Text(row.currency ?? "")] = (before.orders + 1, before.sum + Int128(row.value))
        }
        orders.oldest = oldest.map { UInt64(clamping: $0) }
        orders.worth = worth.map {
            BusinessReport.Worth(currency: $0.key.string, orders: $0.value.orders, sum: Int64(clamping: $0.value.sum))
        }.sorted { ($1.orders, $0.currency) < ($0.orders, $1.currency) }
        return orders
    }
}

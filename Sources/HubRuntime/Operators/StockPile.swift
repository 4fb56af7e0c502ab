import Causality
import ChangeSets
import Inventory
import Merging

/// One SKU at one location, for people who look at it. Quantities in units of 10⁻⁴, times in milliseconds since 1970.
public struct StockPile: Encodable, Hashable, Sendable {
    public struct Figure: Encodable, Hashable, Sendable {
        public var onHand: Int64
        public var reserved: Int64
        public var inTransit: Int64
        public var safety: Int64
        public var available: Int64
        public var isOversold: Bool
    }

    /// A site that contributed, and when the hub last heard of it: its part is as old as that.
    public struct Heard: Encodable, Hashable, Sendable {
        public var site: String
        public var lastHeard: UInt64
    }

    public var location: String
    /// `nil`: a sum does not fit into 64 bits, so the figure is not known.
    public var figure: Figure?
    /// Why it is not known: an `InventoryError.Code`.
    public var error: String?
    /// When the count that the figure starts from was made; `nil`: nobody has counted, or the figure is not known.
    public var countedAt: UInt64?
    public var sites: [Heard] = []
    public var conflicts: [ConflictAnswer.Kind] = []

    /// The figure is as old as the site that was silent longest.
    public var lastHeard: UInt64? { sites.map(\.lastHeard).min() }
    public var isOversold: Bool { figure?.isOversold ?? false }

    /// A figure whose count is older has drifted from the shelf: goods break, go missing, and are put in the wrong place.
    public static let countDueMilliseconds: UInt64 = 90 * 24 * 3_600_000

    /// Whether somebody should count: nobody ever did, or not for so long.
    public func isCountDue(at now: UInt64) -> Bool {
        figure != nil && (countedAt.map { now > $0 + Self.countDueMilliseconds } ?? true)
    }
}

extension StockPile {
    /// - Parameter heard: when each site last asked or told something.
    init(_ row: StockCellRow, heard: [String: UInt64], _ documents: Documents) throws {
        self.init(location: row.location)
        do {
            let found = try documents.figure(row)
            figure = Figure(
                onHand: found.onHand, reserved: found.reserved, inTransit: found.inTransit, safety: found.safety,
                available: found.available, isOversold: found.isOversold)
            countedAt = found.count?.time.milliseconds
            // A site that has nothing to send is no older for it: its questions count as well as its change-sets.
            sites = found.contributors.map {
                Heard(site: $0.site.string, lastHeard: max($0.lastHeard.milliseconds, heard[$0.site.string] ?? 0))
            }
            for kind in found.conflicts.map(\.kind) where !conflicts.contains(kind) { conflicts.append(kind) }
        } catch let problem as InventoryError { error = problem.code.rawValue }
    }
}

extension StockConflict {
    /// What lists of conflicts file it under.
    var kind: ConflictAnswer.Kind {
        switch self {
        case .concurrentCounts, .countBesideMovements: .concurrentCounts
        case .oversold: .oversell
        case .receivedMoreThanSent: .receivedMoreThanSent
        }
    }
}

extension Hub {
    /// When each site last asked or told something, in milliseconds since 1970.
    func heard(_ store: any HubReading) throws -> [String: UInt64] {
        var heard: [String: UInt64] = [:]
        for agent in try store.agents() {
            let last = max(agent.lastHeard?.milliseconds ?? 0, notes.note(agent.key)?.asked ?? 0)
            heard[agent.site.name] = max(heard[agent.site.name] ?? 0, last)
        }
        return heard
    }
}

extension Documents {
    /// The record that says best what an SKU is; `nil` when no source has sent an item of it.
    func item(sku: String) throws -> RecordState? { try store.items(sku: sku, source: nil).first.flatMap { try state($0.record) } }
}

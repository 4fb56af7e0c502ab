import Causality
import ChangeSets
import Inventory

/// One SKU with everything behind its figures. Quantities in units of 10⁻⁴, times in milliseconds since 1970.
public struct StockItem: Encodable, Hashable, Sendable {
    /// What an item of some source says of it.
    public struct Label: Encodable, Hashable, Sendable {
        public var name: String?
        public var price: Int64?
        public var currency: String?
        public var barcode: String?
        public var traits: [String]
    }

    public struct Place: Encodable, Hashable, Sendable {
        public var pile: StockPile
        /// The count that the figure starts from; `nil`: nobody has counted there.
        public var count: Entry?
        /// What was on hand from a time on, the oldest first; empty where that is not known. The last one is now.
        public var history: [Level]
        /// Why the history does not reach further back.
        public var beginning: Beginning?
    }

    public struct Level: Encodable, Hashable, Sendable {
        public var at: UInt64
        public var onHand: Int64
    }

    public enum Beginning: String, Encodable, Hashable, Sendable {
        /// With a count: what was there before it cannot be told from the movements.
        case count
        /// With the oldest of the movements that were read.
        case newest
        /// With the first movement there was.
        case first
        /// Further back was not asked for.
        case bound
    }

    /// A movement, a claim or a count.
    public struct Entry: Encodable, Hashable, Sendable {
        public enum Kind: String, Encodable, Hashable, Sendable, CaseIterable {
            case sale, customerReturn = "return", receipt, transferOut = "transfer-out", transferIn = "transfer-in", adjustment,
                reservation,
                release, count
        }

        public var at: UInt64
        public var location: String
        public var kind: Kind
        public var quantity: Int64
        public var dot: String
        /// `hub`: an operator's decision.
        public var site: String
        public var source: String
        /// Who decided.
        public var author: String?
        public var note: String?
        public var counterpart: String?
        public var expires: UInt64?
        public var record: String?
        /// What was on hand with it; `nil` where that is not known, and for claims.
        public var onHand: Int64?
        /// The count that is shown contains it already.
        public var isCounted = false
    }

    public var sku: String
    public var label: Label?
    /// By location.
    public var places: [Place]
    /// The newest first.
    public var entries: [Entry]
    /// There are older ones.
    public var isCut: Bool
    /// What the page of older ones comes before; `nil` where none were read.
    public var next: String?
}

extension StockItem {
    /// Where an entry stands in the list: by time, and of one time by the changes' names.
    struct Mark: Hashable, Comparable, CustomStringConvertible {
        var at: UInt64
        var dot: Dot

        static func < (left: Mark, right: Mark) -> Bool { (left.at, left.dot) < (right.at, right.dot) }

        var description: String { "\(at)_\(dot)" }
    }
}

extension StockItem.Mark {
    init?(_ text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, let at = UInt64(parts[0]), let dot = Dot(String(parts[1])) else { return nil }
        self.init(at: at, dot: dot)
    }
}

extension StockItem.Entry.Kind {
    init(_ kind: Movement.Kind) {
        switch kind {
        case .sale: self = .sale
        case .customerReturn: self = .customerReturn
        case .receipt: self = .receipt
        case .transferOut: self = .transferOut
        case .transferIn: self = .transferIn
        case .adjustment: self = .adjustment
        case .reservation: self = .reservation
        case .release: self = .release
        }
    }
}

import Causality
import ChangeSets

/// In which order open conflicts are told.
public enum ConflictOrder: String, Codable, Hashable, Sendable, CaseIterable {
    /// As usual: by kind, stock first; in a kind as the hub's tables have them, whatever is decided meanwhile.
    case kind
    /// What is open longest first. Whose beginning nobody knows stands behind all.
    case oldest
    /// Whose beginning nobody knows stands behind all, here, too.
    case newest
    /// Oversold pieces first, the most of an article first; then by kind, in each the most pieces or changes, and then the oldest.
    case costliest
}

/// An open conflict, as far as its place in an order goes.
struct OpenConflict: Hashable, Sendable {
    var id: String
    var kind: ConflictAnswer.Kind
    /// No later than then; `nil`: nobody knows.
    var since: UInt64?
    /// Pieces in units of 10⁻⁴, or changes; 0 where its kind has no number.
    var extent: UInt64

    init(_ answer: ConflictAnswer) {
        id = answer.id
        kind = answer.kind
        since = answer.since ?? answer.sinceBefore
        extent = answer.about.quantity?.magnitude ?? answer.about.changes ?? 0
    }
}

/// What was open when it was last looked through, for the orders that no table has.
struct OpenConflictList: Hashable, Sendable {
    var conflicts: [OpenConflict] = []
    /// There are more than are put in an order: these are the first ones by kind.
    var isCut = false
}

/// A place in an order by age or cost: at a conflict, whether that is still open or not.
struct OrderedPlace: Hashable {
    var order: ConflictOrder
    /// Compared one by one; less comes first.
    var numbers: [UInt64]
    /// What comes first of those that are equal.
    var id: String

    /// - Parameter order: `kind` has places of its own (`ConflictPlace`).
    init(of conflict: OpenConflict, in order: ConflictOrder) {
        self.order = order
        id = conflict.id
        // Whose beginning nobody knows is neither the oldest nor the newest: it comes last.
        let since = conflict.since ?? .max
        switch order {
        case .kind: numbers = []
        case .oldest: numbers = [since]
        case .newest: numbers = [conflict.since.map { UInt64.max - $0 } ?? .max]
        case .costliest:
            let rank = Self.costRank.firstIndex(of: conflict.kind) ?? Self.costRank.endIndex
            numbers = [UInt64(rank), .max - conflict.extent, since]
        }
    }

    /// What loses a sale, or goods, comes before what only shows the wrong thing.
    private static let costRank: [ConflictAnswer.Kind] = [
        .oversell, .receivedMoreThanSent, .concurrentCounts, .orderContradiction, .quarantine, .editOfDeleted, .concurrentWrites, .longWait,
        .sourceRestored, .proposedLink, .staleView,
    ]
}

extension OrderedPlace: Comparable {
    static func < (left: OrderedPlace, right: OrderedPlace) -> Bool {
        left.numbers == right.numbers ? left.id < right.id : left.numbers.lexicographicallyPrecedes(right.numbers)
    }
}

/// As it goes out and comes back, like `ConflictPlace`.
extension OrderedPlace: CustomStringConvertible, LosslessStringConvertible {
    private static let separator: Character = "_"

    var description: String {
        ([order.rawValue] + numbers.map(String.init) + [Hexadecimal.string(Array(id.utf8))]).joined(separator: String(Self.separator))
    }

    init?(_ description: String) {
        let parts = description.split(separator: Self.separator, omittingEmptySubsequences: false).map(String.init)
        guard let order = ConflictOrder(rawValue: parts[0]), order != .kind, parts.count == (order == .costliest ? 5 : 3),
            case let numbers = parts.dropFirst().dropLast().compactMap({ UInt64($0) }), numbers.count == parts.count - 2,
            let bytes = Hexadecimal.bytes(parts[parts.count - 1]), let id = String(validating: bytes, as: UTF8.self)
        else { return nil }
        self.order = order
        self.numbers = numbers
        self.id = id
    }
}

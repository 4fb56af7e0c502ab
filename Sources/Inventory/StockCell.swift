import Causality
import ChangeSets

/// What is known of one (sku, location), from every admitted change that touches it.
///
/// With *M* the admitted movements of goods, *C* the admitted counts, *replaced(c)* and *included(c)* the two
/// clocks of a count (S31),
///
///     live    = { c ∈ C : no d ∈ C, d ≠ c, with c ∈ replaced(d) }
///     shown   = the live count of the highest precedence
///     on hand = quantity(shown) + Σ { quantity(m) : m ∈ M, m ∉ included(shown) }       without counts: Σ M
///
/// A count of a source's own (`.chain`) replaces its chain's earlier counts and includes its chain's earlier
/// movements; an operator's carries both clocks. The right sides mention no order, so the cell is a function of
/// the set of admitted changes (law 4), and no quantity overwrites a concurrent one (law 12).
///
/// The cell keeps no list of movements: a sum per replica, and for each live count the sum of what it includes.
/// A change that arrives late, even one released from quarantine below counters already here, lands in both.
/// Where a count includes only some of a replica's movements that are here, their sum is asked of the caller's
/// movement table (`StockHistory`).
public struct StockCell: Hashable, Sendable {
    public let key: StockKey

    /// Per replica, what it did here.
    var tallies: [ReplicaID: Tally] = [:]
    /// Live counts, the one shown last.
    var counts: [LiveCount] = []
    /// Latest count of each chain, live or not: chains replace by lineage, so one dot stands for all before it.
    var chainTops: [Dot] = []
    /// Everything that counts with clocks have replaced.
    var replacedByClocks = VectorClock()
    /// Reservations by document; one that is used up is left out and asked for when it moves again.
    var claims: [Text: Claim] = [:]
    /// Parts of all these claims together.
    var claimParts = 0
    /// Reservations that name no document: they only add up.
    var anonymousClaims: Int128 = 0
    /// By document: goods sent here and not yet received. Zero is left out.
    var underway: [Text?: Int128] = [:]

    public init(key: StockKey) { self.key = key }

    /// What one replica did to the pile.
    struct Tally: Hashable, Sendable {
        /// Sum of its movements of goods.
        var moved: Int128 = 0
        /// Highest counter among its movements of goods; 0 when it has none.
        var lastMovement: UInt64 = 0
        /// Highest counter of anything it did here: what makes it a contributor.
        var last: UInt64 = 0
        /// Lowest counter among its counts; 0 when it has none.
        var firstCount: UInt64 = 0
    }

    struct LiveCount: Hashable, Sendable {
        var precedence: Precedence
        var count: Count
        /// Sum of the admitted movements that the count includes.
        var included: Int128

        var dot: Dot { precedence.dot }
    }
}

/// The hub's table of admitted stock effects, as far as one cell must look back.
///
/// It holds exactly the effects that the cell has admitted: the caller adds a row after `admit`, or in the same
/// step but with the row itself left out of these answers.
public protocol StockHistory {
    /// Sum of the quantities of this sku's movements *of goods* at this location by `dot.replica`, up to
    /// and with `dot.counter`. Add the rows up in 128 bits, or stop at an overflow by throwing.
    func moved(upTo dot: Dot) throws -> Int128
    /// This sku's reservations and releases at this location whose note is `document`, in any order.
    func claims(on document: Text) throws -> [Movement]
}

/// What one effect did to a cell.
public struct StockOutcome: Hashable, Sendable {
    /// Counts that were live and are no more.
    public var replaced: [Dot] = []
    /// Whether more than one count is live now.
    public var hasConcurrentCounts = false
}

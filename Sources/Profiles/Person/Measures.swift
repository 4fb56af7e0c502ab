import Causality
import ChangeSets

/// A person in figures: what was bought, where, how often.
///
/// A function of the records that are the person's at this moment, so it is exact after any late arrival, merge or unlink. What
/// each figure means stands beside it; `MeasuresTally` makes it.
public struct Measures: Hashable, Sendable {
    /// Per currency, in units of 10⁻⁴; currencies are never added up.
    public var values: [Text: Worth] = [:]
    /// Sales, and orders that no sale fulfils, that sold something.
    public var purchases = 0
    /// Return records, and sales with lines of negative quantity or a negative total.
    public var returns = 0
    /// Of the purchases with a credible time.
    public var first: Int64?
    public var last: Int64?
    /// Purchases per 30 days from the first to the last, in units of 10⁻⁴: (purchases − 1) × 30 days / (last − first), a distance
    /// under 30 days counting as 30: two purchases in an hour promise no hundred in a month. `nil` for fewer than two.
    public var frequency: Int64?
    /// Different categories of what was bought.
    public var categories = 0
    /// Kinds of the sites where the person bought, gave back, or left an event; in the order of their bytes.
    public var channels: [Text] = []
    /// Different pairs of day (UTC) and site with a purchase or an event that is a visit (`EventKind.isVisit`).
    public var visits = 0
    public var favourites = Favourites()
    /// Most units first; at most `traitsMax`.
    public var sizes: [TraitCount] = []
    public var colours: [TraitCount] = []
    /// Log-ins within the last `logInWeeks` weeks, per week, in units of 10⁻⁴.
    public var logInsAWeek: Int64 = 0
    public var events = 0
    /// Purchases that count for nothing: cancelled orders.
    public var attempts = 0

    /// Of somebody who did nothing.
    public init() {}

    public static let logInWeeks: Int64 = 12
    public static let traitsMax = 50

    /// Net = gross − returned, always.
    public struct Worth: Hashable, Sendable {
        /// All that was bought.
        public var gross: Int128 = 0
        /// What was given back of it.
        public var returned: Int128 = 0
        public var net: Int128 { gross - returned }

        public init(gross: Int128 = 0, returned: Int128 = 0) {
            self.gross = gross
            self.returned = returned
        }
    }

    /// The most units kept (bought less given back), then the latest, then the first in the order of bytes. Nothing is the
    /// favourite of somebody who gave all of it back.
    public struct Favourites: Hashable, Sendable {
        public var category: Text?
        public var brand: Text?
        /// By purchases, since many tills send no lines.
        public var shop: Text?
    }

    /// Units in 10⁻⁴.
    public struct TraitCount: Hashable, Sendable {
        public var value: Text
        public var bought: Int128
        public var returned: Int128

        public init(value: Text, bought: Int128, returned: Int128) {
            self.value = value
            self.bought = bought
            self.returned = returned
        }
    }
}

extension Measures {
    /// A sale, an order or a return, as measures count it.
    public struct Purchase: Hashable, Sendable {
        public enum Kind: Hashable, Sendable { case purchase, giveBack }

        public var kind: Kind
        /// `false`: an order that is cancelled, or worth nothing beside the sale that fulfils it.
        public var isCounted: Bool
        public var isCancelled: Bool
        public var place: Place
        /// Milliseconds since 1970 (UTC).
        public var at: Int64?
        public var currency: Text
        /// What it is worth, given-back lines subtracted; of a return what was given back.
        public var value: Int64
        /// What its lines of negative quantity gave back.
        public var returned: Int64

        public init(
            kind: Kind, isCounted: Bool, isCancelled: Bool = false, place: Place, at: Int64?, currency: Text, value: Int64,
            returned: Int64 = 0
        ) {
            self.kind = kind
            self.isCounted = isCounted
            self.isCancelled = isCancelled
            self.place = place
            self.at = at
            self.currency = currency
            self.value = value
            self.returned = returned
        }

        /// A total below zero gives back as much, whatever its lines say; so gross is never negative, and net is the value.
        var worth: Worth {
            if kind == .giveBack { return Worth(gross: 0, returned: Int128(value.magnitude)) }
            let returned = max(Int128(self.returned), -Int128(value), 0)
            return Worth(gross: Int128(value) + returned, returned: returned)
        }
    }

    /// A line of a purchase that counts.
    public struct Line: Hashable, Sendable {
        public var traits: ItemTraits
        /// In units of 10⁻⁴; below zero: given back.
        public var quantity: Int64
        public var at: Int64?

        public init(traits: ItemTraits, quantity: Int64, at: Int64?) {
            self.traits = traits
            self.quantity = quantity
            self.at = at
        }
    }

    public struct Event: Hashable, Sendable {
        public var kind: EventKind
        public var place: Place
        public var at: Int64?

        public init(kind: EventKind, place: Place, at: Int64?) {
            self.kind = kind
            self.place = place
            self.at = at
        }
    }
}

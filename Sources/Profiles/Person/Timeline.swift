import Causality
import ChangeSets

/// A page of all that is known of a person's doings, over all channels, the newest first.
public struct Timeline: Hashable, Sendable {
    public var entries: [Entry]
    /// Leads to the next page; `nil` at the end.
    public var next: TimelinePlace?

    /// Entries of a page at most.
    public static let pageMax = 200
    /// Lines of a purchase that are told; how many there are is told, too.
    public static let linesMax = 10

    public init(entries: [Entry], next: TimelinePlace?) {
        self.entries = entries
        self.next = next
    }

    public struct Entry: Hashable, Sendable {
        public var order: TimelinePlace
        public var place: Place
        /// The record that tells it.
        public var record: RecordID
        public var what: What

        public init(order: TimelinePlace, place: Place, record: RecordID, what: What) {
            self.order = order
            self.place = place
            self.record = record
            self.what = what
        }
    }

    public enum What: Hashable, Sendable {
        case purchase(Deal)
        case giveBack(Deal, reason: Text?)
        case order(Deal, state: Text, shipments: [Shipment])
        case event(kind: Text?, page: Text?, sku: Text?, detail: Text?)
        case consent(ConsentRecord.Word, purposes: [Text], channels: [Text], isLive: Bool)
        case note(text: Text?, author: Text?)
        /// Identifiers that one write brought.
        case identifiers([IdentifierInterval])
    }

    /// What changed hands, for how much.
    public struct Deal: Hashable, Sendable {
        public var number: Text?
        /// The number of the order that a sale fulfils, where there is such an order.
        public var order: Text?
        /// In units of 10⁻⁴; of a return what was given back.
        public var total: Int64
        public var currency: Text
        /// `false`: cancelled, or worth nothing beside the sale that fulfils it.
        public var isCounted: Bool
        /// The first ones.
        public var lines: [Line]
        public var lineCount: Int

        public init(
            number: Text?, order: Text? = nil, total: Int64, currency: Text, isCounted: Bool, lines: [Line] = [], lineCount: Int = 0
        ) {
            self.number = number
            self.order = order
            self.total = total
            self.currency = currency
            self.isCounted = isCounted
            self.lines = lines
            self.lineCount = lineCount
        }
    }

    public struct Line: Hashable, Sendable {
        public var sku: Text?
        public var name: Text?
        /// In units of 10⁻⁴.
        public var quantity: Int64
        public var amount: Int64

        public init(sku: Text?, name: Text?, quantity: Int64, amount: Int64) {
            self.sku = sku
            self.name = name
            self.quantity = quantity
            self.amount = amount
        }
    }

    public struct Shipment: Hashable, Sendable {
        public var state: Text?
        public var carrier: Text?
        public var trackingNumber: Text?
        public var at: Timestamp?

        public init(state: Text?, carrier: Text?, trackingNumber: Text?, at: Timestamp?) {
            self.state = state
            self.carrier = carrier
            self.trackingNumber = trackingNumber
            self.at = at
        }
    }
}

extension Timeline.Entry {
    /// The words of a consent record, each at its own time.
    public static func entries(of record: ConsentRecord, times: CredibleTimes, place: (ReplicaID) -> Place) -> [Timeline.Entry] {
        (record.words.map { ($0, true) } + record.former.map { ($0, false) }).map { word, isLive in
            Timeline.Entry(
                order: TimelinePlace(at: word.shownAt, dot: word.dot, times: times), place: place(word.dot.replica), record: word.record,
                what: .consent(word, purposes: record.purposes, channels: record.channels, isLive: isLive))
        }
    }

    /// The identifiers that came, those of one write together.
    public static func entries(of intervals: [IdentifierInterval], times: CredibleTimes, place: (ReplicaID) -> Place) -> [Timeline.Entry] {
        Dictionary(grouping: intervals, by: \.writtenBy).map { written, brought in
            Timeline.Entry(
                order: TimelinePlace(at: Int64(written.time.milliseconds), dot: written.dot, times: times),
                place: place(written.dot.replica),
                record: brought[0].record, what: .identifiers(brought.sorted(by: IdentifierInterval.areInOrder)))
        }
    }
}

import Causality

/// What profiles tell of a person, as read in one transaction.
public protocol PersonReading {
    /// The returns that name a sale, by record.
    func returns(of sale: RecordNumber) throws -> [PurchaseRow]

    // Each of these walks goes through rows one by one, in no order that a caller may rely on.
    func eachPurchase(buyer: RecordNumber, _ body: (PurchaseRow) throws -> Void) throws
    /// The lines of the purchases that count.
    func eachLine(buyer: RecordNumber, _ body: (MeasuredLine) throws -> Void) throws
    func eachEvent(customer: RecordNumber, _ body: (EventRow) throws -> Void) throws
    /// Events that name no customer and bear a token, but for those whose other token a record outside the profile holds.
    func eachEvent(bearing token: EventToken, of profile: RecordNumber, _ body: (EventRow) throws -> Void) throws
    /// Whether a live customer record outside a profile holds or held a value.
    func isHeld(_ kind: IdentifierRow.Kind, _ value: String, outside profile: RecordNumber) throws -> Bool
    /// What sources say of an SKU: one source, or all of them; the highest precedence first.
    func items(sku: String, source: SourceNumber?) throws -> [ItemRow]
    /// SKUs that are somewhere in stock, of items that bear a word beginning with each of these, in their order.
    ///
    /// - Parameters:
    ///   - words: folded, as `ItemWords` has them; at least one.
    ///   - looked: so many rows of the first word are looked through at most.
    func skus(bearing words: [String], after: String?, at location: String?, looked: Int, limit: Int) throws -> [String]
    /// How many words of items begin so, of at most `max`.
    func itemWords(startingWith word: String, max: Int) throws -> Int
    /// By record.
    func consents(customer: RecordNumber) throws -> [ConsentRow]
    /// By field, replica and counter.
    func superseded(record: RecordNumber) throws -> [SupersededRow]
    /// Those of one field that a write of that time might have ended sooner, whatever it names; the others are not read.
    func superseded(record: RecordNumber, field: String, endedAfter time: Timestamp, isInBound: Bool) throws -> [SupersededRow]
    /// Records of a customer whose times lie in `range` (`nil`: those without a time), the latest first, of one time the highest
    /// life first.
    ///
    /// - Parameter after: only what comes after this time and life.
    func marks(
        _ topic: TimelineTopic, customer: RecordNumber, in range: ClosedRange<Int64>?, after: (at: Int64, life: Dot)?, limit: Int
    ) throws -> [TimelineMark]
    /// The same of the events that `eachEvent(bearing:of:)` gives.
    func marks(
        bearing token: EventToken, of profile: RecordNumber, in range: ClosedRange<Int64>?, after: (at: Int64, life: Dot)?, limit: Int
    ) throws -> [TimelineMark]
}

/// What is written for it.
public protocol PersonWriting {
    func put(_ item: ItemRow) throws
    func deleteItem(_ record: RecordNumber) throws
    /// What an item is found by, instead of what it was.
    func setWords(_ words: [String], ofItem record: RecordNumber, sku: String) throws
    func put(_ consent: ConsentRow) throws
    func deleteConsent(_ record: RecordNumber) throws
    func put(_ note: NoteRow) throws
    func deleteNote(_ record: RecordNumber) throws
    func put(_ superseded: SupersededRow) throws
}

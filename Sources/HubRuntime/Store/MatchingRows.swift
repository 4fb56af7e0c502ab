/// Two customer records that may be one person's, as matching proposes them.
public struct ProposalRow: Hashable, Sendable {
    public var lower: RecordNumber
    public var higher: RecordNumber
    /// Evidence in bits (`MatchScore`).
    public var bits: Double

    public init(lower: RecordNumber, higher: RecordNumber, bits: Double) {
        self.lower = lower
        self.higher = higher
        self.bits = bits
    }
}

/// What matching keeps: a list of work and not a view, so it is neither journaled nor verified, and follows the records a moment later.
public protocol MatchingReading {
    /// Customer records that changed since they were last matched, with the numbers of the line at which they did; by record.
    func unmatched(limit: Int) throws -> [(record: RecordNumber, number: UInt64)]
    func unmatchedCount() throws -> Int
    func matchedCount() throws -> Int
    /// The traits that the record was last matched with, packed.
    func matchedTraits(_ record: RecordNumber) throws -> [UInt8]?
    /// Records that share a block's key; at most `limit`.
    func block(_ key: UInt64, limit: Int) throws -> [RecordNumber]
    /// The best first, those after a place; there need not be one there. Pairs that are linked are not among them.
    func proposals(bitsMin: Double, after place: ProposalRow?, limit: Int) throws -> [ProposalRow]
    /// `nil` for a pair that is not proposed with so many bits, or linked. The lower number comes first.
    func proposal(_ lower: RecordNumber, _ higher: RecordNumber, bitsMin: Double) throws -> ProposalRow?
    /// How many pairs are proposed behind a place that are neither linked nor declared never the same.
    func openProposalCount(bitsMin: Double, after place: ProposalRow?) throws -> Int
    func proposalCount(bitsMin: Double) throws -> Int
}

public protocol MatchingWriting: MatchingReading {
    func markUnmatched(_ record: RecordNumber, number: UInt64) throws
    /// Unless it changed at a later number.
    func unmarkUnmatched(_ record: RecordNumber, through number: UInt64) throws
    /// Of all records that changed at a number or before.
    func unmarkUnmatched(through number: UInt64) throws
    /// `nil`: the record is matched no more.
    func setMatchedTraits(_ record: RecordNumber, _ traits: [UInt8]?) throws
    func insertBlock(_ key: UInt64, _ record: RecordNumber) throws
    func deleteBlock(_ key: UInt64, _ record: RecordNumber) throws
    func put(_ proposal: ProposalRow) throws
    func deleteProposals(about record: RecordNumber) throws
    func deleteProposal(_ lower: RecordNumber, _ higher: RecordNumber) throws
    /// Forgets all that matching keeps; every customer record counts as changed.
    func clearMatching() throws
}

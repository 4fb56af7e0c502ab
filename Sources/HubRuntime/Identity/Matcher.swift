import Causality
import ChangeSets
import Merging
import Profiles

/// Keeps proposals up to date with the customer records: a few changed records at a time, each against those that share a block with it.
///
/// It follows the line a moment later, in commits of its own, so that no push waits for it. A block of more than `blockRecordsMax` records
/// is left to the pass over everything (`Hub.matchAll`), which refines it.
struct Matcher {
    let store: any HubWriting
    let standing: Standing
    let scorer: MatchScorer

    /// Evidence from which a pair is kept as a proposal.
    static let bitsMin = MatchThreshold.proposal

    /// The most records of a block that one record is compared with. A pass compares each with each, so its limit is far lower
    /// (`BlockKeys.blockRecordsMax`).
    var blockRecordsMax = 1_000
    /// Comparisons after which the next record waits for another commit: some 50 ms.
    var comparisonsMax = 5_000

    /// - Returns: how many of them were looked at.
    func follow(_ changed: [(record: RecordNumber, number: UInt64)]) throws -> Int {
        var compared = 0
        for (place, (record, number)) in changed.enumerated() {
            guard compared < comparisonsMax else { return place }
            compared += try match(record)
            try store.unmarkUnmatched(record, through: number)
        }
        return changed.count
    }

    /// - Returns: with how many records it was compared.
    private func match(_ record: RecordNumber) throws -> Int {
        let former = try store.matchedTraits(record).flatMap(PersonTraits.init(packed:))
        let present = try Self.traits(of: record, store, standing)
        guard former != present else { return 0 }
        let (old, new) = (Set(former.map(Self.keys) ?? []), Set(present.map(Self.keys) ?? []))
        for key in old.subtracting(new) { try store.deleteBlock(key, record) }
        try store.deleteProposals(about: record)
        try store.setMatchedTraits(record, present?.packed)
        guard let present else { return 0 }
        let others = try candidates(new, of: record)
        for other in others {
            guard let traits = try store.matchedTraits(other).flatMap(PersonTraits.init(packed:)) else { continue }
            let bits = scorer.bits(present, traits)
            if bits >= Self.bitsMin { try store.put(ProposalRow(lower: min(record, other), higher: max(record, other), bits: bits)) }
        }
        for key in new.subtracting(old) { try store.insertBlock(key, record) }
        return others.count
    }

    func candidates(_ keys: Set<UInt64>, of record: RecordNumber) throws -> Set<RecordNumber> {
        var found: Set<RecordNumber> = []
        for key in keys {
            let members = try store.block(key, limit: blockRecordsMax + 1)
            if members.count <= blockRecordsMax { found.formUnion(members) }
        }
        found.remove(record)
        return found
    }

    static func keys(_ traits: PersonTraits) -> [UInt64] { BlockKeys.of(traits).map(\.key) }

    /// `nil` where the record is no live customer's, or says nothing that can be compared.
    static func traits(of record: RecordNumber, _ store: any HubReading, _ standing: Standing) throws -> PersonTraits? {
        guard try store.customer(record) != nil, let row = try store.record(record) else { return nil }
        let state = try RecordState(row, standing: standing)
        let fields = state.fieldNames.flatMap { field in
            state.siblings(of: field).writes.compactMap { write in write.content.value.typed.map { (field: "\(field)", value: $0.string) } }
        }
        let traits = PersonTraits(fields)
        return traits.isEmpty ? nil : traits
    }
}

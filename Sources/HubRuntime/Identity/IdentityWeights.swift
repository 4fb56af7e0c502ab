import Causality
import ChangeSets
import Profiles

/// What one kind of identifier would bring on this retailer's own data.
public struct IdentityWeight: Encodable, Hashable, Sendable {
    /// `email`, `phone+name`.
    public var kind: String
    /// Its place among the ranks, from 1; `nil` where the rules do not use it.
    public var rank: Int?
    /// Records that hold a value.
    public var records: Int
    /// The same as a share of all records.
    public var coverage: Double
    /// How often a record that holds one changes it, a year: superseded values that were no corrections, per record and year of its
    /// life. `nil` while all records together are younger than a month.
    public var changesAYear: Double?
    public var values: Int
    /// Values that several records of one source hold, and those records.
    public var collisions: Int
    public var collidingRecords: Int
    /// Values that the limit keeps from linking.
    public var overLimit: Int
    /// Profiles that it would make alone, within its limit.
    public var profiles: Int
    /// Records that it would join to another.
    public var recordsJoined: Int
}

extension IdentityWeight {
    /// - Parameters:
    ///   - kind: single or combined.
    ///   - rank: as the rules have it; a kind that they do not use is weighed with the limit of an exclusive one.
    init(_ kind: Identifier.Kind, in scan: IdentityScan, now: Timestamp) {
        let place = scan.rules.ranks.firstIndex { $0.kind == kind }
        let rank = place.map { scan.rules.ranks[$0] } ?? LinkRules.Rank(kind: kind, recordsPerSourceMax: 10)
        var (holders, changes, years) = (0, 0, 0.0)
        var counts: [Text: [SourceID: Int]] = [:]
        for (record, changed) in zip(scan.records, scan.changes) {
            let held = record.identifiers.filter { $0.kind == kind }
            guard !held.isEmpty else { continue }
            holders += 1
            changes += changed.count { $0 == kind }
            years += Double(now.milliseconds - min(record.created.time.milliseconds, now.milliseconds)) / Self.yearMilliseconds
            for identifier in held { counts[identifier.value, default: [:]][record.id.source, default: 0] += 1 }
        }
        let colliding = counts.values.compactMap { $0.values.max() }.filter { $0 > 1 }
        let alone = LinkRules(
            version: 0, ranks: [rank], unchanging: [], componentRecordsMax: scan.rules.componentRecordsMax)
        let linking = Linking.link(scan.records, decisions: [], rules: alone)
        self.init(
            kind: "\(kind)", rank: place.map { $0 + 1 }, records: holders,
            coverage: scan.records.isEmpty ? 0 : Double(holders) / Double(scan.records.count),
            changesAYear: kind.isSingle && years >= 1.0 / 12 ? Double(changes) / years : nil, values: counts.count,
            collisions: colliding.count, collidingRecords: colliding.reduce(0, +),
            overLimit: colliding.count { $0 > rank.recordsPerSourceMax }, profiles: linking.profiles.count,
            recordsJoined: scan.records.count - linking.profiles.count)
    }

    private static let yearMilliseconds = 365.25 * 24 * 3600 * 1000
}

import Causality
import ChangeSets
import Profiles

/// What other rules would make of the customers that the hub holds.
public struct IdentityTrialAnswer: Encodable, Hashable, Sendable {
    public var records: Int
    public var profilesNow: Int
    public var profilesThen: Int
    /// New profiles that bring several of today's together, and how many of today's those are.
    public var merged: Side
    /// Today's profiles that would fall apart, and into how many.
    public var split: Side
    /// Links that the rules ask for and would not get, those of most records first.
    public var refusals: [RefusalAnswer]
    /// How many there are, of which the first are given.
    public var refusalCount: Int
    /// Values that would link nothing, since too many records of a source hold them: how many.
    public var sharedValues: Int

    public struct Side: Encodable, Hashable, Sendable {
        public var profiles: Int
        public var parts: Int
        /// The largest first.
        public var examples: [Example]
    }

    public struct Example: Encodable, Hashable, Sendable {
        /// Today's profiles, or those that would be: the first `RefusalAnswer.recordsMax`.
        public var profiles: [String]
        public var profileCount: Int
        public var records: Int
        /// What would join them, or joined them.
        public var by: [String]
    }

    /// The most examples of each side, and the most refusals.
    public static let examplesMax = 20
    public static let refusalsMax = 20
}

/// A link that rules asked for and did not get.
public struct RefusalAnswer: Encodable, Hashable, Sendable {
    /// `never the same`, `names contradict`, `unchanging`, `too many records`, `several persons`.
    public var cause: String
    /// The kind of identifier that asked for it; `decision` for an operator's link.
    public var by: String
    /// Profile ids of the first `recordsMax` records: former ones redirect.
    public var records: [String]
    public var recordCount: Int

    /// The most records of one refusal, and the most profiles of one example.
    public static let recordsMax = 10

    /// Those that keep the most records apart first, equal ones as they came.
    static func worst(of linking: Linking, max: Int) -> [RefusalAnswer] {
        linking.refusals.enumerated().sorted { ($1.element.recordCount, $0.offset) < ($0.element.recordCount, $1.offset) }
            .prefix(max).map { RefusalAnswer($0.element) }
    }

    init(_ refusal: LinkRefusal) {
        recordCount = refusal.recordCount
        func ids(_ records: [RecordID]) -> [String] { records.prefix(Self.recordsMax).map { "\(ProfileID(life: $0.life))" } }
        switch refusal {
        case .pair(let cause, let lower, let higher, let reason):
            self.cause =
                switch cause {
                case .neverSame: "never the same"
                case .names: "names contradict"
                case .unchanging(let kind): "different \(kind)"
                }
            by = reason.kind
            records = ids([lower, higher])
        case .tooManyRecords(let kind, let members):
            cause = "too many records: \(members.count)"
            by = "\(kind)"
            records = ids(members)
        case .severalPersons(let identifier, let members):
            cause = "several persons"
            by = "\(identifier.kind)"
            records = ids(members)
        }
    }
}

extension LinkReason {
    /// The kind of identifier, or `decision`.
    var kind: String {
        switch self {
        case .decision: "decision"
        case .identifier(let identifier): "\(identifier.kind)"
        }
    }
}

extension IdentityTrialAnswer {
    init(_ scan: IdentityScan, _ linking: Linking, standing: Standing) {
        var now: [Dot: RecordNumber] = [:]
        for (record, profile) in zip(scan.records, scan.profiles) { now[record.id.life] = profile }
        var parts: [RecordNumber: Set<ProfileID>] = [:]
        var sizes: [RecordNumber: Int] = [:]
        var merges: [(profile: LinkedProfile, of: Set<RecordNumber>)] = []
        for profile in linking.profiles {
            let former = profile.records.compactMap { now[$0.life] }
            for one in former {
                parts[one, default: []].insert(profile.id)
                sizes[one, default: 0] += 1
            }
            if Set(former).count > 1 { merges.append((profile, Set(former))) }
        }
        func id(_ number: RecordNumber) -> String { standing.dot(of: number).map { "\(ProfileID(life: $0))" } ?? "?" }
        merges.sort { ($1.of.count, $0.profile.id) < ($0.of.count, $1.profile.id) }
        let splits = parts.filter { $0.value.count > 1 }.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        records = scan.records.count
        profilesNow = Set(scan.profiles).count
        profilesThen = linking.profiles.count
        merged = Side(
            profiles: merges.count, parts: merges.reduce(0) { $0 + $1.of.count },
            examples: merges.prefix(Self.examplesMax).map { merge in
                Example(
                    profiles: merge.of.sorted().prefix(RefusalAnswer.recordsMax).map(id), profileCount: merge.of.count,
                    records: merge.profile.records.count,
                    by: Set(merge.profile.links.map(\.reason.kind)).sorted())
            })
        split = Side(
            profiles: splits.count, parts: splits.reduce(0) { $0 + $1.value.count },
            examples: splits.prefix(Self.examplesMax).map { former, parts in
                let profiles = [id(former)] + parts.sorted().map(\.description).filter { $0 != id(former) }
                return Example(
                    profiles: Array(profiles.prefix(RefusalAnswer.recordsMax)), profileCount: profiles.count, records: sizes[former] ?? 0,
                    by: [])
            })
        refusals = RefusalAnswer.worst(of: linking, max: Self.refusalsMax)
        refusalCount = linking.refusals.count + linking.refusalsLeftOut
        sharedValues = linking.sharedValues.count
    }
}

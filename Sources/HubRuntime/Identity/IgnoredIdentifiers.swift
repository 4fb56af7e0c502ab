import Causality
import ChangeSets
import Profiles

/// What stands in customers' identifying fields and links nobody, and why.
public struct IgnoredAnswer: Encodable, Hashable, Sendable {
    /// Values that are no identifiers (dummies, malformed, blocked), by site, kind and reason, the most frequent first.
    public var values: [IgnoredValueAnswer]
    /// Values that too many records of one source hold, the most frequent first: proposals for blocking.
    public var shared: [SharedValueAnswer]
    /// Links that the rules ask for and do not get, those of most records first.
    public var refusals: [RefusalAnswer]
    /// How many there are of the lists before, of which the first `listMax` are given.
    public var valueCount: Int
    public var sharedCount: Int
    public var refusalCount: Int

    /// The most entries of each list.
    public static let listMax = 200
}

public struct IgnoredValueAnswer: Encodable, Hashable, Sendable {
    public var site: String
    public var kind: String
    /// `dummy`, `malformed`, `mixedAlphabets`, `impossible`, `tooLong`, `blocked`.
    public var reason: String
    public var explanation: String
    public var values: Int
    /// Profile ids of some records that hold one: former ids redirect.
    public var examples: [String]
}

/// A value that links nothing, since too many records of one source hold it.
public struct SharedValueAnswer: Encodable, Hashable, Sendable {
    public var kind: String
    public var value: String
    /// Where most records hold it, and how many.
    public var site: String?
    public var records: Int

    public init(kind: String, value: String, site: String?, records: Int) {
        self.kind = kind
        self.value = value
        self.site = site
        self.records = records
    }
}

extension IgnoredAnswer {
    init(_ scan: IdentityScan, _ linking: Linking, _ documents: Documents) {
        let ignored = scan.ignored.map { key, count in
            IgnoredValueAnswer(
                site: key.site.string, kind: "\(key.kind)", reason: key.fault.rawValue, explanation: key.fault.explanation,
                values: count.records, examples: count.examples.map { "\(ProfileID(life: $0))" })
        }.sorted { ($1.values, $0.site, $0.kind, $0.reason) < ($0.values, $1.site, $1.kind, $1.reason) }
        let ordered = linking.sharedValues.sorted { ($1.records, $0.identifier) < ($0.records, $1.identifier) }
        shared = ordered.prefix(Self.listMax).map {
            SharedValueAnswer(
                kind: "\($0.identifier.kind)", value: $0.identifier.value.string, site: documents.site($0.source)?.string,
                records: $0.records)
        }
        values = Array(ignored.prefix(Self.listMax))
        refusals = RefusalAnswer.worst(of: linking, max: Self.listMax)
        valueCount = ignored.count
        sharedCount = linking.sharedValues.count
        refusalCount = linking.refusals.count + linking.refusalsLeftOut
    }
}

import Causality
import ChangeSets

/// Changes of one site that were set aside for one cause.
public struct QuarantineGroup: Encodable, Hashable, Sendable {
    public var site: String
    /// As stored with each of them: `value-of-wrong-kind`.
    public var code: String
    public var changes: Int
    /// When the first of them was set aside, in milliseconds since 1970.
    public var since: UInt64

    public init(site: String, code: String, changes: Int, since: UInt64) {
        self.site = site
        self.code = code
        self.changes = changes
        self.since = since
    }

    /// As which conflicts they are decided.
    public var kind: ConflictAnswer.Kind { code == Judgement.editOfDeleted ? .editOfDeleted : .quarantine }

    /// What the messages of these conflicts have in common, and no other cause's: a filter's text.
    public var text: String { "(\(code))" }
}

extension Hub {
    /// All that stands in quarantine, by site and cause: the most first.
    public func quarantineGroups(now: Timestamp) async throws -> [QuarantineGroup] {
        try await reading(now) { documents in
            struct Key: Hashable {
                var site: String
                var code: String
            }
            var groups: [Key: QuarantineGroup] = [:]
            for count in try documents.store.heldCounts(.quarantined) {
                guard let replica = documents.standing.replica(count.replica)?.id else { continue }
                let site = documents.writer(replica)?.string ?? "?"
                let start = QuarantineGroup(site: site, code: count.code, changes: 0, since: .max)
                var group = groups[Key(site: site, code: count.code)] ?? start
                group.changes += count.changes
                group.since = min(group.since, count.since.milliseconds)
                groups[Key(site: site, code: count.code)] = group
            }
            return groups.values.sorted { ($1.changes, $0.site, $0.code) < ($0.changes, $1.site, $1.code) }
        }
    }
}

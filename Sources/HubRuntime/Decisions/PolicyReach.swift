import Causality
import ChangeSets
import Merging
import Profiles

/// Of whom another value of a field would be shown by a policy, over all customers that the hub holds.
///
/// Takes a second or so for every hundred thousand records.
public struct PolicyReach: Encodable, Hashable, Sendable {
    public struct Example: Encodable, Hashable, Sendable {
        public var profile: String
        /// As the person is called now.
        public var name: String?
        /// What is shown now, and what would be then.
        public var now: ValueAnswer
        public var then: ValueAnswer
    }

    /// People of whom the field's live values differ.
    public var several: Int
    /// Those of them of whom another value would be shown.
    public var changed: Int
    /// The first of these by their records; at most `examplesMax`.
    public var examples: [Example]

    public static let examplesMax = 3
    private static let pageRecords = 1_000
}

extension PolicyReach {
    /// - Parameter field: of customers.
    init(_ policy: FieldPolicy, of field: FieldName, _ documents: Documents) throws {
        self.init(several: 0, changed: 0, examples: [])
        let former = try documents.policies.get()["customer"][field] ?? .latest
        for profile in try Self.profiles(withSeveral: field, documents) {
            let states = try documents.store.customers(profile: profile).compactMap { try documents.state($0.record) }
            guard let now = GoldenField(field, of: states, policy: former, site: { documents.writer($0) }),
                let then = GoldenField(field, of: states, policy: policy, site: { documents.writer($0) }),
                now.beaten.contains(where: { $0.value != now.shown.value }) || now.shown.value != then.shown.value
            else { continue }
            several += 1
            guard now.shown.value != then.shown.value else { continue }
            changed += 1
            if examples.count < Self.examplesMax, let life = documents.standing.dot(of: profile) {
                examples.append(
                    Example(
                        profile: "\(ProfileID(life: life))", name: try documents.personName(of: states),
                        now: ValueAnswer(now.shown.value), then: ValueAnswer(then.shown.value)))
            }
        }
    }

    /// Those of whose records more than one write of the field is live.
    private static func profiles(withSeveral field: FieldName, _ documents: Documents) throws -> [RecordNumber] {
        var writes: [RecordNumber: Int] = [:]
        var after = RecordNumber(raw: .min)
        while case let rows = try documents.store.customersWithRecords(after: after, limit: pageRecords), let last = rows.last {
            for (customer, record) in rows {
                guard let record else { continue }
                let count = try RecordState(record, standing: documents.standing).siblings(of: field).writes.count
                if count > 0 { writes[customer.profile, default: 0] += count }
            }
            after = last.customer.record
        }
        return writes.filter { $0.value > 1 }.keys.sorted { $0.raw < $1.raw }
    }
}

extension Hub {
    /// The same as `tryPolicy`, with what it would change of what is shown of all customers.
    ///
    /// - Returns: without that where all customers are being looked through for somebody else just now, or the field is not theirs.
    /// - Throws: as `tryPolicy`.
    public func tryPolicyOnAll(_ policy: String, of field: String, of entity: String, now: Timestamp) async throws -> PolicyTrial {
        var trial = try await tryPolicy(policy, of: field, of: entity, now: now)
        let (name, policy) = try Policies.read(policy, of: field, of: entity)
        guard name.entity == "customer", scan.begin() else { return trial }
        defer { scan.end() }
        trial.reach = try await reading(now) { try PolicyReach(policy, of: name.field, $0) }
        return trial
    }
}

import Causality
import ChangeSets
import Mutants

/// Names one person: the life of the oldest record that belongs to the profile.
///
/// "Oldest" is by the creating changes: a time within the hub's bound before one outside it, then the earlier time, then
/// the lower dot. So a later record never renames a profile, and the id is a function of the records alone.
///
/// Because every record has a life, *former ids redirect by themselves*: an id is resolved by finding the record of
/// that life and then the profile that it belongs to now, after any merge or split.
public struct ProfileID: Hashable, Comparable, Sendable {
    public var life: Dot

    public init(life: Dot) { self.life = life }

    public static func < (left: ProfileID, right: ProfileID) -> Bool { left.life < right.life }

    static func oldest(of records: some Sequence<LinkRecord>) -> ProfileID? {
        if Mutant.renamesProfiles.isOn { return records.max { $0.created.time < $1.created.time }.map { ProfileID(life: $0.id.life) } }
        return records.min { left, right in
            if left.created.isInBound != right.created.isInBound { return left.created.isInBound }
            if left.created.time != right.created.time { return left.created.time < right.created.time }
            return RecordOrder.areInOrder(left.id, right.id)
        }.map { ProfileID(life: $0.id.life) }
    }
}

extension ProfileID: CustomStringConvertible, LosslessStringConvertible {
    /// `p`, 32 hexadecimal digits of the replica, `-`, the counter: fit for URLs and file names; says nothing about the person.
    public var description: String { "p\(life.replica)-\(life.counter)" }

    public init?(_ description: String) {
        guard description.hasPrefix("p") else { return nil }
        let parts = description.dropFirst().split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let replica = ReplicaID(String(parts[0])), let counter = UInt64(parts[1]), counter > 0,
            String(counter) == parts[1]
        else { return nil }
        self.init(life: Dot(replica, counter))
    }
}

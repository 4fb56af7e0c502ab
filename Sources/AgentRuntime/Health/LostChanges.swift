import Causality
import ChangeSets

/// Changes that the hub lost with its disk when this agent no longer kept them (S25), or that this machine's disk damaged before they
/// were sent, for people to look at.
///
/// What their file still held was captured anew; what it did not hold any more, such as earlier values, is lost.
public struct LostChanges: Codable, Hashable, Sendable {
    public enum Cause: String, Codable, Hashable, Sendable {
        case hubRestored
        case diskDamaged
    }

    /// `nil` in those that an earlier version wrote: the hub was restored.
    public var cause: Cause?
    public var source: String
    public var replica: String
    /// Counters of the replica, both included.
    public var first: UInt64
    public var last: UInt64
    /// Milliseconds since 1970 by this machine's clock.
    public var foundAt: UInt64

    /// The latest that are remembered.
    static let countMax = 20

    /// Writes down what a recovery could not bring to the hub.
    static func note(_ gaps: [Recovery.Gap], of source: Text, in settings: AgentSettings, clock: AgentClock) throws {
        guard !gaps.isEmpty else { return }
        var known: [LostChanges] = try settings.read(.lost) ?? []
        for gap in gaps {
            let lost = LostChanges(
                cause: gap.cause, source: source.string, replica: gap.replica.description, first: gap.after + 1, last: gap.through,
                foundAt: clock.wall().milliseconds)
            // A recovery that could not be finished finds the same again.
            known.removeAll { $0.replica == lost.replica && $0.first == lost.first }
            known.append(lost)
        }
        try settings.write(.lost, Array(known.suffix(countMax)))
    }
}

import Capture
import Causality
import ChangeSets
import GRDB

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

    /// Of what was posted: the first records that were created there, by entity and key, and how many these were.
    public var records: [String]?
    public var recordCount: Int?

    /// The latest that are remembered.
    static let countMax = 20
    /// So many records of each are named.
    static let recordsMax = 20

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

    /// Says of posted changes which of those that were noted are lost, now that the others were taken out of the queue, and what these
    /// had created.
    static func name(_ loss: PostedLoss, in db: Database) throws {
        guard var known: [LostChanges] = try AgentSettings.read(.lost, in: db) else { return }
        let (first, replica) = (loss.counters.lowerBound, loss.replica.description)
        guard let place = known.lastIndex(where: { $0.replica == replica && $0.first <= first && first <= $0.last }) else { return }
        known[place].last = loss.counters.upperBound
        known[place].records = loss.records.prefix(recordsMax).map { "\($0.entity) \($0.key)" }
        known[place].recordCount = loss.records.count
        try AgentSettings.write(.lost, known, in: db)
    }

    /// The same in people's words.
    ///
    /// - Parameter day: when it was noticed, in these words, too.
    public func told(noticed day: String) -> String {
        let why = cause == .diskDamaged ? "Damaged by this machine's disk before being sent" : "Lost by a restore of the hub"
        let which = first == last ? "change \(first)" : "changes \(first) to \(last)"
        let what = "\(why): \(which) of \(source), noticed \(day)."
        guard source == PostedSource.name.string else {
            return what + " What the file still held then was sent again; earlier values, and rows that were gone by then, were not."
        }
        // Under the old key it would get the old answer, and nothing would come of it.
        return what + " What is posted stands in no file: have the program post it again, with a new Idempotency-Key." + created
    }

    private var created: String {
        guard let records, !records.isEmpty else { return "" }
        let more = (recordCount ?? records.count) - records.count
        return " Created there: " + records.joined(separator: ", ") + (more > 0 ? " and \(more) more." : ".")
    }
}

import Causality
import ChangeSets

// A site whose agent's folder is lost enrols anew and leaves a key behind that nobody uses any more: what was noted of that one is no fault that
// could ever be over.
extension AgentRecord {
    /// An agent that was silent for so long, and since a later one of its site enrolled, counts as replaced by that. A second till beside it may
    /// stand still for some days.
    static let replacedMilliseconds: UInt64 = 7 * 24 * 3_600_000

    /// - Parameter agents: all that enrolled at the site, this one among them.
    func isReplaced(among agents: [AgentRecord], at now: Timestamp, note: (VerifyingKey) -> AgentNote?) -> Bool {
        let heard = max(lastHeard?.milliseconds ?? 0, note(key)?.asked ?? 0)
        return now.milliseconds > heard + Self.replacedMilliseconds
            && agents.contains { $0.site.number == site.number && $0.enrolled.milliseconds > max(enrolled.milliseconds, heard) }
    }
}

extension [AgentRecord] {
    /// Those that take part: neither revoked nor replaced.
    func inUse(at now: Timestamp, note: (VerifyingKey) -> AgentNote?) -> [AgentRecord] {
        let bySite = Dictionary(grouping: self, by: \.site.number)
        return filter { !$0.isRevoked && !$0.isReplaced(among: bySite[$0.site.number] ?? [], at: now, note: note) }
    }
}

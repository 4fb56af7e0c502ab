import Causality
import ChangeSets
import Foundation

// A hub that went back may lack what sites had sent: who looks at a site is told so, until it has proved that nothing is lacking.
extension Hub {
    /// Looks whether an agent's cursor is on this hub's line, and notes it where it is not: a file that was copied back, or a machine's
    /// snapshot, does not say so by itself, unlike a backup that is restored (S23).
    ///
    /// Something of that agent's may be lacking in any case. That of others', too, is news where the agent's view had been proved to be the
    /// hub's; not where that the hub went back is known, and the agent comes late, or has enrolled anew.
    func noteRollback(named cursor: Position, by agent: AgentRecord, now: Timestamp) async throws {
        let last = Self.partway(cursor)?.head ?? cursor.number
        guard cursor.number > 0, try await store.read({ try $0.line(last) })?.position.line != cursor.line else { return }
        var lacking = [agent.key]
        if notes.isFirstToTellOfRollback(agent.key) {
            logger.warning(
                "the hub went back: an agent's cursor is on no line of it; the sites send again what it lacks",
                metadata: ["site": "\(agent.site.name)", "number": "\(cursor.number)"])
            lacking = try await store.read { try $0.agents().map(\.key) }
        }
        let written = lacking.compactMap { key in notes.change(key, at: now) { $0.hubWentBack() }.map { (key, $0) } }
        guard !written.isEmpty else { return }
        // What cannot be written is no reason to refuse the question.
        try? await queue.submit(bytes: 256 * written.count, to: self) { store, _, _ in
            for (key, note) in written { try store.note(note, of: key) }
        }
    }
}

extension HubWriting {
    /// Notes of all agents that the hub went back, in a store that no hub has opened yet.
    public func noteHubWentBack() throws {
        let kept = AgentNotes(try agentNotes())
        for agent in try agents() {
            var known = kept.note(agent.key) ?? AgentNote()
            known.hubWentBack()
            try note(Array(JSONEncoder().encode(known)), of: agent.key)
        }
    }
}

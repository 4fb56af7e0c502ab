import Causality
import ChangeSets
import Foundation

// A hub that went back may lack what sites had sent: who looks at a site is told so, until it has proved that nothing is lacking.
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

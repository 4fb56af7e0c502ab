import Causality
import ChangeSets

extension DecisionDesk {
    /// Admits a change that is set aside without what is wrong of it, and writes what was given in its place: one commit, or nothing.
    ///
    /// - Throws: `choice-invalid` where it cannot be mended so, `conflict-gone`, `request-invalid`.
    func mend(_ finding: Finding, _ resolution: Resolution, _ decision: Decision) throws -> DecisionAnswer {
        guard finding.answer.choices.contains(Decision.Choice.mend.rawValue) else {
            let cause = finding.answer.about.code.map { "A change that is set aside for \($0) cannot be mended here." }
            throw HubError(.choiceInvalid, cause ?? "There is nothing to mend about this conflict.", remedy: finding.answer.remedy)
        }
        guard let dot = decision.target, let mending = resolution.mending, let held = try HeldChange(dot, documents) else {
            throw Finding.gone
        }
        try held.check(mending)
        let changes = try held.corrections(mending, shown: try shown(resolution), time: time)
        var decision = decision
        decision.content = try Decision.content(leavingOut: mending.fields)
        let answer = try write(changes, decision)
        if let left = try documents.store.held(replica: held.row.replica, counter: held.row.counter) {
            throw HubError(
                .choiceInvalid, "It would not be admitted so, either. \(left.reason)",
                remedy: left.cause == .waiting ? "Mend it when that has arrived." : Mending.remedy(for: left.code))
        }
        return answer
    }
}

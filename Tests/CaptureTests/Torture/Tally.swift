/// What really happened over a run of seeds: a family that never gets through proves nothing.
struct Tally {
    enum Moment: String, CaseIterable {
        case wal, delete, truncate, persist, wideCharacters
        case foreignKeysOn, foreignKeysOff, recursiveOn, recursiveOff
        case soldDuringDrain, soldDuringSweep, drainedWithinTransaction, lockedOut, tableAway, killedOpen, killedRunning
        case hostRestarted, agentRestarted, rested, onlySweepSaw, setAside, lifeRenewed, comparedWithTwin, heldAgainstDifference

        var name: String { "at times: \(rawValue)" }
    }

    private(set) var counts: [String: Int] = [:]

    mutating func note(_ moment: Moment) { counts[moment.name, default: 0] += 1 }

    /// - Parameter answers: to the act's statements, as far as it came.
    mutating func note(_ act: HostAct, _ answers: [HostProcess.Answer]) {
        for (sql, answer) in zip(act.statements, answers) { note(sql, answer) }
        if act.didSomething(answers) { counts[act.kind.rawValue, default: 0] += 1 }
    }

    private mutating func note(_ sql: String, _ answer: HostProcess.Answer) {
        guard let clause = Self.clauses.first(where: { sql.contains($0) }), answer.isOK || answer.isConstraint else { return }
        counts["\(clause), \(answer.isOK ? "done" : "refused")", default: 0] += 1
    }

    private static let clauses = ["INSERT OR", "UPDATE OR"].flatMap { verb in
        ["ABORT", "FAIL", "IGNORE", "ROLLBACK", "REPLACE"].map { "\(verb) \($0)" }
    }

    /// What must have happened, and has not.
    func missing(hides: Bool) -> [String] {
        let kinds = HostAct.Kind.allCases.filter { hides || !HostAct.Kind.hidden.contains($0) }.map(\.rawValue)
        let moments = Moment.allCases.filter { hides || $0 != .onlySweepSaw }.map(\.name)
        let clauses = Self.clauses.flatMap { clause in
            ["\(clause), done"] + (clause.hasSuffix("IGNORE") || clause.hasSuffix("REPLACE") ? [] : ["\(clause), refused"])
        }
        return (kinds + moments + clauses).filter { counts[$0] == nil }
    }
}

extension HostAct {
    /// A write counts when a row was written, anything else when all of it went through.
    fileprivate func didSomething(_ answers: [HostProcess.Answer]) -> Bool {
        if Kind.schema.contains(kind) || Kind.connection.contains(kind) {
            return answers.count >= statements.count && answers.allSatisfy(\.isOK)
        }
        return answers.contains { $0.changesInAll > 0 }
    }
}

extension String {
    var isWrite: Bool { ["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"].contains { hasPrefix($0) } }
}

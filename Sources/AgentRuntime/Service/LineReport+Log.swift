import Logging

extension LineReport {
    /// Logs what is worth telling of the way from an earlier report to this one.
    func log(since old: LineReport, to log: Logger) {
        let new = self
        logAgreement(since: old, to: log)
        if let failure = new.storeFailure {
            guard old.storeFailure?.message != failure.message else { return }
            log.error("agent's file: \(failure.message)", metadata: ["remedy": "\(failure.remedy)", "queued": "\(new.queued)"])
        } else if old.storeFailure != nil {
            log.notice("agent's file: well again", metadata: ["queued": "\(new.queued)"])
        }
        if let failure = new.pushFailure ?? new.pullFailure {
            guard failure.kind != (old.pushFailure ?? old.pullFailure)?.kind else { return }
            log.warning(
                "line: \(failure.message)",
                metadata: ["code": "\(failure.kind.rawValue)", "remedy": "\(failure.remedy)", "queued": "\(new.queued)"])
        } else if old.pushFailure != nil || old.pullFailure != nil || old.lastPull == nil && new.lastPull != nil {
            log.info("line: connected", metadata: ["queued": "\(new.queued)"])
        }
        if new.isStalled, !old.isStalled {
            log.error("line: connected, but the queue does not drain", metadata: ["queued": "\(new.queued)"])
        }
        if new.isViewStalled, !old.isViewStalled { log.error("line: connected, but no news gets through: the hub's pages do not lead on") }
        for (replica, refused) in new.refusals.sorted(by: { $0.key < $1.key }) where old.refusals[replica] != refused {
            log.error(
                "changes are held back: \(refused.message)",
                metadata: ["code": "\(refused.code)", "replica": "\(replica.short)", "remedy": "\(refused.remedy)"])
        }
    }

    private func logAgreement(since old: LineReport, to log: Logger) {
        if agreement.differsSince != nil, old.agreement.differsSince == nil {
            log.warning(
                "view: it differs from the hub's, and is mended",
                metadata: ["in": "\(agreement.differing.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" })"])
        }
        if let at = agreement.repairedAt, at != old.agreement.repairedAt {
            for (topic, repair) in agreement.repaired.sorted(by: { $0.key < $1.key }) {
                log.warning(
                    "view: repaired",
                    metadata: [
                        "topic": "\(topic)", "missing": "\(repair.missing)", "stale": "\(repair.stale)", "extra": "\(repair.extra)",
                        "damaged": "\(repair.damaged)", "which": "\(repair.names ?? [])",
                    ])
            }
        }
        if agreement.differsSince == nil, old.agreement.differsSince != nil { log.notice("view: equal to the hub's again") }
    }
}

import Logging

extension LineReport {
    /// Logs what is worth telling of the way from an earlier report to this one.
    func log(since old: LineReport, to log: Logger) {
        let new = self
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
        for (replica, refused) in new.refusals.sorted(by: { $0.key < $1.key }) where old.refusals[replica] != refused {
            log.error(
                "changes are held back: \(refused.message)",
                metadata: ["code": "\(refused.code)", "replica": "\(replica.short)", "remedy": "\(refused.remedy)"])
        }
    }
}

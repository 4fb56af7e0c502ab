import Capture
import Causality
import ChangeSets
import Foundation
import HubRuntime
import Logging
import TestSupport

@testable import AgentRuntime

/// The agents at work: they read their tills, recover, and carry out what their sync cores say.
extension World {
    /// - Returns: whether there was nothing to read.
    @discardableResult
    func drain(_ index: Int) async throws -> Bool {
        let site = sites[index]
        return try await look(index) { try site.agent.source.drain(now: self.clock(of: site), random: &self.generator) }
    }

    /// Compares every row with its image, as an idle agent does.
    func sweep(_ index: Int) async throws {
        let site = sites[index]
        note("swept", index)
        try await look(index) { try site.agent.source.sweep(now: self.clock(of: site), random: &self.generator) }
    }

    @discardableResult
    private func look(_ index: Int, _ read: () throws -> DrainOutcome) async throws -> Bool {
        let site = sites[index]
        var isQuiet = false
        // As SourceKeeper does: a look may seal what an earlier one, killed after its mark, had journalled.
        let writer = try site.agent.source.writer()
        defer {
            if site.isSlow {
                now += UInt64.random(in: 1_000...90_000, using: &generator)
                note("read from a slow disk", index)
            }
        }
        do {
            switch try read() {
            case .nothing:
                isQuiet = true
                site.markIsNew()
                try site.till.noteRead()
            case .sealed:
                site.markIsNew()
                try site.till.synced()
                try site.till.noteRead()
                site.sealedSales.formUnion(try site.till.saleNumbers())
                note("sealed", index)
                if abs(site.clockOffset) > 300_000 { note("sealed by a doubtful clock", index) }
            case .recovery(let request):
                site.agent.recovery = request
                site.isUndisturbed = false
                note("recovery wanted", index)
            case .alarm(let error): throw error
            }
        } catch let killed as SimulatedAgent.Trap.Killed {
            note("killed within a drain", index)
            try await end(index, at: killed.step)
            return false
        } catch  where FaultyDisk.fault(error) != nil {
            note("\(FaultyDisk.fault(error) ?? "") in a drain", index)
            try await restart(index)
            return false
        } catch let error as CaptureError where error.code == .schemaChanged {
            note("schema changed", index)
            try await restart(index)
            return false
        }
        let wasWanted = site.agent.recovery != nil
        do { try await recover(index) } catch is LineFailure {} catch let killed as SimulatedAgent.Trap.Killed {
            note("killed within a recovery", index)
            // A new writer is open, and the source will not ask again.
            if killed.step == .replicaOpened, let opening = site.agent.opening { try await noteRecovered(opening, index) }
            try await end(index, at: killed.step)
            return false
        } catch  where FaultyDisk.fault(error) != nil {
            try await restart(index)
            return false
        }
        // Nobody else looks at the queue (LineHost): a sync core that waits for more than it is told stands still.
        if try wasWanted || site.agent.source.writer() != writer { try await tell(index, .queue(try site.agent.outbox.standings())) }
        return isQuiet
    }

    private func end(_ index: Int, at step: Checkpoint) async throws {
        trace.append("  \(sites[index].label) at \(step.rawValue)")
        if generator.chance(30) { try await cutPower(index) } else { try await restart(index) }
    }

    /// S15 and S22, by the agent's own code.
    private func recover(_ index: Int) async throws {
        let site = sites[index]
        guard let request = site.agent.recovery, !site.line.isCut, now >= site.oneWayUntil else { return }
        let ends = SimulatedRecovery(world: self, site: site)
        let recovery = SourceRecovery(source: ends, line: ends, outbox: site.agent.outbox, clock: .system, log: Self.silent)
        guard case .recovered(let what) = try await recovery.run(request) else { return }
        site.agent.recovery = nil
        try await noteRecovered(what, index)
    }

    private func noteRecovered(_ what: Recovery, _ index: Int) async throws {
        let site = sites[index]
        site.hasRecovered = true
        // Whatever recovers it later continues that, too.
        if site.isRestoreUnheard || !site.formerLife.isEmpty {
            let heard = Dictionary(try await receipts(of: site).map { ($0.replica, $0.last) }, uniquingKeysWith: max)
            site.formerLife.merge(heard, uniquingKeysWith: max)
        }
        note(what.parts ? "parted from a clone" : what.abandons ? "recovered from an old folder" : "recovered", index)
        trace.append(
            "  \(site.label) follows \(what.follows?.description ?? "nothing")"
                + what.others.map { ", leaves \($0.key.short) after \($0.value)" }.sorted().joined())
        if !what.others.isEmpty { note("former writer left", index) }
        // A till of which the hub knows nothing opens like a new one, with its last stock-take.
        site.hasReopened = site.hasReopened || what.follows == nil
        guard !what.gaps.isEmpty else { return }
        note("gap found", index)
        // What nobody keeps never comes back; a copy that keeps it still would tell it beside what is captured anew.
        site.hubHad = [:]
        (site.oldFolder, site.oldDisk) = (nil, nil)
    }

    static let silent = Logger(label: "tributary.simulation") { _ in SwiftLogNoOpLogHandler() }

    func tell(_ index: Int, _ event: SyncCore.Event) async throws {
        let site = sites[index]
        let effects = site.agent.core.receive(event, now: now, random: &generator)
        for effect in effects {
            do {
                try carryOut(effect, index)
                try site.agent.disk.tellFailure()
            } catch  where FaultyDisk.fault(error) != nil {
                note("\(FaultyDisk.fault(error) ?? "") on the line", index)
                return try await restart(index)
            }
        }
        try await giveBackDecisions(index)
        if site.isHubBehind, try await hasHubBack(site) { (site.isHubBehind, site.hubHad) = (false, [:]) }
    }

    /// Law 2 at the moment of each receipt: what an agent takes for delivered is on the hub's disk, unless the hub went back since.
    private func checkStored(_ receipt: Receipt, at site: Site) throws {
        guard !site.isHubBehind else { return }
        let last = try hubStore.readNow { try $0.replicas().first { $0.id == receipt.replica }?.last } ?? 0
        if last < receipt.last { fail("\(site.label) has a receipt up to \(receipt.last), and the hub's disk stands at \(last)") }
    }

    private func carryOut(_ effect: SyncCore.Effect, _ index: Int) throws {
        let agent = sites[index].agent
        switch effect {
        case .push(let order): send(.push(order), to: index, after: 5...300)
        case .pull(let order): send(.pull(order), to: index, after: 5...300)
        case .wake(let instant): send(.wake, to: index, at: max(now, instant))
        case .acknowledge(let receipt):
            try agent.outbox.acknowledge(receipt)
            ledger.acknowledge(receipt)
            try checkStored(receipt, at: sites[index])
        case .release(let receipt): try agent.outbox.release(receipt)
        case .confirm(let replica, let through): try agent.outbox.confirm(replica, through: through)
        case .rewind(let receipt):
            note("sends again", index)
            try agent.outbox.rewind(receipt)
            send(.queue, to: index, after: 0...0)
        case .recut(let replica, let after, let bytes):
            try agent.outbox.recut(after: after, of: replica, setBytesMax: bytes, random: &generator)
        case .stage(let page, let interval):
            let repairs = try agent.view.stage(page, again: interval)
            if let kept = page.kept { decisionLedger.given(kept, to: sites[index].label) }
            if !repairs.isEmpty {
                note("view repaired", index)
                send(.event(.repaired(repairs, at: page.time)), to: index, after: 0...0)
            }
            if try agent.view.withholds(page) { send(.event(.withheld), to: index, after: 0...0) }
        case .rebase(let page):
            note("rebases", index)
            try agent.view.rebase(page)
            if let kept = page.kept { decisionLedger.given(kept, to: sites[index].label) }
        case .endRebase: try agent.view.endRebase()
        case .compare(let order):
            let comparison = try agent.view.compared(with: order.digest, at: order.position)
            if comparison?.isEqual == false { note("view differs", index) }
            send(.event(.compared(order, comparison)), to: index, after: 1...200)
        case .restartFeed:
            note("loads anew", index)
            try agent.view.restart()
        case .recover(let receipt, let reason):
            note("must recover: \(reason.rawValue)", index)
            send(.queue, to: index, after: 1...200)  // when it was looked into
            if try agent.outbox.settles(receipt.replica, reason) {
                if reason == .folderIsOld { note("former writer left", index) }
                return
            }
            try requireRecovery(of: receipt.replica, index)
        case .fork(let receipt):
            note("fork", index)
            send(.queue, to: index, after: 1...200)
            trace.append(
                "  hub has \(receipt.replica.short):\(receipt.last); here \(try agent.outbox.standings().map { "\($0.replica.short) acknowledged \($0.acknowledged) sealed \($0.sealed)" })"
            )
            try requireRecovery(of: receipt.replica, index)
        case .abandon, .reconnect, .report: break
        }
    }

    private func requireRecovery(of replica: ReplicaID, _ index: Int) throws {
        let source = sites[index].agent.source
        if try source.continues(replica) { source.mustRecover() }
    }

    func send(_ work: Pending.Work, to index: Int, after delay: ClosedRange<UInt64>) {
        send(work, to: index, at: now + UInt64.random(in: delay, using: &generator))
    }

    func send(_ work: Pending.Work, to index: Int, at due: UInt64) {
        if case .wake = work { pending.removeAll { if case .wake = $0.work { $0.site == index } else { false } } }
        ordered += 1
        pending.append(Pending(due: due, order: ordered, life: sites[index].life, site: index, work: work))
    }
}

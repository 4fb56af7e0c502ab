import Capture
import TestSupport

@testable import AgentRuntime

/// What happens next in a history: trade, and the faults that its seed allows.
extension World {
    /// Something that people do, or a fault that the seed allows.
    func act() async throws {
        let index = Int.random(in: sites.indices, using: &generator)
        let site = sites[index]
        now += UInt64.random(in: 1...400, using: &generator)
        if Self.hasDisputes(seed), generator.chance(20) { return try await dispute(index) }
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<38 where movesGoods && generator.chance(30): try moveGoods(index)
        case 0..<38: trace.append("  \(site.label) sells \(try site.till.sell(using: &generator))")
        case 38..<46: try site.till.registerCustomer(using: &generator)
        case 46..<51: try site.till.editCustomer(using: &generator)
        case 51..<53: try site.till.deleteCustomer(using: &generator)
        case 53..<56:
            if takesStock, generator.chance(50) {
                try site.till.takeStock(using: &generator)
                note("stock taken", index)
            } else if correctsLines {
                try site.till.correctLine(mayVoid: !takesStock, using: &generator)
            }
        case 56..<77: try await drain(index)
        case 77..<80: try await lookUp(index)
        case 80..<82: try await sweep(index)
        default: if let fault = generator.fault(among: allowed) { try await strike(fault, index) }
        }
    }

    private func strike(_ fault: Fault, _ index: Int) async throws {
        let site = sites[index]
        switch fault {
        case .lineCut:
            site.line.isCut.toggle()
            note(site.line.isCut ? "line cut" : "line back", index)
        case .oneWay:
            site.oneWayUntil = now + UInt64.random(in: 5_000...300_000, using: &generator)
            note("line one-way", index)
        case .lateRepeats: site.line.repeatPercent = site.line.repeatPercent == 0 ? 20 : 0
        case .lateMessages: site.line.latePercent = site.line.latePercent == 0 ? 10 : 0
        case .agentKilled: try await kill(index)
        case .killedInDrain:
            // The rarer ones wait until the source comes by.
            let steps: [Checkpoint] =
                generator.chance(60)
                ? [.drainBegun, .drainJournalled, .drainMarked, .drainSealed, .logTrimmed]
                : [.sliceRead, .partJournalled, .triggersInstalled, .recoveryNoticed, .imagesStaged, .replicaOpened]
            site.agent.trap.arm(steps.randomElement(using: &generator))
            try await drain(index)
        case .powerCut: try await cutPower(index)
        case .tillRestored: try await restoreTill(index)
        case .folderRestored: try await restoreFolder(index)
        case .machineRestored: try await restoreMachine(index)
        case .folderLost: try await loseFolder(index)
        case .cloned: try await clone(index)
        case .hubKilled: try await killHub()
        case .hubRestored: try await restoreHub()
        case .hubDiskFull: try fillOrMendHubDisk()
        case .hubDiskFailing: hubDisk.fail(Int.random(in: 1...3, using: &generator))
        case .wrongClock: setClock(index)
        case .tableAltered:
            try site.till.addColumn()
            note("column added", index)
        case .tableRebuilt:
            try site.till.rebuildCustomers(isOneGone: generator.chance(50))
            note("table rebuilt", index)
        case .columnRenamed:
            try site.till.renamePhone()
            note("column renamed", index)
        case .fullDisk:
            note("disk full", index)
            try site.agent.store.fill()
            // Enough for another page.
            for _ in 0..<20 { try site.till.sell(using: &generator) }
            try await drain(index)
        case .failingDisk:
            if generator.chance(30) {
                site.agent.disk.tellFailureAfterCommit()
            } else {
                site.agent.disk.fail(Int.random(in: 1...3, using: &generator))
            }
        case .slowDisk:
            site.isSlow.toggle()
            if site.isSlow { note("disk slow", index) }
        case .bitRot:
            site.agent.disk.fail(0)  // this is not the agent's own write
            if try site.agent.store.rot(using: &generator) {
                try noteDiskFailed(site)
                note("bit rot", index)
            }
        case .damagedFile: try await damageFile(index)
        case .olderHub:
            hubIsOlder.toggle()
            note(hubIsOlder ? "older hub" : "hub updated")
        case .hostileAgent: try await pushHostile()
        case .decisions: try await decide()
        case .collection: try await collect()
        case .oddities: break
        }
    }
}

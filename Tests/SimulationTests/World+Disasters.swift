import Capture
import Causality
import ChangeSets
import Foundation
import GRDB
import HubRuntime
import TestSupport

@testable import AgentRuntime

/// What befalls the sites: their agents, their disks, their machines.
extension World {
    func kill(_ index: Int) async throws {
        note("agent killed", index)
        try await restart(index)
    }

    /// The process ends here; its files stay as they are on disk, and another one opens them.
    func restart(_ index: Int) async throws {
        let site = sites[index]
        site.life += 1
        let folder = disk.file("\(site.label)-\(site.life)")
        let former = site.folder
        try TemporaryFolder.copy(former, to: folder)
        site.folder = folder
        site.agent = try SimulatedAgent(folder: folder, till: site.till.path, site: site.name, key: site.key, random: &generator)
        // A long history has many lives, and nobody looks at a former one's files again.
        try FileManager.default.removeItem(atPath: former)
        try await tell(index, .queue(try site.agent.outbox.standings()))
    }

    func cutPower(_ index: Int) async throws {
        note("power cut", index)
        let site = sites[index]
        let folder = disk.file("\(site.label)-cut-\(site.life)")
        try TemporaryFolder.copy(site.folder, to: folder)
        site.folder = folder
        if generator.chance(50) {
            note("write torn", index)
            try AgentDatabase.tear(folder + "/agent.db", using: &generator)
        }
        try site.till.cutPower(using: &generator)
        try await restart(index)
    }

    func restoreTill(_ index: Int) async throws {
        let site = sites[index]
        guard let old = site.oldTill, generator.chance(60) else {
            site.oldTill = try site.till.backUp()
            return trace.append("  \(site.label) till copied")
        }
        guard !site.isHubBehind else { return }
        note("till restored", index)
        site.isUndisturbed = false
        try site.till.restore(old)
        site.oldTill = nil
        try await restart(index)
    }

    func restoreFolder(_ index: Int) async throws {
        let site = sites[index]
        guard let old = site.oldFolder, generator.chance(60) else {
            site.oldFolder = try keptFolder(of: site, "old")
            return trace.append("  \(site.label) folder copied")
        }
        guard try bearsOwnMark(site) else { return }
        note("agent's folder restored", index)
        try noteDiskFailed(site)
        site.folder = old.path
        site.oldFolder = nil
        try await restart(index)
    }

    /// Whether what the till's file names is what the hub knows under that name. A machine that was restored, or has a copy, and
    /// sells before it is heard marks its drains with counters that the hub has of other changes; only the folder of that
    /// time can tell (docs/operating/sites.md).
    private func bearsOwnMark(_ site: Site) throws -> Bool {
        try !site.isRestoreUnheard && !site.isHubBehind && (!site.isCloned || site.agent.isSent && site.agent.recovery == nil)
    }

    /// The agent may keep less from now on than what the hub acknowledged, and finds out anew what its till's file has told.
    ///
    /// So what a copy from before has still to tell is told by a history that the copy does not know, and would be told again: such a
    /// copy is of no use any more (docs/operating/sites.md).
    func noteDiskFailed(_ site: Site) throws {
        (site.isUndisturbed, site.hasLostDisk) = (false, true)
        dropRepeats { $0 === site }
        let has = Dictionary(try writers(at: site.name).map { ($0.id, $0.last) }, uniquingKeysWith: max)
        if site.oldFolder?.hasUntold(at: has) ?? false { site.oldFolder = nil }
        if site.oldDisk?.folder.hasUntold(at: has) ?? false { site.oldDisk = nil }
        decisionLedger.diskFailed(at: site.label)
        ledger.diskFailed(at: site.name, had: has.merging(site.hubHad, uniquingKeysWith: max), present: watch.received)
    }

    /// A copy that may be put back.
    private func keptFolder(of site: Site, _ label: String, isOfMachine: Bool = false) throws -> OldFolder {
        let sealed = Dictionary(try site.agent.outbox.standings().map { ($0.replica, $0.sealed) }, uniquingKeysWith: max)
        let reader = try isOfMachine && site.till.isUnread ? site.agent.source.writer().replica : nil
        return OldFolder(path: try copyFolder(of: site, label), sealed: sealed, reader: reader)
    }

    private func copyFolder(of site: Site, _ label: String) throws -> String {
        let copy = disk.file("\(site.label)-\(label)-\(site.life)-\(now)")
        try TemporaryFolder.copy(site.folder, to: copy)
        return copy
    }

    func restoreMachine(_ index: Int) async throws {
        let site = sites[index]
        guard let old = site.oldDisk, generator.chance(60) else {
            site.oldDisk = (try site.till.backUp(), try keptFolder(of: site, "disk", isOfMachine: true))
            return trace.append("  \(site.label) disk copied")
        }
        guard !site.isHubBehind else { return }
        // A copy of the till alone from a time that neither the image nor the hub knows names drains that mean something else here.
        if try !site.agent.isSent { site.oldTill = nil }
        note("machine restored", index)
        try noteDiskFailed(site)
        try site.till.restore(old.till)
        site.folder = old.folder.path
        site.oldDisk = nil
        (site.isRestoreUnheard, site.hasRecovered) = (true, false)
        try await restart(index)
    }

    /// The agent's disk is gone for good; a new agent enrols and takes the till over (S16). Its backups are the former agent's.
    ///
    /// Not before the hub knows the opening stock: what nobody has sent is a new till, which opens with its last stock-take.
    /// Not while a copy of the machine lives on.
    func loseFolder(_ index: Int) async throws {
        let site = sites[index]
        let opened = try await hub.stock(sku: SimulatedTill.skus[2], now: time)?.figures.contains { $0.location == site.name } ?? false
        guard try opened && !site.isCloned && bearsOwnMark(site) else { return }
        note("agent's folder lost", index)
        try noteDiskFailed(site)
        try mendHubDisk()  // or no agent could enrol
        site.key = try newKey()
        try await enroll(site)
        site.folder = disk.file("\(site.label)-new-\(now)")
        try FileManager.default.createDirectory(atPath: site.folder, withIntermediateDirectories: true)
        (site.oldTill, site.oldFolder, site.oldDisk) = (nil, nil, nil)
        try await restart(index)
        try site.till.synced()  // the new owner's mark
    }

    /// Another machine is set up from a copy of this one's disk, key and all, and both trade on.
    ///
    /// Copied when everything was sent: what both still had to send would be told by both, and nobody could know it from two
    /// things that happened (docs/operating/sites.md).
    func clone(_ index: Int) async throws {
        let site = sites[index]
        guard !site.isCloned, !site.isHubBehind, sites.count(where: \.isCloned) < 4, try await drain(index), try site.agent.isSent,
            site.agent.recovery == nil
        else { return }
        note("cloned", index)
        (site.isCloned, site.isUndisturbed, site.hasLostDisk) = (true, false, true)
        let label = site.label + "x"
        let till = try SimulatedTill(copyOf: site.till, path: disk.file("\(label).till"), label: label)
        let folder = try copyFolder(of: site, "clone")
        let agent = try SimulatedAgent(folder: folder, till: till.path, site: site.name, key: site.key, random: &generator)
        let other = Site(name: site.name, label: label, key: site.key, till: till, folder: folder, agent: agent, line: site.line)
        (other.isCloned, other.isUndisturbed, other.hasLostDisk) = (true, false, true)
        sites.append(other)
        try await restart(sites.count - 1)
    }

    /// A page of the agent's file is no longer what was written there, and somebody has a new file made of what is left.
    func damageFile(_ index: Int) async throws {
        let site = sites[index]
        guard try bearsOwnMark(site) else { return }
        let folder = try copyFolder(of: site, "damaged")
        guard try AgentDatabase.loseOnePage(folder + "/agent.db", using: &generator) else { return }
        do {
            let report = try Salvage(DataFolder(folder)).run(now: Date(timeIntervalSince1970: 0))
            note(report.damaged.isEmpty ? "agent's file salvaged whole" : "agent's file salvaged in part", index)
        } catch is AgentError { return note("agent's file beyond help", index) }
        try noteDiskFailed(site)
        site.folder = folder
        try await restart(index)
    }

    /// A disk that loses, changes and invents rows of the local replica.
    func damageView(_ index: Int) throws {
        let damage =
            [
                "DELETE FROM view_entry WHERE id IN (SELECT id FROM view_entry ORDER BY key LIMIT 2)",
                "UPDATE view_entry SET number = number - 1 WHERE id = (SELECT max(id) FROM view_entry) AND number > 1",
                "UPDATE view_entry SET body = x'00' WHERE id = (SELECT min(id) FROM view_entry)",
                "INSERT OR IGNORE INTO view_entry (topic, key, number, body) SELECT topic, x'0102', number, x'03' FROM view_entry LIMIT 1",
            ].randomElement(using: &generator) ?? ""
        note("view damaged", index)
        try sites[index].agent.store.queue.write { try $0.execute(sql: damage) }
    }
}

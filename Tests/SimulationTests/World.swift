import Capture
import Causality
import ChangeSets
import Foundation
import HubRuntime
import HubStoreSQLite
import Synchronization
import TestSupport

@testable import AgentRuntime

/// A hub and some sites under one seed: the clock, the line and the disks are the simulation's.
///
/// Only one thing happens at a time, and what happens next is drawn from the seed; so a seed is a whole
/// history, and a failing one can be had again.
final class World {
    struct Faults {
        var lossPercent = 10
        var doublingPercent = 10
        var isOn = true
        static let none = Faults(lossPercent: 0, doublingPercent: 0, isOn: false)
    }

    final class Site {
        let name: String
        /// The site's name, or that of one of its clones.
        let label: String
        var key: SigningKey
        let till: SimulatedTill
        var folder: String
        var agent: SimulatedAgent
        var line: FaultyLine
        var life = 0
        var oldTill: [String: Data]?
        var oldFolder: String?
        /// Both at one moment: an image of the machine's disk.
        var oldDisk: (till: [String: Data], folder: String)?
        var isCloned = false
        /// The machine was restored, and its file does not bear the mark yet that follows what the hub said about it.
        var isRestoreUnheard = false
        /// The hub was restored, and has not got back yet what this site had sent it.
        var isHubBehind = false
        /// What that was: the last counter per replica.
        var hubHad: [ReplicaID: UInt64] = [:]
        /// What its clock is off by, in milliseconds.
        var clockOffset: Int64 = 0
        var hasRecovered = false

        init(name: String, label: String, key: SigningKey, till: SimulatedTill, folder: String, agent: SimulatedAgent, line: FaultyLine) {
            self.name = name
            self.label = label
            self.key = key
            self.till = till
            self.folder = folder
            self.agent = agent
            self.line = line
        }

        /// A drain was marked in the till's file.
        func markIsNew() { if hasRecovered { isRestoreUnheard = false } }
    }

    /// Something that is under way, and when it arrives.
    private struct Pending {
        var due: UInt64
        var order: Int
        /// A message to or from a former life of its site is lost.
        var life: Int
        var site: Int
        var work: Work

        enum Work {
            case push(SyncCore.PushOrder)
            case pull(SyncCore.PullOrder)
            case wake
            case event(SyncCore.Event)
        }
    }

    let seed: UInt64
    /// The kinds of fault that this history knows.
    let allowed: Set<Fault>
    let disk: TemporaryFolder
    var hub: Hub
    var hubStore: SQLiteHubStore
    private(set) var sites: [Site] = []
    /// What happened, for whoever replays the seed.
    var trace: [String] = []
    /// How often each rare thing happened, over all steps.
    private(set) var happened: [String: Int] = [:]
    var generator: SeededGenerator
    var now: UInt64 = 1_800_000_000_000
    /// The last verified backup of the hub, unless a disk was restored since: then its agent may not keep what the hub would lack.
    var hubBackup: String?
    /// An agent that means ill.
    var hostile: SigningKey?
    var hubFiles = 0
    var watch = JournalWatch()
    /// What was wrong before the end.
    private(set) var found: [String] = []
    private var pending: [Pending] = []
    private var ordered = 0
    private var faults = Faults()
    /// Where nobody corrects a line, every sale's units are known for good.
    var correctsLines: Bool { seed.isMultiple(of: 2) }

    /// - Parameter without: faults that are left out whatever the seed allows, to find out which of them matter.
    init(seed: UInt64, sites count: Int, without: Set<Fault> = []) async throws {
        self.seed = seed
        generator = SeededGenerator(seed: seed)
        allowed = Fault.drawn(using: &generator).subtracting(without)
        disk = try TemporaryFolder("tributary-simulation")
        hubStore = try SQLiteHubStore(path: disk.file("hub.db"))
        hub = try await Hub.open(store: hubStore, now: Timestamp(milliseconds: now), random: Self.randomBytes(generator.next()))
        for index in 0..<count { try await addSite(index) }
    }

    private func addSite(_ index: Int) async throws {
        let name = "shop-\(index + 1)"
        let key = SigningKey()
        let token = try await hub.addSite(name: name, kind: .store, now: time)
        _ = try await hub.enroll(token: token.token, publicKey: key.publicKey, now: time)
        let folder = disk.file("\(name)-0")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let till = try SimulatedTill(path: disk.file("\(name).till"), label: name)
        let agent = try SimulatedAgent(folder: folder, till: till.path, site: name, key: key, random: &generator)
        _ = try agent.source.drain(now: time, random: &generator)
        try till.countStock()
        _ = try agent.source.drain(now: time, random: &generator)
        try till.synced()
        let line = FaultyLine(lossPercent: faults.lossPercent, doublingPercent: faults.doublingPercent)
        sites.append(Site(name: name, label: name, key: key, till: till, folder: folder, agent: agent, line: line))
    }

    static func randomBytes(_ seed: UInt64) -> @Sendable (Int) -> [UInt8] {
        let generator = Mutex(SeededGenerator(seed: seed))
        return { count in generator.withLock { generator in (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) } } }
    }

    var time: Timestamp { Timestamp(milliseconds: now) }

    func note(_ what: String, _ site: Int? = nil) {
        happened[what, default: 0] += 1
        trace.append("\(now - 1_800_000_000_000) ms \(site.map { sites[$0].label } ?? "hub") \(what)")
    }

    /// The site's own clock.
    func clock(of site: Site) -> Timestamp {
        Timestamp(milliseconds: UInt64(clamping: max(0, Int64(now) + site.clockOffset)))
    }

    // MARK: Running

    /// Any faults; things happen in any order.
    func trade(steps: Int) async throws {
        for _ in 0..<steps {
            if !pending.isEmpty, generator.chance(55) { try await deliver() } else { try await act() }
            found += try watch.violations(in: hubStore, everSold: everSold, linesSold: linesSold)
            if !found.isEmpty { return }
        }
    }

    /// Faults stop. Everybody must come to agree, and every queue must empty, within the steps given.
    ///
    /// - Returns: whether they did.
    func heal(steps: Int) async throws -> Bool {
        faults = .none
        note("heals")
        for site in sites {
            site.line = .sound
            try site.agent.store.setPagesMax(nil)
        }
        for index in sites.indices { try await restart(index) }
        for index in sites.indices { try await sweep(index) }
        for step in 0..<steps {
            if pending.isEmpty || step % 40 == 0 {
                var isQuiet = true
                for index in sites.indices { isQuiet = try await drain(index) && isQuiet }
                if try isQuiet && isSettled { return true }
            }
            if !pending.isEmpty { try await deliver() } else { now += 500 }
        }
        return false
    }

    private var isSettled: Bool {
        get throws {
            try sites.allSatisfy { site in
                guard try site.agent.recovery == nil && site.agent.isSent, let visible = try site.agent.view.cursor().visible else {
                    return false
                }
                return visible == hub.head
            }
        }
    }

    private func act() async throws {
        let index = Int.random(in: sites.indices, using: &generator)
        let site = sites[index]
        now += UInt64.random(in: 1...400, using: &generator)
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<38: try site.till.sell(using: &generator)
        case 38..<46: try site.till.registerCustomer(using: &generator)
        case 46..<51: try site.till.editCustomer(using: &generator)
        case 51..<53: try site.till.deleteCustomer()
        case 53..<56: if correctsLines { try site.till.correctLine() }
        case 56..<80: try await drain(index)
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
        case .lateMessages: site.line.latePercent = site.line.latePercent == 0 ? 10 : 0
        case .agentKilled: try await kill(index)
        case .killedInDrain:
            site.agent.trap.arm([.drainBegun, .drainJournalled, .drainMarked, .drainSealed, .logTrimmed].randomElement(using: &generator))
            try await drain(index)
        case .powerCut: try await cutPower(index)
        case .tillRestored: try await restoreTill(index)
        case .folderRestored: try await restoreFolder(index)
        case .machineRestored: try await restoreMachine(index)
        case .folderLost: try await loseFolder(index)
        case .cloned: try await clone(index)
        case .hubKilled: try await killHub()
        case .hubRestored: try await restoreHub()
        case .wrongClock: setClock(index)
        case .tableAltered:
            try site.till.addColumn()
            note("column added", index)
        case .tableRebuilt:
            try site.till.rebuildCustomers()
            note("table rebuilt", index)
        case .fullDisk:
            note("disk full", index)
            try site.agent.store.setPagesMax(0)
        case .hostileAgent: try await pushHostile()
        case .decisions: try await decide()
        case .collection: try await collect()
        }
    }

    // MARK: Faults

    private func kill(_ index: Int) async throws {
        note("agent killed", index)
        try await restart(index)
    }

    /// The process ends here; its files stay as they are on disk, and another one opens them.
    private func restart(_ index: Int) async throws {
        let site = sites[index]
        site.life += 1
        let folder = disk.file("\(site.label)-\(site.life)")
        try TemporaryFolder.copy(site.folder, to: folder)
        site.folder = folder
        site.agent = try SimulatedAgent(folder: folder, till: site.till.path, site: site.name, key: site.key, random: &generator)
        try await tell(index, .queue(try site.agent.outbox.standings()))
    }

    private func cutPower(_ index: Int) async throws {
        note("power cut", index)
        let site = sites[index]
        let folder = disk.file("\(site.label)-cut-\(site.life)")
        try TemporaryFolder.copy(site.folder, to: folder)
        site.folder = folder
        try site.till.cutPower(using: &generator)
        try await restart(index)
    }

    private func restoreTill(_ index: Int) async throws {
        let site = sites[index]
        guard let old = site.oldTill, generator.chance(60) else {
            site.oldTill = try site.till.backUp()
            return
        }
        guard !site.isHubBehind else { return }
        note("till restored", index)
        try site.till.restore(old)
        site.oldTill = nil
        try await restart(index)
    }

    private func restoreFolder(_ index: Int) async throws {
        let site = sites[index]
        guard let old = site.oldFolder, generator.chance(60) else {
            site.oldFolder = try copyFolder(of: site, "old")
            return
        }
        guard try bearsOwnMark(site) else { return }
        hubBackup = nil
        note("agent's folder restored", index)
        site.folder = old
        site.oldFolder = nil
        try await restart(index)
    }

    /// Whether what the till's file names is what the hub knows under that name. A machine that was restored, or has a copy, and
    /// sells before it is heard marks its drains with counters that the hub has of other changes; only the folder of that
    /// time can tell (docs/operating/sites.md).
    private func bearsOwnMark(_ site: Site) throws -> Bool {
        try !site.isRestoreUnheard && !site.isHubBehind && (!site.isCloned || site.agent.isSent && site.agent.recovery == nil)
    }

    private func copyFolder(of site: Site, _ label: String) throws -> String {
        let copy = disk.file("\(site.label)-\(label)-\(site.life)-\(now)")
        try TemporaryFolder.copy(site.folder, to: copy)
        return copy
    }

    private func restoreMachine(_ index: Int) async throws {
        let site = sites[index]
        guard let old = site.oldDisk, generator.chance(60) else {
            site.oldDisk = (try site.till.backUp(), try copyFolder(of: site, "disk"))
            return
        }
        guard !site.isHubBehind else { return }
        hubBackup = nil
        note("machine restored", index)
        try site.till.restore(old.till)
        site.folder = old.folder
        site.oldDisk = nil
        (site.isRestoreUnheard, site.hasRecovered) = (true, false)
        try await restart(index)
    }

    /// The agent's disk is gone for good; a new agent enrols and takes the till over (S16). Its backups are the former agent's.
    ///
    /// Not before the hub knows the opening stock: what nobody has sent is a new till, which opens with its last stock-take.
    /// Not while a copy of the machine lives on.
    private func loseFolder(_ index: Int) async throws {
        let site = sites[index]
        let opened = try await hub.stock(sku: SimulatedTill.skus[2], now: time)?.figures.contains { $0.location == site.name } ?? false
        guard try opened && !site.isCloned && bearsOwnMark(site) else { return }
        hubBackup = nil
        note("agent's folder lost", index)
        let token = try await hub.issueToken(site: site.name, now: time)
        site.key = SigningKey()
        _ = try await hub.enroll(token: token.token, publicKey: site.key.publicKey, now: time)
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
    private func clone(_ index: Int) async throws {
        let site = sites[index]
        guard !site.isCloned, !site.isHubBehind, sites.count < 5, try await drain(index), try site.agent.isSent, site.agent.recovery == nil
        else { return }
        hubBackup = nil
        note("cloned", index)
        site.isCloned = true
        let label = site.label + "x"
        let till = try SimulatedTill(copyOf: site.till, path: disk.file("\(label).till"), label: label)
        let folder = try copyFolder(of: site, "clone")
        let agent = try SimulatedAgent(folder: folder, till: till.path, site: site.name, key: site.key, random: &generator)
        let other = Site(name: site.name, label: label, key: site.key, till: till, folder: folder, agent: agent, line: site.line)
        other.isCloned = true
        sites.append(other)
        try await restart(sites.count - 1)
    }

    // MARK: An agent at work

    /// - Returns: whether there was nothing to read.
    @discardableResult
    private func drain(_ index: Int) async throws -> Bool {
        let site = sites[index]
        return try await look(index) { try site.agent.source.drain(now: self.clock(of: site), random: &self.generator) }
    }

    /// Compares every row with its image, as an idle agent does.
    private func sweep(_ index: Int) async throws {
        let site = sites[index]
        note("swept", index)
        try await look(index) { try site.agent.source.sweep(now: self.clock(of: site), random: &self.generator) }
    }

    @discardableResult
    private func look(_ index: Int, _ read: () throws -> DrainOutcome) async throws -> Bool {
        let site = sites[index]
        var isQuiet = false
        do {
            switch try read() {
            case .nothing:
                isQuiet = true
                site.markIsNew()
            case .sealed:
                site.markIsNew()
                try site.till.synced()
                note("sealed", index)
            case .recovery(let request):
                site.agent.recovery = request
                note("recovery wanted", index)
            case .alarm(let error): throw error
            }
        } catch is SimulatedAgent.Trap.Killed {
            note("killed within a drain", index)
            if generator.chance(30) { try await cutPower(index) } else { try await restart(index) }
            return false
        } catch let error as CaptureError where error.code == .agentDiskFull {
            note("disk full in a drain", index)
            try await freeDisk(index)
            return false
        } catch let error as CaptureError where error.code == .schemaChanged {
            note("schema changed", index)
            try await restart(index)
            return false
        }
        do { try await recover(index) } catch  where AgentDatabase.isFull(error) {
            try await freeDisk(index)
            return false
        }
        try await tell(index, .queue(try site.agent.outbox.standings()))
        return isQuiet
    }

    /// Somebody makes room, and the agent is started again.
    private func freeDisk(_ index: Int) async throws {
        try sites[index].agent.store.setPagesMax(nil)
        try await restart(index)
    }

    /// S15: push what is sealed, take the images as of the dot that the file names, follow it.
    private func recover(_ index: Int) async throws {
        let site = sites[index]
        guard let request = site.agent.recovery else { return }
        guard !site.line.isCut else { return }
        let agent = try await record(of: site)
        guard case .page(let page) = try await hub.pull(PullRequest(cursor: nil, maxBytes: 1), agent: agent, now: time) else { return }
        let follows = try request.named.flatMap { try Journal(site.agent.store).followed(by: $0.replica) }
        guard let recovery = try site.agent.outbox.recovery(for: request, heard: page.own, follows: follows) else { return }
        if let dot = recovery.follows { try await stageImages(.named, of: request, asOf: dot, site: site, agent: agent) }
        if recovery.needsNewest { try await stageImages(.newest, of: request, asOf: recovery.follows, site: site, agent: agent) }
        try site.agent.source.recover(
            following: recovery.follows, abandoning: recovery.abandons, parting: recovery.parts, random: &generator)
        try site.agent.outbox.finish(recovery, of: request)
        // Nobody asks about a former incarnation that was acknowledged whole (docs/differences.md): seed 109 without this line.
        hubBackup = nil
        site.agent.recovery = nil
        site.hasRecovered = true
        note(recovery.parts ? "parted from a clone" : recovery.abandons ? "recovered from an old folder" : "recovered", index)
    }

    private func stageImages(
        _ kind: StagedImages, of request: RecoveryRequest, asOf dot: Dot?, site: Site, agent: AgentRecord
    ) async throws {
        var after: [UInt8]?
        var isFirst = true
        repeat {
            guard
                case .images(let images) = try await hub.images(
                    source: request.source, upTo: dot, isNewest: kind == .newest, after: after, agent: agent, now: time)
            else { return }
            try site.agent.source.stage(images.records, as: kind, isFirst: isFirst)
            trace.append("  \(site.label) \(images.records.count) images as \(kind.rawValue) of \(dot?.description ?? "now")")
            isFirst = false
            after = images.next
        } while after != nil
    }

    private func tell(_ index: Int, _ event: SyncCore.Event) async throws {
        let site = sites[index]
        let effects = site.agent.core.receive(event, now: now, random: &generator)
        for effect in effects {
            do { try carryOut(effect, index) } catch  where AgentDatabase.isFull(error) {
                note("disk full on the line", index)
                return try await freeDisk(index)
            }
        }
        if site.isHubBehind, try await hasHubBack(site) { (site.isHubBehind, site.hubHad) = (false, [:]) }
    }

    private func carryOut(_ effect: SyncCore.Effect, _ index: Int) throws {
        let agent = sites[index].agent
        switch effect {
        case .push(let order): send(.push(order), to: index, after: 5...300)
        case .pull(let order): send(.pull(order), to: index, after: 5...300)
        case .wake(let instant): send(.wake, to: index, at: max(now, instant))
        case .acknowledge(let receipt): try agent.outbox.acknowledge(receipt)
        case .confirm(let replica, let through): try agent.outbox.confirm(replica, through: through)
        case .rewind(let receipt):
            note("sends again", index)
            try agent.outbox.rewind(receipt)
        case .recut(let replica, let after, let bytes):
            try agent.outbox.recut(after: after, of: replica, setBytesMax: bytes, random: &generator)
        case .stage(let page): try agent.view.stage(page)
        case .restartFeed:
            note("loads anew", index)
            try agent.view.restart()
        case .recover(let receipt, let reason):
            note("must recover: \(reason.rawValue)", index)
            if reason == .historiesDiffer, try agent.outbox.rewindToKept(receipt.replica) { return }
            try agent.source.learn(hubLast: receipt.last, of: receipt.replica)
        case .fork(let receipt):
            note("fork", index)
            trace.append(
                "  hub has \(receipt.replica.short):\(receipt.last); here \(try agent.outbox.standings().map { "\($0.replica.short) acknowledged \($0.acknowledged) sealed \($0.sealed)" })"
            )
            try agent.source.learn(hubLast: UInt64.max, of: receipt.replica)
        case .abandon, .reconnect, .report: break
        }
    }

    private func send(_ work: Pending.Work, to index: Int, after delay: ClosedRange<UInt64>) {
        send(work, to: index, at: now + UInt64.random(in: delay, using: &generator))
    }

    private func send(_ work: Pending.Work, to index: Int, at due: UInt64) {
        if case .wake = work { pending.removeAll { if case .wake = $0.work { $0.site == index } else { false } } }
        ordered += 1
        pending.append(Pending(due: due, order: ordered, life: sites[index].life, site: index, work: work))
    }

    // MARK: The line

    private func deliver() async throws {
        guard let next = pending.indices.min(by: { (pending[$0].due, pending[$0].order) < (pending[$1].due, pending[$1].order) }) else {
            return
        }
        let message = pending.remove(at: next)
        now = max(now, message.due)
        guard message.life == sites[message.site].life else { return }
        do { try await carry(message) } catch  where AgentDatabase.isFull(error) {
            note("disk full on the line", message.site)
            try await freeDisk(message.site)
        }
    }

    private func carry(_ message: Pending) async throws {
        switch message.work {
        case .wake: try await tell(message.site, .timer)
        case .event(let event): try await tell(message.site, event)
        case .push(let order):
            let outcome = try await outcome(of: order, message.site)
            send(.event(.push(ticket: order.ticket, outcome)), to: message.site, after: delay(message.site, 5...300))
        case .pull(let order):
            let outcome = try await outcome(of: order, message.site)
            send(.event(.pull(ticket: order.ticket, outcome)), to: message.site, after: delay(message.site, 5...900))
        }
    }

    /// Some answers come when nobody waits for them any more: up to ten days later.
    private func delay(_ index: Int, _ usual: ClosedRange<UInt64>) -> ClosedRange<UInt64> {
        guard faults.isOn, sites[index].line.latePercent > 0, generator.chance(sites[index].line.latePercent) else { return usual }
        note("answer late", index)
        return 400_000...864_000_000
    }

    private func outcome(of order: SyncCore.PushOrder, _ index: Int) async throws -> SyncCore.PushOutcome {
        let site = sites[index]
        let load = try site.agent.outbox.load(
            after: order.after, of: order.replica, bytesMax: order.bytesMax, setBytesMax: site.agent.core.settings.setBytesMax,
            random: &generator)
        let frames: [Outbox.Frame]
        switch load {
        case .nothing: return .nothing
        case .missing: return .missing(acknowledged: try site.agent.outbox.acknowledgement(of: order.replica))
        case .frames(let loaded): frames = loaded
        }
        let fate = site.line.fate(using: &generator)
        guard fate != .requestLost else {
            note("request lost", index)
            return .failed(Self.lost)
        }
        var answer = try await push(frames, site)
        if fate == .doubled {
            note("request doubled", index)
            answer = try await push(frames, site)
        }
        if fate == .answerLost {
            note("answer lost after commit", index)
            return .failed(Self.lost)
        }
        return .answered(
            answer, through: frames.last?.last ?? order.after, isSingle: frames.count == 1,
            standing: try site.agent.outbox.standing(of: answer.standing))
    }

    /// Through the bytes of the line and back, signature and all.
    private func push(_ frames: [Outbox.Frame], _ site: Site) async throws -> Answer {
        let nonce = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let answer = try await hub.push(frames.map(\.bytes), agent: try await record(of: site), agentTime: clock(of: site), now: time)
        let bytes = try answer.encoded(nonce: nonce, key: hub.signingKey)
        return try Answer.decode(bytes, nonce: nonce, key: hub.signingKey.publicKey)
    }

    private func outcome(of order: SyncCore.PullOrder, _ index: Int) async throws -> SyncCore.PullOutcome {
        let site = sites[index]
        let fate = site.line.fate(using: &generator)
        guard fate == .delivered || fate == .doubled else { return .failed(Self.lost) }
        let request = PullRequest(
            cursor: try site.agent.view.cursor().reached, maxBytes: 2 << 10,
            replicas: Set(try site.agent.outbox.replicas(openIn: site.agent.view)))
        guard case .page(let page) = try await hub.pull(request, agent: try await record(of: site), now: time) else {
            return .failed(Self.lost)
        }
        return .answered(page, standings: try page.own.map { try site.agent.outbox.standing(of: $0) })
    }

    func record(of site: Site) async throws -> AgentRecord {
        guard let agent = try await hub.agent(site.key.publicKey) else { throw SimulationError(message: "\(site.name) is not enrolled") }
        return agent
    }

    private static let lost = LineFailure(.unreachable, "The line is down.", remedy: "Nothing to do.")
}

struct SimulationError: Error, CustomStringConvertible {
    var message: String
    var description: String { message }
}

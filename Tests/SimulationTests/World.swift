import Capture
import Causality
import ChangeSets
import Foundation
import HubRuntime
import Oddities
import Synchronization
import TestSupport

@testable import AgentRuntime
@testable import HubStoreSQLite

/// A hub and some sites under one seed: the clock, the line and the disks are the simulation's.
///
/// Only one thing happens at a time, and what happens next is drawn from the seed; so a seed is a whole
/// history, and a failing one can be had again.
final class World {
    struct Faults {
        var lossPercent = 10
        var doublingPercent = 10
        /// Answers that are lost after the hub has committed.
        var lostAnswerPercent = 10
        var isOn = true
        static let none = Faults(lossPercent: 0, doublingPercent: 0, lostAnswerPercent: 0, isOn: false)

        /// From a line that loses next to nothing to one on which every second question fails.
        static func drawn(using generator: inout SeededGenerator) -> Faults {
            Faults(
                lossPercent: Int.random(in: 0...30, using: &generator), doublingPercent: Int.random(in: 0...20, using: &generator),
                lostAnswerPercent: Int.random(in: 0...50, using: &generator))
        }
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
        var oldFolder: OldFolder?
        /// Both at one moment: an image of the machine's disk.
        var oldDisk: (till: [String: Data], folder: OldFolder)?
        var isCloned = false
        /// The machine was restored, and its file does not bear the mark yet that follows what the hub said about it.
        var isRestoreUnheard = false
        /// The hub was restored, and has not got back yet what this site had sent it.
        var isHubBehind = false
        /// What that was: the last counter per replica.
        var hubHad: [ReplicaID: UInt64] = [:]
        /// Neither its machine nor its file nor the hub ever went back, and nobody made a copy: what it shows goes back neither.
        var isUndisturbed = true
        /// Its disk takes so long that hours may pass in a day's drains.
        var isSlow = false
        /// What the hub had of it when its machine had been restored and had recovered, then or later: the last counter per replica.
        var formerLife: [ReplicaID: UInt64] = [:]
        /// No answer comes back before that.
        var oneWayUntil: UInt64 = 0
        /// Its agent may keep less than what it had sent, or another disk does as well.
        var hasLostDisk = false
        /// What its clock is off by, in milliseconds.
        var clockOffset: Int64 = 0
        var hasRecovered = false
        /// The sales that its agent has read and sealed.
        var sealedSales: Set<String> = []
        /// The hub had forgotten all of it: the sales before its last stock-take are counted, but not taken off what was found.
        var hasReopened = false

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
    struct Pending {
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
            /// The shell looks at the queue.
            case queue
            case event(SyncCore.Event)
            /// Change-sets that the hub has answered before, from where a proxy kept them.
            case repeated([[UInt8]], signedAt: Timestamp)
        }
    }

    let seed: UInt64
    /// The kinds of fault that this history knows.
    let allowed: Set<Fault>
    let oddities: Oddities?
    let disk: TemporaryFolder
    var hub: Hub
    var hubStore: SQLiteHubStore
    var sites: [Site] = []
    /// What happened, for whoever replays the seed.
    var trace: [String] = []
    /// How often each rare thing happened, over all steps.
    private(set) var happened: [String: Int] = [:]
    var generator: SeededGenerator
    /// Agents' keys have a stream of their own: they are the seed's, too.
    private var keys: SeededGenerator
    var now: UInt64 = 1_800_000_000_000
    /// When the faults stopped.
    var healedAt: UInt64 = 0
    /// How long since then agents waited with decisions that the hub is to have again, in milliseconds.
    var rested: UInt64 = 0
    /// The last two verified backups of the hub, the older first.
    var hubBackups: [String] = []
    /// An agent that means ill.
    var hostile: SigningKey?
    var hubFiles = 0
    let hubDisk = FaultyDisk()
    var isHubFull = false
    /// An earlier version of the hub is at work.
    var hubIsOlder = false
    var watch = JournalWatch()
    var ledger = ReceiptLedger()
    var decisionLedger = DecisionLedger()
    /// What operators wrote about customers themselves.
    var operators = CustomerWords(till: "operators")
    /// How often they ruled on what was open when everything had healed.
    var lateRulings = 0
    /// What was wrong before the end.
    private(set) var found: [String] = []
    /// Somebody's act came to what must never be.
    func fail(_ what: String) { found.append(what) }
    var pending: [Pending] = []
    var ordered = 0
    var faults = Faults()
    /// Where nobody corrects a line, every sale's units are known for good.
    var correctsLines: Bool { seed.isMultiple(of: 2) && !movesGoods }
    /// Somebody counts what is on the shelves now and then.
    var takesStock: Bool { seed.isMultiple(of: 5) }
    /// Goods go from shop to shop.
    var movesGoods: Bool { seed % 7 == 3 }
    /// ... and these are on their way.
    var underway: [Consignment] = []
    /// Every second history heals with the processes that lived through it: what they keep in memory has to find its way out by itself.
    var restartsToHeal: Bool { (seed / 2).isMultiple(of: 2) }
    /// The disks of the sites have damaged their views when everything heals.
    var damagesViews: Bool { seed.isMultiple(of: 3) }

    /// - Parameter without: faults that are left out whatever the seed allows, to find out which of them matter.
    init(seed: UInt64, sites count: Int, without: Set<Fault> = []) async throws {
        self.seed = seed
        generator = SeededGenerator(seed: seed)
        keys = SeededGenerator(seed: ~seed)
        let drawn = Fault.drawn(using: &generator)
        allowed = (Self.hasDisputes(seed) ? drawn.union(Self.disputing).subtracting([.hubRestored]) : drawn).subtracting(without)
        faults = Faults.drawn(using: &generator)
        oddities = allowed.contains(.oddities) ? Oddities(seed: seed) : nil
        disk = try TemporaryFolder("tributary-simulation")
        hubStore = try SQLiteHubStore(path: disk.file("hub.db"))
        hub = try await Hub.open(
            store: hubStore, now: Timestamp(milliseconds: now), options: Self.options, random: Self.randomBytes(generator.next()))
        hubStore.observe(hubDisk)
        trace.append(
            """
            \(count) shops; \(faults.lossPercent) % of the requests are lost, \(faults.doublingPercent) % doubled, \
            \(faults.lostAnswerPercent) % of the answers lost; \(allowed.map(\.rawValue).sorted().joined(separator: ", "))
            """)
        for index in 0..<count { try await addSite(index) }
    }

    private func addSite(_ index: Int) async throws {
        let name = "shop-\(index + 1)"
        let key = try newKey()
        let token = try await hub.addSite(name: name, kind: .store, now: time)
        _ = try await hub.enroll(token: token.token, publicKey: key.publicKey, now: time)
        let folder = disk.file("\(name)-0")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let till = try SimulatedTill(path: disk.file("\(name).till"), label: name, keepsLedger: movesGoods)
        let agent = try SimulatedAgent(folder: folder, till: till.path, site: name, key: key, random: &generator)
        _ = try agent.source.drain(now: time, random: &generator)
        try till.countStock()
        _ = try agent.source.drain(now: time, random: &generator)
        try till.synced()
        let line = FaultyLine(
            lossPercent: faults.lossPercent, doublingPercent: faults.doublingPercent, lostAnswerPercent: faults.lostAnswerPercent)
        sites.append(Site(name: name, label: name, key: key, till: till, folder: folder, agent: agent, line: line))
        try await tell(index, .queue(try agent.outbox.standings()))
    }

    func newKey() throws -> SigningKey { try SigningKey(rawBytes: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &keys) }) }

    static func randomBytes(_ seed: UInt64) -> @Sendable (Int) -> [UInt8] {
        let generator = Mutex(SeededGenerator(seed: seed))
        return { count in generator.withLock { generator in (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) } } }
    }

    /// No real clock decides whether the hub has time for a digest, or how large a commit is.
    static var options: Hub.Options {
        var options = Hub.Options()
        // However slow the machine is, the same seed gives the same history.
        options.notePatience = .seconds(3_600)
        options.monotonic = { 0 }
        options.digestRestFactor = 0
        options.commitPaceMilliseconds = .infinity
        return options
    }

    var time: Timestamp { Timestamp(milliseconds: now) }

    /// What happened, the code's oddities among it.
    var met: [String: Int] {
        let odd = (oddities?.counts ?? [:]).map { ($0.key.rawValue, $0.value) }
        return happened.merging(odd, uniquingKeysWith: +)
    }

    func note(_ what: String, _ site: Int? = nil) {
        happened[what, default: 0] += 1
        trace.append("\(now - 1_800_000_000_000) ms \(site.map { sites[$0].label } ?? "hub") \(what)")
    }

    /// Where the hub stands, and what it took in, byte by byte: two runs of a seed are the same there, too, not in what happens alone.
    func traceHub() { trace.append("  hub at \(hub.head), journal \(watch.received.digest)") }

    /// The site's own clock.
    func clock(of site: Site) -> Timestamp {
        Timestamp(milliseconds: UInt64(clamping: max(0, Int64(now) + site.clockOffset)))
    }

    // MARK: Running

    /// What is on hand is counted after so many steps.
    static let stockSteps = 10
    /// ... and where the hub stands is noted.
    static let stateSteps = 20

    /// Any faults; things happen in any order.
    func trade(steps: Int) async throws {
        for step in 1...max(1, steps) {
            if !pending.isEmpty, generator.chance(55) { try await deliver() } else { try await act() }
            try watchHub()
            if step.isMultiple(of: Self.stockSteps) {
                try await watchStock()
                try watchViews()
            }
            if step.isMultiple(of: Self.stateSteps) { traceHub() }
            if !found.isEmpty { return }
        }
    }
}

struct SimulationError: Error, CustomStringConvertible {
    var message: String
    var description: String { message }
}

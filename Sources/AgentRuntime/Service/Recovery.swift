import Capture
import Causality
import ChangeSets
import GRDB
import Mutants
import Oddities

/// One recovery of a source: the choice that was made, and what has to be done for it.
struct Recovery: Hashable, Sendable {
    /// What the source follows from now on; `nil`: nothing.
    var follows: Dot?
    /// What is unsent of the replica that the file names is captured anew.
    var abandons = false
    /// ... under a source id of its own (S22).
    var parts = false
    /// The newest images are needed, too: the folder's own are too old or say nothing of what was.
    var needsNewest: Bool
    /// The named replica's last change when this was chosen; later ones are no part of the hub's history.
    var sealed: UInt64 = 0
    /// Of an abandoned replica: how far its history here is the hub's; `nil`: all that the file names.
    var shared: UInt64?
    /// Other writers of the source whose unsent changes the hub will never get, and how far their histories are the hub's: what they had
    /// told is captured anew.
    var others: [ReplicaID: UInt64] = [:]

    /// What the hub lacks and nobody keeps.
    var gaps: [Gap] = []
    /// Writers that stand still at such a gap, their own or one of what they follow, and where the hub stands with each. What it had
    /// acknowledged beyond is captured anew, too.
    var behind: [ReplicaID: SetEnd] = [:]

    /// Changes of a writer that a hub lost with its disk, when no agent kept them any more, or that the agent's disk damaged.
    struct Gap: Hashable, Sendable {
        var cause = LostChanges.Cause.hubRestored
        var replica: ReplicaID
        /// The last counter that the hub has, and the last one that is missing.
        var after: UInt64
        var through: UInt64
    }

    /// What the folder's own images tell may never arrive, so it counts as untold.
    var distrustsOwnImages: Bool { abandons || !others.isEmpty }

    init?(_ plan: RecoveryPlan, of named: ReplicaID?, cannotSend: Bool, needsNewest: Bool) {
        switch plan {
        case .waitForPush: return nil
        case .follow(let dot, let leaves): (follows, abandons) = (dot, leaves)
        case .part(let dot): (follows, abandons, parts) = (dot, true, true)
        }
        self.needsNewest = needsNewest || abandons
        // Where it follows what the named one follows itself, they share nothing of the named one.
        let last = follows.map { $0.replica == named ? $0.counter : 0 } ?? 0
        shared = parts || cannotSend ? last : nil
    }
}

extension Outbox {
    /// What to do for `request`; `nil`: what is sealed has to be at the hub first.
    ///
    /// - Parameter heard: what the hub has of this agent's replicas.
    func recovery(for request: RecoveryRequest, heard: [Receipt]) throws -> Recovery? {
        if Oddity.recoversLater.happens { return nil }
        let hub = Dictionary(heard.map { ($0.replica, $0) }, uniquingKeysWith: { $1 })
        guard var recovery = try beforeGap(request, hub: hub) ?? ofNamed(request, hub: hub) else { return nil }
        // In one order, so that what comes of it is the same wherever it is done.
        for writer in request.writers.sorted()
        where writer != request.named?.replica && recovery.behind[writer] == nil && !Mutant.followsOverUnsent.isOn {
            if try isBehindGap(writer, request, hub: hub) {
                recovery.others[writer] = 0
                recovery.behind[writer] = SetEnd(0, .zero)
                recovery.gaps.append(Recovery.Gap(replica: writer, after: 0, through: try queue(of: writer).sealed))
                continue
            }
            if let gap = try gap(of: writer, hub: hub[writer]) {
                recovery.others[writer] = gap.after
                recovery.behind[writer] = Self.end(of: hub[writer])
                recovery.gaps.append(gap)
                continue
            }
            switch try unsent(of: try queue(of: writer), hub: hub[writer]) {
            case .nothing: continue
            case .some(let acknowledged):
                guard try cannotSend(after: acknowledged, of: writer) else { return nil }
                recovery.others[writer] = acknowledged
                recovery.gaps.append(try damage(of: writer, after: acknowledged))
            case .forked(let acknowledged):
                recovery.others[writer] = acknowledged
                // Where this folder is an old copy, the file's line is the one to go on with.
                if request.namesOwnDrain { recovery.parts = true }
            }
        }
        // A writer that this folder knows nothing of: the folder is older than it, and so are its own images.
        let hasForgotten = try heard.contains { try !hasSent($0.replica) }
        if hasForgotten || recovery.distrustsOwnImages { recovery.needsNewest = true }
        // Where the hub's images alone tell what was, they have to tell all: a hub that was restored first gets back what is kept here.
        let mayWait = request.writers.filter { recovery.behind[$0] == nil }
        if recovery.needsNewest, try mayWait.contains(where: { try isToGetBack($0, hub: hub[$0]) }) { return nil }
        return recovery
    }

    /// What the outbox itself can do about a replica that the hub has otherwise than it.
    ///
    /// - Returns: whether that was all; else the replica's source has to recover.
    func settles(_ replica: ReplicaID, _ reason: SyncCore.RecoveryReason) throws -> Bool {
        switch reason {
        case .folderIsOld: try abandonFormer(replica)
        // The hub has another history than it acknowledged: each set that is sent again comes back as a repeat or as the fork.
        case .historiesDiffer: try rewindToKept(replica)
        case .setDamaged, .changesLost: false
        }
    }

    /// What the replica that the file names comes to.
    private func ofNamed(_ request: RecoveryRequest, hub: [ReplicaID: Receipt]) throws -> Recovery? {
        let heard = (request.named?.replica).flatMap { hub[$0] }
        let queue = try request.named.map { try self.queue(of: $0.replica) }
        let cannotSend = try queue.map { try self.cannotSend(after: $0.acknowledged, of: $0.replica) } ?? false
        let plan = RecoveryPlan(
            named: request.named, namesOwnDrain: request.namesOwnDrain, unsent: try unsent(of: queue, hub: heard),
            hubLast: heard?.last ?? 0, cannotSend: cannotSend, follows: request.named.flatMap { request.follows[$0.replica] },
            shared: try request.named.flatMap { try shared(of: $0.replica) })
        var recovery = Recovery(plan, of: request.named?.replica, cannotSend: cannotSend, needsNewest: request.wantsNewest)
        recovery?.sealed = queue?.sealed ?? 0
        if cannotSend, let queue, recovery?.abandons == true {
            recovery?.gaps.append(try damage(of: queue.replica, after: queue.acknowledged))
        }
        return recovery
    }

    private func damage(of replica: ReplicaID, after counter: UInt64) throws -> Recovery.Gap {
        Recovery.Gap(cause: .diskDamaged, replica: replica, after: counter, through: try queue(of: replica).sealed)
    }

    /// S25: where the hub lacks changes of what the file names, or of what that continues, which nobody keeps any more, nothing after
    /// them will ever be admitted. What the hub has before them is followed, and what the file holds is captured anew.
    private func beforeGap(_ request: RecoveryRequest, hub: [ReplicaID: Receipt]) throws -> Recovery? {
        guard let named = request.named else { return nil }
        let acknowledged = Dot(named.replica, try row(of: named.replica).acknowledged)
        let links = [acknowledged] + request.chain(of: named.replica)
        let missing = try links.indices.last { try $0 > 0 ? isMissing(links[$0], hub: hub) : isLost(links[$0], hub: hub[named.replica]) }
        guard let place = missing else { return nil }
        let last = { (dot: Dot) in min(hub[dot.replica]?.last ?? 0, dot.counter) }
        // A source that parted when nothing was shared follows counter 0, and so once more: by that the hub knows it for one family with
        // what it parted from (S22). With nothing to follow, rows that were told under the former id would be told as new.
        let shared = links[place...].first { last($0) > 0 } ?? links[place...].first { hub[$0.replica]?.last ?? 0 > 0 }
        let follows = shared.map { Dot($0.replica, last($0)) }
        var recovery = Recovery(.follow(follows, abandons: true), of: named.replica, cannotSend: true, needsNewest: true)
        recovery?.sealed = try queue(of: named.replica).sealed
        recovery?.shared = last(acknowledged)
        for link in links[...place].dropFirst() { recovery?.others[link.replica] = last(link) }
        for link in links[...place] {
            recovery?.behind[link.replica] = Self.end(of: hub[link.replica])
        }
        let gap = try gap(upTo: links[place], after: last(links[place]))
        if gap.through > gap.after { recovery?.gaps = [gap] }
        return recovery
    }

    /// Whether the hub waits with the writer's first change for what it follows (S5), and lacks something of that which nobody keeps.
    private func isBehindGap(_ writer: ReplicaID, _ request: RecoveryRequest, hub: [ReplicaID: Receipt]) throws -> Bool {
        let row = try row(of: writer)
        guard try hub[writer]?.last ?? 0 == 0 && (row.sendable > 0 || queue(of: writer).sealed > row.cut) else { return false }
        return try request.chain(of: writer).contains { try isMissing($0, hub: hub) }
    }

    /// What a hub that was restored lacks of a writer that told all it had, when the sets before those that are kept are kept by nobody:
    /// without a word here it would be waited for again and again.
    private func gap(of writer: ReplicaID, hub: Receipt?) throws -> Recovery.Gap? {
        let told = Dot(writer, try row(of: writer).acknowledged)
        guard try isLost(told, hub: hub) else { return nil }
        return try gap(upTo: told, after: hub?.last ?? 0)
    }

    /// From what the hub has to what is kept here again; where nothing is, to the end of what it had acknowledged.
    private func gap(upTo told: Dot, after: UInt64) throws -> Recovery.Gap {
        let kept = try keptAfter(told.replica)
        return Recovery.Gap(replica: told.replica, after: after, through: kept > after ? kept : told.counter)
    }

    /// Where the hub stands with a writer.
    private static func end(of heard: Receipt?) -> SetEnd { heard.map { SetEnd($0.last, $0.hash) } ?? SetEnd(0, .zero) }

    /// Whether what follows the dot waits for it for ever.
    private func isMissing(_ followed: Dot, hub: [ReplicaID: Receipt]) throws -> Bool {
        let heard = hub[followed.replica]
        return try isLost(followed, hub: heard) || isUnheard(followed, hub: heard)
    }

    /// Whether the hub lacks something up to the dot, which it had acknowledged, and cannot get it from here.
    private func isLost(_ dot: Dot, hub: Receipt?) throws -> Bool {
        let last = hub?.last ?? 0
        if last >= dot.counter { return false }
        switch try standing(of: hub) {
        case .agrees, .forgotten, .ahead: return try !keeps(after: last, of: dot.replica)
        // Another history: what is kept tells where they part.
        case .differs: return false
        }
    }

    /// Whether nothing of the dot's replica is shared, and the hub never heard of it, so that it waits for its first change: which nobody
    /// here will send.
    private func isUnheard(_ dot: Dot, hub: Receipt?) throws -> Bool {
        let row = try row(of: dot.replica)
        return try dot.counter == 0 && (hub?.last ?? 0) == 0 && row.sendable == 0 && !keeps(after: 0, of: dot.replica)
            && queue(of: dot.replica).sealed <= row.cut
    }

    /// Whether the hub lacks something of a writer, such as what it had acknowledged before it was restored, and gets it from here.
    private func isToGetBack(_ writer: ReplicaID, hub: Receipt?) throws -> Bool {
        let last = hub?.last ?? 0
        return try standing(of: hub) != .differs && row(of: writer).sendable > last && keeps(after: last, of: writer)
    }

    private func unsent(of queue: QueueStanding?, hub: Receipt?) throws -> Unsent {
        Unsent(queue, hubLast: hub?.last ?? 0, standing: try standing(of: hub))
    }

    /// Of what the hub never heard of, it has the beginning.
    private func standing(of receipt: Receipt?) throws -> Standing {
        guard let receipt else { return .agrees }
        return try standing(of: receipt)
    }

    /// What the queues have to do with a recovery, for the transaction in which the source recovers: a kill between the two would leave
    /// a writer behind whose changes nobody sends and every look-up counts.
    func ending(_ recovery: Recovery, of request: RecoveryRequest) throws -> (Database) throws -> Void {
        let sealed = Dictionary(try journal.sealedReplicas().map { ($0.replica, $0.sealed) }, uniquingKeysWith: max)
        let former = recovery.abandons ? request.named?.replica : nil
        return { db in
            if let former {
                try self.abandon(former, sealed: sealed[former], sharing: recovery.shared, at: recovery.behind[former], in: db)
            }
            for (writer, counter) in recovery.others.sorted(by: { $0.key < $1.key }) {
                try self.abandon(writer, sealed: sealed[writer], sharing: counter, at: recovery.behind[writer], in: db)
            }
        }
    }

    func leaveOthers(_ recovery: Recovery) throws {
        for (writer, counter) in recovery.others.sorted(by: { $0.key < $1.key }) {
            try abandon(writer, sharing: counter, at: recovery.behind[writer])
        }
    }
}

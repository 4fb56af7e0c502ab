import Capture
import Causality
import ChangeSets
import Foundation
import GRDB
import TestSupport
import Testing

@testable import AgentRuntime

extension Outbox {
    /// What a recovery does besides recovering the source, in a transaction of its own here.
    func finish(_ recovery: Recovery, of request: RecoveryRequest) throws {
        let ending = try ending(recovery, of: request)
        try queue.write { try ending($0) }
    }
}

/// What a recovery does about the queues of all that wrote for the source (S15, S22, S25).
@Suite("Recovery")
struct RecoveryTests {
    let journal = FakeJournal()
    let outbox: Outbox
    static let former = FakeJournal.replica
    static let present = ReplicaID(high: 7, low: 9)

    init() throws {
        let queue = try DatabaseQueue()
        try AgentSchema.migrate(queue)
        outbox = Outbox(queue: queue, journal: journal, key: SigningKey())
    }

    /// Cuts all that is sealed of a replica.
    private func cut(_ replica: ReplicaID) throws -> [Outbox.Frame] {
        var random = SeededGenerator(seed: 5)
        let load = try outbox.load(after: 0, of: replica, bytesMax: 8 << 20, setBytesMax: 4 << 20, random: &random)
        guard case .frames(let frames) = load else { return [] }
        return frames
    }

    private func receipt(_ replica: ReplicaID, _ last: UInt64, _ hash: Digest, position: UInt64 = 1, keepUntil: UInt64 = 0) -> Receipt {
        Receipt(
            replica: replica, last: last, hash: hash, position: Position(generation: ReplicaID(high: 1, low: 1), number: position, line: 0),
            keepUntil: keepUntil, time: Timestamp(milliseconds: 1))
    }

    /// The file's disk forgot the marks of the present writer, and names the former one's last drain.
    private func request(named dot: Dot?, follows: [ReplicaID: Dot] = [:], wantsNewest: Bool = false) -> RecoveryRequest {
        RecoveryRequest(
            source: FakeJournal.source, name: "till", named: dot, wantsNewest: wantsNewest, namesOwnDrain: true,
            writers: [Self.former, Self.present], follows: follows)
    }

    /// The former writer told 10 changes, which the hub has, and the present one 5.
    private func trade() throws -> Receipt {
        journal.seal(Sales.lines(0..<10))
        let last = try #require(try cut(Self.former).last)
        let receipt = receipt(Self.former, 10, try ChangeSetCodec.hash(of: last.bytes))
        try outbox.acknowledge(receipt)
        journal.open(Self.present, follows: Dot(Self.former, 10))
        journal.seal(Sales.lines(10..<15), of: Self.present)
        return receipt
    }

    @Test("S15: what another writer of the source has unsent goes first: own images tell it, and it may meet another history")
    func othersGoFirst() throws {
        let heard = try trade()
        let request = request(named: Dot(Self.former, 10))
        #expect(try outbox.recovery(for: request, heard: [heard]) == nil)
        let sent = try #require(try cut(Self.present).last)
        let all = receipt(Self.present, 5, try ChangeSetCodec.hash(of: sent.bytes))
        let recovery = try #require(try outbox.recovery(for: request, heard: [heard, all]))
        #expect(recovery.follows == Dot(Self.former, 10))
        #expect(!recovery.distrustsOwnImages)
    }

    @Test("S22: where the hub has other changes of that writer, what it told is captured anew, under a source id of its own")
    func othersDiffer() throws {
        let heard = try trade()
        _ = try cut(Self.present)
        let request = request(named: Dot(Self.former, 10))
        let recovery = try #require(
            try outbox.recovery(for: request, heard: [heard, receipt(Self.present, 7, heard.hash)]))
        #expect(recovery.follows == Dot(Self.former, 10))
        #expect(recovery.others == [Self.present: 0] && recovery.parts && recovery.needsNewest && recovery.distrustsOwnImages)
        try outbox.finish(recovery, of: request)
        #expect(try outbox.standings().allSatisfy { $0.isAbandoned || $0.sealed == $0.acknowledged })
    }

    @Test("S22: how far a copy's history is this one's, the hub tells: what a restored hub had acknowledged may be the copy's now")
    func sharedWithCopy() throws {
        var hashes: [Digest] = []
        for number in 0..<3 {
            journal.seal(Sales.lines(number * 10..<number * 10 + 10))
            hashes.append(try ChangeSetCodec.hash(of: try #require(try cut(Self.former).last).bytes))
        }
        // All is acknowledged; a backup held the first two, so they are gone here.
        try outbox.acknowledge(receipt(Self.former, 20, hashes[1], position: 4))
        try outbox.acknowledge(receipt(Self.former, 30, hashes[2], position: 5, keepUntil: 4))
        #expect(try cut(Self.former).isEmpty)
        #expect(try outbox.ends(of: Self.former) == [SetEnd(30, hashes[2]), SetEnd(20, hashes[1]), SetEnd(10, hashes[0])])
        // The hub went back to an older backup, and the copy sent 25 changes, of which it shares the first 10.
        let heard = receipt(Self.former, 25, Digest(bytes: [UInt8](repeating: 7, count: 32))!)
        try outbox.agree(heard, sharing: SetEnd(10, hashes[0]))
        let request = request(named: Dot(Self.former, 30))
        let recovery = try #require(try outbox.recovery(for: request, heard: [heard]))
        #expect(recovery.follows == Dot(Self.former, 10) && recovery.parts && recovery.distrustsOwnImages)
        try outbox.finish(recovery, of: request)
        // The hub goes back once more: now the copy shares less.
        try outbox.agree(heard, sharing: SetEnd(0, .zero))
        #expect(try outbox.shared(of: Self.former) == 0)
    }

    @Test(
        "S22: sets that the hub has, though it never said so here, are acknowledged by their hash; a hub that has less parts from nothing")
    func sharesMore() throws {
        journal.seal(Sales.lines(0..<10))
        let last = try #require(try cut(Self.former).last)
        let (hash, stranger) = (try ChangeSetCodec.hash(of: last.bytes), Digest(bytes: [UInt8](repeating: 7, count: 32))!)
        try outbox.agree(receipt(Self.former, 25, stranger), sharing: SetEnd(10, hash))
        #expect(try outbox.queue(of: Self.former).acknowledged == 10)
        try outbox.agree(receipt(Self.former, 4, stranger), sharing: SetEnd(4, stranger))
        #expect(try outbox.queue(of: Self.former).acknowledged == 10)
    }

    @Test("S15: where own images tell nothing, a hub that was restored gets back what is kept before its images are taken for all")
    func getsBackFirst() throws {
        journal.seal(Sales.lines(0..<10))
        let last = try #require(try cut(Self.former).last)
        let all = receipt(Self.former, 10, try ChangeSetCodec.hash(of: last.bytes))
        try outbox.acknowledge(all)
        // The till's disk forgot its mark, too, so it names nothing.
        let salvaged = request(named: nil, wantsNewest: true)
        #expect(try outbox.recovery(for: salvaged, heard: []) == nil)
        #expect(try outbox.recovery(for: salvaged, heard: [all])?.follows == nil)
        #expect(try outbox.recovery(for: salvaged, heard: [all]) != nil)
        #expect(try outbox.recovery(for: request(named: nil), heard: []) != nil, "own images tell it")
        // What is no longer kept is not waited for.
        try outbox.acknowledge(receipt(Self.former, 10, all.hash, position: 1, keepUntil: 1))
        #expect(try outbox.recovery(for: salvaged, heard: []) != nil)
    }

    @Test("S15: it gets back, too, what a writer had told that was left since, however far the line is with that")
    func getsBackLeft() throws {
        journal.seal(Sales.lines(0..<10))
        let last = try #require(try cut(Self.former).last)
        let all = receipt(Self.former, 10, try ChangeSetCodec.hash(of: last.bytes))
        try outbox.acknowledge(all)
        try outbox.abandon(Self.former, sharing: 10)
        let salvaged = request(named: nil, wantsNewest: true)
        #expect(try outbox.recovery(for: salvaged, heard: []) == nil)
        try outbox.rewind(receipt(Self.former, 0, .zero))
        #expect(try outbox.recovery(for: salvaged, heard: []) == nil, "the line knows it by now, and has sent nothing yet")
        #expect(try outbox.recovery(for: salvaged, heard: [all]) != nil)
        // What is given up is not waited for.
        try outbox.abandon(Self.former, sharing: 0)
        #expect(try outbox.recovery(for: salvaged, heard: []) != nil)
    }

    @Test("S15: where a writer of which the hub has nothing is damaged, what it follows is followed, and at the hub first")
    func damagedFirst() throws {
        let heard = try trade()
        _ = try cut(Self.present)
        try outbox.queue.write {
            try $0.execute(sql: "UPDATE outbox_set SET bytes = x'00' WHERE replica = ?", arguments: [Self.present.blob])
        }
        let request = request(named: Dot(Self.present, 5), follows: [Self.present: Dot(Self.former, 10)])
        #expect(try outbox.recovery(for: request, heard: []) == nil, "a hub that was restored gets the former one's back")
        let recovery = try #require(try outbox.recovery(for: request, heard: [heard]))
        #expect(recovery.follows == Dot(Self.former, 10) && recovery.abandons && recovery.distrustsOwnImages)
        #expect(recovery.gaps == [Recovery.Gap(cause: .diskDamaged, replica: Self.present, after: 0, through: 5)])
        let settings = AgentSettings(queue: outbox.queue)
        try LostChanges.note(recovery.gaps, of: request.name, in: settings, clock: .system)
        let lost: [LostChanges] = try settings.read(.lost) ?? []
        #expect(
            lost.map { $0.told(noticed: "on Monday") } == [
                "Damaged by this machine's disk before being sent: changes 1 to 5 of till, noticed on Monday. What the file still held then "
                    + "was sent again; earlier values, and rows that were gone by then, were not."
            ])
        try outbox.finish(recovery, of: request)
        #expect(try outbox.shared(of: Self.present) == 0, "what it told here is told anew from its first change on")
    }

    @Test("what a writer that was left had acknowledged, and the disk has damaged, is given up when it is left once more")
    func leftOnceMore() throws {
        journal.seal(Sales.lines(0..<10))
        let last = try #require(try cut(Self.former).last)
        try outbox.acknowledge(receipt(Self.former, 10, try ChangeSetCodec.hash(of: last.bytes)))
        try outbox.abandon(Self.former, sharing: 10)
        // A restored hub gets it again ...
        try outbox.rewind(receipt(Self.former, 0, .zero))
        let waiting = QueueStanding(replica: Self.former, acknowledged: 0, sealed: 10, isAbandoned: true)
        #expect(try outbox.standings().contains(waiting))
        // ... unless it can no longer be sent.
        try outbox.abandon(Self.former, sharing: 0)
        #expect(try outbox.standings().allSatisfy { $0.sealed <= $0.acknowledged })
        #expect(try cut(Self.former).isEmpty)
    }

    @Test("S25: a writer that shares nothing with the one it follows waits for that one's first change no longer than somebody may send it")
    func unheard() throws {
        journal.seal(Sales.lines(0..<3))
        _ = try cut(Self.former)
        let waiting = request(named: Dot(Self.present, 5), follows: [Self.present: Dot(Self.former, 0)])
        journal.open(Self.present, follows: Dot(Self.former, 0))
        journal.seal(Sales.lines(10..<15), of: Self.present)
        #expect(try outbox.recovery(for: waiting, heard: []) == nil, "the former one is sent first")
        // The machine had been restored, and the hub had that writer's changes otherwise: it was left.
        try outbox.abandon(Self.former, sharing: 0)
        let stranger = Digest(bytes: [UInt8](repeating: 7, count: 32))!
        #expect(try outbox.recovery(for: waiting, heard: [receipt(Self.former, 22, stranger)]) == nil)
        // Then the hub went back to before it had heard of it.
        let recovery = try #require(try outbox.recovery(for: waiting, heard: []))
        #expect(recovery.follows == nil && recovery.abandons && recovery.needsNewest)
    }

    @Test("S25: where all that it told is lost, a source that parted from a former life before anything was shared follows that once more")
    func partedFromNothing() throws {
        // The machine was restored to before it had sent anything; the hub has the former life's changes under that name.
        journal.seal(Sales.lines(0..<3))
        _ = try cut(Self.former)
        try outbox.abandon(Self.former, sharing: 0)
        journal.open(Self.present, follows: Dot(Self.former, 0))
        journal.seal(Sales.lines(10..<15), of: Self.present)
        let sent = try #require(try cut(Self.present).last)
        // A backup holds what it told then, so it is gone here; then the hub went back to an older one.
        try outbox.acknowledge(receipt(Self.present, 5, try ChangeSetCodec.hash(of: sent.bytes), position: 1, keepUntil: 1))
        #expect(try cut(Self.present).isEmpty)
        let request = request(named: Dot(Self.present, 5), follows: [Self.present: Dot(Self.former, 0)])
        let stranger = Digest(bytes: [UInt8](repeating: 7, count: 32))!
        let recovery = try #require(try outbox.recovery(for: request, heard: [receipt(Self.former, 22, stranger)]))
        #expect(recovery.follows == Dot(Self.former, 0) && recovery.abandons && !recovery.parts && recovery.needsNewest)
        #expect(recovery.gaps == [Recovery.Gap(replica: Self.present, after: 0, through: 5)] && recovery.others.isEmpty)
        // A hub that knows neither is told all.
        let forgotten = try #require(try outbox.recovery(for: request, heard: []))
        #expect(forgotten.follows == nil && forgotten.abandons && forgotten.needsNewest)
        try outbox.finish(recovery, of: request)
        #expect(try outbox.standings().allSatisfy { $0.isAbandoned || $0.sealed == $0.acknowledged })
    }

    @Test("where sets ended that are no longer kept is remembered of the latest ones only", arguments: [0, 1])
    func past(more: Int) throws {
        try outbox.queue.write { db in
            for last in 1...(Outbox.pastMax + more) {
                try db.execute(
                    sql: "INSERT INTO outbox_past VALUES (?, ?, ?)", arguments: [Self.former.blob, last, Data(Digest.zero.bytes)])
            }
            try outbox.trimPast(of: Self.former, in: db)
        }
        let ends = try outbox.ends(of: Self.former)
        #expect(ends.count == Outbox.pastMax && ends.last?.last == UInt64(1 + more))
    }

    @Test("S25: where the hub lacks what nobody keeps any more, it follows what the hub has, and captures the rest anew")
    func gap() throws {
        for number in 0..<3 {
            journal.seal(Sales.lines(number * 10..<number * 10 + 10))
            _ = try cut(Self.former)
        }
        let frames = try cut(Self.former)
        #expect(frames.map(\.last) == [10, 20, 30])
        let hashes = try frames.map { try ChangeSetCodec.hash(of: $0.bytes) }
        // A backup held the first two, so they are gone here; then the hub went back to an older one.
        try outbox.acknowledge(receipt(Self.former, 20, hashes[1], position: 4))
        try outbox.acknowledge(receipt(Self.former, 30, hashes[2], position: 5, keepUntil: 4))
        let heard = receipt(Self.former, 10, hashes[0])
        let own = try #require(try outbox.recovery(for: request(named: Dot(Self.former, 25)), heard: [heard]))
        #expect(own.follows == Dot(Self.former, 10) && own.abandons && own.needsNewest && !own.parts)
        #expect(own.sealed == 30, "what is posted is told anew from there")
        #expect(own.gaps == [Recovery.Gap(replica: Self.former, after: 10, through: 20)])
        // The same, when the file went on under another writer, which the hub will never admit.
        journal.open(Self.present, follows: Dot(Self.former, 30))
        journal.seal(Sales.lines(30..<35), of: Self.present)
        let later = request(named: Dot(Self.present, 5), follows: [Self.present: Dot(Self.former, 30)])
        let recovery = try #require(try outbox.recovery(for: later, heard: [heard]))
        #expect(recovery.follows == Dot(Self.former, 10) && recovery.abandons && recovery.others == [Self.former: 10])
        try outbox.finish(recovery, of: later)
        #expect(try outbox.standings().allSatisfy { $0.isAbandoned || $0.sealed == $0.acknowledged })
        // What is still kept is no gap.
        #expect(
            try outbox.recovery(for: request(named: Dot(Self.former, 25)), heard: [receipt(Self.former, 20, hashes[1])])?.abandons == false)
    }

    @Test("S25: what a restored hub lacks and the disk has damaged is given up with the gap, though that hub had acknowledged it")
    func damagedGap() throws {
        journal.seal(Sales.lines(0..<10))
        let last = try #require(try cut(Self.former).last)
        try outbox.acknowledge(receipt(Self.former, 10, try ChangeSetCodec.hash(of: last.bytes)))
        try outbox.queue.write { try $0.execute(sql: "UPDATE outbox_set SET bytes = x'00'") }
        // The recovery comes before anybody has heard on the line that the hub was restored.
        let request = request(named: Dot(Self.former, 10))
        let recovery = try #require(try outbox.recovery(for: request, heard: []))
        #expect(recovery.follows == nil && recovery.abandons)
        #expect(recovery.gaps == [Recovery.Gap(replica: Self.former, after: 0, through: 10)])
        try outbox.finish(recovery, of: request)
        try outbox.rewind(receipt(Self.former, 0, .zero))
        #expect(try outbox.standings().allSatisfy { $0.sealed <= $0.acknowledged })
    }

    @Test("S25: what follows a gap is captured anew, and not sent besides, though a hub that was restored since had acknowledged it")
    func afterGap() throws {
        let heard = try trade()
        let sent = try #require(try cut(Self.present).last)
        try outbox.acknowledge(receipt(Self.present, 5, try ChangeSetCodec.hash(of: sent.bytes)))
        // A backup held the former one's, so they are gone here; then the hub went back to before it had heard of either.
        try outbox.acknowledge(receipt(Self.former, 10, heard.hash, position: 1, keepUntil: 1))
        #expect(try cut(Self.former).isEmpty)
        let request = request(named: Dot(Self.present, 5), follows: [Self.present: Dot(Self.former, 10)])
        let recovery = try #require(try outbox.recovery(for: request, heard: []))
        #expect(recovery.follows == nil && recovery.abandons && recovery.others == [Self.former: 0])
        try outbox.finish(recovery, of: request)
        for writer in [Self.former, Self.present] { try outbox.rewind(receipt(writer, 0, .zero)) }
        #expect(try outbox.standings().allSatisfy { $0.sealed <= $0.acknowledged })
        #expect(try cut(Self.present).isEmpty)
    }

    private static let lost = ReplicaID(high: 7, low: 1)

    @Test(
        "S25: another writer that waits at the hub for what nobody keeps is captured anew as well, instead of waited for",
        arguments: [Dot(lost, 19), Dot(former, 10)], [false, true])
    func othersBehindGap(follows: Dot, isRewound: Bool) throws {
        // The folder before this one was lost, and then the hub was restored from before it had heard of that one's writer.
        let heard = try trade()
        let sent = try #require(try cut(Self.present).last)
        try outbox.acknowledge(receipt(Self.present, 5, try ChangeSetCodec.hash(of: sent.bytes)))
        if isRewound { for writer in [Self.former, Self.present] { try outbox.rewind(receipt(writer, 0, .zero)) } }
        let request = request(named: Dot(Self.present, 5), follows: [Self.former: Dot(Self.lost, 19), Self.present: follows])
        let recovery = try #require(try outbox.recovery(for: request, heard: []))
        #expect(recovery.follows == nil && recovery.abandons && recovery.others == [Self.lost: 0, Self.former: 0])
        #expect(recovery.gaps.first == Recovery.Gap(replica: Self.lost, after: 0, through: 19))
        // What follows nothing that is lost is still waited for.
        let other = self.request(named: Dot(Self.present, 5), follows: [Self.present: Dot(Self.lost, 19)])
        #expect(try outbox.recovery(for: other, heard: []) == nil)
        #expect(try outbox.recovery(for: other, heard: [heard])?.others == [Self.lost: 0])
        try outbox.finish(recovery, of: request)
        for writer in [Self.former, Self.present] { try outbox.rewind(receipt(writer, 0, .zero)) }
        #expect(try outbox.standings().allSatisfy { $0.sealed <= $0.acknowledged })
        #expect(try cut(Self.former).isEmpty && cut(Self.present).isEmpty)
    }

    @Test("S25: a writer that waits behind a gap is left though the file names one that the hub has")
    func siblingBehindGap() throws {
        let heard = try trade()
        _ = try cut(Self.present)
        let follows = [Self.present: Dot(Self.lost, 19)]
        let recovery = try #require(try outbox.recovery(for: request(named: Dot(Self.former, 10), follows: follows), heard: [heard]))
        #expect(recovery.follows == Dot(Self.former, 10) && !recovery.abandons && recovery.others == [Self.present: 0])
        #expect(recovery.gaps == [Recovery.Gap(replica: Self.present, after: 0, through: 5)] && recovery.needsNewest)
    }

    @Test("S25: a writer beside the file's line, all acknowledged, whose later sets alone are kept is left where the hub now stands")
    func siblingLost() throws {
        let heard = try trade()
        _ = try cut(Self.present)
        for number in 0..<2 {
            journal.seal(Sales.lines(20 + number * 10..<30 + number * 10), of: Self.present)
            _ = try cut(Self.present)
        }
        let frames = try cut(Self.present)
        #expect(frames.map(\.last) == [5, 15, 25])
        let hashes = try frames.map { try ChangeSetCodec.hash(of: $0.bytes) }
        try outbox.acknowledge(receipt(Self.present, 15, hashes[1], position: 4))
        try outbox.acknowledge(receipt(Self.present, 25, hashes[2], position: 5, keepUntil: 4))
        // An earlier version did not remember where the sets that it let go had ended.
        try outbox.queue.write { try $0.execute(sql: "DELETE FROM outbox_past") }
        let request = request(named: Dot(Self.former, 10), follows: [Self.present: Dot(Self.former, 10)])
        // The hub went back to before the second set.
        let behind = receipt(Self.present, 5, hashes[0])
        #expect(try outbox.standing(of: behind) == .forgotten)
        let recovery = try #require(try outbox.recovery(for: request, heard: [heard, behind]))
        #expect(recovery.others == [Self.present: 5] && recovery.needsNewest && recovery.distrustsOwnImages)
        #expect(recovery.gaps == [Recovery.Gap(replica: Self.present, after: 5, through: 15)])
        try outbox.finish(recovery, of: request)
        #expect(try outbox.standings().allSatisfy { $0.isAbandoned || $0.sealed == $0.acknowledged })
        // Once is enough: nothing of it is asked for again.
        let again = try #require(try outbox.recovery(for: request, heard: [heard, behind]))
        #expect(again.gaps.isEmpty && again.others.isEmpty)
        // Where all of it is kept, it is sent again, and nothing is left.
        #expect(try outbox.recovery(for: request, heard: [heard, receipt(Self.present, 25, hashes[2])])?.gaps == [])
    }
}

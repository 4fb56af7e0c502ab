import Causality
import Testing

@testable import AgentRuntime

/// S15 and S22 as a table: which dot a source that went back in time follows.
@Suite("RecoveryPlan")
struct RecoveryPlanTests {
    private static let replica = ReplicaID(high: 1, low: 1)
    private static let former = Dot(ReplicaID(high: 0, low: 9), 3)

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var named: UInt64?
        var namesOwnDrain = true
        var acknowledged: UInt64
        var sealed: UInt64
        var hubLast: UInt64
        var standing: Standing
        var cannotSend = false
        var shared: UInt64?
        var plan: RecoveryPlan
    }

    static let cases = [
        Case(
            testDescription: "nothing was captured when the file was copied", named: nil, acknowledged: 5, sealed: 5, hubLast: 5,
            standing: .agrees,
            plan: .follow(nil, abandons: false)),
        Case(
            testDescription: "all is sent: follow what the file names", named: 3, acknowledged: 8, sealed: 8, hubLast: 8, standing: .agrees,
            plan: .follow(Dot(replica, 3), abandons: false)),
        Case(
            testDescription: "something is unsent: push it first", named: 3, acknowledged: 5, sealed: 8, hubLast: 5, standing: .agrees,
            plan: .waitForPush),
        Case(
            testDescription: "the acknowledgement was lost on its way: no fork", named: 3, acknowledged: 0, sealed: 8, hubLast: 8,
            standing: .agrees,
            plan: .follow(Dot(replica, 3), abandons: false)),
        Case(
            testDescription: "a part of it was acknowledged unheard: the rest goes first", named: 3, acknowledged: 0, sealed: 8, hubLast: 5,
            standing: .agrees, plan: .waitForPush),
        Case(
            testDescription: "the folder is old and has nothing unsent: follow the file", named: 9, acknowledged: 5, sealed: 5, hubLast: 9,
            standing: .ahead, plan: .follow(Dot(replica, 9), abandons: false)),
        Case(
            testDescription: "a copy of file and folder wrote on: the histories part", named: 7, acknowledged: 5, sealed: 7, hubLast: 9,
            standing: .differs, plan: .part(Dot(replica, 5))),
        Case(
            testDescription: "a copy wrote on before this one had sent anything: they share what the replica follows", named: 7,
            acknowledged: 0, sealed: 7, hubLast: 9, standing: .differs, plan: .part(Dot(replica, 0))),
        Case(
            testDescription: "the folder is old, the file was written on: follow the file", named: 9, namesOwnDrain: false, acknowledged: 0,
            sealed: 3, hubLast: 9, standing: .differs, plan: .follow(Dot(replica, 9), abandons: true)),
        Case(
            testDescription: "what is unsent is damaged: it is captured anew", named: 8, acknowledged: 5, sealed: 8, hubLast: 5,
            standing: .agrees, cannotSend: true, plan: .follow(Dot(replica, 5), abandons: true)),
        Case(
            testDescription: "nothing of it was sent, and its first set is damaged: what it follows itself", named: 4, acknowledged: 0,
            sealed: 4, hubLast: 0, standing: .agrees, cannotSend: true, plan: .follow(former, abandons: true)),
        Case(
            testDescription: "left before the hub had any of it: what it follows itself", named: 4, acknowledged: 4, sealed: 4, hubLast: 0,
            standing: .agrees, shared: 0, plan: .follow(former, abandons: false)),
        Case(
            testDescription: "the histories parted before, and the disk forgot the file's new mark", named: 7, acknowledged: 7, sealed: 7,
            hubLast: 9, standing: .differs, shared: 5, plan: .follow(Dot(replica, 5), abandons: false)),
        Case(
            testDescription: "the hub was restored to before the file's drain", named: 9, acknowledged: 9, sealed: 9, hubLast: 4,
            standing: .agrees,
            plan: .follow(Dot(replica, 4), abandons: false)),
    ]

    @Test("S15, S22: which dot is followed", arguments: cases)
    func choice(of example: Case) {
        let queue = QueueStanding(replica: Self.replica, acknowledged: example.acknowledged, sealed: example.sealed)
        let named = example.named.map { Dot(Self.replica, $0) }
        let plan = RecoveryPlan(
            named: named, namesOwnDrain: example.namesOwnDrain,
            unsent: Unsent(queue, hubLast: example.hubLast, standing: example.standing), hubLast: example.hubLast,
            cannotSend: example.cannotSend, follows: Self.former, shared: example.shared)
        #expect(plan == example.plan)
    }
}

import Causality
import ChangeSets
import Foundation
import GRDB
import Logging
import Synchronization
import Testing

@testable import AgentRuntime

@Suite("Decisions that are kept for the hub")
struct KeptDecisionTests {
    private let queue: DatabaseQueue
    private let view: LocalReplica
    private let keeper: DecisionKeeper
    private static let one = ReplicaID(high: 3, low: 1)
    private static let two = ReplicaID(high: 3, low: 2)

    init() throws {
        queue = try DatabaseQueue()
        try AgentSchema.migrate(queue)
        view = LocalReplica(queue: queue)
        keeper = DecisionKeeper(queue: queue)
    }

    private static func position(_ number: UInt64) -> Position {
        Position(generation: ReplicaID(high: 9, low: 9), number: number, line: number &* 77)
    }

    private static func decision(_ number: UInt64, _ first: UInt64, of generation: ReplicaID = one, bytes: Int = 10) -> KeptDecision {
        KeptDecision(number: number, first: Dot(generation, first), sealed: [UInt8](repeating: UInt8(first), count: bytes))
    }

    private func stage(_ decisions: [KeptDecision], reached: UInt64, keepUntil: UInt64 = 0) throws {
        try view.stage(
            FeedPage(
                entries: [], reached: Self.position(reached), consistentAt: Self.position(reached), restart: false, own: [], held: [],
                time: Timestamp(milliseconds: 1_000 * reached), kept: KeptDecisions(keepUntil: keepUntil, decisions: decisions)))
    }

    /// A view of another line begins.
    private func loadAnew() throws {
        try view.restart()
        try stage([], reached: 1)
    }

    private func kept() throws -> [UInt64] {
        try queue.read { try UInt64.fetchAll($0, sql: "SELECT first FROM hub_decision ORDER BY generation, first") }
    }

    @Test("S25: they are kept with the page that brings them, until a verified backup of the hub holds them")
    func keeps() throws {
        try stage([Self.decision(1, 1), Self.decision(2, 3)], reached: 2)
        try stage([Self.decision(2, 3), Self.decision(3, 4)], reached: 3)
        #expect(try kept() == [1, 3, 4])
        try stage([Self.decision(4, 6)], reached: 4, keepUntil: 2)
        #expect(try kept() == [4, 6])
        #expect(try keeper.owesAny() == false && keeper.owed(passing: [], bytesMax: 100) == nil)
        #expect(try keeper.problem() == nil)
    }

    @Test("S24: a view that begins from nothing owes them all; what the new line brings itself, or a restored hub has, is owed no more")
    func owes() throws {
        try stage([Self.decision(7, 1), Self.decision(8, 3), Self.decision(9, 1, of: Self.two)], reached: 9)
        try loadAnew()
        #expect(try keeper.owed(passing: [], bytesMax: 100)?.rows.map(\.first) == [1, 3])
        // A backup of the new line says nothing of what that may lack.
        try stage([], reached: 20, keepUntil: 15)
        #expect(try kept() == [1, 3, 1])
        try stage([Self.decision(21, 1)], reached: 21, keepUntil: 15)
        let batch = try #require(try keeper.owed(passing: [], bytesMax: 100))
        #expect(batch.generation == Self.one && batch.rows.map(\.first) == [3])
        #expect(try keeper.owed(passing: [Self.one], bytesMax: 100)?.generation == Self.two)
        try keeper.settle(batch.rows, at: 22)
        #expect(try keeper.owed(passing: [Self.two], bytesMax: 100) == nil)
        try stage([], reached: 30, keepUntil: 22)
        #expect(try kept() == [1])
    }

    @Test(
        "a request has room for so many bytes, and for one decision however large", arguments: [(9, 1), (10, 1), (19, 1), (20, 2), (29, 2)])
    func requests(bytesMax: Int, count: Int) throws {
        try stage((1...3).map { Self.decision($0, $0) }, reached: 3)
        try loadAnew()
        #expect(try keeper.owed(passing: [], bytesMax: bytesMax)?.rows.count == count)
    }

    @Test("beyond their room the oldest go, and only those", arguments: [(30, [1, 2, 3]), (29, [2, 3]), (10, [3])] as [(Int, [UInt64])])
    func room(bytesMax: Int, left: [UInt64]) throws {
        let kept = KeptDecisions(keepUntil: 0, decisions: (1...3).map { Self.decision($0, $0) })
        try queue.write { try DecisionKeeper.take(kept, bytesMax: bytesMax, in: $0) }
        #expect(try self.kept() == left)
    }

    @Test("an answer about an earlier time, before the hub was restored once more, settles nothing")
    func lateAnswer() throws {
        try stage([Self.decision(1, 1)], reached: 1)
        try loadAnew()
        let batch = try #require(try keeper.owed(passing: [], bytesMax: 100))
        try loadAnew()
        try keeper.settle(batch.rows, at: 5)
        #expect(try keeper.owesAny())
    }

    // MARK: giving them back

    /// A hub that answers as it is told, and a clock that is ours.
    private final class Script: Sendable {
        let sent = Mutex<[[UInt8]]>([])
        let answers = Mutex<[Result<Answer, LineFailure>]>([])
        let now = Mutex<Instant>(1_000)

        func answer(_ frames: [[UInt8]]) throws -> Answer {
            sent.withLock { $0.append(frames.map { $0.first ?? 0 }) }
            return try answers.withLock { $0.isEmpty ? .failure(.wrongAnswer) : $0.removeFirst() }.get()
        }
    }

    private func courier(_ script: Script) -> DecisionReturn {
        DecisionReturn(
            keeper: keeper,
            clock: AgentClock(monotonic: { script.now.withLock { $0 } }, wall: { Timestamp(milliseconds: script.now.withLock { $0 }) }),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, send: { try script.answer($0) })
    }

    private static func receipt(_ last: UInt64, of generation: ReplicaID = one) -> Receipt {
        Receipt(
            replica: generation, last: last, hash: .zero, position: position(50), keepUntil: 0, time: Timestamp(milliseconds: 1))
    }

    private static func refusal(_ code: String, at last: UInt64, isFinal: Bool) -> Answer {
        .refusal(Refusal(code: code, message: "It is \(code).", remedy: "", standing: receipt(last), isFinal: isFinal))
    }

    private func owing() throws {
        try stage([Self.decision(1, 1), Self.decision(2, 3), Self.decision(3, 1, of: Self.two)], reached: 3)
        try loadAnew()
    }

    @Test("S24: they go generation by generation, in order, until the hub has them all")
    func givesBack() async throws {
        try owing()
        let script = Script()
        script.answers.withLock { $0 = [.success(.receipt(Self.receipt(3))), .success(.receipt(Self.receipt(2, of: Self.two)))] }
        let courier = courier(script)
        await courier.giveBack()
        #expect(script.sent.withLock { $0 } == [[1, 3], [1]])
        #expect(try !keeper.owesAny() && keeper.problem() == nil)
        #expect(try kept() == [1, 3, 1])
    }

    @Test("what has as many bytes as a request may goes in one; a byte more goes in the next", arguments: [0, 1])
    func requestBytes(more: Int) async throws {
        try stage([Self.decision(1, 1, bytes: DecisionReturn.bytesMax - 10), Self.decision(2, 2, bytes: 10 + more)], reached: 2)
        try loadAnew()
        let script = Script()
        let receipts: [UInt64] = more == 0 ? [2] : [1, 2]
        script.answers.withLock { $0 = receipts.map { .success(.receipt(Self.receipt($0))) } }
        await courier(script).giveBack()
        #expect(script.sent.withLock { $0 } == (more == 0 ? [[1, 2]] : [[1], [2]]))
        #expect(try !keeper.owesAny())
    }

    @Test("S24: what is missing before them may come from another site: they wait, are told of, and go again")
    func waitsForGap() async throws {
        try owing()
        let script = Script()
        script.answers.withLock { $0 = [.success(.gap(Self.receipt(1))), .success(.receipt(Self.receipt(1, of: Self.two)))] }
        let courier = courier(script)
        await courier.giveBack()
        #expect(script.sent.withLock { $0 } == [[1, 3], [1]])
        #expect(try keeper.owed(passing: [], bytesMax: 100)?.rows.map(\.first) == [3])
        #expect(try keeper.problem()?.code == "decisions-not-taken")
        script.now.withLock { $0 += DecisionReturn.gapMilliseconds - 1 }
        await courier.giveBack()
        #expect(script.sent.withLock { $0.count } == 2)
        script.now.withLock { $0 += 1 }
        script.answers.withLock { $0 = [.success(.receipt(Self.receipt(3)))] }
        await courier.giveBack()
        #expect(try !keeper.owesAny())
        #expect(try keeper.problem() == nil)
    }

    @Test("S24: what the hub will never take is not sent again, and stands in status until its next backup", arguments: [true, false])
    func refused(isFork: Bool) async throws {
        try owing()
        let script = Script()
        let first: Answer = isFork ? .fork(Self.receipt(9)) : Self.refusal("decision-not-ours", at: 1, isFinal: true)
        script.answers.withLock { $0 = [.success(first), .success(.receipt(Self.receipt(1, of: Self.two)))] }
        await courier(script).giveBack()
        #expect(script.sent.withLock { $0.count } == 2)
        #expect(try !keeper.owesAny())
        #expect(try keeper.problem()?.message.contains(isFork ? "something else" : "decision-not-ours") == true)
        try stage([], reached: 60, keepUntil: 50)
        #expect(try kept().isEmpty && keeper.problem() == nil)
    }

    @Test("a line that fails, an older hub, or an answer that fits nothing: all stay owed, and nothing goes round in circles")
    func failures() async throws {
        try owing()
        let script = Script()
        let courier = courier(script)
        let refused = LineFailure(.rejected, "Not found.", remedy: "")
        let answers: [Result<Answer, LineFailure>] = [
            .failure(refused), .success(.images(ImagesPage(records: [], next: nil))),
            .success(.receipt(Self.receipt(0, of: ReplicaID(high: 8, low: 8)))), .success(Self.refusal("busy", at: 0, isFinal: false)),
        ]
        for answer in answers {
            script.now.withLock { $0 += DecisionReturn.unknownMilliseconds }
            script.answers.withLock { $0 = [answer] }
            await courier.giveBack()
        }
        #expect(script.sent.withLock { $0.count } <= 2 * answers.count)
        #expect(try keeper.owed(passing: [], bytesMax: 100)?.rows.map(\.first) == [1, 3])
        #expect(try keeper.owed(passing: [Self.one], bytesMax: 100)?.rows.map(\.first) == [1])
    }
}

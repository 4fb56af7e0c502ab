import Causality
import ChangeSets
import Testing

@testable import HubRuntime

@Suite("The log of one site")
struct ExchangeLogTests {
    private static let start: UInt64 = 1_700_000_000_000
    private static let minute: UInt64 = 60_000
    private let agent = SigningKey().publicKey

    private func at(_ milliseconds: UInt64) -> Timestamp { Timestamp(milliseconds: Self.start + milliseconds) }

    private func log(_ requests: [(Exchange.Request, UInt64)]) -> ExchangeLog {
        var log = ExchangeLog()
        for (request, time) in requests { log.note(request, of: agent, at: at(time)) }
        return log
    }

    private let push = Exchange.Request(.push, sets: 2, changes: 10, bytesIn: 500, bytesOut: 100)
    private let nothing = Exchange.Request(.pull, bytesIn: 200, bytesOut: 300)
    private let news = Exchange.Request(.pull, entries: 7, bytesIn: 200, bytesOut: 900)

    @Test("requests that are alike are one row for five minutes and no longer, and what they moved is added up")
    func bucket() {
        let bucket = Exchange.bucketMilliseconds
        let one = log([(push, 0), (push, Self.minute), (push, bucket)]).rows
        #expect(one.map(\.number) == [1] && one[0].requests == 3 && one[0].at == at(0) && one[0].until == at(bucket))
        #expect(one[0].sum == Exchange.Request(.push, sets: 6, changes: 30, bytesIn: 1_500, bytesOut: 300))
        let two = log([(push, 0), (push, Self.minute), (push, bucket + 1)]).rows
        #expect(two.map(\.number) == [1, 2] && two.map(\.requests) == [2, 1])
    }

    @Test("another kind, outcome or agent, and news after none, are rows of their own, which end no other one")
    func unlike() {
        var log = log([(push, 0), (nothing, 1), (news, 2), (Exchange.Request(.push, outcome: "fork"), 3), (nothing, 4), (push, 5)])
        log.note(push, of: SigningKey().publicKey, at: at(6))
        #expect(log.rows.map(\.requests) == [2, 2, 1, 1, 1] && log.rows.map(\.number) == [1, 2, 3, 4, 5])
        #expect(log.rows.map(\.sum.outcome) == ["", "", "", "fork", ""] && log.rows[4].agent != agent)
    }

    @Test(
        "where nothing moves a row goes on for an hour, as long as no pause is over five minutes",
        arguments: [Exchange.Request(.pull), Exchange.Request(.push, outcome: "agent-revoked")])
    func quiet(request: Exchange.Request) {
        let (silence, hour) = (Exchange.silenceMilliseconds, Exchange.quietMilliseconds)
        #expect(log([(request, 0), (request, silence)]).rows.map(\.requests) == [2])
        #expect(log([(request, 0), (request, silence + 1)]).rows.map(\.requests) == [1, 1])
        let asked = stride(from: 0, through: hour, by: Int(Self.minute)).map { (request, $0) }
        #expect(log(asked).rows.map(\.requests) == [61])
        #expect(log(asked.dropLast() + [(request, hour + 1)]).rows.map(\.requests) == [60, 1])
    }

    @Test("when the hub's clock is set back far, what comes then is a row of its own; a little is borne")
    func clock() {
        let day = 24 * 60 * Self.minute
        let far = log([(nothing, day), (nothing, 0), (nothing, Self.minute)]).rows
        #expect(far.map(\.requests) == [1, 2] && far[1].at == at(0))
        let little = log([(nothing, Self.minute), (nothing, 0)]).rows
        #expect(little.map(\.requests) == [2] && little[0].at == at(0) && little[0].until == at(Self.minute))
    }

    @Test("what is written is let go when nothing can join it any more; what was joined meanwhile is written again")
    func written() {
        var log = log([(push, 0), (nothing, 0)])
        let written = log.unwritten
        #expect(written.count == 2)
        log.note(push, of: agent, at: at(1))
        log.wrote(written, now: at(Exchange.silenceMilliseconds))
        #expect(log.unwritten.map(\.number) == [1] && log.rows.count == 2)
        log.wrote([], now: at(Exchange.silenceMilliseconds + 1))
        #expect(log.rows.map(\.number) == [1], "it is not in the store yet")
        log.wrote(log.unwritten, now: at(Exchange.silenceMilliseconds + 2))
        #expect(log.rows.isEmpty && log.last == 2)
        log.note(push, of: agent, at: at(2))
        #expect(log.rows.map(\.number) == [3])
    }

    @Test("as many rows are kept as the bound says, also while nothing can be written")
    func bound() {
        let apart = Exchange.bucketMilliseconds + 1
        func many(_ count: Int) -> [Int64] { log((0..<count).map { (push, UInt64($0) * apart) }).rows.map(\.number) }
        #expect(many(ExchangeLog.rowsMax).first == 1 && many(ExchangeLog.rowsMax).count == ExchangeLog.rowsMax)
        #expect(many(ExchangeLog.rowsMax + 1).first == 2 && many(ExchangeLog.rowsMax + 1).count == ExchangeLog.rowsMax)
    }

    @Test("the store's rows and those in memory are one log within its bound, and memory is the newer one")
    func joined() {
        let rows = (1...Int64(ExchangeLog.rowsMax)).map { Exchange(number: $0, push, of: agent, at: at(UInt64($0))) }
        var newer = rows[rows.count - 1]
        _ = newer.join(push, at: at(2_000))
        let whole = ExchangeLog.joined(rows, [newer])
        #expect(whole.count == ExchangeLog.rowsMax && whole.first?.number == 1 && whole.last?.requests == 2)
        let next = Exchange(number: newer.number + 1, push, of: agent, at: at(3_000))
        let moved = ExchangeLog.joined(rows, [newer, next])
        #expect(moved.count == ExchangeLog.rowsMax && moved.first?.number == 2)
        #expect(ExchangeLog.joined([], []).isEmpty)
    }

    @Test("a silence is told where nothing came for over five minutes, whichever row was the last to be heard; with the hub's start in it")
    func silences() {
        let silence = Exchange.silenceMilliseconds
        var long = Exchange(number: 1, nothing, of: agent, at: at(0))
        for time in stride(from: Self.minute, through: 20 * Self.minute, by: Int(Self.minute)) { _ = long.join(nothing, at: at(time)) }
        #expect(long.requests == 21)
        let within = Exchange(number: 2, push, of: agent, at: at(Self.minute))
        func told(_ time: UInt64, starts: [UInt64] = []) -> ExchangeAnswer {
            let row = Exchange(number: 3, push, of: agent, at: at(20 * Self.minute + time))
            return ExchangeAnswer.all([long, within, row], starts: starts.map { Self.start + $0 })[2]
        }
        #expect(told(silence).silentMilliseconds == nil)
        #expect(told(silence + 1).silentMilliseconds == silence + 1 && told(silence + 1).hubStartedAt == nil)
        let started = told(silence + 1, starts: [0, 20 * Self.minute, 20 * Self.minute + 1, 20 * Self.minute + silence + 2])
        #expect(started.hubStartedAt == Self.start + 20 * Self.minute + 1)
        #expect(told(silence, starts: [20 * Self.minute + 1]).hubStartedAt == nil)
        #expect(ExchangeAnswer.all([long, within], starts: []).allSatisfy { $0.silentMilliseconds == nil })
    }
}

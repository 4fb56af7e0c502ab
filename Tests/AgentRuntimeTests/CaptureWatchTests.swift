import Causality
import ChangeSets
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import AgentRuntime

@Suite("Capture that hangs")
struct CaptureWatchTests {
    private final class SetInstant: Sendable {
        let value = Atomic<Instant>(1_000_000)
    }

    private static let most = CaptureWatch.silenceMillisecondsMax

    @Test("capture is silent when its last sign is older than 5 minutes at two questions in a row, and not a millisecond before")
    func times() {
        #expect(Self.most == 300_000)
        var watch = CaptureWatch()
        let atBound = (0..<3).map { _ in watch.isSilent(lastSign: 1_000, now: 1_000 + Self.most) }
        #expect(atBound == [false, false, false])
        let beyond = [1, 15_001, 30_001].map { watch.isSilent(lastSign: 1_000, now: 1_000 + Self.most + $0) }
        #expect(beyond == [false, true, true])
        let getsOn = watch.isSilent(lastSign: 400_000, now: 400_001)
        #expect(!getsOn)
    }

    @Test("a machine that slept wakes with an old sign, which is no silence")
    func slept() {
        var watch = CaptureWatch()
        let (before, after) = (watch.isSilent(lastSign: 1_000, now: 2_000), watch.isSilent(lastSign: 1_000, now: 90_000_000))
        let next = watch.isSilent(lastSign: 90_000_001, now: 90_015_000)
        // It sleeps once more, before capture has looked again.
        let again = watch.isSilent(lastSign: 90_000_001, now: 190_000_000)
        #expect(!before && !after && !next && !again)
    }

    @Test("the agent notices from outside, says so in its status, and that it gets on again")
    func told() async throws {
        let folder = try TemporaryFolder()
        let data = DataFolder(folder.file("agent"))
        let membership = Membership(
            hubAddress: "http://127.0.0.1:9", allowsPlainHTTP: false, site: "shop", kind: "store", region: "",
            hubKey: SigningKey().publicKey.description, hub: ReplicaID(high: 1, low: 1).description)
        try AgentSettings(queue: try data.open().queue).write(.membership, membership)
        _ = try KeyFile.readOrMake(in: data.path)
        let lock = try data.lock()
        let now = SetInstant()
        let clock = AgentClock(monotonic: { now.value.load(ordering: .relaxed) }, wall: AgentClock.system.wall)
        let agent = try Agent(folder: data, clock: clock, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let host = LineHost(agent: agent)
        func codes() throws -> [String] { try AgentStatus.read(folder: data).problems.map(\.code).filter { $0 == "source-silent" } }
        for seconds: UInt64 in [0, 300] {
            now.value.store(1_000_000 + seconds * 1_000, ordering: .relaxed)
            await host.watchCapture()
            #expect(try codes().isEmpty)
        }
        for seconds: UInt64 in [301, 316] {
            now.value.store(1_000_000 + seconds * 1_000, ordering: .relaxed)
            await host.watchCapture()
        }
        #expect(try codes() == ["source-silent"])
        _ = await agent.keeper.drain()
        #expect(agent.keeper.sign.last == SignOfLife.Sign(at: 1_316_000))
        await host.watchCapture()
        #expect(try codes().isEmpty)
        withExtendedLifetime((lock, folder)) {}
    }
}

import Testing
import Threads

struct DetachedThreadTests {
    @Test("the body runs, once")
    func runs() async throws {
        let (ran, sender) = AsyncStream<Int>.makeStream()
        try DetachedThread.start(stackBytes: 128 << 10) {
            sender.yield(1)
            sender.finish()
        }
        #expect(await ran.reduce(0, +) == 1)
    }

    @Test("where the system gives no thread, an error says why, and the body does not run")
    func noThread() {
        #expect(throws: ThreadError.self) {
            try DetachedThread.start(stackBytes: 1 << 50) { Issue.record("ran") }
        }
    }
}

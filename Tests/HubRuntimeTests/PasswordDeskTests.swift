import Dispatch
import Testing

@testable import HubRuntime

@Suite("The desk where passwords are hashed")
struct PasswordDeskTests {
    @Test("so many may wait; one more is sent away at once, and all others get their turn", arguments: [0, 1])
    func waiting(more: Int) async throws {
        let (desk, door) = (PasswordDesk(), DispatchSemaphore(value: 0))
        let come = PasswordDesk.waitingMax + more
        let refused = await withTaskGroup(of: HubError.Code?.self) { group in
            for _ in 0..<come {
                group.addTask {
                    do {
                        // On a thread of the desk's own, so that it may block.
                        try await desk.inTurn { door.wait() }
                        return nil
                    } catch { return (error as? HubError)?.code }
                }
            }
            while await desk.waiting < PasswordDesk.waitingMax { await Task.yield() }
            // Who is sent away is so before any other is let through.
            var refused: [HubError.Code] = []
            for _ in 0..<more { if let code = await group.next().flatMap({ $0 }) { refused.append(code) } }
            for _ in 0..<PasswordDesk.waitingMax { door.signal() }
            for await code in group { if let code { refused.append(code) } }
            return refused
        }
        #expect(refused == Array(repeating: .busy, count: more))
        #expect(await desk.waiting == 0)
    }
}

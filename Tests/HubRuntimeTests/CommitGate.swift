import Foundation
import Synchronization

@testable import HubRuntime

/// Holds a commit of a hub under way until it is opened.
final class CommitGate: Sendable {
    private let isOpen = Atomic(false)

    func open() { isOpen.store(true, ordering: .releasing) }

    /// Begins a commit, and returns when it is under way. What is returned ends with it.
    func hold(_ hub: Hub) async -> Task<Void, any Error> {
        let (starts, start) = AsyncStream<Void>.makeStream()
        let holder = Task {
            try await hub.queue.submit(bytes: 1, to: hub) { _, _, _ in
                start.yield()
                self.wait()
            }
        }
        for await _ in starts { break }
        return holder
    }

    /// Should what is tested be broken, nobody opens it.
    private func wait() { for _ in 0..<20_000 where !isOpen.load(ordering: .acquiring) { usleep(1_000) } }
}

/// How slowly a body may come, and an answer go: each takes room meanwhile that others wait for.
public struct LinePace: Hashable, Sendable {
    /// For so long nothing is asked of a line.
    public static let graceSeconds = 30
    /// After that, over the whole body: half of what a line of 64 kbit/s carries.
    public static let bytesPerSecondMin = 4_000

    public static let usual = LinePace(graceSeconds: graceSeconds, bytesPerSecondMin: bytesPerSecondMin)

    var graceSeconds: Int
    var bytesPerSecondMin: Int

    public init(graceSeconds: Int, bytesPerSecondMin: Int) {
        self.graceSeconds = graceSeconds
        self.bytesPerSecondMin = bytesPerSecondMin
    }

    /// So long so many bytes may take.
    func allowance(for bytes: Int) -> Duration { .seconds(graceSeconds) + .milliseconds(bytes * 1_000 / bytesPerSecondMin) }

    /// Runs `work`, and ends it where it lasts longer than so many bytes may.
    ///
    /// - Parameter sleep: the clock's.
    /// - Throws: `LineTooSlow`, or what `work` throws.
    func hold(
        _ bytes: Int, _ work: @escaping @Sendable () async throws -> Void,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) async throws {
        let allowance = allowance(for: bytes)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask(operation: work)
            tasks.addTask {
                try await sleep(allowance)
                throw LineTooSlow()
            }
            defer { tasks.cancelAll() }
            _ = try await tasks.next()
        }
    }
}

/// Whoever reads an answer takes too long: the connection is closed.
struct LineTooSlow: Error {}

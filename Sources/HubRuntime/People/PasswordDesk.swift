import Threads

/// Hashes passwords on a thread of their own, one after the other: each takes memory and a core for a while, and many at once, which
/// anybody can ask for, would take them from the shops.
actor PasswordDesk {
    private var last: Task<Void, Never>?
    private(set) var waiting = 0

    /// Who comes when so many wait is sent away.
    static let waitingMax = 32

    func hash(_ password: String, salt: [UInt8], cost: PasswordHash.Cost) async throws -> PasswordHash {
        try await inTurn { try PasswordHash(of: password, salt: salt, cost: cost) }
    }

    func isRight(_ password: String, for hash: PasswordHash) async throws -> Bool { try await inTurn { try hash.isOf(password) } }

    func inTurn<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        guard waiting < Self.waitingMax else {
            throw HubError(.busy, "Too many people sign in at once.", remedy: "Try again in a few seconds.")
        }
        waiting += 1
        defer { waiting -= 1 }
        let before = last
        let turn = Task {
            await before?.value
            return try await Self.onOwnThread(body)
        }
        last = Task { _ = try? await turn.value }
        return try await turn.value
    }

    private static let stackBytes = 256 << 10

    private static func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try DetachedThread.start(stackBytes: stackBytes) { continuation.resume(with: Result(catching: body)) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}

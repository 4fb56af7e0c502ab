import Mutants
import Synchronization

/// How long the commit under way has been at work: a store that hangs gives no error, and everybody would wait without a word.
final class CommitWatch: Sendable {
    private let since = Mutex<UInt64?>(nil)
    private let most: UInt64
    private let clock: @Sendable () -> UInt64

    /// - Parameters:
    ///   - most: milliseconds after which a commit counts as late.
    ///   - clock: milliseconds, never set back.
    init(most: UInt64, clock: @escaping @Sendable () -> UInt64) {
        self.most = most
        self.clock = clock
    }

    func begin() {
        let now = clock()
        since.withLock { $0 = now }
    }

    func end() { since.withLock { $0 = nil } }

    /// Milliseconds; 0 when no commit is under way.
    var age: UInt64 {
        guard let since = since.withLock({ $0 }) else { return 0 }
        return clock() - min(since, clock())
    }

    /// What those are told who would wait for a commit that is late; `nil`: none is.
    var lateness: HubError? {
        let age = age
        guard age > most, !Mutant.watchesNoCommit.isOn else { return nil }
        return HubError(
            .busy, "A commit has been under way for \(age / 1_000) seconds, and nothing else is written meanwhile.",
            remedy: "Agents try again by themselves. If it stays, look at the disk of the hub's folder, then restart the hub.")
    }
}

extension Hub {
    /// Why nothing is committed at present, for who watches the hub; `nil` when commits work. It tells nothing but that.
    public var commitProblem: HubError? {
        if let late = commitWatch.lateness { return late }
        guard let trouble = trouble.withLock({ $0 }) else { return nil }
        return HubError(trouble.code, "The last commit failed, so nothing is acknowledged.", remedy: "`tributary status` says why.")
    }

    /// How long the commit under way has been at work, in milliseconds; 0 when none is.
    public var commitAge: UInt64 { commitWatch.age }

    public static let systemMonotonic: @Sendable () -> UInt64 = {
        let start = SuspendingClock.now
        return {
            let passed = (SuspendingClock.now - start).components
            return UInt64(passed.seconds) * 1_000 + UInt64(passed.attoseconds / 1_000_000_000_000_000)
        }
    }()

    /// Writes what a question shows of its agent. What cannot be written is no reason to refuse the question, and a store that is slow, or
    /// hangs, none to let it wait: the commit is waited for a moment only.
    func note(_ work: @escaping @Sendable (any HubWriting) throws -> Void) async {
        await withCheckedContinuation { continuation in
            let waiter = Waiter(continuation)
            let patience = Task {
                // Cancelled when the commit was quicker.
                do { try await Task.sleep(for: options.notePatience) } catch { return }
                waiter.resume()
            }
            Task {
                // What is not written is found out anew at a later question.
                try? await queue.submit(bytes: 256, to: self) { store, _, _ in try work(store) }
                patience.cancel()
                waiter.resume()
            }
        }
    }
}

/// Lets one who waits go on, once.
private final class Waiter: Sendable {
    private let continuation: Mutex<CheckedContinuation<Void, Never>?>

    init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = Mutex(continuation) }

    func resume() {
        let waiting = continuation.withLock { present in
            defer { present = nil }
            return present
        }
        waiting?.resume()
    }
}

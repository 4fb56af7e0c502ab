import Glibc

/// A thread of our own, for a call that blocks for long: Swift's pool has only as many threads as the machine has cores.
public enum DetachedThread {
    /// Runs `body` on a new thread, which ends with it. Signals are left to the program's other threads.
    ///
    /// - Parameter stackBytes: all that `body` may use; the system's default of 8 MB is too much beside a till.
    /// - Throws: `ThreadError` when the system gives no thread; `body` does not run then.
    public static func start(stackBytes: Int, _ body: @escaping @Sendable () -> Void) throws(ThreadError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackBytes)
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body))
        let code = pthread_create(&thread, &attributes, run, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw ThreadError(reason: String(cString: strerror(code)))
        }
    }

    fileprivate final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

private func run(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    Unmanaged<DetachedThread.Work>.fromOpaque(context).takeRetainedValue().body()
    return nil
}

/// The system gave no thread.
public struct ThreadError: Error, Hashable, Sendable {
    /// The system's own words.
    public var reason: String
}

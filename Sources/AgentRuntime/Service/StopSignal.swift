import Synchronization

/// Tells work that may take long (a large drain, a wait for the application's lock, cutting a backlog) that the program ends.
///
/// An actor that is busy cannot be asked anything; this can be raised from anywhere, and the work looks at it
/// between its steps. Whatever it gives up then is done again after the next start, as after a kill.
public final class StopSignal: Sendable {
    private let raised = Atomic(false)

    public init() {}

    public func raise() { raised.store(true, ordering: .relaxed) }

    public var isRaised: Bool { raised.load(ordering: .relaxed) }

    /// - Throws: `CancellationError` once `raise` was called.
    public func check() throws {
        if isRaised { throw CancellationError() }
    }
}

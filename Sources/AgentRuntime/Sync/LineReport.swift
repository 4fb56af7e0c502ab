import Causality
import ChangeSets

/// What `status` says about the line. Changes only when something worth telling changes.
public struct LineReport: Hashable, Sendable {
    public struct Refused: Hashable, Sendable {
        public var code: String
        public var message: String
        public var remedy: String
    }

    /// Changes that the hub has not acknowledged.
    public var queued: UInt64 = 0
    public var pushFailure: LineFailure?
    public var pullFailure: LineFailure?
    /// The agent's own disk: what was received cannot be kept.
    public var storeFailure: LineFailure?
    public var refusals: [ReplicaID: Refused] = [:]
    /// The hub has less than it acknowledged: it was restored, and is being sent what it lacks.
    public var hubRestored = false
    /// Connected, no error and no progress.
    public var isStalled = false
    /// The same of what the hub sends: no page leads on.
    public var isViewStalled = false
    /// The hub's clock at its last valid answer to each lane.
    public var lastPush: Timestamp?
    public var lastPull: Timestamp?
    /// The view was as new as the hub's at `lastPull`.
    public var isConsistent = false
    public var agreement = Agreement()

    public init() {}

    mutating func pushed(at time: Timestamp) {
        lastPush = time
        pushFailure = nil
    }

    mutating func pulled(at time: Timestamp, isConsistent: Bool) {
        lastPull = time
        self.isConsistent = isConsistent
        pullFailure = nil
        if pushFailure?.kind == .unreachable { pushFailure = nil }
    }
}

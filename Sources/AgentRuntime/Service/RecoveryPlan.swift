import Causality

/// What a source that went back in time does next, as a pure choice (S15, S22).
enum RecoveryPlan: Hashable, Sendable {
    /// What is sealed has to be at the hub first.
    case waitForPush
    /// Follow this dot (`nil`: nothing). `abandons`: what is unsent of the former replica is another history than
    /// the hub's, or can no longer be read.
    case follow(Dot?, abandons: Bool)
    /// The same, but file and folder are one history and the hub's another: a clone, or this machine before it was restored,
    /// wrote on. What is unsent is captured anew under a source id of its own (S22). Counter 0: they share nothing of this replica,
    /// but what it follows.
    case part(Dot)

    /// - Parameters:
    ///   - named: the last dot of the drain that the file names.
    ///   - namesOwnDrain: whether this folder sealed that drain itself. If not, the folder is an old copy and the
    ///     file's line is the one to follow, whatever the folder has unsent.
    ///   - unsent: what this folder has of that replica and the hub has not.
    ///   - hubLast: the last counter that the hub has of it.
    ///   - cannotSend: what is unsent cannot be sent, because this disk has damaged it or it is no longer kept.
    ///   - follows: what the named replica follows itself.
    ///   - shared: where this folder has already left the replica, how far the hub's history of it is the file's.
    init(
        named: Dot?, namesOwnDrain: Bool, unsent: Unsent, hubLast: UInt64, cannotSend: Bool = false, follows: Dot? = nil,
        shared: UInt64? = nil
    ) {
        guard let named else {
            self = .follow(nil, abandons: false)
            return
        }
        if let shared {
            // What the hub never had of it cannot be followed; it has what that followed.
            self = .follow(hubLast == 0 ? follows : Dot(named.replica, min(named.counter, shared, hubLast)), abandons: false)
            return
        }
        switch unsent {
        case .some(let acknowledged):
            let last = min(named.counter, acknowledged)
            self = cannotSend ? .follow(last == 0 ? follows : Dot(named.replica, last), abandons: true) : .waitForPush
        case .forked(let acknowledged) where namesOwnDrain:
            self = .part(Dot(named.replica, min(named.counter, acknowledged)))
        case .nothing, .forked:
            let last = min(named.counter, hubLast)
            self = .follow(last == 0 ? nil : Dot(named.replica, last), abandons: unsent != .nothing)
        }
    }
}

/// What a folder has of a replica and the hub has not. What is acknowledged is known to be the hub's, too (`Outbox.agree`).
enum Unsent: Hashable, Sendable {
    case nothing
    /// It goes after what is acknowledged.
    case some(after: UInt64)
    /// The hub has other changes under those counters: another disk wrote them. The histories part after what is acknowledged.
    case forked(after: UInt64)

    /// - Parameters:
    ///   - queue: how far the folder got with the replica; `nil` when it does not know it.
    ///   - hubLast: the last counter that the hub has of it.
    ///   - standing: how that compares with what this folder stored. An acknowledgement that was lost on its way is no fork:
    ///     the hub may well have more of our own history than we were told.
    init(_ queue: QueueStanding?, hubLast: UInt64, standing: Standing) {
        let known = queue?.acknowledged ?? 0
        let acknowledged = standing == .agrees ? max(known, hubLast) : known
        guard (queue?.sealed ?? 0) > acknowledged else {
            self = .nothing
            return
        }
        self = hubLast > acknowledged ? .forked(after: acknowledged) : .some(after: acknowledged)
    }
}

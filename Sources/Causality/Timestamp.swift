/// A writer's wall clock in milliseconds since 1970 (UTC), 48 bits wide.
///
/// It never decides causality (law 7). It breaks ties between concurrent writes and is shown to people.
public struct Timestamp: Hashable, Sendable, Comparable {
    public static let largest = Timestamp(milliseconds: (1 << 48) - 1)

    public let milliseconds: UInt64

    /// Clamped to 48 bits: year 10889 is far enough.
    public init(milliseconds: UInt64) {
        self.milliseconds = min(milliseconds, (1 << 48) - 1)
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    public func advanced(byMilliseconds amount: UInt64) -> Timestamp {
        Timestamp(milliseconds: milliseconds.addingReportingOverflow(amount).overflow ? .max : milliseconds + amount)
    }
}

/// Gives a replica's changes times that never fall, whatever the wall clock does (S10).
///
/// It absorbs no other writer's time: one clock that is years ahead must not drag others along.
public struct MonotonicTime: Hashable, Sendable {
    public private(set) var last: Timestamp

    public init(last: Timestamp = Timestamp(milliseconds: 0)) { self.last = last }

    public mutating func next(wallClock: Timestamp) -> Timestamp {
        last = max(last, wallClock)
        return last
    }
}

/// The order between concurrent writes, total, so that every tie has a winner, equal values too (S10).
///
/// A time inside the bound that the hub measured beats one outside it; then the later milliseconds win,
/// then the higher replica, then the higher counter.
public struct Precedence: Hashable, Sendable, Comparable {
    public var isInBound: Bool
    public var time: Timestamp
    public var dot: Dot

    public init(isInBound: Bool, time: Timestamp, dot: Dot) {
        self.isInBound = isInBound
        self.time = time
        self.dot = dot
    }

    public static func < (left: Precedence, right: Precedence) -> Bool {
        if left.isInBound != right.isInBound { return !left.isInBound }
        return (left.time, left.dot) < (right.time, right.dot)
    }
}

/// How far a writer's time may be from the hub's before it loses ties.
///
/// The verdict is given once, at admission, and stored with the change, so that a rebuild from the
/// journal gives the same winners (law 4).
public struct ClockBound: Hashable, Sendable {
    public var toleranceMilliseconds: UInt64

    public init(toleranceMilliseconds: UInt64 = 5 * 60 * 1000) { self.toleranceMilliseconds = toleranceMilliseconds }

    /// - Parameters:
    ///   - time: the change's own time.
    ///   - arrival: the hub's clock when the change arrived.
    ///   - offsetMilliseconds: the agent's clock minus the hub's, measured on the same exchange.
    ///   - opened: the hub's clock when it first heard of the writer; nothing was written long before that.
    public func admits(_ time: Timestamp, arrival: Timestamp, offsetMilliseconds: Int64, opened: Timestamp) -> Bool {
        guard offsetMilliseconds.magnitude <= toleranceMilliseconds else { return false }
        let latest = arrival.advanced(byMilliseconds: toleranceMilliseconds)
        let earliest = opened.milliseconds.subtractingReportingOverflow(Self.offlineBeforeEnrolmentMilliseconds)
        return time <= latest && (earliest.overflow || time.milliseconds >= earliest.partialValue)
    }

    /// A year: what a source may have recorded before the hub first heard of it.
    private static let offlineBeforeEnrolmentMilliseconds: UInt64 = 366 * 24 * 3600 * 1000
}

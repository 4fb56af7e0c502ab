import ChangeSets

/// When the hub is told what the sources map: after a start, after a change, and once a day, in case that it was restored meanwhile.
///
/// A hub of an earlier version does not know the question. That is no fault of the line, and it is not asked again before the next start.
struct MappingTelling: Sendable {
    enum Outcome: Hashable, Sendable {
        case told
        /// The hub will not take it, now or later.
        case refused
        /// Nobody answered, or not the hub, or it is busy.
        case failed
    }

    static let everyMilliseconds: UInt64 = 24 * 3_600_000
    static let retryMilliseconds: UInt64 = 10 * 60_000

    private var last: MappingReport?
    private var notBefore: Instant = 0
    private var isTelling = false
    private var isRefused = false

    /// - Returns: whether to tell this now; then `end` follows.
    mutating func begin(_ report: MappingReport, now: Instant) -> Bool {
        guard !isTelling, !isRefused, last != report || now >= notBefore else { return false }
        last = report
        isTelling = true
        return true
    }

    mutating func end(_ outcome: Outcome, now: Instant) {
        isTelling = false
        isRefused = outcome == .refused
        notBefore = now + (outcome == .told ? Self.everyMilliseconds : Self.retryMilliseconds)
    }
}

extension MappingTelling.Outcome {
    init(_ failure: LineFailure) {
        switch failure.kind {
        case .rejected, .tooLarge: self = .refused
        case .unreachable, .busy, .notTheHub, .untrusted, .unauthorised, .local: self = .failed
        }
    }
}

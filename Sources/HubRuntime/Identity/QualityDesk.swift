import Causality

/// What was found when all customers' records and articles were last looked through, and whether they are just now.
public struct QualityStanding: Sendable {
    /// The report as a document; `nil`: they were never looked through.
    public var report: JSONAnswer?
    /// Since when they are being looked through anew, in milliseconds since 1970.
    public var since: UInt64?
    /// Why that failed the last time.
    public var problem: HubError?

    public init(report: JSONAnswer? = nil, since: UInt64? = nil, problem: HubError? = nil) {
        self.report = report
        self.since = since
        self.problem = problem
    }
}

/// Lets the records be looked through once at a time, and keeps the last report: whoever asks meanwhile gets the one under way.
final class QualityDesk: Sendable {
    private let kept = KeptAnswer<JSONAnswer>()

    var standing: QualityStanding {
        let standing = kept.standing
        return QualityStanding(report: standing.last, since: standing.since?.milliseconds, problem: standing.problem as? HubError)
    }

    var isStopped: Bool { kept.isStopped }

    /// The look under way; where there is none, `look` begins.
    ///
    /// - Throws: `hub-stopping`.
    func begin(now: Timestamp, _ look: @escaping @Sendable () async throws -> JSONAnswer) throws -> Task<JSONAnswer, any Error> {
        guard case .making(let task, _, _) = kept.find(now: now, { _ in try await Self.telling(look) }), !isStopped else {
            throw Self.stopping
        }
        return task
    }

    /// What goes wrong is told with a remedy.
    private static func telling(_ look: @Sendable () async throws -> JSONAnswer) async throws -> JSONAnswer {
        do { return try await look() } catch let error as HubError { throw error } catch {
            throw HubError(.storageFailed, "The records could not be looked through: \(error).", remedy: "Look at the hub's log.")
        }
    }

    /// A report that an earlier run of the hub has kept.
    func remember(_ report: JSONAnswer) { kept.remember(report) }

    /// Ends the look under way, which notices it at the next record.
    func stop() async { await kept.stop() }

    static let stopping = HubError(.stopping, "The hub is stopping.", remedy: "Ask again when it runs.")
}

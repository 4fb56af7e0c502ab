import Causality
import ChangeSets
import Synchronization

/// A site's view had come to a position by a time, as its next question showed.
public struct SiteViewRow: Hashable, Sendable {
    public var site: SiteNumber
    public var at: Timestamp
    /// Number of the line that the view contained.
    public var number: UInt64

    public init(site: SiteNumber, at: Timestamp, number: UInt64) {
        self.site = site
        self.at = at
        self.number = number
    }
}

/// Notices how far the sites' views have come: an agent that asks on from where a page was consistent has that page on disk.
///
/// It is no part of the journal and nobody's truth: it answers "what did this site know then", to within some minutes.
final class SiteViews: Sendable {
    /// A site's view is written down this often at most.
    static let everyMilliseconds: UInt64 = 5 * 60_000
    static let keptMilliseconds: UInt64 = 90 * 24 * 3_600_000

    private struct Known {
        /// Where the last page that it was given is consistent.
        var given: UInt64?
        var written: SiteViewRow?
    }

    private let known = Mutex<[SiteNumber: Known]>([:])

    func gave(_ position: Position?, to site: SiteNumber) {
        known.withLock { $0[site, default: Known()].given = position?.number }
    }

    /// What is to be written down when a site asks with this cursor; `nil`: nothing new.
    func row(_ site: SiteNumber, cursor: Position?, now: Timestamp) -> SiteViewRow? {
        known.withLock { known in
            guard let cursor, let one = known[site], one.given == cursor.number, one.written?.number != cursor.number,
                one.written.map({ now >= $0.at.advanced(byMilliseconds: Self.everyMilliseconds) }) ?? true
            else { return nil }
            let row = SiteViewRow(site: site, at: now, number: cursor.number)
            known[site]?.written = row
            return row
        }
    }
}

extension Hub {
    /// Writes down how far an agent's view has come, now and then. What cannot be written is no reason to refuse its question.
    func noteView(of agent: AgentRecord, cursor: Position?, now: Timestamp) async {
        guard let row = views.row(agent.site.number, cursor: cursor, now: now) else { return }
        let oldest = Timestamp(milliseconds: now.milliseconds - min(now.milliseconds, SiteViews.keptMilliseconds))
        await note { store in
            try store.put(row)
            try store.deleteSiteViews(of: row.site, before: oldest)
        }
    }
}

import Causality
import ChangeSets
import Synchronization

/// The logs of all sites, in memory; the pulse takes what is new in them to the store.
final class ExchangeLogs: Sendable {
    private let logs: Mutex<[SiteNumber: ExchangeLog]>

    /// - Parameter last: the number of each site's last row in the store.
    init(_ last: [(site: SiteNumber, number: Int64)]) {
        logs = Mutex(Dictionary(last.map { ($0.site, ExchangeLog(last: $0.number)) }, uniquingKeysWith: { first, _ in first }))
    }

    func note(_ request: Exchange.Request, of agent: AgentRecord, at time: Timestamp) {
        logs.withLock { $0[agent.site.number, default: ExchangeLog()].note(request, of: agent.key, at: time) }
    }

    func rows(of site: SiteNumber) -> [Exchange] { logs.withLock { $0[site]?.rows ?? [] } }

    var unwritten: UnwrittenExchanges {
        logs.withLock { logs in
            let sites = logs.mapValues(\.unwritten).filter { !$0.value.isEmpty }
            return UnwrittenExchanges(sites: sites.sorted { $0.key < $1.key }.map { (site: $0.key, rows: $0.value) })
        }
    }

    func wrote(_ unwritten: UnwrittenExchanges, now: Timestamp?) {
        logs.withLock { logs in
            let sites = Dictionary(unwritten.sites.map { ($0.site, $0.rows) }, uniquingKeysWith: { first, _ in first })
            for site in Array(logs.keys) { logs[site]?.wrote(sites[site] ?? [], now: now) }
        }
    }
}

/// What the store lacks of the logs.
struct UnwrittenExchanges: Sendable {
    var sites: [(site: SiteNumber, rows: [Exchange])]

    /// About how many bytes there are to write.
    var byteCount: Int { sites.reduce(0) { $0 + 128 * $1.rows.count } }

    func write(to store: any HubWriting) throws {
        for (site, rows) in sites {
            for row in rows { try store.put(row, of: site) }
            try store.deleteExchanges(of: site, through: ExchangeLog.end(before: rows.last?.number ?? 0))
        }
    }
}

extension Hub {
    /// Rows of a page where nobody says how many, and the most.
    public static let exchangesUsual = 50
    public static let exchangesPageMax = 200

    /// Notes that an agent's request was answered, or refused. It costs no write of its own.
    public func noteExchange(_ request: Exchange.Request, of agent: AgentRecord, at time: Timestamp) {
        exchanges.note(request, of: agent, at: time)
    }

    /// What a site and the hub said to each other, the newest first.
    ///
    /// - Parameter place: `next` of the page before.
    /// - Throws: `site-unknown`; `request-invalid` for a limit that is not 1 to `exchangesPageMax`, or a place that is none.
    public func exchanges(of name: String, after place: String? = nil, limit: Int = Hub.exchangesUsual) async throws -> SiteExchanges {
        try Self.checkLimit(limit, max: Self.exchangesPageMax)
        let number = try Self.place(place) { Int64($0) } ?? .max
        let site = try await store.read { try Self.site(name, $0).number }
        // Before the store is looked at: what goes there meanwhile is seen twice rather than not at all.
        let recent = exchanges.rows(of: site)
        let (stored, starts) = try await store.read { store in
            (try store.exchanges(of: site), try store.generations().map(\.opened.milliseconds))
        }
        let answers = ExchangeAnswer.all(ExchangeLog.joined(stored, recent), starts: starts)
        let behind = answers.reversed().drop { $0.number >= number }
        return SiteExchanges(
            rows: ListPage(Array(behind.prefix(limit + 1)), limit: limit, next: { String($0.number) }, { $0 }),
            heardAt: answers.map(\.until).max())
    }

    /// Takes what is new in the logs to the store when the pulse does not come any more.
    func keepExchanges() async {
        let unwritten = exchanges.unwritten
        guard !unwritten.sites.isEmpty else { return }
        do {
            try await store.write { try unwritten.write(to: $0) }
            exchanges.wrote(unwritten, now: nil)
        } catch {
            logger.notice("the last minute of the sites' logs could not be written", metadata: ["error": "\(error)"])
        }
    }
}

/// Some of a site's log.
public struct SiteExchanges: Sendable {
    /// The newest first.
    public var rows: ListPage<ExchangeAnswer>
    /// When the last request of the whole log was answered, in milliseconds by the hub's clock.
    public var heardAt: UInt64?

    public init(rows: ListPage<ExchangeAnswer>, heardAt: UInt64?) {
        self.rows = rows
        self.heardAt = heardAt
    }
}

/// A row of a site's log. Times are the hub's, in milliseconds.
public struct ExchangeAnswer: Codable, Hashable, Sendable {
    public var number: Int64
    public var at: UInt64
    public var until: UInt64
    public var kind: Exchange.Kind
    /// Empty: taken.
    public var outcome: String
    /// 64 hexadecimal digits.
    public var agent: String
    public var requests: Int
    public var sets: Int
    public var changes: Int
    public var entries: Int
    public var bytesIn: Int
    public var bytesOut: Int
    /// How long nothing had come before it, when that is longer than an agent stays quiet by itself.
    public var silentMilliseconds: UInt64?
    /// When the hub was last started within that time: it may have been the one that was away.
    public var hubStartedAt: UInt64?

    init(_ row: Exchange) {
        number = row.number
        at = row.at.milliseconds
        until = row.until.milliseconds
        kind = row.sum.kind
        outcome = row.sum.outcome
        agent = row.agent.description
        requests = row.requests
        sets = row.sum.sets
        changes = row.sum.changes
        entries = row.sum.entries
        bytesIn = row.sum.bytesIn
        bytesOut = row.sum.bytesOut
    }

    /// - Parameters:
    ///   - rows: the whole log, by number. Rows overlap, so a silence is told by all that came before.
    ///   - starts: when the hub was started, the oldest first.
    static func all(_ rows: [Exchange], starts: [UInt64]) -> [ExchangeAnswer] {
        var heard: UInt64?
        return rows.map { row in
            var answer = ExchangeAnswer(row)
            if let heard, answer.at > heard + Exchange.silenceMilliseconds {
                answer.silentMilliseconds = answer.at - heard
                answer.hubStartedAt = starts.last { $0 > heard && $0 <= answer.at }
            }
            heard = max(heard ?? 0, answer.until)
            return answer
        }
    }
}

import Causality
import HubRuntime

// What sites and the hub said to each other.
extension Session {
    func exchanges(of site: SiteNumber) throws -> [Exchange] {
        try all(
            """
            SELECT number, agent, at, until, kind, outcome, requests, sets, changes, entries, bytes_in, bytes_out
            FROM exchange WHERE site = ? ORDER BY number
            """, bind: { $0.bind(site) }
        ) { row in
            guard let kind = Exchange.Kind(rawValue: row.string(4)) else { throw Self.damaged("A site's log") }
            return Exchange(
                number: row.int64(0), agent: try row.key(1), at: row.time(2), until: row.time(3), requests: Int(row.int64(6)),
                sum: Exchange.Request(
                    kind, outcome: row.string(5), sets: Int(row.int64(7)), changes: Int(row.int64(8)), entries: Int(row.int64(9)),
                    bytesIn: Int(row.int64(10)), bytesOut: Int(row.int64(11))))
        }
    }

    /// Site by site: a look at the end of each, where one over all would walk the whole table.
    func lastExchanges() throws -> [(site: SiteNumber, number: Int64)] {
        try all(
            """
            SELECT s.number, e.number FROM site AS s
            JOIN exchange AS e ON e.site = s.number AND e.number = (SELECT max(number) FROM exchange WHERE site = s.number)
            ORDER BY s.number
            """
        ) { (site: $0.int32(0), number: $0.int64(1)) }
    }

    func put(_ exchange: Exchange, of site: SiteNumber) throws {
        try run(
            """
            INSERT OR REPLACE INTO exchange
                (site, number, agent, at, until, kind, outcome, requests, sets, changes, entries, bytes_in, bytes_out)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ) {
            $0.bind(site)
            $0.bind(exchange.number)
            $0.bind(exchange.agent.bytes)
            $0.bind(exchange.at)
            $0.bind(exchange.until)
            $0.bind(exchange.sum.kind.rawValue)
            $0.bind(exchange.sum.outcome)
            $0.bind(Int64(exchange.requests))
            $0.bind(Int64(exchange.sum.sets))
            $0.bind(Int64(exchange.sum.changes))
            $0.bind(Int64(exchange.sum.entries))
            $0.bind(Int64(exchange.sum.bytesIn))
            $0.bind(Int64(exchange.sum.bytesOut))
        }
    }

    func deleteExchanges(of site: SiteNumber, through number: Int64) throws {
        try run("DELETE FROM exchange WHERE site = ? AND number <= ?") {
            $0.bind(site)
            $0.bind(number)
        }
    }
}

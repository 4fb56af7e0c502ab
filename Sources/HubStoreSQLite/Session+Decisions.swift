import Causality
import ChangeSets
import HubRuntime

// Operators' decisions.
extension Session {
    private static func decision(_ row: RawStatement) throws -> DecisionRow {
        guard let choice = Decision.Choice(rawValue: row.string(2)) else { throw damaged("A decision") }
        return DecisionRow(
            record: row.record(0), conflict: row.string(1), choice: choice, fingerprint: row.string(3), undone: row.optionalRecord(4))
    }

    func decision(_ record: RecordNumber) throws -> DecisionRow? {
        try first("SELECT * FROM decision WHERE record = ?", bind: { $0.bind(record) }, Self.decision)
    }

    func decisions(on conflict: String) throws -> [DecisionRow] {
        try all("SELECT * FROM decision WHERE conflict = ? ORDER BY record", bind: { $0.bind(conflict) }, Self.decision)
    }

    func decisions(choosing choice: Decision.Choice) throws -> [DecisionRow] {
        try all(
            "SELECT * FROM decision WHERE choice = ? AND undone IS NULL ORDER BY record", bind: { $0.bind(choice.rawValue) }, Self.decision)
    }

    func decisions(everChoosing choice: Decision.Choice) throws -> [DecisionRow] {
        try all("SELECT * FROM decision WHERE choice = ? ORDER BY record", bind: { $0.bind(choice.rawValue) }, Self.decision)
    }

    func decisions(after record: RecordNumber?, limit: Int) throws -> [DecisionRow] {
        try all(
            "SELECT * FROM decision WHERE record < ? ORDER BY record DESC LIMIT ?",
            bind: {
                $0.bind(record?.raw ?? .max)
                $0.bind(Int64(limit))
            }, Self.decision)
    }

    func put(_ decision: DecisionRow) throws {
        try run("INSERT OR REPLACE INTO decision VALUES (?, ?, ?, ?, ?)") {
            $0.bind(decision.record)
            $0.bind(decision.conflict)
            $0.bind(decision.choice.rawValue)
            $0.bind(decision.fingerprint)
            $0.bind(decision.undone)
        }
    }

    func siteView(_ site: SiteNumber, at time: Timestamp) throws -> SiteViewRow? {
        try first(
            "SELECT site, at, number FROM site_view WHERE site = ? AND at <= ? ORDER BY at DESC LIMIT 1",
            bind: {
                $0.bind(site)
                $0.bind(time)
            }
        ) { SiteViewRow(site: $0.int32(0), at: $0.time(1), number: $0.uint64(2)) }
    }

    func put(_ view: SiteViewRow) throws {
        try run("INSERT OR REPLACE INTO site_view VALUES (?, ?, ?)") {
            $0.bind(view.site)
            $0.bind(view.at)
            $0.bind(view.number)
        }
    }

    func deleteSiteViews(of site: SiteNumber, before time: Timestamp) throws {
        try run("DELETE FROM site_view WHERE site = ? AND at < ?") {
            $0.bind(site)
            $0.bind(time)
        }
    }
}

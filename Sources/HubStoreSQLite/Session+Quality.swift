import Causality
import ChangeSets
import HubRuntime
import Profiles

/// How good the data was, day by day.
extension Session {
    func qualityDays(of entity: QualityEntity, since day: UInt64) throws -> [QualityDay] {
        try all(
            "SELECT field, at, records, present, valid FROM quality_day WHERE day >= ? AND entity = ? ORDER BY day, field",
            bind: {
                $0.bind(Int64(clamping: day))
                $0.bind(entity.rawValue)
            }
        ) { row in
            QualityDay(
                entity: entity, field: row.string(0), at: row.uint64(1), records: Int(row.int64(2)), present: Int(row.int64(3)),
                valid: Int(row.int64(4)))
        }
    }

    func put(_ day: QualityDay) throws {
        try run("INSERT OR REPLACE INTO quality_day (day, entity, field, at, records, present, valid) VALUES (?, ?, ?, ?, ?, ?, ?)") {
            $0.bind(day.day)
            $0.bind(day.entity.rawValue)
            $0.bind(day.field)
            $0.bind(day.at)
            $0.bind(Int64(day.records))
            $0.bind(Int64(day.present))
            $0.bind(Int64(day.valid))
        }
    }

    func deleteQualityDays(before day: UInt64) throws { try run("DELETE FROM quality_day WHERE day < ?") { $0.bind(day) } }

    // MARK: of one site

    func qualitySiteDays(of site: SiteNumber, _ entity: QualityEntity, since day: UInt64) throws -> [QualitySiteDay] {
        try all(
            "SELECT site, at, records, counts FROM quality_site_day WHERE site = ? AND day >= ? AND entity = ? ORDER BY day",
            bind: {
                $0.bind(site)
                $0.bind(Int64(clamping: day))
                $0.bind(entity.rawValue)
            }
        ) { QualitySiteDay(site: $0.int32(0), entity: entity, at: $0.uint64(1), records: Int($0.int64(2)), counts: $0.bytes(3)) }
    }

    func put(_ day: QualitySiteDay) throws {
        try run("INSERT OR REPLACE INTO quality_site_day (site, day, entity, at, records, counts) VALUES (?, ?, ?, ?, ?, ?)") {
            $0.bind(day.site)
            $0.bind(day.day)
            $0.bind(day.entity.rawValue)
            $0.bind(day.at)
            $0.bind(Int64(day.records))
            $0.bind(day.counts)
        }
    }

    /// Site by site, each by its key: a look for old days over all of them would walk the whole table.
    func deleteQualitySiteDays(before day: UInt64) throws {
        try run("DELETE FROM quality_site_day WHERE site IN (SELECT number FROM site) AND day < ?") { $0.bind(day) }
    }
}

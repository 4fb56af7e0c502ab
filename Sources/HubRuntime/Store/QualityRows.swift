import Profiles

/// What can be read of how good the data was: noted day by day, which the journal does not give again.
public protocol QualityReading {
    /// Of all sites together: from a day on, by day, then by field.
    func qualityDays(of entity: QualityEntity, since day: UInt64) throws -> [QualityDay]
    /// Of one site, by day.
    func qualitySiteDays(of site: SiteNumber, _ entity: QualityEntity, since day: UInt64) throws -> [QualitySiteDay]
}

public protocol QualityWriting: QualityReading {
    /// In the place of what the same day had of the entity's field.
    func put(_ day: QualityDay) throws
    func deleteQualityDays(before day: UInt64) throws
    /// In the place of what the same day had of the site's entity.
    func put(_ day: QualitySiteDay) throws
    func deleteQualitySiteDays(before day: UInt64) throws
}

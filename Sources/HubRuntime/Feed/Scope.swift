/// What a site receives: which topics, and of profiles which regions.
///
/// The default of the design: a store gets all profiles of its region, stock of all sites and its own records whole; a
/// warehouse stock and orders; a web shop profiles, stock and orders, and its own records.
struct Scope: Hashable, Sendable {
    var site: SiteNumber
    var hasOwnRecords: Bool
    var hasProfiles: Bool
    var hasOrders: Bool
    /// `nil`: profiles of all regions.
    var region: String?

    init(_ site: SiteRow) {
        self.site = site.number
        region = site.region
        hasOwnRecords = site.kind != .warehouse
        hasProfiles = site.kind != .warehouse
        hasOrders = site.kind != .store
    }

    enum Belonging: Hashable {
        case inside
        /// It was inside once, or may have been: the local replica drops it.
        case left
        case outside
    }

    func holds(_ profile: ProfileRow) -> Belonging {
        guard profile.isAlive else { return .left }
        guard let region else { return .inside }
        if profile.regions.contains(region) || profile.regions.contains(SiteRow.everyRegion) { return .inside }
        let wasInside = profile.formerRegions.contains(region) || profile.formerRegions.contains(SiteRow.everyRegion)
        return wasInside ? .left : .outside
    }
}

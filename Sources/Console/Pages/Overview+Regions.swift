import ChangeSets
import HubRuntime

// Hundreds of sites by their regions: a whole region that is silent is another trouble than shops here and there.
extension Console {
    /// - Parameter judged: all sites.
    /// - Returns: those with the worst trouble first; nothing of few sites, nor of one region.
    func regions(_ judged: [(site: SiteAnswer, state: SiteState)], _ forms: Forms) -> (shown: [View], others: Int) {
        let groups = Dictionary(grouping: judged) { $0.site.region.map { Text($0) } }
        guard judged.count >= Self.regionsFromSites, groups.count > 1 else { return ([], 0) }
        let regions = groups.map { Region(name: $0.key, states: $0.value.map(\.state)) }.sorted()
        let shown = regions.prefix(Self.regionsMax).map { region -> View in
            let (needy, all) = (forms.number(region.needy), forms.number(region.states.count))
            return [
                "name": region.name?.string ?? forms.strings["overview-noregion"], "sign": region.sign,
                "told": region.needy > 0 ? forms.strings("overview-region-needy", ["needy": needy, "all": all]) : all,
                "address": region.name.map { "/sites?q=" + Address.encoded($0.string) },
            ]
        }
        return (shown, regions.count - shown.count)
    }

    private static let regionsFromSites = 13
    /// So many regions are named.
    private static let regionsMax = 24

    private struct Region: Comparable {
        /// `nil`: of sites that have none.
        var name: Text?
        var states: [SiteState]
        var needy: Int { states.count { $0.needsSomebody } }
        /// Of its worst site.
        var sign: String { states.filter(\.needsSomebody).min()?.sign ?? "ok" }

        /// By the share that needs somebody, then by name.
        static func < (one: Self, other: Self) -> Bool {
            let (left, right) = (one.needy * other.states.count, other.needy * one.states.count)
            return left == right ? (one.name ?? "") < (other.name ?? "") : left > right
        }
    }
}

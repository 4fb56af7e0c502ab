import HubRuntime

// What a site and the hub said to each other.
extension Console {
    /// Rows on the site's own page.
    public static let exchangesOnSite = 20

    /// - Parameter isLater: whether this page goes on from another one.
    public func exchanges(_ exchanges: SiteExchanges, of site: SiteAnswer, isLater: Bool, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        let address = address(of: site) + "/exchanges"
        return page(
            "exchanges", title: strings("exchange-of", ["site": site.name]), section: .sites,
            [
                "title": strings("exchange-of", ["site": site.name]), "site": site.name, "siteAddress": self.address(of: site),
                "exchanges": ExchangeWords(forms: forms, site: site).rows(exchanges, isFirst: !isLater),
                "exchangesNone": isLater ? strings["exchange-none-older"] : exchangesNone(site, strings),
                "newest": isLater ? address : nil, "older": exchanges.rows.next.map { address + "?after=" + Address.encoded($0) },
            ], for: visitor)
    }

    /// What to do where there is none.
    func exchangesNone(_ site: SiteAnswer, _ strings: Strings) -> String {
        strings[site.agents.isEmpty ? "exchange-none-new" : "exchange-none"]
    }
}

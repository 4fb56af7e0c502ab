/// What can be read of the sites' logs: diagnostics, which the journal does not give again.
public protocol ExchangeReading {
    /// Of one site, by number.
    func exchanges(of site: SiteNumber) throws -> [Exchange]
    /// The number of each site's last row, of those that have any.
    func lastExchanges() throws -> [(site: SiteNumber, number: Int64)]
}

public protocol ExchangeWriting: ExchangeReading {
    /// In the place of the site's row of that number, if there is one.
    func put(_ exchange: Exchange, of site: SiteNumber) throws
    /// Those up to and with a number.
    func deleteExchanges(of site: SiteNumber, through number: Int64) throws
}

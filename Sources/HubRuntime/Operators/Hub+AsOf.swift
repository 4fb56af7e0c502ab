import Causality
import ChangeSets

extension Hub {
    /// One SKU as the hub knew it at a time: the journal up to there, taken in once more. `nil`: nobody had moved or counted it.
    ///
    /// Takes as long as taking everything in up to that time; one such question is answered at a time.
    ///
    /// - Parameter site: as this site knew it then: what its view contained, and what it had written itself.
    /// - Throws: `hub-busy` while another one is answered; `journal-damaged`; `site-unknown`, or `not-found` where nothing is known of the
    ///   site's view at that time.
    public func stock(sku: String, asOf time: Timestamp, at site: String? = nil) async throws -> JSONAnswer? {
        try await asOf(time, site) { try Self.stock(sku: sku, $0) }
    }

    /// One profile, by an id of then or now, as the hub knew it at a time.
    public func profile(_ id: String, asOf time: Timestamp, at site: String? = nil) async throws -> JSONAnswer? {
        try await asOf(time, site) { try Self.profile(id, $0) }
    }

    func asOf<Value: Sendable>(
        _ time: Timestamp, _ site: String?, _ body: @escaping @Sendable (Documents) throws -> Value
    ) async throws -> Value {
        guard lookBack.begin() else {
            throw HubError(.busy, "The hub is looking back for somebody else.", remedy: "Ask again when that is done.")
        }
        defer { lookBack.end() }
        let (scratch, bound, key) = (try store.scratch(), options.clockBound, signingKey.publicKey)
        return try await store.read { store in
            let past = Replay.Past(time: time, view: try site.map { try Self.view(of: $0, at: time, store) })
            try Replay(original: store, copy: scratch, bound: bound, key: key).run(until: past) { _, _ in }
            return try scratch.readNow { try body(Documents(store: $0, standing: Standing(reading: $0), now: time)) }
        }
    }

    private static func view(of name: String, at time: Timestamp, _ store: any HubReading) throws -> SiteViewRow {
        guard let site = try store.sites().first(where: { $0.name == name }) else {
            throw HubError(.unknownSite, "There is no site called \(name).", remedy: "List them: tributary site list.")
        }
        guard let view = try store.siteView(site.number, at: time) else {
            throw HubError(
                .notFound, "It is not known what \(name) had been shown by then.",
                remedy: "That is kept for 90 days, from the site's first news on. Without the site, the hub tells what it knew itself.")
        }
        return view
    }
}

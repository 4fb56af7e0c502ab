import Console
import HubRuntime
import Serving

/// The pages of sites: all of them, one, and how one comes to take part.
extension HubRoutes {
    private static let siteConflictsMax = 50
    private static let siteConflictRowsMax = 200

    var sitePageRoutes: [HubRoute] {
        [
            HubRoute(.get, "/sites", .console(.viewer)) { try await sitesPage($0) },
            HubRoute(.get, "/sites/new", .console(.admin)) { try await siteForm($0, SiteTyped(), problem: nil) },
            HubRoute(.post, "/sites/new", .console(.admin), bodyBytesMax: Self.formBytesMax) { try await addSite($0) },
            HubRoute(.get, "/sites/{name}", .console(.viewer)) { try await sitePage($0) },
            HubRoute(.post, "/sites/{name}/token", .console(.admin), bodyBytesMax: Self.formBytesMax) { try await giveToken($0) },
            HubRoute(.post, "/sites/{name}/revoke", .console(.admin), bodyBytesMax: Self.formBytesMax) { try await revokeSite($0) },
        ]
    }

    private func sitesPage(_ call: HubCall) async throws -> Reply {
        let asked = FormBody(queryOf: call)
        let filter = SiteFilter(
            text: asked["q"], state: asked["state"], kind: asked["kind"].flatMap(SiteKind.init), page: asked["page"].flatMap(Int.init) ?? 1)
        return .page(console.sites(try await hub.sites(now: call.now), filter, for: try await visitor(call)))
    }

    private func sitePage(_ call: HubCall) async throws -> Reply {
        let site = try await hub.site(call.parameter("name"), now: call.now)
        let visitor = try await visitor(call)
        // Looking for a site's conflicts walks through everybody's: through a short queue to its end, through a long one not for this page.
        let conflicts = try await hub.conflictPage(
            ConflictFilter(site: site.name), limit: Self.siteConflictsMax, rowsMax: Self.siteConflictRowsMax, now: call.now)
        let exchanges = try await hub.exchanges(of: site.name, limit: Console.exchangesOnSite)
        return .page(console.site(site, conflicts: conflicts, exchanges: exchanges, for: visitor))
    }

    // MARK: taking part

    private func siteForm(_ call: HubCall, _ typed: SiteTyped, problem: HubError?) async throws -> Reply {
        let regions = Set(try await hub.sites(now: call.now).compactMap(\.region)).sorted()
        let page = console.siteForm(typed, regions: regions, problem: problem, for: try await visitor(call))
        return .page(page, status: problem.map { ErrorReply($0).status } ?? .ok)
    }

    private func addSite(_ call: HubCall) async throws -> Reply {
        let form = FormBody(call.body)
        let typed = SiteTyped(name: form["name"], kind: form["kind"].flatMap(SiteKind.init) ?? .store, region: form["region"])
        do {
            let name = typed.name ?? ""
            guard !Self.namesTaken.contains(name) else {
                throw HubError(.badName, "A site called \(name) would have no page here.", remedy: "Choose a name like `shop-12`.")
            }
            let token = try await hub.addSite(name: name, kind: typed.kind, region: typed.region, now: call.now)
            call.logger.info("site added", metadata: ["site": "\(name)", "kind": "\(typed.kind.rawValue)"])
            await noteDeed(.siteAdded, name, call)
            return try await tokenPage(token, call)
        } catch let error as HubError where ErrorReply(error).status.kind == .clientError {
            return try await siteForm(call, typed, problem: error)
        }
    }

    /// What is a page of its own, and what browsers take for a step in a path.
    private static let namesTaken = ["new", ".", ".."]

    private func giveToken(_ call: HubCall) async throws -> Reply {
        let token = try await hub.issueToken(site: call.parameter("name"), now: call.now)
        call.logger.notice("site given another token", metadata: ["site": "\(token.site)"])
        await noteDeed(.siteToken, token.site, call)
        return try await tokenPage(token, call)
    }

    /// The answer to the form itself: the token is shown this once.
    private func tokenPage(_ token: EnrolmentToken, _ call: HubCall) async throws -> Reply {
        let site = try await hub.site(token.site, now: call.now)
        var visitor = try await visitor(call)
        // Where another language leads back to: a form's own address cannot be asked for.
        visitor.path = Self.address(ofSite: site.name)
        let reach = HubReach(authority: call.authority, isSecure: call.isSecure)
        return .page(console.siteToken(token, of: site, reach: reach, for: visitor))
    }

    private func revokeSite(_ call: HubCall) async throws -> Reply {
        let name = try call.parameter("name")
        try await hub.revoke(site: name)
        call.logger.notice("site revoked", metadata: ["site": "\(name)"])
        await noteDeed(.siteRevoked, name, call)
        return .seeOther(Self.address(ofSite: name) + "?said=site-revoked")
    }

    private static func address(ofSite name: String) -> String { "/sites/" + Address.encoded(name) }
}

extension FormBody {
    /// What a form that was sent with GET asks for: it writes its address like a body.
    init(queryOf call: HubCall) { self.init(Array(call.address.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst())) }
}

import Causality
import ChangeSets
import HTTPTypes
import HubRuntime
import Hummingbird
import Logging
import Serving

/// What every request passes before a route answers it: length, caller, room, body, signature; in this order, so that
/// nobody unknown makes the hub read or hold a long body.
struct HubGate: Sendable {
    let hub: Hub
    let secret: BearerSecret
    let budget: BodyBudget
    let answers: AnswerBudget
    let pace: LinePace
    let nonces = SeenNonces()
    let clock: @Sendable () -> Timestamp

    func answer(_ route: HubRoute, _ request: Request, parameters: Parameters, logger: Logger) async throws -> Reply {
        var bytesRead = 0
        do {
            return try await answer(route, request, parameters: parameters, logger: logger, bytesRead: &bytesRead)
        } catch {
            if let kind = route.exchange { await note(error, kind, request, bytesRead: bytesRead) }
            throw error
        }
    }

    /// For the log of the site whose agent asked, or somebody who knows that agent's public key: not every refusal waits for the signature.
    private func note(_ error: any Error, _ kind: Exchange.Kind, _ request: Request, bytesRead: Int) async {
        // Whose it is may not be known, or not be readable just now: the answer goes out all the same.
        guard let key = request.headers[.tributaryAgent].flatMap({ VerifyingKey($0) }), let agent = try? await hub.agent(key) else {
            return
        }
        let refusal = ErrorReply(answering: error)
        let noted = Exchange.Request(
            kind, outcome: refusal.code, bytesIn: bytesRead, bytesOut: Reply.error(refusal).bytes.count)
        hub.noteExchange(noted, of: agent, at: clock())
    }

    private func answer(
        _ route: HubRoute, _ request: Request, parameters: Parameters, logger: Logger, bytesRead: inout Int
    ) async throws -> Reply {
        let declared = try BoundedBody.declaredLength(of: request, for: route)
        let session = try await session(of: request, route: route)
        var principal = session?.principal
        if principal == nil { principal = try await self.principal(of: request, route: route) }
        let caller = try await caller(of: request, route: route)
        let room = route.bodyBytesMax == 0 ? 0 : declared ?? route.bodyBytesMax
        let holder = Self.holder(caller, route)
        try budget.take(room, of: holder)
        defer { budget.giveBack(room, of: holder) }
        let body = try await BoundedBody.read(request, for: route, pace: pace)
        bytesRead = body.count
        if let session, route.method == .post { try ConsoleGate.check(FormBody(body), request, of: session) }
        try caller?.signed.check(method: request.method, path: request.uri.path, body: body)
        try refuseRepeats(of: caller, route: route)
        let uri = request.uri
        var reply = try await route.answer(
            HubCall(
                body: body, caller: caller?.signed, agent: caller?.record, principal: principal, session: session, headers: request.headers,
                address: uri.string, authority: request.head.authority, now: clock(), logger: logger,
                parameters: { parameters.get($0) }, query: { uri.queryParameters[$0[...]].map { String($0) } }))
        reply.room = try answers.room(for: reply.bytes.count)
        reply.pace = pace
        return reply
    }

    /// Whoever may not ask is refused here, before the body is read.
    private func caller(of request: Request, route: HubRoute) async throws -> (signed: SignedCaller, record: AgentRecord?)? {
        switch route.access {
        case .anyone, .person, .visitor, .console:
            return nil
        case .signed:
            return (try SignedCaller(request.headers), nil)
        case .agent:
            let signed = try SignedCaller(request.headers)
            return (signed, try await known(signed.key))
        }
    }

    private static func holder(_ caller: (signed: SignedCaller, record: AgentRecord?)?, _ route: HubRoute) -> BodyBudget.Caller {
        switch route.access {
        case .agent: caller.map { .agent($0.signed.key) } ?? .unproved
        case .anyone, .signed, .visitor: .unproved
        case .person, .console: .proved
        }
    }

    private func session(of request: Request, route: HubRoute) async throws -> SignedIn? {
        if route.access.isPage, route.method == .post { try ConsoleGate.refuseOtherSites(request) }
        guard case .console(let role) = route.access else { return nil }
        return try await ConsoleGate(hub: hub).session(of: request, least: role, now: clock())
    }

    private func principal(of request: Request, route: HubRoute) async throws -> Principal? {
        guard case .person(let role) = route.access else { return nil }
        let authorization = request.headers[.authorization]
        let principal = secret.admits(authorization: authorization) ? Principal.ofFolder : try await bearer(authorization)
        guard let principal else {
            throw HubServerError(
                .notAnOperator, "This needs the operators' secret or an API token, and the request has none or another one.",
                remedy: "Pass --data with the hub's folder, or --token with its hub.secret or what an admin made: tributary token create.")
        }
        guard principal.role >= role else {
            throw HubServerError(
                .roleTooLow,
                "The token \(principal.name ?? "") has the role \(principal.role.rawValue); this needs the role \(role.rawValue).",
                remedy: "Ask an admin for a token of that role: tributary token create NAME --role \(role.rawValue).")
        }
        return principal
    }

    private func bearer(_ authorization: String?) async throws -> Principal? {
        guard let token = BearerSecret.offered(in: authorization) else { return nil }
        return try await hub.principal(bearing: token, now: clock())
    }

    private func known(_ key: VerifyingKey) async throws -> AgentRecord {
        guard let record = try await hub.agent(key) else {
            throw HubError(
                .unknownAgent, "This hub knows no agent with the key \(key.description.prefix(8))….",
                remedy: "Check that the agent was enrolled with this hub; else enrol it: tributary site add, tributary-agent enroll.")
        }
        guard !record.isRevoked else {
            throw Hub.revoked(record.site.name)
        }
        return record
    }

    private func refuseRepeats(of caller: (signed: SignedCaller, record: AgentRecord?)?, route: HubRoute) throws(HubServerError) {
        guard route.access == .agent, !route.mayRepeat, let signed = caller?.signed else { return }
        guard nonces.admit(signed.nonce, of: signed.key) else {
            throw HubServerError(
                .repeated, "A request with this nonce was answered before.", remedy: "Ask again with a fresh nonce and signature.")
        }
    }
}

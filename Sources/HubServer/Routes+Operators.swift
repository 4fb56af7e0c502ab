import HubRuntime

/// What operators and scripts ask, with the operators' secret.
extension HubRoutes {
    static let bodyBytesMax = 16 << 10

    var operatorRoutes: [HubRoute] {
        [
            HubRoute(.get, "/v1/sites", .operator) { _ in try .json(try await hub.sites()) },
            HubRoute(.post, "/v1/sites", .operator, bodyBytesMax: Self.bodyBytesMax) { try await addSite($0) },
            HubRoute(.get, "/v1/sites/{name}", .operator) { try .json(try await hub.site(named: $0.parameter("name"))) },
            HubRoute(.post, "/v1/sites/{name}/revoke", .operator, bodyBytesMax: Self.bodyBytesMax) { try await revoke($0) },
            HubRoute(.post, "/v1/profiles/search", .operator, bodyBytesMax: Self.bodyBytesMax) { try await search($0) },
            HubRoute(.get, "/v1/profiles/{id}", .operator) { .document(try await hub.profile(id: $0.parameter("id"))) },
            HubRoute(.get, "/v1/stock/{sku}", .operator) { .document(try await hub.stock(sku: $0.parameter("sku"))) },
            HubRoute(.get, "/v1/orders/{number}", .operator) { .document(try await hub.order(number: $0.parameter("number"))) },
            HubRoute(.get, "/v1/conflicts", .operator) { try .json(try await hub.conflicts(now: $0.now)) },
            HubRoute(.get, "/v1/quarantine", .operator) { call in
                try .json(try await hub.conflicts(now: call.now).filter { $0.kind == .quarantine })
            },
            HubRoute(.get, "/v1/status", .operator) { try .json(try await hub.status(now: $0.now)) },
        ]
    }

    private struct SiteQuestion: Decodable {
        let name: String
        let kind: SiteKind
        let region: String?
    }
    private struct TokenAnswer: Encodable { let token: String }
    private struct Nothing: Encodable {}

    private func addSite(_ call: HubCall) async throws -> HubReply {
        let question = try call.json(SiteQuestion.self)
        let token = try await hub.addSite(name: question.name, kind: question.kind, region: question.region, now: call.now)
        call.logger.info("site added", metadata: ["site": "\(question.name)", "kind": "\(question.kind.rawValue)"])
        return try .json(TokenAnswer(token: token))
    }

    private func revoke(_ call: HubCall) async throws -> HubReply {
        let name = try call.parameter("name")
        try await hub.revoke(site: name, now: call.now)
        call.logger.notice("site revoked", metadata: ["site": "\(name)"])
        return try .json(Nothing())
    }

    private struct SearchQuestion: Decodable { let email, phone, id, name: String? }

    private func search(_ call: HubCall) async throws -> HubReply {
        let question = try call.json(SearchQuestion.self)
        let given = [question.email, question.phone, question.id, question.name].compactMap { $0 }
        guard given.count == 1 else {
            throw HubServerError(
                .badRequest, "A search gives exactly one of email, phone, id and name; this one gives \(given.count).",
                remedy: "Ask once for each.")
        }
        let query = ProfileQuery(email: question.email, phone: question.phone, id: question.id, name: question.name)
        return .list(try await hub.findProfiles(query))
    }
}

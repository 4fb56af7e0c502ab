import HubRuntime
import Serving

/// Who may ask in a name of their own.
extension HubRoutes {
    var peopleRoutes: [HubRoute] {
        [
            HubRoute(.get, "/v1/tokens", .person(.admin)) { try .json(try await hub.apiTokens(now: $0.now)) },
            HubRoute(.post, "/v1/tokens", .person(.admin), bodyBytesMax: Self.bodyBytesMax) { call in
                let token = try await hub.makeAPIToken(call.json(), now: call.now)
                call.logger.notice("API token made", metadata: ["token": "\(token.name)", "role": "\(token.role.rawValue)"])
                return try .json(token)
            },
            HubRoute(.post, "/v1/tokens/{name}/revoke", .person(.admin), bodyBytesMax: Self.bodyBytesMax) { call in
                let name = try call.parameter("name")
                try await hub.revokeAPIToken(name)
                call.logger.notice("API token revoked", metadata: ["token": "\(name)"])
                return try .json(Revoked(name: name))
            },
        ]
    }

    private struct Revoked: Encodable { let name: String }
}

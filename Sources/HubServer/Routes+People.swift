import Causality
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
                await noteDeed(.tokenMade, token.name, role: token.role, call)
                return try .json(token)
            },
            HubRoute(.post, "/v1/tokens/{name}/revoke", .person(.admin), bodyBytesMax: Self.bodyBytesMax) { call in
                let name = try call.parameter("name")
                try await hub.revokeAPIToken(name)
                call.logger.notice("API token revoked", metadata: ["token": "\(name)"])
                await noteDeed(.tokenRevoked, name, call)
                return try .json(Named(name: name))
            },
            HubRoute(.get, "/v1/users", .person(.admin)) { _ in try .json(try await hub.users()) },
            HubRoute(.post, "/v1/users", .person(.admin), bodyBytesMax: Self.bodyBytesMax) { call in
                let added = try await hub.addUser(call.json(), now: call.now)
                call.logger.notice("person added", metadata: ["person": "\(added.name)", "role": "\(added.role.rawValue)"])
                await noteDeed(.personAdded, added.name, role: added.role, call)
                return try .json(added)
            },
            HubRoute(.post, "/v1/users/{name}/role", .person(.admin), bodyBytesMax: Self.bodyBytesMax) { call in
                let (name, question) = (try call.parameter("name"), try call.json(RoleQuestion.self))
                try await hub.setRole(question.role, of: name)
                call.logger.notice("person's role changed", metadata: ["person": "\(name)", "role": "\(question.role.rawValue)"])
                await noteDeed(.roleGiven, name, role: question.role, call)
                return try .json(Named(name: name))
            },
            HubRoute(.post, "/v1/users/{name}/password", .person(.admin), bodyBytesMax: Self.bodyBytesMax) { call in
                let password = try await hub.resetPassword(of: call.parameter("name"))
                call.logger.notice("password given anew", metadata: ["person": "\(password.name)"])
                await noteDeed(.passwordGiven, password.name, call)
                return try .json(password)
            },
            HubRoute(.post, "/v1/users/{name}/remove", .person(.admin), bodyBytesMax: Self.bodyBytesMax) { call in
                let name = try call.parameter("name")
                try await hub.removeUser(name)
                call.logger.notice("person removed", metadata: ["person": "\(name)"])
                await noteDeed(.personRemoved, name, call)
                return try .json(Named(name: name))
            },
            HubRoute(.get, "/v1/look-ups", .person(.admin)) { call in
                let before = call.query("before").map { Timestamp(milliseconds: UInt64($0) ?? 0) }
                return try .page(
                    try await hub.lookUps(
                        after: call.asked("after"), before: before, of: call.asked("who"), limit: call.limit(usual: Hub.lookUpsMax)))
            },
        ]
    }

    private struct RoleQuestion: Decodable { let role: Role }

    private struct Named: Encodable { let name: String }
}

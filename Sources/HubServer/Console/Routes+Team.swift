import Causality
import Console
import HubRuntime
import Serving

/// Who works here, what programs ask with, and what all of them have done.
extension HubRoutes {
    var teamRoutes: [HubRoute] {
        [
            HubRoute(.get, "/people", .console(.admin)) { try await peoplePage($0, nil) },
            HubRoute(.post, "/people", .console(.admin), bodyBytesMax: Self.formBytesMax) { try await addPerson($0) },
            HubRoute(.post, "/people/role", .console(.admin), bodyBytesMax: Self.formBytesMax) { try await giveRole($0) },
            HubRoute(.post, "/people/password", .console(.admin), bodyBytesMax: Self.formBytesMax) { try await givePassword($0) },
            HubRoute(.post, "/people/remove", .console(.admin), bodyBytesMax: Self.formBytesMax) { try await removePerson($0) },
            HubRoute(.post, "/people/tokens", .console(.admin), bodyBytesMax: Self.formBytesMax) { try await makeToken($0) },
            HubRoute(.post, "/people/tokens/revoke", .console(.admin), bodyBytesMax: Self.formBytesMax) { try await revokeToken($0) },
            HubRoute(.get, "/audit", .console(.admin)) { try await auditPage($0) },
            HubRoute(.post, "/audit/undo", .console(.operator), bodyBytesMax: Self.formBytesMax) { try await undoDecision($0) },
        ]
    }

    // MARK: people and tokens

    private func peoplePage(_ call: HubCall, _ outcome: TeamOutcome?) async throws -> Reply {
        async let users = hub.users()
        async let tokens = hub.apiTokens(now: call.now)
        var visitor = try await visitor(call)
        // Where another language leads back to: a form's own address cannot be asked for.
        visitor.path = "/people"
        let page = console.people(try await users, tokens: try await tokens, outcome: outcome, for: visitor)
        guard case .refused(_, let error) = outcome else { return .page(page) }
        return .page(page, status: ErrorReply(error).status)
    }

    /// Does what was tried; what the hub refuses, the page says.
    private func team(_ call: HubCall, _ trial: TeamTrial, _ body: (TeamTrial) async throws -> Reply) async throws -> Reply {
        do { return try await body(trial) } catch let error as HubError where ErrorReply(error).status.kind == .clientError {
            return try await peoplePage(call, .refused(trial, error))
        }
    }

    private func addPerson(_ call: HubCall) async throws -> Reply {
        let form = FormBody(call.body)
        return try await team(call, TeamTrial(.add, name: form["name"], role: form["role"])) { trial in
            let question = UserQuestion(name: trial.name ?? "", role: try Self.role(trial.role), author: call.principal?.name ?? "")
            let added = try await hub.addUser(question, now: call.now)
            call.logger.notice("person added", metadata: ["person": "\(added.name)", "role": "\(added.role.rawValue)"])
            await noteDeed(.personAdded, added.name, role: added.role, call)
            return try await peoplePage(call, .password(added))
        }
    }

    private func giveRole(_ call: HubCall) async throws -> Reply {
        let form = FormBody(call.body)
        return try await team(call, TeamTrial(.role, name: form["name"], role: form["role"])) { trial in
            let (name, role) = (trial.name ?? "", try Self.role(trial.role))
            try await hub.setRole(role, of: name)
            call.logger.notice("person's role changed", metadata: ["person": "\(name)", "role": "\(role.rawValue)"])
            await noteDeed(.roleGiven, name, role: role, call)
            return .seeOther("/people?said=people-role")
        }
    }

    private func givePassword(_ call: HubCall) async throws -> Reply {
        try await team(call, TeamTrial(.password, name: FormBody(call.body)["name"])) { trial in
            let password = try await hub.resetPassword(of: trial.name ?? "")
            call.logger.notice("password given anew", metadata: ["person": "\(password.name)"])
            await noteDeed(.passwordGiven, password.name, call)
            return try await peoplePage(call, .password(password))
        }
    }

    private func removePerson(_ call: HubCall) async throws -> Reply {
        try await team(call, TeamTrial(.remove, name: FormBody(call.body)["name"])) { trial in
            let name = trial.name ?? ""
            try await hub.removeUser(name)
            call.logger.notice("person removed", metadata: ["person": "\(name)"])
            await noteDeed(.personRemoved, name, call)
            return .seeOther("/people?said=people-removed")
        }
    }

    private func makeToken(_ call: HubCall) async throws -> Reply {
        let form = FormBody(call.body)
        return try await team(call, TeamTrial(.makeToken, name: form["name"], role: form["role"], days: form["days"])) { trial in
            let question = APITokenQuestion(
                // What is no number of days is refused as one that is none.
                name: trial.name ?? "", role: try Self.role(trial.role), days: trial.days.map { Int($0) ?? 0 },
                author: call.principal?.name ?? "")
            let token = try await hub.makeAPIToken(question, now: call.now)
            call.logger.notice("API token made", metadata: ["token": "\(token.name)", "role": "\(token.role.rawValue)"])
            await noteDeed(.tokenMade, token.name, role: token.role, call)
            return try await peoplePage(call, .token(token))
        }
    }

    private func revokeToken(_ call: HubCall) async throws -> Reply {
        try await team(call, TeamTrial(.revokeToken, name: FormBody(call.body)["name"])) { trial in
            let name = trial.name ?? ""
            try await hub.revokeAPIToken(name)
            call.logger.notice("API token revoked", metadata: ["token": "\(name)"])
            await noteDeed(.tokenRevoked, name, call)
            return .seeOther("/people?said=people-revoked")
        }
    }

    /// What no list on the page offers is no slip.
    private static func role(_ name: String?) throws(ServerError) -> Role {
        guard let role = name.flatMap(Role.init) else {
            throw ServerError(.badRequest, "There is no such role.", remedy: "Take viewer, operator or admin.")
        }
        return role
    }

    // MARK: the audit

    private func auditPage(_ call: HubCall) async throws -> Reply {
        let asked = FormBody(queryOf: call)
        if asked["show"] == "notes" { return try await notesPage(call, before: asked["before"].flatMap(Int64.init)) }
        guard asked["show"] == "look-ups" else {
            return try await decisionsPage(call, after: asked["after"], problem: nil)
        }
        let rows = try await hub.lookUps(after: asked["after"], of: asked["who"], limit: Self.lookUpsShown)
        let names = try await hub.users().map(\.name) + hub.apiTokens(now: call.now).map(\.name)
        let page = LookUpPage(rows: rows, isLater: asked["after"] != nil, who: asked["who"], names: names)
        return .page(console.lookUps(page, for: try await visitor(call)))
    }

    private static let lookUpsShown = 100
    private static let decisionsShown = 100

    private func notesPage(_ call: HubCall, before number: Int64?) async throws -> Reply {
        let notes = try await hub.conflictNotes(before: number, limit: Self.notesShown + 1)
        let shown = Array(notes.prefix(Self.notesShown))
        await noteNotes(shown, call)
        let page = console.conflictNotes(shown, hasMore: notes.count > Self.notesShown, for: try await visitor(call))
        return .page(page)
    }

    private static let notesShown = 100

    private func decisionsPage(_ call: HubCall, after: String?, problem: HubError?) async throws -> Reply {
        let (decisions, undoing) = try await hub.decisionPage(after: after, limit: Self.decisionsShown, now: call.now)
        await noteDecisions(decisions.entries, call)
        var visitor = try await visitor(call)
        visitor.path = "/audit"
        let page = DecisionPage(decisions: decisions, undoing: undoing, isLater: after != nil)
        let bytes = console.decisions(page, problem: problem, for: visitor)
        return .page(bytes, status: problem.map { ErrorReply($0).status } ?? .ok)
    }

    private func undoDecision(_ call: HubCall) async throws -> Reply {
        let form = FormBody(call.body)
        let maySee = call.principal.map { $0.role >= .admin } ?? false
        do {
            let id = form["id"] ?? ""
            let answer = try await hub.undo(
                id, author: call.principal?.name ?? "", note: form["note"], role: call.principal?.role ?? .viewer, now: call.now)
            call.logger.notice("decision undone", metadata: ["decision": "\(id)"])
            // The trail is the admins'; an operator goes back to what is open again.
            return .seeOther((maySee ? "/audit" : "/conflicts") + "?said=\(answer.takesMendingBack ? "unmended" : "audit-undone")")
        } catch let error as HubError where maySee && ErrorReply(error).status.kind == .clientError {
            return try await decisionsPage(call, after: nil, problem: error)
        }
    }
}

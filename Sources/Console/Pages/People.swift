import HubRuntime

/// What an admin tried on the page of people.
public struct TeamTrial: Sendable {
    public enum Action: Sendable { case add, role, password, remove, makeToken, revokeToken }

    public var action: Action
    // As it was typed.
    public var name: String?
    public var role: String?
    public var days: String?

    public init(_ action: Action, name: String?, role: String? = nil, days: String? = nil) {
        self.action = action
        self.name = name
        self.role = role
        self.days = days
    }
}

/// What came of it, where the page itself says so.
public enum TeamOutcome: Sendable {
    /// Shown this once.
    case password(NewPassword)
    case token(NewAPIToken)
    case refused(TeamTrial, HubError)
}

extension Console {
    /// Who may sign in, and what programs ask with.
    public func people(_ users: [UserAnswer], tokens: [APITokenAnswer], outcome: TeamOutcome?, for visitor: Visitor) -> [UInt8] {
        let forms = forms(for: visitor)
        let strings = forms.strings
        var page: View = [
            "summary": forms.count("people-people", users.count) + ", " + forms.count("people-tokens", tokens.count),
            "people": users.enumerated().map { person($0.element, $0.offset, visitor, forms) },
            "tokens": tokens.map { token($0, forms) },
            "personRoles": roles(nil, strings), "tokenRoles": roles(nil, strings), "tokenDays": "365",
        ]
        switch outcome {
        case .password(let new):
            page["shown"] = shown(strings("people-password-made", ["person": new.name]), strings["people-password-how"], new.password)
        case .token(let new):
            page["shown"] = shown(strings("people-token-made", ["token": new.name]), strings["people-token-how"], new.token)
        case .refused(let trial, let error):
            let problem = told(error, of: trial.action, strings)
            switch trial.action {
            case .add:
                (page["personProblem"], page["personName"]) = (problem, trial.name)
                page["personRoles"] = roles(trial.role, strings)
            case .makeToken:
                (page["tokenProblem"], page["tokenName"], page["tokenDays"]) = (problem, trial.name, trial.days)
                page["tokenRoles"] = roles(trial.role, strings)
            case .role, .password, .remove, .revokeToken: page["problem"] = problem
            }
        case nil: break
        }
        return self.page("people", title: strings["nav-people"], section: .people, page, for: visitor)
    }

    private func shown(_ title: String, _ how: String, _ secret: String) -> View { ["title": title, "how": how, "secret": secret] }

    private func roles(_ chosen: String?, _ strings: Strings) -> [View] {
        Role.allCases.map { ["code": $0.rawValue, "name": strings["role-\($0.rawValue)"], "isChosen": $0.rawValue == chosen] }
    }

    private func person(_ user: UserAnswer, _ index: Int, _ visitor: Visitor, _ forms: Forms) -> View {
        let strings = forms.strings
        let isSelf = user.name == visitor.name
        return [
            "name": user.name, "index": index, "isSelf": isSelf, "role": strings["role-\(user.role.rawValue)"],
            "roleLabel": strings("people-role-of", ["person": user.name]), "roles": roles(user.role.rawValue, strings),
            "added": forms.day(user.createdAt), "by": strings("people-by", ["author": user.author]), "isNew": user.mustChange,
            "remove": strings("people-remove", ["person": user.name]),
        ]
    }

    private func token(_ token: APITokenAnswer, _ forms: Forms) -> View {
        let strings = forms.strings
        let (sign, ends): (String?, String)
        if let expires = token.expiresAt {
            let days = (max(expires, forms.now) - forms.now) / 86_400_000
            if token.isExpired {
                (sign, ends) = ("idle", strings["people-expired"])
            } else if days < Self.daysOfWarning {
                (sign, ends) = ("warn", forms.count("people-ends", days))
            } else {
                (sign, ends) = (nil, forms.day(expires))
            }
        } else {
            (sign, ends) = (nil, strings["people-endless"])
        }
        return [
            "name": token.name, "role": strings["role-\(token.role.rawValue)"], "sign": sign, "ends": ends,
            "made": forms.day(token.createdAt), "by": strings("people-by", ["author": token.author]),
            "revoke": strings("people-token-revoke", ["token": token.name]),
        ]
    }

    /// Whoever lives by a token has so long to ask for another one.
    private static let daysOfWarning: UInt64 = 14

    /// One code stands for several refusals here; what was tried tells which one it is.
    private func told(_ error: HubError, of action: TeamTrial.Action, _ strings: Strings) -> View {
        guard strings.language != .english, error.code == .badRequest else { return told(error, strings) }
        switch action {
        case .role, .remove: return ["message": strings["people-last-admin"], "remedy": strings["people-last-admin-how"]]
        case .makeToken: return ["message": strings["people-days-wrong"], "remedy": strings["people-days-how"]]
        case .add, .password, .revokeToken: return told(error, strings)
        }
    }
}

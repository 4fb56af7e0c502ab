import HubRuntime

// Where one signs in, and where nothing goes on.
extension Console {
    /// - Parameters:
    ///   - hasUsers: `false`: nobody can sign in yet, and the page says how somebody can.
    ///   - problem: why the last try was refused.
    ///   - to: where to go afterwards.
    public func signIn(hasUsers: Bool, name: String?, to: String?, problem: HubError?, for visitor: Visitor) -> [UInt8] {
        let strings = forms(for: visitor).strings
        return page(
            "sign-in", title: strings[hasUsers ? "signin" : "nobody-title"], section: nil,
            ["hasUsers": hasUsers, "name": name, "to": to, "problem": problem.map { told($0, strings) }], for: visitor)
    }

    public func password(mustChange: Bool, problem: HubError?, for visitor: Visitor) -> [UInt8] {
        let strings = forms(for: visitor).strings
        return page(
            "password", title: strings["password-title"], section: nil,
            [
                "mustChange": mustChange, "name": visitor.name, "problem": problem.map { told($0, strings) },
                "charactersMin": Hub.passwordCharactersMin,
                "rule": strings("password-rule", ["n": String(Hub.passwordCharactersMin)]),
            ], for: visitor)
    }

    /// What happened, and what to do.
    public func message(code: String, message: String, remedy: String, for visitor: Visitor) -> [UInt8] {
        let strings = forms(for: visitor).strings
        let isOurs = ["hub-failed", "storage-failed", "storage-full", "hub-busy", "hub-stopping", "storage-busy"].contains(code)
        let words = RefusalWords(code: code, message: message, remedy: remedy, strings: strings)
        return page(
            "message", title: strings["message-title"], section: nil,
            [
                "headline": strings[
                    code == "path-unknown" || code == "not-found" ? "message-nowhere" : isOurs ? "message-ours" : "message-title"],
                "message": words.message, "remedy": words.remedy, "detail": words.detail, "code": code,
            ], for: visitor)
    }
}

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
        let known = strings.has("error-\(code)")
        return page(
            "message", title: strings["message-title"], section: nil,
            [
                "headline": strings[
                    code == "path-unknown" || code == "not-found" ? "message-nowhere" : isOurs ? "message-ours" : "message-title"],
                "message": known && strings.language != .english ? strings["error-\(code)"] : message,
                "remedy": known && strings.language != .english ? strings["remedy-\(code)"] : remedy, "code": code,
            ], for: visitor)
    }

    /// The hub's own words are English; what people meet often stands in the lists of words, too.
    func told(_ error: HubError, _ strings: Strings) -> View {
        let isTranslated = strings.language != .english && strings.has("error-\(error.code.rawValue)")
        return [
            "message": isTranslated ? strings["error-\(error.code.rawValue)"] : error.message,
            "remedy": isTranslated ? strings["remedy-\(error.code.rawValue)"] : error.remedy,
        ]
    }
}

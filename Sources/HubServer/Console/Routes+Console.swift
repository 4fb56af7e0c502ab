import Causality
import Console
import Foundation
import HTTPTypes
import HubRuntime
import Serving

/// The console: pages for people, with forms that work without a script.
///
/// A form's answer is always another address, so that loading a page again sends nothing twice.
extension HubRoutes {
    static let formBytesMax = 64 << 10

    var consoleRoutes: [HubRoute] {
        [
            HubRoute(.get, "/sign-in", .visitor) { try await signInPage($0) },
            HubRoute(.post, "/sign-in", .visitor, bodyBytesMax: Self.formBytesMax) { try await signIn($0) },
            HubRoute(.post, "/sign-out", .console(.viewer), bodyBytesMax: Self.formBytesMax) { try await signOut($0) },
            HubRoute(.get, "/password", .console(.viewer)) { try await passwordPage($0, problem: nil) },
            HubRoute(.post, "/password", .console(.viewer), bodyBytesMax: Self.formBytesMax) { try await changePassword($0) },
            HubRoute(.post, "/preferences", .console(.viewer), bodyBytesMax: Self.formBytesMax) { preferences($0) },
            HubRoute(.get, "/console/{file}", .visitor) { try file($0) },
            HubRoute(.get, "/", .console(.viewer)) { try await overview($0) },
        ]
    }

    // MARK: who looks

    /// Who looks at a page, and how; with the number of open conflicts where somebody has signed in.
    ///
    /// - Parameter open: for a page that has asked for them already.
    func visitor(_ call: HubCall, open: OpenConflicts? = nil) async throws -> Visitor {
        var visitor = Self.visitor(
            headers: call.headers, address: call.address, now: call.now, session: call.session, said: call.query("said"))
        if let open {
            visitor.conflictsOpen = open.count
        } else if call.session != nil {
            visitor.conflictsOpen = try await hub.openConflicts(now: call.now).count
        }
        return visitor
    }

    static func visitor(headers: HTTPFields, address: String, now: Timestamp, session: SignedIn?, said: String? = nil) -> Visitor {
        let cookies = Cookies(headers)
        let language = cookies[.language].flatMap(Language.init) ?? Language(accepted: headers[.acceptLanguage])
        let theme = cookies[.theme].flatMap { ["light", "dark"].contains($0) ? $0 : nil }
        let zone = cookies[.zone].flatMap { $0.removingPercentEncoding }.flatMap { TimeZone(identifier: $0) } ?? .current
        return Visitor(
            name: session?.name, role: session?.role, formToken: session?.formToken, language: language, theme: theme, zone: zone,
            now: now.milliseconds, path: String(address.prefix { $0 != "?" }), said: said)
    }

    // MARK: coming and going

    private func signInPage(_ call: HubCall, problem: HubError? = nil, name: String? = nil) async throws -> Reply {
        let visitor = Self.visitor(headers: call.headers, address: call.address, now: call.now, session: nil)
        let hasUsers = try await hub.hasUsers()
        let page = console.signIn(
            hasUsers: hasUsers, name: name, to: call.query("to")?.removingPercentEncoding, problem: problem, for: visitor)
        return .page(page, status: problem == nil ? .ok : problem?.code == .signInPaused ? .tooManyRequests : .unauthorized)
    }

    private func signIn(_ call: HubCall) async throws -> Reply {
        let form = FormBody(call.body)
        do {
            let token = try await hub.signIn(name: form["name"] ?? "", password: form.raw("password"), now: call.now)
            call.logger.notice("signed in", metadata: ["person": "\(form["name"] ?? "")"])
            return Reply.seeOther(Self.ownAddress(form["to"])).setting(
                Cookies.line(.session, token, seconds: nil, isSecure: call.isSecure))
        } catch let error as HubError where [.signInRefused, .signInPaused].contains(error.code) {
            call.logger.notice("sign-in refused", metadata: ["code": "\(error.code.rawValue)"])
            return try await signInPage(call, problem: error, name: form["name"])
        }
    }

    /// A page of ours that somebody wanted to see; another site's address is not gone to.
    static func ownAddress(_ address: String?) -> String {
        guard let address, address.hasPrefix("/"), !address.hasPrefix("//"), !address.contains("\\"),
            address.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
        else { return "/" }
        return address
    }

    private func signOut(_ call: HubCall) async throws -> Reply {
        if let session = call.session { try await hub.signOut(session) }
        return Reply.seeOther("/sign-in").setting(Cookies.line(.session, "", seconds: 0, isSecure: call.isSecure))
    }

    private func passwordPage(_ call: HubCall, problem: HubError?) async throws -> Reply {
        let visitor = Self.visitor(headers: call.headers, address: call.address, now: call.now, session: call.session)
        let page = console.password(mustChange: call.session?.mustChange ?? false, problem: problem, for: visitor)
        return .page(page, status: problem == nil ? .ok : .badRequest)
    }

    private func changePassword(_ call: HubCall) async throws -> Reply {
        guard let session = call.session else { return .seeOther("/sign-in") }
        let form = FormBody(call.body)
        do {
            guard form.raw("new") == form.raw("again") else {
                throw HubError(.weakPassword, "The new password was typed in two ways.", remedy: "Type it once more, twice alike.")
            }
            try await hub.changePassword(session, from: form.raw("old"), to: form.raw("new"), now: call.now)
            call.logger.notice("password changed", metadata: ["person": "\(session.name)"])
            return .seeOther("/?said=password")
        } catch let error as HubError where [.signInRefused, .signInPaused, .weakPassword].contains(error.code) {
            return try await passwordPage(call, problem: error)
        }
    }

    private func preferences(_ call: HubCall) -> Reply {
        let form = FormBody(call.body)
        let year = 365 * 24 * 3_600
        let language = form["language"].flatMap(Language.init) ?? .english
        let theme = ["light", "dark"].contains(form["theme"]) ? form["theme"] ?? "" : ""
        return Reply.seeOther(Self.ownAddress(form["to"])).setting(
            Cookies.line(.language, language.rawValue, seconds: year, isSecure: call.isSecure),
            Cookies.line(.theme, theme, seconds: theme.isEmpty ? 0 : year, isSecure: call.isSecure))
    }

    private func file(_ call: HubCall) throws -> Reply {
        let name = try call.parameter("file")
        guard let file = ConsoleFile.all[name], file.isServed else {
            throw ServerError(.unknownPath, "There is nothing at this path of this hub.", remedy: "Begin at the overview.")
        }
        return .file(file, isVersioned: call.query("v") == file.version)
    }

    // MARK: the overview

    private static let chartMilliseconds: UInt64 = 24 * 3_600_000

    private func overview(_ call: HubCall) async throws -> Reply {
        let since = Timestamp(milliseconds: call.now.milliseconds - min(call.now.milliseconds, Self.chartMilliseconds))
        async let status = hub.status(now: call.now)
        async let sites = hub.sites(now: call.now)
        async let pulses = hub.pulses(since: since)
        let open = try await hub.openConflicts(now: call.now)
        return .page(
            console.overview(
                try await status, sites: try await sites, conflicts: open, pulses: try await pulses,
                for: try await visitor(call, open: open)))
    }
}

extension HubCall {
    /// Whether the browser came over TLS, as the proxy in front says.
    var isSecure: Bool { headers[.forwardedProto]?.lowercased() == "https" }
}

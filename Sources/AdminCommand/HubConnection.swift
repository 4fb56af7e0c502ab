import ArgumentParser
import Complaints
import CurlClient
import Foundation

/// Where the hub is and what proves that we may ask: flags beat the environment, which beats the data folder, which beats a login.
struct HubOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The hub's address, like http://127.0.0.1:8080 (or TRIBUTARY_HUB).", valueName: "url"))
    var hub: String?

    @Option(
        help: ArgumentHelp(
            "The operators' secret, or an API token (or TRIBUTARY_TOKEN, which other users of this machine cannot see).",
            valueName: "secret")
    )
    var token: String?

    @Option(help: ArgumentHelp("The hub's data folder: finds address and secret there (or TRIBUTARY_HUB_DATA).", valueName: "folder"))
    var data: String?

    @Flag(help: "Send the secret over plain HTTP to another machine. Only where the line itself is safe.")
    var allowPlainHttp = false

    /// The data folder that was named, if any.
    var folder: String? { data ?? ProcessInfo.processInfo.environment["TRIBUTARY_HUB_DATA"] }

    func connection() throws -> HubConnection {
        let (address, secret) = try named(besides: Login.file())
        return HubConnection(address: address, secret: secret)
    }

    /// - Parameter login: the file of a kept login. It is taken where nothing else was named, whole: its secret goes to no other hub.
    func named(besides login: URL?) throws -> (address: String, secret: String) {
        let environment = ProcessInfo.processInfo.environment
        let address = try hub ?? environment["TRIBUTARY_HUB"] ?? folder.map(Self.address(in:))
        let secret = try token ?? environment["TRIBUTARY_TOKEN"] ?? folder.map(Self.secret(in:))
        if address == nil, secret == nil, let kept = try login.flatMap(Login.read) {
            if !kept.allowsPlainHTTP { try refuseOpenLine(to: kept.hub) }
            return (kept.hub, kept.token)
        }
        guard let address else {
            throw Complaint(
                "No hub was named.",
                remedy: "Pass --hub URL and --token SECRET, or --data with the hub's data folder, or log in once: tributary login --hub URL"
            )
        }
        guard let secret, !secret.isEmpty else {
            throw Complaint(
                "No operators' secret was given.",
                remedy: "Pass --token, or set TRIBUTARY_TOKEN to the line of hub.secret in the hub's data folder.")
        }
        try refuseOpenLine(to: address)
        return (address, secret)
    }

    private func refuseOpenLine(to address: String) throws {
        guard !allowPlainHttp, Self.isOpenLine(to: address) else { return }
        throw Complaint(
            "\(address) is plain HTTP to another machine: everyone on the way could read the secret.",
            remedy: "Use https, a tunnel to the loopback address, or --allow-plain-http where the line itself is safe.")
    }

    /// Plain HTTP that leaves the machine.
    static func isOpenLine(to address: String) -> Bool {
        address.lowercased().hasPrefix("http://") && !isThisMachine(address)
    }

    static func isThisMachine(_ address: String) -> Bool {
        let host = URLComponents(string: address)?.host ?? ""
        return ["localhost", "::1", "[::1]"].contains(host) || host.hasPrefix("127.")
    }

    private static func address(in folder: String) throws -> String {
        guard let address = line(of: "hub.address", in: folder) else {
            throw Complaint("No hub runs on the data folder \(folder).", remedy: "Start it: tributary-hub serve --data \(folder)")
        }
        return address
    }

    private static func secret(in folder: String) throws -> String {
        guard let secret = line(of: "hub.secret", in: folder) else {
            throw Complaint(
                "The secret of the hub in \(folder) cannot be read.",
                remedy: "Run this as the hub's user, pass --token, or create the hub: tributary-hub init --data \(folder)")
        }
        return secret
    }

    private static func line(of file: String, in folder: String) -> String? {
        let path = URL(filePath: folder).appending(path: file)
        guard let text = try? String(contentsOf: path, encoding: .utf8) else { return nil }
        let line = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return line.isEmpty ? nil : line
    }
}

/// One operator's line to a hub: paths in, JSON out, errors with the hub's own remedy.
struct HubConnection: Sendable {
    /// No trailing slash.
    let address: String
    private let secret: String
    private let connection = HTTPConnection(userAgent: "tributary")

    static let answerSecondsMax = 60
    /// A question about an earlier time takes the whole journal in once more.
    static let lookBackSecondsMax = 1800
    private static let answerBytesMax = 64 << 20

    /// The hub says nothing while it works: silence until then is no dead line.
    static func limits(secondsMax: Int) -> TransferLimits {
        TransferLimits(totalMilliseconds: secondsMax * 1000, slowSeconds: secondsMax, responseBytesMax: answerBytesMax)
    }

    init(address: String, secret: String) {
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
        self.secret = secret
    }

    func get(_ parts: String..., query: [String: String] = [:]) async throws -> [UInt8] {
        try await send(.get, parts, query: query, body: []).body
    }

    /// For questions that take the hub longer.
    func get(_ parts: [String], query: [String: String] = [:], secondsMax: Int) async throws -> [UInt8] {
        try await send(.get, parts, query: query, body: [], secondsMax: secondsMax).body
    }

    func post(_ parts: [String], json: [UInt8], secondsMax: Int) async throws -> [UInt8] {
        try await send(.post, parts, body: json, secondsMax: secondsMax).body
    }

    func post(_ parts: String..., body: some Encodable, secondsMax: Int = answerSecondsMax) async throws -> [UInt8] {
        try await send(.post, parts, body: [UInt8](JSONEncoder().encode(body)), secondsMax: secondsMax).body
    }

    /// A page of a list.
    func page(_ parts: String..., query: [String: String?], limit: Int, after: String?) async throws -> HubPage {
        var query = query.compactMapValues { $0 }
        query["limit"] = String(limit)
        query["after"] = after
        return HubPage(try await send(.get, parts, query: query, body: []))
    }

    /// A page of a list that is asked for in a body.
    func page(_ parts: String..., body: some Encodable) async throws -> HubPage {
        HubPage(try await send(.post, parts, body: [UInt8](JSONEncoder().encode(body))))
    }

    /// Parts of the path are percent-encoded whole: a SKU may hold a slash.
    private func send(
        _ method: HTTPRequest.Method, _ parts: [String], query: [String: String] = [:], body: [UInt8], secondsMax: Int = answerSecondsMax
    ) async throws -> HTTPResponse {
        func encoded(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: .unreserved) ?? text }
        let asked = query.sorted { $0.key < $1.key }.map { "\(encoded($0.key))=\(encoded($0.value))" }.joined(separator: "&")
        let path = parts.map(encoded).joined(separator: "/") + (asked.isEmpty ? "" : "?\(asked)")
        var headers = [(name: "Authorization", value: "Bearer \(secret)"), (name: "Accept", value: "application/json")]
        if method == .post { headers.append((name: "Content-Type", value: "application/json")) }
        let response: HTTPResponse
        do {
            response = try await connection.send(
                HTTPRequest(
                    method, "\(address)/v1/\(path)", headers: headers, body: body, limits: Self.limits(secondsMax: secondsMax)))
        } catch let error as TransferError {
            throw Complaint(error.message, remedy: error.remedy)
        }
        return try checked(response)
    }

    private func checked(_ response: HTTPResponse) throws -> HTTPResponse {
        guard response.contentType == "application/json" else {
            throw Complaint(
                "\(address) answers with status \(response.status), but not as a Tributary hub does.",
                remedy: "Check the address and the port, and what stands between: a proxy, a portal's log-in page.")
        }
        guard (200..<300).contains(response.status) else {
            guard let error = try? JSONDecoder().decode(HubComplaint.self, from: Data(response.body)).error else {
                throw Complaint("The hub answers with status \(response.status).", remedy: "Look at the hub's log.")
            }
            throw Complaint(error.message, remedy: error.remedy)
        }
        return response
    }
}

extension HubPage {
    fileprivate init(_ response: HTTPResponse) {
        self.init(
            bytes: response.body, next: response.header("tributary-next"), ordered: response.header("tributary-ordered").flatMap { Int($0) }
        )
    }
}

private struct HubComplaint: Decodable {
    struct Detail: Decodable { let message, remedy: String }
    let error: Detail
}

extension CharacterSet {
    /// What RFC 3986 lets stand in any part of a URL.
    fileprivate static let unreserved = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}

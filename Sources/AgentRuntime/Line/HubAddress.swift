import Foundation

/// Where the hub is: a base address that has been checked, without a slash at its end.
public struct HubAddress: Hashable, Sendable, CustomStringConvertible {
    public let description: String
    /// A path before `/v1`, when the hub stands behind one; signed requests name the whole path.
    public let path: String

    /// - Parameter allowPlainHTTP: take `http` to another machine, which lets everybody on the way read along.
    public init(_ text: String, allowPlainHTTP: Bool) throws {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = parts.host, !host.isEmpty, parts.query == nil, parts.fragment == nil, parts.user == nil
        else {
            throw AgentError(
                .badHubAddress, "\"\(text)\" is no address of a hub.",
                remedy: "Write it like https://hub.example.com:8443, without a query or password.")
        }
        guard scheme == "https" || allowPlainHTTP || Self.isLoopback(host) else {
            throw AgentError(
                .plainHTTP, "\(text) would send customers' data readable for everybody on the way.",
                remedy: "Use https, or ask for it by name with --allow-plain-http when the line is protected otherwise (a VPN).")
        }
        var path = parts.path
        while path.hasSuffix("/") { path.removeLast() }
        self.path = path
        description = "\(scheme)://\(Self.bracketed(host))" + (parts.port.map { ":\($0)" } ?? "") + path
    }

    private static func bracketed(_ host: String) -> String { host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host }

    static func isLoopback(_ host: String) -> Bool {
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        if bare == "::1" || bare.lowercased() == "localhost" { return true }
        let numbers = bare.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers.first == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }
}

/// The hub as a browser reached it: most likely a site's machine reaches it in the same way.
public struct HubReach: Hashable, Sendable {
    /// Like `https://hub.example.com:8443`.
    let url: String
    /// Only on the machine that the browser runs on.
    let isLoopback: Bool
    /// Readable for everybody on the way: an agent wants to be told that this is meant.
    let isPlain: Bool

    /// - Parameters:
    ///   - authority: what the browser asked for: host and port.
    ///   - isSecure: it came over TLS.
    /// - Returns: `nil` for what is no host: it would stand in a command that people type.
    public init?(authority: String?, isSecure: Bool) {
        let marks = Set("-._:[]".utf8)
        guard let authority, !authority.isEmpty, authority.utf8.count <= 260,
            authority.utf8.allSatisfy({ byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 32 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || marks.contains(byte)
            })
        else { return nil }
        url = (isSecure ? "https://" : "http://") + authority
        isPlain = !isSecure
        let host = authority.hasPrefix("[") ? String(authority.dropFirst().prefix { $0 != "]" }) : String(authority.prefix { $0 != ":" })
        isLoopback = host.lowercased() == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}

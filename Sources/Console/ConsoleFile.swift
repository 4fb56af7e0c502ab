import CConsole
import Crypto

/// A file of `hub/console`, as it is built into the hub: one program is all that an operator installs.
public struct ConsoleFile: Sendable {
    /// Its path below `hub/console`.
    public let name: String
    public let bytes: [UInt8]

    public var mediaType: String { Self.mediaTypes[name.split(separator: ".").last.map(String.init) ?? ""] ?? "application/octet-stream" }

    /// Differs as soon as the file does: addresses carry it, so that browsers may keep a file for ever.
    public let version: String

    init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        version = SHA256.hash(data: bytes).prefix(6).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static let mediaTypes = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
    ]

    /// What a browser may load: everything but what pages are made from.
    public var isServed: Bool { mediaType != "application/octet-stream" }

    /// By name.
    public static let all: [String: ConsoleFile] = {
        let files = (0..<console_file_count()).map { index in
            let file = console_file_at(index)
            return ConsoleFile(name: String(cString: file.name), bytes: Array(UnsafeBufferPointer(start: file.bytes, count: file.length)))
        }
        return Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0) })
    }()
}

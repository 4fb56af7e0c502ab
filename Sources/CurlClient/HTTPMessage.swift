/// One HTTP exchange's question.
public struct HTTPRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    public var method: Method
    /// Absolute, `http` or `https`.
    public var url: String
    /// A name or value with a line break is refused.
    public var headers: [(name: String, value: String)]
    /// Sent as it is; empty for `get`.
    public var body: [UInt8]
    public var limits: TransferLimits

    public init(_ method: Method, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [], limits: TransferLimits)
    {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.limits = limits
    }
}

/// The bounds of one exchange. There is no way to ask for "no bound".
public struct TransferLimits: Hashable, Sendable {
    /// Name look-up, TCP and TLS together.
    public var connectMilliseconds: Int
    /// The whole exchange, from the moment the connection is free for it.
    public var totalMilliseconds: Int
    /// Slower than this for `slowSeconds` is a dead line.
    public var slowBytesPerSecond: Int
    /// A long poll must wait less than this.
    public var slowSeconds: Int
    /// Counted while the body arrives, whatever its Content-Length says.
    public var responseBytesMax: Int
    /// All header lines together.
    public var headerBytesMax: Int

    public init(
        connectMilliseconds: Int = 10_000, totalMilliseconds: Int, slowBytesPerSecond: Int = 100, slowSeconds: Int = 60,
        responseBytesMax: Int = 16 << 20, headerBytesMax: Int = 64 << 10
    ) {
        self.connectMilliseconds = connectMilliseconds
        self.totalMilliseconds = totalMilliseconds
        self.slowBytesPerSecond = slowBytesPerSecond
        self.slowSeconds = slowSeconds
        self.responseBytesMax = responseBytesMax
        self.headerBytesMax = headerBytesMax
    }
}

/// The answer to an `HTTPRequest`, whatever its status: only the caller knows which answers are good ones.
public struct HTTPResponse: Sendable {
    public var status: Int
    /// Names in lower case, in the order of arrival.
    public var headers: [(name: String, value: String)]
    /// As sent: no content encoding is undone.
    public var body: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of the header, by its lower-case name.
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The media type without its parameters, in lower case.
    public var contentType: String? {
        header("content-type").map { $0.prefix { $0 != ";" }.lowercased().filter { $0 != " " } }
    }
}

extension HTTPRequest {
    /// Throws what can be known to be wrong before a connection is made.
    func check() throws(TransferError) {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https", url.utf8.dropFirst(scheme.utf8.count).starts(with: "://".utf8),
            !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F })
        else {
            throw TransferError(
                .badAddress, "\"\(url)\" is no http or https address.", remedy: "Write it like https://hub.example.com:8443.")
        }
        for (name, value) in headers where (name + value).utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) || name.isEmpty {
            throw TransferError(
                .badHeader, "The header \"\(name)\" holds a line break or control character.", remedy: "Remove it from the configuration.")
        }
    }
}

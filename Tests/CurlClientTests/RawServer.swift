import Glibc
import Synchronization

/// A web server of a hundred lines that answers with exactly the bytes it is told to, however wrong they are.
final class RawServer: Sendable {
    struct Request: Sendable {
        /// Counted from 0 over the server's life.
        var connection: Int
        var number: Int
        var head: String
        var body: [UInt8]
    }

    /// What to do with one request.
    enum Reply: Sendable {
        case bytes([UInt8])
        case bytesThenClose([UInt8])
        /// Say nothing and keep the connection.
        case silence
        case close
    }

    let port: UInt16
    private let listener: CInt
    private let seen = Mutex<[Request]>([])

    init(_ reply: @escaping @Sendable (Request) -> Reply) throws {
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && listen(socket, 16) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        guard bound else { throw Failure() }
        port = UInt16(bigEndian: address.sin_port)
        let server = Weak(self)
        Self.thread {
            var connection = 0
            while true {
                let peer = accept(socket, nil, nil)
                guard peer >= 0 else { return }
                let number = connection
                Self.thread {
                    guard let self = server.object else {
                        _ = close(peer)
                        return
                    }
                    self.serve(peer, connection: number, reply)
                }
                connection += 1
            }
        }
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
        close(listener)
    }

    struct Failure: Error {}

    /// `@unchecked Sendable`: a weak reference that is set once.
    private final class Weak: @unchecked Sendable {
        weak var object: RawServer?
        init(_ object: RawServer) { self.object = object }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { seen.withLock { $0 } }
    var connectionCount: Int { Set(requests.map(\.connection)).count }

    private func serve(_ peer: CInt, connection: Int, _ reply: @Sendable (Request) -> Reply) {
        defer { close(peer) }
        var buffer: [UInt8] = []
        while let (head, body) = Self.readRequest(peer, &buffer) {
            let request = seen.withLock { seen in
                let request = Request(connection: connection, number: seen.count, head: head, body: body)
                seen.append(request)
                return request
            }
            switch reply(request) {
            case .bytes(let bytes): Self.send(bytes, to: peer)
            case .bytesThenClose(let bytes): return Self.send(bytes, to: peer)
            case .silence: continue
            case .close: return
            }
        }
    }

    private static func readRequest(_ peer: CInt, _ buffer: inout [UInt8]) -> (String, [UInt8])? {
        while true {
            let end = Array("\r\n\r\n".utf8)
            if let index = buffer.indices.first(where: { buffer[$0...].starts(with: end) }) {
                let head = String(decoding: buffer[..<index], as: UTF8.self)
                let length =
                    head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                    .flatMap { Int($0.split(separator: ":")[1].filter { $0 != " " }) } ?? 0
                if buffer.count >= index + 4 + length {
                    let body = Array(buffer[(index + 4)..<(index + 4 + length)])
                    buffer.removeFirst(index + 4 + length)
                    return (head, body)
                }
            }
            var piece = [UInt8](repeating: 0, count: 65536)
            let count = recv(peer, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            buffer.append(contentsOf: piece.prefix(count))
        }
    }

    private static func send(_ bytes: [UInt8], to peer: CInt) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(peer, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
        pthread_detach(thread)
    }
}

extension RawServer.Reply {
    static func ok(_ body: String, type: String = "application/json", status: String = "200 OK") -> Self {
        .bytes(Array("HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8))
    }
}

import Glibc
import Testing

@Suite("Bounds of the connections that a server holds")
struct ConnectionBoundTests {
    @Test("So many connections are served at once; one more waits until another one is closed")
    func connections() async throws {
        try await ServedHub.run(connectionsMax: 2) { hub in
            let first = try OpenLine(to: hub.address)
            try first.ask()
            #expect(try await first.isAnswered(within: Self.patience))
            let second = try OpenLine(to: hub.address)
            try second.ask()
            #expect(try await second.isAnswered(within: Self.patience))
            let third = try OpenLine(to: hub.address)
            try third.ask()
            #expect(try await !third.isAnswered(within: .milliseconds(300)))
            first.hangUp()
            #expect(try await third.isAnswered(within: Self.patience))
            second.hangUp()
            third.hangUp()
        }
    }

    @Test("A connection on which nothing happens is closed after its time, and not before", arguments: [1, nil] as [Int64?])
    func idle(seconds: Int64?) async throws {
        try await ServedHub.run(idleSeconds: seconds) { hub in
            let (mute, silent) = (try OpenLine(to: hub.address), try OpenLine(to: hub.address))
            try silent.ask()
            if seconds == nil {
                // As usual that is minutes.
                #expect(try await silent.isAnswered(within: Self.patience))
                try await Task.sleep(for: .seconds(3))
                #expect(!mute.isClosed && !silent.isClosed)
                try silent.ask()
                #expect(try await silent.isAnswered(within: Self.patience))
            } else {
                #expect(try await mute.isClosed(within: Self.patience))
                #expect(try await silent.isClosed(within: Self.patience))
            }
            for line in [mute, silent] { line.hangUp() }
        }
    }

    /// Beside all other tests a machine may be busy for long.
    private static let patience = Duration.seconds(60)
}

/// A connection to a server that stays open between requests.
private struct OpenLine {
    private let socket: CInt

    struct Failure: Error { let number = errno }

    /// - Parameter address: `http://127.0.0.1:PORT`.
    init(to address: String) throws {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var peer = sockaddr_in()
        peer.sin_family = sa_family_t(AF_INET)
        peer.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        peer.sin_port = UInt16(address.split(separator: ":").last ?? "")?.bigEndian ?? 0
        let socket = socket
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, length) == 0 }
        }
        guard isConnected else { throw Failure() }
    }

    func hangUp() { close(socket) }

    func ask() throws {
        let request = Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        guard send(socket, request, request.count, CInt(MSG_NOSIGNAL)) == request.count else { throw Failure() }
    }

    /// Whether the beginning of an answer has come by then.
    func isAnswered(within time: Duration) async throws -> Bool { try await eventually(time) { heard == .bytes } }

    /// Whether the server has closed it by then; what came before is passed over.
    func isClosed(within time: Duration) async throws -> Bool { try await eventually(time) { isClosed } }

    /// What came before is passed over.
    var isClosed: Bool {
        while true {
            switch heard {
            case .bytes: continue
            case .end: return true
            case .nothing: return false
            }
        }
    }

    private enum Heard { case bytes, end, nothing }

    private var heard: Heard {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(socket, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        if count > 0 { return .bytes }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .end
    }

    private func eventually(_ time: Duration, _ isSo: () -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + time
        while !isSo() {
            guard ContinuousClock.now < end else { return false }
            try await Task.sleep(for: .milliseconds(10))
        }
        return true
    }
}

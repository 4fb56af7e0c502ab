import Glibc
import Testing

@Suite("Bounds of the connections that a server holds")
struct ConnectionBoundTests {
    @Test("So many connections are served at once; one more waits until another one is closed", .timeLimit(.minutes(1)))
    func connections() async throws {
        try await ServedHub.run(connectionsMax: 2) { hub in
            let first = try OpenLine(to: hub.address)
            try first.ask()
            #expect(try await first.isAnswered(within: .seconds(20)))
            let second = try OpenLine(to: hub.address)
            try second.ask()
            #expect(try await second.isAnswered(within: .seconds(20)))
            let third = try OpenLine(to: hub.address)
            try third.ask()
            #expect(try await !third.isAnswered(within: .milliseconds(300)))
            first.hangUp()
            #expect(try await third.isAnswered(within: .seconds(20)))
            second.hangUp()
            third.hangUp()
        }
    }

    @Test("A connection on which nothing happens for its time is closed; one on which something does stays", .timeLimit(.minutes(1)))
    func idle() async throws {
        try await ServedHub.run(idleSeconds: 2) { hub in
            let (mute, silent, busy) = (try OpenLine(to: hub.address), try OpenLine(to: hub.address), try OpenLine(to: hub.address))
            let start = ContinuousClock.now
            try silent.ask()
            #expect(try await silent.isAnswered(within: .seconds(20)))
            // A request each half a second, until more than the time is over.
            for _ in 1...5 {
                try busy.ask()
                #expect(try await busy.isAnswered(within: .seconds(20)))
                let isEarly = ContinuousClock.now - start < .seconds(2)
                let areClosed = (mute.isClosed, silent.isClosed)
                // The machine may have been away between the two looks.
                if isEarly, ContinuousClock.now - start < .seconds(2) { #expect(!areClosed.0 && !areClosed.1) }
                try await Task.sleep(for: .milliseconds(500))
            }
            #expect(try await mute.isClosed(within: .seconds(20)))
            #expect(try await silent.isClosed(within: .seconds(20)))
            #expect(!busy.isClosed)
            try busy.ask()
            #expect(try await busy.isAnswered(within: .seconds(20)))
            for line in [mute, silent, busy] { line.hangUp() }
        }
    }
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

import Foundation
import Testing

/// Another web server at the address: answers whatever is asked with status 200 and a page, as hotel networks do.
final class Portal: @unchecked Sendable {
    // `@unchecked Sendable`: the descriptor is set once and only closed in `deinit`.
    private let listener: Int32
    let address: String

    /// - Parameter port: 0 lets the system choose.
    init(port: UInt16 = 0) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = inet_addr("127.0.0.1")
        place.sin_port = port.bigEndian
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (descriptor, length) = (listener, size)
        let bound = withUnsafePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(bound == 0 && listen(listener, 8) == 0)
        withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
        }
        address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
        Thread.detachNewThread { Self.answer(on: descriptor) }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func answer(on listener: Int32) {
        let page = "<html><body>Please accept our terms.</body></html>"
        let reply = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(page.utf8.count)\r\nConnection: close\r\n\r\n" + page
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            var heard = [UInt8](repeating: 0, count: 65_536)
            _ = recv(connection, &heard, heard.count, 0)
            _ = reply.withCString { send(connection, $0, reply.utf8.count, Int32(MSG_NOSIGNAL)) }
            shutdown(connection, Int32(SHUT_RDWR))
            close(connection)
        }
    }
}

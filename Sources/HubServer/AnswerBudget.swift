import Serving
import Synchronization

/// How many bytes of long answers the hub holds at once, whoever reads them.
///
/// After a restore a thousand agents load anew, some on slow lines: each page stays in memory until its line has taken it. Who finds no
/// room is asked to come again in a second, as with bodies.
final class AnswerBudget: Sendable {
    /// So much a connection's buffers hold anyway: receipts, news and pages of the console always find room.
    static let freeBytesMax = 64 << 10

    let bytesMax: Int
    private let taken = Mutex(0)

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Takes room for an answer of so many bytes; what is returned gives it back when nobody holds it any more.
    ///
    /// - Returns: `nil` for an answer that takes none.
    /// - Throws: `hub-busy`.
    func room(for bytes: Int) throws(HubServerError) -> AnswerRoom? {
        guard bytes > Self.freeBytesMax else { return nil }
        let fits = taken.withLock { taken in
            guard taken + bytes <= bytesMax else { return false }
            taken += bytes
            return true
        }
        guard fits else {
            throw HubServerError(
                .busy, "The hub is sending as much as it has room for.", remedy: "Ask again in a second; nothing is lost.")
        }
        return AnswerRoom { [self] in taken.withLock { $0 -= bytes } }
    }
}

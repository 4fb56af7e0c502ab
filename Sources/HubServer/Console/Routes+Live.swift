import Causality
import HubRuntime
import Serving

/// What keeps a page's figures fresh: server-sent events (WHATWG HTML, 9.2), which say that there is news and nothing of it. The page
/// then asks for itself, with its own rights.
extension HubRoutes {
    var liveRoutes: [HubRoute] {
        [HubRoute(.get, "/live", .console(.viewer)) { _ in Reply.live(news()) }]
    }

    /// More often than this nobody looks at figures; a commit in between is told with the next.
    private static let newsMilliseconds = 1_000
    /// What is old grows older without any commit; and a proxy, or the browser's own side, hears that the line is up.
    private static let beatMilliseconds = 15_000

    /// News that waits for its reader: one says all that many would.
    static let newsWaitingMax = 1

    private func news() -> AsyncStream<[UInt8]> {
        let hub = hub
        // Who does not read for a while finds one piece of news, and asks for what it is about then.
        return AsyncStream(bufferingPolicy: .bufferingNewest(Self.newsWaitingMax)) { parts in
            let telling = Task {
                var known = hub.head.number
                while !Task.isCancelled {
                    let hasNews = await Self.isTold(hub, beyond: known)
                    guard !Task.isCancelled, let hasNews else { break }
                    known = hub.head.number
                    parts.yield(Array((hasNews ? "event: news\ndata: \(known)\n\n" : "event: beat\ndata: \(known)\n\n").utf8))
                    try? await Task.sleep(for: .milliseconds(Self.newsMilliseconds))
                }
                parts.finish()
            }
            parts.onTermination = { _ in telling.cancel() }
        }
    }

    /// Whether something was committed within a beat; `nil` when the hub stops.
    private static func isTold(_ hub: Hub, beyond number: UInt64) async -> Bool? {
        await withTaskGroup(of: Bool?.self) { group in
            group.addTask { await hub.waitForCommit(beyond: number) ? true : Task.isCancelled ? false : nil }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(beatMilliseconds))
                return false
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}

extension Reply {
    /// A browser that loses it asks again by itself after so many milliseconds.
    static func live(_ news: AsyncStream<[UInt8]>) -> Reply {
        var reply = Reply(mediaType: "text/event-stream; charset=utf-8", bytes: Array("retry: 5000\n\n".utf8))
        reply.rest = news
        return reply
    }
}

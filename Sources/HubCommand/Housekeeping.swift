import Causality
import Foundation
import HubRuntime
import HubServer
import Logging
import ServiceLifecycle

/// What a running hub does by itself once a day: it lets go of records that are dead for long (S9), and of the oldest look-ups.
struct Housekeeping: Service, CustomStringConvertible {
    let hub: Hub
    /// 0: never.
    let collectAfterDays: Int
    let logger: Logger

    /// Not at once, so that a hub that is started again and again does not do so again and again.
    static let firstSeconds = 3_600
    static let everySeconds = 24 * 3_600

    var description: String { "housekeeping" }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var seconds = Self.firstSeconds
            // Cut short only by the hub's end.
            while (try? await Task.sleep(for: .seconds(seconds), tolerance: .seconds(60))) != nil {
                seconds = Self.everySeconds
                await collect()
                await forgetLookUps()
            }
        }
    }

    /// Who looked whom up is personal data, too: a year is long enough to ask, and no longer.
    static let lookUpsKeptDays: UInt64 = 400

    private func forgetLookUps() async {
        let now = HubListener.wallClock().milliseconds
        let time = Timestamp(milliseconds: now - min(now, Self.lookUpsKeptDays * 86_400_000))
        do { try await hub.forgetLookUps(before: time) } catch {
            logger.warning("old look-ups could not be forgotten; it is tried again tomorrow", metadata: ["error": "\(error)"])
        }
    }

    private func collect() async {
        guard collectAfterDays > 0 else { return }
        do {
            let question = CollectionQuestion(olderThanDays: collectAfterDays, author: "housekeeping")
            let answer = try await hub.collect(question, now: HubListener.wallClock())
            if answer.records > 0 { logger.notice("dead records collected", metadata: ["records": "\(answer.records)"]) }
        } catch {
            logger.warning("dead records could not be collected; it is tried again tomorrow", metadata: ["error": "\(error)"])
        }
    }
}

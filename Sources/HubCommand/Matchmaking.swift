import Foundation
import HubRuntime
import HubServer
import Logging
import ServiceLifecycle

/// Keeps the proposals of a running hub up to date, a moment behind what arrives.
struct Matchmaking: Service, CustomStringConvertible {
    let hub: Hub
    let logger: Logger

    static let everySeconds = 5
    /// A pass over everything waits until arrivals pause, so that a first load is looked at once, but not longer than so many rounds.
    static let waitRoundsMax = 120

    /// - Parameter waited: for how many rounds a pass has been needed, this one among them.
    static func beginsPass(isQuiet: Bool, waited: Int) -> Bool { isQuiet || waited > waitRoundsMax }

    var description: String { "matchmaking" }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var (head, waited) = (hub.head.number, 0)
            // Cut short only by the hub's end.
            while (try? await Task.sleep(for: .seconds(Self.everySeconds), tolerance: .seconds(2))) != nil {
                let isQuiet = hub.head.number == head
                head = hub.head.number
                do {
                    if try await hub.needsMatchingPass() {
                        waited += 1
                        guard Self.beginsPass(isQuiet: isQuiet, waited: waited) else { continue }
                        waited = 0
                        let answer = try await hub.matchAll(now: HubListener.wallClock())
                        logger.info(
                            "customers compared", metadata: ["records": "\(answer.records)", "proposals": "\(answer.proposals)"])
                    } else {
                        while try await hub.followMatching(now: HubListener.wallClock()), !Task.isCancelled {}
                    }
                    let accepted = try await hub.acceptAutomatically(now: HubListener.wallClock())
                    if accepted > 0 { logger.notice("proposals beyond doubt linked", metadata: ["pairs": "\(accepted)"]) }
                } catch is CancellationError {
                } catch {
                    logger.warning("proposals could not be brought up to date; it is tried again", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}

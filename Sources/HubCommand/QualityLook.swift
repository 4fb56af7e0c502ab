import HubRuntime
import HubServer
import Logging
import ServiceLifecycle

/// Has all customers' records and articles looked through once a day, so that the console can tell how good they are, and were.
struct QualityLook: Service, CustomStringConvertible {
    let hub: Hub
    let logger: Logger

    /// Not at once: what has just started has other things to do.
    static let firstSeconds = 300
    /// So often it is asked whether today's is still due, which a hub that starts late or was in trouble catches up with.
    static let everySeconds = 1_800

    var description: String { "quality" }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var seconds = Self.firstSeconds
            // Cut short only by the hub's end.
            while (try? await Task.sleep(for: .seconds(seconds), tolerance: .seconds(60))) != nil {
                seconds = Self.everySeconds
                do {
                    let now = HubListener.wallClock()
                    if try await hub.isQualityDue(now: now) { try hub.beginQuality(now: now) }
                } catch {
                    logger.warning("the records could not be looked through; it is tried again", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}

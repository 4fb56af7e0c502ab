import HubRuntime
import HubServer
import Logging
import ServiceLifecycle

/// Notes every minute how the hub and its sites get on: what the console's charts are drawn from.
struct Pulse: Service, CustomStringConvertible {
    let hub: Hub
    let logger: Logger

    var description: String { "pulse" }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                do {
                    try await hub.takePulse(now: HubListener.wallClock())
                } catch {
                    // A gap in a chart: the next minute tries again.
                    logger.debug("no pulse could be taken", metadata: ["error": "\(error)"])
                }
            } while (try? await Task.sleep(for: .milliseconds(Hub.pulseMilliseconds))) != nil
        }
    }
}

import ArgumentParser
import Foundation
import HubRuntime
import HubServer
import HubStoreSQLite
import Logging

struct Initialize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a new hub: its folder, its keys, its operators' secret.",
        discussion: "Example: tributary-hub init --data /var/lib/tributary-hub")

    @OptionGroup var options: SettingsOptions

    mutating func run() async throws {
        let settings = try options.settings()
        let folder = HubFolder(url: try settings.folder())
        try folder.make()
        let lock = try folder.lock()
        defer { withExtendedLifetime(lock) {} }
        try folder.makeSecret()
        let store = try SQLiteHubStore(path: folder.database)
        let hub = try await Hub.open(store: store, now: HubListener.wallClock(), logger: Logger(label: "tributary-hub"))
        await hub.stop()
        try store.close()
        print(
            """
            Hub \(hub.id.short) is ready in \(folder.path).
            Start it:    tributary-hub serve --data \(folder.path)
            Add a site:  tributary site add shop-1 --kind store --data \(folder.path)
            """)
    }
}

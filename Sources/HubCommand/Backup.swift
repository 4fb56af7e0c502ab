import ArgumentParser
import Complaints
import Foundation
import HubRuntime
import HubServer
import HubStoreSQLite
import Logging

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a whole, checked copy to a new file; works while the hub runs.",
        discussion: "Example: tributary-hub backup /backup/hub-2026-11-22.db --data /var/lib/tributary-hub")

    @Argument(help: "The new file.", completion: .file()) var file: String
    @OptionGroup var options: SettingsOptions

    mutating func run() async throws {
        let folder = HubFolder(url: try options.settings().folder())
        try folder.check()
        let head: UInt64
        if let lock = try folder.lockIfFree() {
            defer { withExtendedLifetime(lock) {} }
            let store = try SQLiteHubStore(path: folder.database)
            let hub = try await Hub.open(store: store, now: HubListener.wallClock(), logger: Logger(label: "tributary-hub"))
            head = try await hub.backUp(to: file)
            await hub.stop()
            try store.close()
        } else {
            // The running hub does it, so that it can tell the agents what they need not keep any longer.
            head = try await RunningHub(folder: folder).backUp(to: file)
        }
        print("\(file) holds the hub up to position \(head), and was read back whole.")
    }
}

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a backup in place of a hub that does not run.",
        discussion: """
            The former files stay beside it, with .before-restore added, then .before-restore-2 and so on: no restore removes what
            an earlier one kept. Agents notice and send again what the backup lacks.
            Example: tributary-hub restore /backup/hub-2026-11-22.db --data /var/lib/tributary-hub
            """)

    @Argument(help: "The backup.", completion: .file()) var file: String
    @OptionGroup var options: SettingsOptions

    mutating func run() async throws {
        let folder = HubFolder(url: try options.settings().folder())
        guard FileManager.default.fileExists(atPath: file) else {
            throw Complaint("There is no file \(file).", remedy: "Name the file that tributary-hub backup wrote.")
        }
        let isNew = !folder.isHub
        if isNew { try folder.make() }
        let lock = try folder.lock()
        defer { withExtendedLifetime(lock) {} }
        let kept = try SQLiteHubStore.restore(backup: file, to: folder.database)
        // Missing or unreadable: the hub needs one either way.
        if (try? folder.secret()) == nil { try folder.makeSecret() }
        print("\(folder.path) is restored. Start it: tributary-hub serve --data \(folder.path)")
        if let kept {
            print("The former hub is kept as \(kept): delete it, and what stands beside it under that name, when nobody needs it.")
        }
        print("`tributary site list` says which sites have still to send again what the backup lacks.")
    }
}

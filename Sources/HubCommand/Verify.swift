import ArgumentParser
import Complaints
import Foundation
import HubRuntime
import HubServer
import HubStoreSQLite
import Logging

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Rebuild state and views from the journal and compare; exit 1 if they differ.",
        discussion: """
            Compared is all that the journal gives: records, customers and their links, purchases, orders, stock, decisions, what is set
            aside. Not compared are proposals of links, which are made anew, and what the hub counts in passing: data flow, data quality,
            the log of exchanges.

            The hub must not run. Example: tributary-hub verify --data /var/lib/tributary-hub
            """)

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Print the result as JSON.") var json = false

    mutating func run() async throws {
        let folder = HubFolder(url: try options.settings().folder())
        try folder.check()
        let lock = try folder.lock()
        defer { withExtendedLifetime(lock) {} }
        let store = try SQLiteHubStore(path: folder.database)
        let hub = try await Hub.open(store: store, now: HubListener.wallClock(), logger: Logger(label: "tributary-hub"))
        let answer = try await hub.verify()
        await hub.stop()
        try store.close()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(answer), as: UTF8.self))
        } else {
            print("\(answer.changeSets) change-sets with \(answer.changes) changes replayed, \(answer.rowsCompared) rows compared.")
        }
        guard answer.isEqual else {
            if !json { for difference in answer.differences { print("  \(difference)") } }
            throw Complaint(
                "The rebuilt state differs in \(answer.differences.count) places.",
                remedy: "Keep a copy of \(folder.path) and report the lines above; the journal itself is whole.")
        }
        if !json { print("State and views are what the journal says.") }
    }
}

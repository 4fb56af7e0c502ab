import AgentRuntime
import ArgumentParser
import Capture
import ChangeSets
import Foundation
import Logging

struct Attach: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Capture the changes of an application's SQLite file.",
        discussion: """
            Says what it will do before it does it; --dry-run ends there. The mapping is held against the file first, and every
            problem is named with its line and column.

              tributary-agent attach /opt/till/till.db --as till --mapping open-source-pos.yaml --dry-run
              tributary-agent attach /opt/till/till.db --as till --mapping open-source-pos.yaml
              tributary-agent attach /opt/till/till.db --as till --mapping open-source-pos.yaml --take-over   (the former agent is gone)
            """)

    @OptionGroup var options: AgentOptions
    @Argument(help: "The application's database file.") var file: String
    @Option(name: .customLong("as"), help: ArgumentHelp("The source's name at this site, like till.", valueName: "name")) var name: String
    @Option(help: ArgumentHelp("The mapping (YAML); see docs/operating/mapping.md.", valueName: "file")) var mapping: String
    @Flag(help: "The file belonged to an agent that is gone for good: continue its history.") var takeOver = false
    @Flag(help: "Say what would be done, and do nothing.") var dryRun = false

    func run() async throws {
        let resolved = try options.resolved()
        let log = AgentOptions.logger(resolved.logLevel ?? .warning)
        let lock = dryRun ? nil : try resolved.folder.lock()
        defer { withExtendedLifetime(lock) {} }
        let path = URL(fileURLWithPath: (file as NSString).expandingTildeInPath).resolvingSymlinksInPath().path
        let mappingFile = try MappingFile.read(mapping)
        let checked = try mappingFile.checked(against: path)
        print(checked.explanation())
        for warning in checked.warnings { print(warning) }
        if dryRun { return print("Nothing was done (--dry-run).") }
        let agent = try Agent(folder: resolved.folder, proxy: resolved.proxy, log: log)
        let sources = SourceList(agent.database)
        try sources.set(mappingFile, of: name)
        do {
            var random = SystemRandomNumberGenerator()
            _ = try CapturedSource.attach(
                file: path, name: Text(name), site: Text(agent.membership.site), mapping: checked, store: agent.database,
                owner: agent.key.publicKey, takeOver: takeOver, random: &random)
        } catch {
            if try !sources.all().contains(where: { $0.name == name }) { try sources.set(nil, of: name) }
            throw error
        }
        print("Attached \(path) as \(name).")
        print("Next: tributary-agent run (or: systemctl restart tributary-agent); the first drain sends what the file holds now.")
    }
}

import AgentRuntime
import ArgumentParser
import Foundation
import Logging

/// What every command takes. Flags beat the environment (TRIBUTARY_...), the environment beats the file.
struct AgentOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The agent's own folder (or TRIBUTARY_DATA). Default: \(Self.defaultData).", valueName: "folder"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "A YAML file with settings (or TRIBUTARY_CONFIG); see agent/agent.example.yaml. Default: \(AgentFile.defaultPath), if it is there.",
            valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Least level that is logged (or TRIBUTARY_LOG_LEVEL): trace, debug, info, notice, warning, error, critical. Default: warning; for run, info.",
            valueName: "level"))
    var logLevel: String?

    static let defaultData = "/var/lib/tributary-agent"

    /// The settings that apply.
    struct Resolved {
        var folder: DataFolder
        var logLevel: Logger.Level?
        var proxy: String?
        var pollSeconds: Int?
        var sweepHours: Int?
        var listen: String?
    }

    func resolved(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> Resolved {
        let file = try configuration(environment)
        let level = try (logLevel ?? environment["TRIBUTARY_LOG_LEVEL"] ?? file.logLevel).map { name in
            guard let level = Logger.Level(rawValue: name.lowercased()) else {
                throw AgentError(
                    .configuration, "\"\(name)\" is no log level.",
                    remedy: "Use \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            return level
        }
        return Resolved(
            folder: DataFolder(data ?? environment["TRIBUTARY_DATA"] ?? file.data ?? Self.defaultData), logLevel: level,
            proxy: environment["TRIBUTARY_PROXY"] ?? file.proxy, pollSeconds: file.pollSeconds, sweepHours: file.sweepHours,
            listen: environment["TRIBUTARY_LISTEN"] ?? file.listen)
    }

    private func configuration(_ environment: [String: String]) throws -> AgentFile {
        if let path = config ?? environment["TRIBUTARY_CONFIG"] { return try AgentFile.read(path) }
        guard FileManager.default.fileExists(atPath: AgentFile.defaultPath) else { return AgentFile() }
        return try AgentFile.read(AgentFile.defaultPath)
    }

    /// Logs go to stderr, so that stdout carries results only.
    static func logger(_ level: Logger.Level) -> Logger {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        return Logger(label: "tributary.agent")
    }
}

import AgentRuntime
import ArgumentParser
import Foundation
import Logging

/// What every command takes. Flags beat the environment (TRIBUTARY_...), the environment beats the file.
struct AgentOptions: ParsableArguments {
    @Option(name: .long, help: "The agent's own folder (TRIBUTARY_DATA; else /var/lib/tributary-agent).")
    var data: String?

    @Option(name: .long, help: "The agent's YAML file (TRIBUTARY_CONFIG; else \(AgentFile.defaultPath) where it is).")
    var config: String?

    @Option(name: .long, help: "debug, info, notice, warning or error (TRIBUTARY_LOG_LEVEL).")
    var logLevel: String?

    static let defaultData = "/var/lib/tributary-agent"

    /// The settings that apply.
    struct Resolved {
        var folder: DataFolder
        var logLevel: Logger.Level?
        var proxy: String?
        var pollSeconds: Int?
        var sweepHours: Int?
    }

    func resolved(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> Resolved {
        let file = try configuration(environment)
        let level = try (logLevel ?? environment["TRIBUTARY_LOG_LEVEL"] ?? file.logLevel).map { name in
            guard let level = Logger.Level(rawValue: name.lowercased()) else {
                throw AgentError(.configuration, "\"\(name)\" is no log level.", remedy: "Use debug, info, notice, warning or error.")
            }
            return level
        }
        return Resolved(
            folder: DataFolder(data ?? environment["TRIBUTARY_DATA"] ?? file.data ?? Self.defaultData), logLevel: level,
            proxy: environment["TRIBUTARY_PROXY"] ?? file.proxy, pollSeconds: file.pollSeconds, sweepHours: file.sweepHours)
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

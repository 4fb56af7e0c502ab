import ArgumentParser
import Complaints
import Foundation
import Serving
import Logging
import Yams

/// How a hub is set up: flags beat the environment, which beats the YAML file.
struct HubSettings: Sendable {
    var data: String?
    var listen = ListenAddress(host: "127.0.0.1", port: 8080)
    var allowPlainHTTP = false
    var logLevel = Logger.Level.info
    /// Records that are dead for so many days are let go; 0: never.
    var collectAfterDays = 90
    /// Whether links are proposed from names, birth dates and addresses.
    var proposesLinks = true

    /// The settings of a YAML file; unknown names are refused with line and column, for a typo must not be silent.
    mutating func read(yaml: String, file: String) throws {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw Complaint("\(file) is not YAML: \(Self.oneLine("\(error)"))", remedy: "See hub/hub.example.yaml.")
        }
        guard let root, root != Node("") else { return }
        guard let mapping = root.mapping else {
            throw Complaint("\(file) holds no settings: it is a list or a word.", remedy: "See hub/hub.example.yaml.")
        }
        for (key, value) in mapping {
            guard let name = key.string, let text = value.scalar?.string else { throw Self.unknown(key, file: file) }
            guard try set(name, to: text, at: Self.place(of: value, file: file)) else { throw Self.unknown(key, file: file) }
        }
    }

    mutating func read(environment: [String: String]) throws {
        for name in Self.names {
            let variable = "TRIBUTARY_HUB_" + name.uppercased().replacingOccurrences(of: "-", with: "_")
            if let text = environment[variable] { _ = try set(name, to: text, at: variable) }
        }
    }

    static let names = ["data", "listen", "allow-plain-http", "log-level", "collect-after-days", "propose-links"]

    /// - Returns: whether there is a setting of that name.
    private mutating func set(_ name: String, to text: String, at place: String) throws -> Bool {
        switch name {
        case "data": data = text
        case "listen":
            guard let address = ListenAddress(text) else { throw Self.wrong(place, "\"\(text)\" is no HOST:PORT.") }
            listen = address
        case "allow-plain-http":
            allowPlainHTTP = try Self.flag(text, at: place)
        case "propose-links":
            proposesLinks = try Self.flag(text, at: place)
        case "log-level":
            guard let level = Logger.Level(rawValue: text.lowercased()) else {
                throw Self.wrong(place, "\"\(text)\" is no log level: \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            logLevel = level
        case "collect-after-days":
            guard let days = Int(text), (0...100_000).contains(days) else {
                throw Self.wrong(place, "\"\(text)\" is no number of days from 0 (never) on.")
            }
            collectAfterDays = days
        default: return false
        }
        return true
    }

    private static func flag(_ text: String, at place: String) throws -> Bool {
        guard let flag = ["true": true, "yes": true, "1": true, "false": false, "no": false, "0": false][text.lowercased()] else {
            throw wrong(place, "\"\(text)\" is neither true nor false.")
        }
        return flag
    }

    private static func wrong(_ place: String, _ message: String) -> Complaint {
        Complaint("\(place): \(message)", remedy: "See hub/hub.example.yaml.")
    }

    private static func unknown(_ key: Node, file: String) -> Complaint {
        Complaint(
            "\(place(of: key, file: file)): there is no setting \"\(key.string ?? "?")\".",
            remedy: "Known settings: \(names.joined(separator: ", ")).")
    }

    private static func place(of node: Node, file: String) -> String {
        node.mark.map { "\(file):\($0.line):\($0.column)" } ?? file
    }

    private static func oneLine(_ text: String) -> String { text.split(whereSeparator: \.isNewline).joined(separator: " ") }
}

extension ListenAddress: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

/// What every subcommand takes.
struct SettingsOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The hub's data folder (or TRIBUTARY_HUB_DATA). No default.", valueName: "folder"))
    var data: String?

    @Option(help: ArgumentHelp("A YAML file with settings (or TRIBUTARY_HUB_CONFIG); see hub/hub.example.yaml.", valueName: "file"))
    var config: String?

    @Option(
        help:
            ArgumentHelp(
                "Least level that is logged (or TRIBUTARY_HUB_LOG_LEVEL): trace, debug, info, notice, warning, error, critical. Default: info.",
                valueName: "level"))
    var logLevel: LogLevel?

    /// File, then environment, then flags.
    func settings() throws -> HubSettings {
        let environment = ProcessInfo.processInfo.environment
        var settings = HubSettings()
        if let file = config ?? environment["TRIBUTARY_HUB_CONFIG"] {
            guard let yaml = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw Complaint("The settings file \(file) cannot be read.", remedy: "Check the path and its permissions.")
            }
            try settings.read(yaml: yaml, file: file)
        }
        try settings.read(environment: environment)
        if let data { settings.data = data }
        if let logLevel { settings.logLevel = logLevel.level }
        return settings
    }
}

extension HubSettings {
    /// The data folder that some setting must name.
    func folder() throws -> URL {
        guard let data else {
            throw Complaint("No data folder was named.", remedy: "Pass --data FOLDER, or set TRIBUTARY_HUB_DATA.")
        }
        return URL(filePath: data, directoryHint: .isDirectory)
    }
}

/// A level's name on the command line, refused there when it is none.
struct LogLevel: ExpressibleByArgument {
    let level: Logger.Level

    init?(argument: String) {
        guard let level = Logger.Level(rawValue: argument.lowercased()) else { return nil }
        self.level = level
    }
}

import AgentRuntime
import Foundation
import Yams

/// The agent's YAML file. Every key may be left out; an unknown one is refused with its place.
struct AgentFile: Sendable {
    var data: String?
    var logLevel: String?
    var proxy: String?
    var pollSeconds: Int?
    var sweepHours: Int?
    var listen: String?

    static let defaultPath = "/etc/tributary/agent.yaml"
    static let bytesMax = 1 << 20

    /// - Throws: `AgentError` with file, line and column.
    static func read(_ path: String) throws -> AgentFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw AgentError(
                .configuration, "The configuration \(path) cannot be read.", remedy: "Check the path given with --config, and its rights.")
        }
        guard data.count <= bytesMax, let text = String(data: data, encoding: .utf8) else {
            throw AgentError(
                .configuration, "\(path) is no configuration: too large, or not UTF-8 text.",
                remedy: "Name a YAML file such as agent/agent.example.yaml.")
        }
        return try parse(text, path: path)
    }

    static func parse(_ text: String, path: String) throws -> AgentFile {
        var file = AgentFile()
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch let error as YamlError {
            throw AgentError(
                .configuration, "\(path) is no valid YAML: \(error)".replacing("\n", with: " "),
                remedy: "Correct it there; agent/agent.example.yaml shows the form.")
        }
        guard let root else { return file }
        guard let mapping = root.mapping else { throw wrong(path, root, "a list of `key: value` is expected here") }
        for (key, value) in mapping {
            switch key.string {
            case "data": file.data = try string(value, path)
            case "log-level": file.logLevel = try string(value, path)
            case "proxy": file.proxy = try string(value, path)
            case "poll-seconds": file.pollSeconds = try number(value, 1...3600, path)
            case "sweep-hours": file.sweepHours = try number(value, 1...8760, path)
            case "listen": file.listen = try string(value, path)
            default:
                throw wrong(
                    path, key, "\"\(key.string ?? "")\" is no known key; data, log-level, proxy, poll-seconds, sweep-hours and listen are")
            }
        }
        return file
    }

    private static func string(_ node: Node, _ path: String) throws -> String {
        guard let string = node.scalar?.string, !string.isEmpty else { throw wrong(path, node, "a text is expected here") }
        return string
    }

    private static func number(_ node: Node, _ range: ClosedRange<Int>, _ path: String) throws -> Int {
        guard let number = node.int, range.contains(number) else {
            throw wrong(path, node, "a whole number from \(range.lowerBound) to \(range.upperBound) is expected here")
        }
        return number
    }

    private static func wrong(_ path: String, _ node: Node, _ what: String) -> AgentError {
        let place = node.mark.map { "\(path):\($0.line):\($0.column)" } ?? path
        return AgentError(.configuration, "\(place): \(what).", remedy: "Correct it there; agent/agent.example.yaml shows every key.")
    }
}

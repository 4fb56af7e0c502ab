import Foundation

/// A shop, the warehouse or the web shop: its application's file, and the agent beside it.
final class Site {
    let name: String
    let kind: String
    /// For people: `Camden`.
    let title: String
    let folder: URL
    private let programs: Programs
    private var agent: Process?

    init(_ name: String, kind: String, title: String, under root: URL, programs: Programs) throws {
        self.name = name
        self.kind = kind
        self.title = title
        self.programs = programs
        folder = root.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    var applicationFile: URL { folder.appending(path: "\(name).db") }
    private var agentFolder: String { folder.appending(path: "agent").path }

    private(set) var hasLine = false

    /// What somebody types on the site's machine on its first day.
    func join(_ hub: HubProcess, mapping: URL, source: String) async throws {
        let token = try await hub.addSite(name, kind: kind)
        try programs.run("tributary-agent", ["enroll", "--hub", hub.address, "--token", token, "--data", agentFolder])
        try programs.run(
            "tributary-agent", ["attach", applicationFile.path, "--as", source, "--mapping", mapping.path, "--data", agentFolder])
    }

    /// The agent runs, with a line to the hub.
    func connect() throws { try runAgent(hasLine: true) }

    /// The line is gone: nothing goes out, nothing comes in. The agent goes on beside the till.
    func disconnect() throws { try runAgent(hasLine: false) }

    /// A proxy where nothing listens is a line that is down.
    private static let deadProxy = "http://127.0.0.1:9"

    private func runAgent(hasLine: Bool) throws {
        agent?.stop()
        let process = try programs.start(
            "tributary-agent", ["run", "--data", agentFolder, "--log-level", "notice"], named: "agent-\(name)",
            with: hasLine ? [:] : ["TRIBUTARY_PROXY": Self.deadProxy])
        RunningPrograms.add(process)
        agent = process
        self.hasLine = hasLine
    }

    /// Changes that wait to be sent, as the agent's own status says.
    func queued() throws -> Int {
        let text = try programs.outcome(of: "tributary-agent", ["status", "--json", "--data", agentFolder]).output
        let status = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return status?["queued"] as? Int ?? 0
    }

    /// What a clerk reads on the site's own machine, with or without a line.
    func clerkSees(_ arguments: String...) throws -> String {
        try programs.outcome(of: "tributary-agent", ["find"] + arguments + ["--data", agentFolder]).output
    }

    /// On hand at a location as this site knows it; `nil` when it knows nothing of it.
    func onHand(_ sku: String, at location: String) throws -> Int64? {
        let answer = try clerkSees("stock", "--sku", sku, "--json")
        let object = try? JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
        let figures = object?["stock"] as? [[String: Any]] ?? []
        return figures.first { $0["location"] as? String == location }.flatMap { $0["onHand"] as? Int }.map { Int64($0) / 10_000 }
    }

    /// Purchases of a customer as this site knows them.
    func purchases(email: String) throws -> Int {
        let answer = try clerkSees("customer", "--email", email, "--json")
        let object = try? JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
        let profiles = (object?["customers"] as? [[String: Any]] ?? []).compactMap { $0["profile"] as? [String: Any] }
        return profiles.compactMap { ($0["purchases"] as? [String: Any])?["number"] as? Int }.reduce(0, +)
    }
}

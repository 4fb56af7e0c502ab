import Capture
import Causality
import ChangeSets
import Foundation
import Glibc
import Logging

/// What `doctor` looks at, each with what to do about it.
public struct HealthChecks: Sendable {
    public struct Check: Codable, Hashable, Sendable {
        public var subject: String
        public var detail: String?
        public var problem: AgentHealth.Problem?
    }

    let folder: DataFolder
    let proxy: String?
    let log: Logger

    public init(folder: DataFolder, proxy: String?, log: Logger) {
        self.folder = folder
        self.proxy = proxy
        self.log = log
    }

    /// The hub treats changes of a clock that is further off as doubtful (law 7).
    static let clockToleranceMilliseconds: UInt64 = 5 * 60 * 1000
    static let freeBytesMin: UInt64 = 256 << 20

    public func run() async -> [Check] {
        var checks = [check("agent's folder \(folder.path)") { try checkFolder() }, check("free disk space") { try checkSpace() }]
        checks.append(check("key file") { try checkKey() })
        guard let agent = try? Agent(folder: folder, proxy: proxy, log: log) else {
            checks.append(
                check("enrolment") {
                    _ = try Agent(folder: folder, proxy: proxy, log: log)
                    return nil
                })
            return checks
        }
        checks.append(Check(subject: "enrolment", detail: "\(agent.membership.site) with \(agent.membership.hubAddress)"))
        checks.append(check("agent.db") { try checkDatabase(agent.database) })
        for source in (try? SourceList(agent.database).all()) ?? [] {
            checks.append(check("source \(source.name)") { try checkSource(source, agent.database) })
        }
        await checks += checkLine(agent)
        return checks
    }

    private func check(_ subject: String, _ work: () throws -> String?) -> Check {
        do { return Check(subject: subject, detail: try work()) } catch {
            return Check(subject: subject, problem: AgentHealth.Problem(error))
        }
    }

    private func checkFolder() throws -> String? {
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw AgentError(
                .notEnrolled, "There is no folder \(folder.path).",
                remedy: "Name the agent's folder with --data, or begin with: tributary-agent enroll.")
        }
        try folder.make()
        return folder.isLocked ? "an agent is at work" : "no agent is at work"
    }

    private func checkSpace() throws -> String? {
        guard let free = folder.freeBytes else { return nil }
        guard free >= Self.freeBytesMin else {
            throw AgentError(
                .diskFull, "Only \(free >> 20) MB are free where the agent keeps its file.",
                remedy: "Make room; at zero the agent stops capturing until there is some.")
        }
        return "\(free >> 30) GB"
    }

    private func checkKey() throws -> String? {
        guard let key = try KeyFile.read(in: folder.path) else {
            throw AgentError(.notEnrolled, "There is no key yet.", remedy: "Run: tributary-agent enroll --hub URL --token TOKEN")
        }
        return "public key \(key.publicKey)"
    }

    private func checkDatabase(_ database: AgentDatabase) throws -> String? {
        let answer = try database.queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") } ?? ""
        guard answer == "ok" else {
            throw AgentError(
                .dataFolder, "agent.db is damaged: \(answer).", remedy: "Keep a copy, check the disk, and restore the file from a backup.")
        }
        return nil
    }

    private func checkSource(_ source: SourceList.Entry, _ database: AgentDatabase) throws -> String? {
        let directory = (source.file as NSString).deletingLastPathComponent
        guard access(source.file, F_OK) == 0 else {
            throw CaptureError(.noSuchFile, "There is no file \(source.file).", remedy: "Put it back, or detach \(source.name).")
        }
        guard access(source.file, R_OK | W_OK) == 0, access(directory, R_OK | W_OK | X_OK) == 0 else {
            throw CaptureError(
                .readOnly, "\(source.file) or its folder may not be written by this user.",
                remedy: "Let the agent's user write both, as the application does.")
        }
        let mapping = try SourceList(database).mapping(of: source.name).refreshed()
        _ = try mapping.checked(against: source.file)
        let rows = source.rowsSetAside
        return rows == 0 ? source.file : "\(source.file); \(rows) rows are set aside because they could not be mapped"
    }

    private func checkLine(_ agent: Agent) async -> [Check] {
        do {
            let before = agent.clock.wall().milliseconds
            let page = try await agent.line.pull(cursor: try agent.view.cursor().reached, waitMilliseconds: 0, bytesMax: 1, replicas: [])
            let after = agent.clock.wall().milliseconds
            return [
                Check(subject: "line to \(agent.line.hub)", detail: "the hub answered in \(after - before) ms"),
                clock(page.time, before: before, after: after),
            ]
        } catch { return [Check(subject: "line to \(agent.line.hub)", problem: AgentHealth.Problem(error))] }
    }

    private func clock(_ hub: Timestamp, before: UInt64, after: UInt64) -> Check {
        let middle = before + (after - min(before, after)) / 2
        let offset = middle > hub.milliseconds ? middle - hub.milliseconds : hub.milliseconds - middle
        guard offset > Self.clockToleranceMilliseconds else { return Check(subject: "clock", detail: "\(offset) ms from the hub's") }
        return Check(
            subject: "clock",
            problem: .init(
                code: "clock-off", message: "This machine's clock is \(offset / 60_000) minutes from the hub's.",
                remedy: "Set it and switch time synchronisation on; until then this site's edits lose every tie."))
    }
}

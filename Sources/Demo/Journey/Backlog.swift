import Foundation
import Rehearsal

/// `make backlog`: one till that sold for long without a line; how soon all of it is at the hub, and what it costs.
final class Backlog {
    private let narrator: Narrator
    private let programs: Programs
    private let hub: HubProcess
    private let site: Site
    private let till: JourneyTill
    private let mapping: URL
    private let rows: Int
    private var hubPeakKilobytes = 0
    private var agentPeakKilobytes = 0

    init(root: URL, options: Options, narrator: Narrator) throws {
        self.narrator = narrator
        rows = options.rows
        let logs = root.appending(path: "logs")
        try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
        programs = try Programs(logs: logs)
        let mappings = try options.mappingsFolder(near: programs.folder)
        mapping = mappings.appending(path: "simple-shop.yaml")
        site = try Site("shop", kind: "store", title: "The shop", under: root, programs: programs)
        let schema = try String(contentsOf: mappings.appending(path: "schemas/simple-shop.sql"), encoding: .utf8)
        till = try JourneyTill(site.applicationFile, schema: schema)
        hub = try HubProcess(programs: programs, folder: root.appending(path: "hub"))
    }

    func clear() async throws {
        narrator.chapter("A backlog of \(rows) rows")
        try hub.start()
        try await site.join(hub, mapping: mapping, source: "till")
        try site.disconnect()
        let made = try sell()
        narrator.tell("The till sold without a line: \(made) rows.")
        let capturing = Date()
        var queued = 0
        while queued < made, -capturing.timeIntervalSinceNow < 600 {
            sample()
            try await Task.sleep(for: .milliseconds(200))
            queued = try site.queued()
        }
        narrator.tell(String(format: "Captured %.1f s later: %d changes wait.", -capturing.timeIntervalSinceNow, queued))
        (hubPeakKilobytes, agentPeakKilobytes) = (0, 0)
        let sending = Date()
        try site.connect()
        var records = 0
        while records < made, -sending.timeIntervalSinceNow < 600 {
            sample()
            try await Task.sleep(for: .milliseconds(100))
            records = (try await hub.status()["records"] as? Int) ?? 0
        }
        let seconds = -sending.timeIntervalSinceNow
        narrator.claim("all \(made) rows are at the hub", records == made, otherwise: "\(records) are")
        narrator.tell(
            String(
                format: "Sent and merged in %.1f s, from the agent's start; private memory at most: agent %.1f MB, hub %.1f MB.",
                seconds, Double(agentPeakKilobytes) / 1024, Double(hubPeakKilobytes) / 1024))
        try await idle(since: sending)
    }

    /// What the agent costs when there is nothing to do: once the merged view has come back, and it rests.
    private func idle(since sending: Date) async throws {
        var before = RunningPrograms.processorTicks(of: "tributary-agent")
        var restedSeconds = 0
        while restedSeconds < 5, -sending.timeIntervalSinceNow < 600 {
            try await Task.sleep(for: .seconds(1))
            let ticks = RunningPrograms.processorTicks(of: "tributary-agent")
            restedSeconds = ticks == before ? restedSeconds + 1 : 0
            before = ticks
        }
        narrator.tell(String(format: "The agent had the merged view, and rested, after %.1f s.", -sending.timeIntervalSinceNow - 5))
        try await Task.sleep(for: .seconds(10))
        let ticks = RunningPrograms.processorTicks(of: "tributary-agent") - before
        let memory = Double(RunningPrograms.privateKilobytes(of: "tributary-agent")) / 1024
        narrator.tell(String(format: "Idle: agent %.1f MB private, %d ticks of processor time (10 ms each) in 10 s.", memory, ticks))
    }

    /// Sales of 19 lines each, so that every sale makes 20 rows.
    private func sell() throws -> Int {
        var made = 0
        try till.file.script("PRAGMA synchronous=OFF")
        let year = GeneratedRetail.lines(invoices: 2_000, day: "2010-12-01", seed: 7).map { line in
            var line = line
            line.customer = nil
            return line
        }
        var sale = 0
        while made < rows {
            let lines = (0..<19).map { index in
                var line = year[(sale * 19 + index) % year.count]
                line.invoice = "B\(sale)"
                return line
            }
            try till.sell(lines)
            sale += 1
            made += 20
        }
        return made
    }

    private func sample() {
        hubPeakKilobytes = max(hubPeakKilobytes, RunningPrograms.privateKilobytes(of: "tributary-hub"))
        agentPeakKilobytes = max(agentPeakKilobytes, RunningPrograms.privateKilobytes(of: "tributary-agent"))
    }
}

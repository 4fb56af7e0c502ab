import Causality
import ChangeSets
import Foundation
import GRDB

@testable import Capture

/// Carries a plan out, and says what went wrong.
final class TortureRun {
    private let plan: TorturePlan
    private let folder: String
    private let till: String
    private let owner = SigningKey().publicKey
    private let hook = Hook()
    private var random: Seeded
    private var time: UInt64 = 1_700_000_000_000
    private var host: HostProcess
    /// The same application on a file without an agent: it must be told the same. `nil`: the two cannot be compared any more.
    private var twin: HostProcess?
    private var store: AgentDatabase
    private var source: CapturedSource?
    private var mapping: CheckedMapping?
    private var hub = ModelHub()
    /// The tables as they were when they were last compared, and how much the hub had been told by then.
    private var before = TableImages()
    private var told = 0
    /// The next reading is the only one since then, and nothing is sold while it goes on.
    private var isExact = false
    /// VACUUM leaves a number of its own in the connection's last rowid, and so does an insert that a foreign key refuses
    /// only after any trigger of the table has run.
    private var rowidsCompare = true
    private var keptTriggers: [String] = []
    private(set) var problems: [String] = []
    private(set) var tally: Tally

    init(_ plan: TorturePlan, tally: Tally = Tally()) throws {
        self.plan = plan
        self.tally = tally
        random = Seeded(plan.seed)
        let base = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        folder = base + "/tributary-torture-" + UUID().uuidString
        for name in ["till", "twin"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        till = folder + "/till/till.db"
        host = try HostProcess(file: till)
        twin = try HostProcess(file: folder + "/twin/till.db")
        store = try AgentDatabase(path: folder + "/agent.db")
    }

    deinit {
        source = nil
        host.end()
        twin?.end()
        try? FileManager.default.removeItem(atPath: folder)
    }

    static func problems(of plan: TorturePlan) throws -> [String] {
        let run = try TortureRun(plan)
        run.run()
        return run.problems
    }

    /// Whatever an error stops is a problem, too.
    func run() {
        do {
            try begin()
            for step in plan.steps where problems.isEmpty { try take(step) }
            if problems.isEmpty { try read(isWhole: true) }
            if problems.isEmpty { try compareTwin() }
        } catch {
            problems.append("\(error)")
        }
    }

    private func begin() throws {
        for sql in plan.file + ["PRAGMA journal_mode = \(plan.journal)"] + plan.connection + HostSchema.sql { try must(sql) }
        if plan.attachesFirst { try attach() }
        for sql in HostStatements.opening { try must(sql) }
        if !plan.attachesFirst { try attach() }
        try read(isWhole: false)
        Tally.Moment(rawValue: plan.journal).map { tally.note($0) }
        if plan.file[0].contains("16") { tally.note(.wideCharacters) }
        tally.note(plan.connection[0].hasSuffix("ON") ? .recursiveOn : .recursiveOff)
        tally.note(plan.connection[1].hasSuffix("ON") ? .foreignKeysOn : .foreignKeysOff)
    }

    private func take(_ step: TorturePlan.Step) throws {
        switch step {
        case .act(let act): try perform(act)
        case .read(let isWhole): try read(isWhole: isWhole)
        case .readDuring(let acts, let isWhole): try readDuring(acts, isWhole: isWhole)
        case .hold(let act, let begin): try hold(act, begin: begin)
        case .away(let table, let act): try away(table, act)
        case .killOpen(let act): try killOpen(act)
        case .killRunning(let acts, let time): try killRunning(acts, afterMicroseconds: time)
        case .restartHost: try restartHost { $0.end() }
        case .rest:
            try source?.rest()
            tally.note(.rested)
        case .restartAgent: try restartAgent()
        }
    }

    // MARK: The application

    private func must(_ sql: String) throws {
        let answer = try say(sql)
        guard answer.isOK else { throw HostProcess.Gone(description: "\(sql): \(answer.message)") }
    }

    private func perform(_ act: HostAct) throws {
        let answers = try say(act.statements, isAllOrNothing: act.isAllOrNothing)
        if answers.last?.isInTransaction ?? false { try say(act.commits ? "COMMIT" : "ROLLBACK") }
        // A commit that a deferred constraint refuses leaves the transaction open.
        if act.commits, answers.last?.isInTransaction ?? false { try say("ROLLBACK") }
        tally.note(act, answers)
    }

    /// - Returns: the answers, up to the first error of what is all or nothing.
    private func say(_ statements: [String], isAllOrNothing: Bool = false) throws -> [HostProcess.Answer] {
        var answers: [HostProcess.Answer] = []
        for sql in statements where !setsTriggersAside(sql) {
            answers.append(try sql == Self.restore ? restoreTriggers() : say(sql))
            guard isAllOrNothing, let last = answers.last, !last.isOK else { continue }
            if last.isInTransaction { try say("ROLLBACK") }
            break
        }
        return answers
    }

    /// `.keep triggers of TABLE`, and `.restore triggers` later.
    private func setsTriggersAside(_ sql: String) -> Bool {
        guard sql.hasPrefix(Self.keep) else { return false }
        let table = sql.dropFirst(Self.keep.count)
        let select = "SELECT sql FROM main.sqlite_master WHERE type = 'trigger' AND tbl_name = '\(table)' ORDER BY rowid"
        keptTriggers = ((try? host.run(select).rows) ?? []).compactMap(\.first).map {
            String(decoding: TableImages.bytes($0), as: UTF8.self)
        }
        return true
    }

    private func restoreTriggers() throws -> HostProcess.Answer {
        for sql in keptTriggers { try must(sql) }
        return try say("SELECT 1")
    }

    private static let keep = ".keep triggers of "
    private static let restore = ".restore triggers"

    /// Runs a statement here and at the twin; both must be told the same.
    @discardableResult
    private func say(_ sql: String) throws -> HostProcess.Answer {
        let answer = try host.run(sql)
        if answer.isBusy, !Self.needsFileAlone(sql) { problems.append("The agent keeps the application waiting: \(sql)") }
        guard let twin, !sql.contains("_tributary_") else { return answer }
        let other = try twin.run(sql)
        if sql.hasPrefix("VACUUM") || answer.code == Self.foreignKeyFailed { rowidsCompare = false }
        if !Self.needsFileAlone(sql), !answer.isSame(as: other, of: sql, withRowid: rowidsCompare) {
            problems.append("Beside an agent, \(sql) says \(answer), and without one \(other)")
        }
        return answer
    }

    /// SQLITE_CONSTRAINT_FOREIGNKEY
    private static let foreignKeyFailed = 787

    /// Its answer depends on what else is in the file, or holds it.
    private static func needsFileAlone(_ sql: String) -> Bool { sql.contains("journal_mode") || sql.contains("sqlite_sequence") }

    private func restartHost(_ stop: (HostProcess) -> Void) throws {
        stop(host)
        if let twin { stop(twin) }
        host = try HostProcess(file: till)
        twin = try twin.map { _ in try HostProcess(file: folder + "/twin/till.db") }
        rowidsCompare = true
        for sql in plan.connection { try must(sql) }
        tally.note(.hostRestarted)
    }

    private func killOpen(_ act: HostAct) throws {
        try must("BEGIN")
        let answers = try say(act.statements.filter { !["BEGIN", "COMMIT"].contains($0) })
        if answers.last?.isInTransaction ?? false, zip(act.statements, answers).contains(where: { $0.isWrite && $1.isOK }) {
            tally.note(.killedOpen)
        }
        try restartHost { $0.kill() }
    }

    private func killRunning(_ acts: [HostAct], afterMicroseconds time: UInt32) throws {
        twin?.end()
        twin = nil
        for sql in acts.flatMap(\.statements) where !sql.hasPrefix(".keep") && !sql.hasPrefix(".restore") { try host.send(sql) }
        usleep(time)
        try restartHost { $0.kill() }
        tally.note(.killedRunning)
    }

    // MARK: The agent

    private func attach() throws {
        let schema = try DatabaseQueue(path: till).inDatabase { try SourceSchema.read($0) }
        let mapping = try Mapping.parse(yaml: HostSchema.yaml, file: "torture.yaml").checked(against: schema)
        self.mapping = mapping
        source = try CapturedSource.attach(
            file: till, name: "till", site: "shop", mapping: mapping, store: store, owner: owner, settings: settings, random: &random)
    }

    private var settings: CaptureSettings {
        var settings = CaptureSettings()
        settings.rowsPerSliceMax = plan.rowsPerSliceMax
        settings.rowsPerReadMax = 3
        settings.logRowsPerReadMax = 5
        settings.changesPerPartMax = 40
        settings.changesPerBaselinePartMax = 40
        settings.busyTimeoutSeconds = 0.02
        let hook = hook
        settings.reached = { try hook.action($0) }
        return settings
    }

    private func restartAgent() throws {
        guard let mapping else { return }
        source = nil
        store = try AgentDatabase(path: folder + "/agent.db")
        source = try CapturedSource.open(name: "till", site: "shop", mapping: mapping, store: store, owner: owner, settings: settings)
        tally.note(.agentRestarted)
    }

    @discardableResult
    private func look(isWhole: Bool) throws -> DrainOutcome {
        guard let source else { throw HostProcess.Gone(description: "There is no agent.") }
        time += 1000
        let now = Timestamp(milliseconds: time)
        let outcome = try isWhole ? source.sweep(now: now, random: &random) : source.drain(now: now, random: &random)
        switch outcome {
        case .nothing, .sealed: break
        case .recovery, .alarm: problems.append("The agent says \(outcome).")
        }
        return outcome
    }

    private func read(isWhole: Bool) throws {
        try look(isWhole: false)
        if isWhole, try look(isWhole: true) != .nothing { tally.note(.onlySweepSaw) }
        try hub.take(store, forget: random.chance(50))
        guard isWhole || !plan.hides else {
            isExact = false
            return
        }
        try compare()
        if isWhole, try look(isWhole: true) != .nothing { problems.append("A second sweep finds something (law 11).") }
        let log = try host.run("SELECT count(*) FROM _tributary_log").rows
        if log != [["i0"]] { problems.append("\(log) rows are left in the log.") }
    }

    private func readDuring(_ acts: [HostAct], isWhole: Bool) throws {
        var left = acts
        var inHook: (any Error)?
        hook.action = { [unowned self] step in
            guard step == .sliceRead || (step == .partJournalled && source?.connection.isWAL == true), !left.isEmpty else { return }
            do { try perform(left.removeFirst()) } catch { inHook = error }
        }
        defer { hook.action = { _ in } }
        // What alters the schema between two slices may end the reading: it is taken back and comes again.
        do { try look(isWhole: isWhole) } catch let error as CaptureError where [.failed, .schemaChanged].contains(error.code) {}
        if let inHook { throw inHook }
        if left.count < acts.count { tally.note(isWhole ? .soldDuringSweep : .soldDuringDrain) }
        isExact = false
    }

    private func hold(_ act: HostAct, begin: String) throws {
        try must(begin)
        _ = try say(act.statements.filter { !["BEGIN", "COMMIT"].contains($0) })
        do {
            if try look(isWhole: false) != .nothing { isExact = false }
            tally.note(.drainedWithinTransaction)
        } catch let error as CaptureError where error.code == .locked { tally.note(.lockedOut) }
        try say(act.commits ? "COMMIT" : "ROLLBACK")
        try say("ROLLBACK")  // where a deferred constraint refused the commit
    }

    private func away(_ table: String, _ act: HostAct) throws {
        try must("ALTER TABLE \(table) RENAME TO away")
        do {
            try look(isWhole: false)
            problems.append("\(table) is away, and the agent has not noticed.")
        } catch let error as CaptureError where error.code == .schemaChanged { tally.note(.tableAway) }
        try perform(act)
        try must("ALTER TABLE away RENAME TO \(table)")
    }

    // MARK: The oracle

    private func compare() throws {
        let tables = try TableImages(host)
        let state = hub.state
        let differences = tables.differences(from: TableImages(state))
        problems += hub.complaints + state.complaints + differences
        let new = hub.history[told...].map(\.change)
        if isExact {
            problems += tables.excess(since: before, told: new)
            tally.note(.heldAgainstDifference)
        }
        let setAside = try RowProblem.all(in: store)
        if setAside.isEmpty != (tables.setAside == 0) { problems.append("\(tables.setAside) rows have no name, set aside are \(setAside)") }
        if !setAside.isEmpty { tally.note(.setAside) }
        if new.contains(where: { if case .delete = $0.action { true } else { false } }), !state.deleted.isEmpty { tally.note(.lifeRenewed) }
        before = tables
        told = hub.history.count
        isExact = true
    }

    private func compareTwin() throws {
        guard let twin else { return }
        tally.note(.comparedWithTwin)
        problems += try TableImages(twin).differences(from: TableImages(host)).map {
            "Without an agent (here: till) it is otherwise: \($0)"
        }
    }
}

extension HostProcess.Answer {
    /// Messages may name what only one of the two has.
    fileprivate func isSame(as other: HostProcess.Answer, of sql: String, withRowid: Bool) -> Bool {
        code == other.code && (rowid == other.rowid || !withRowid) && isInTransaction == other.isInTransaction && rows == other.rows
            && (!sql.isWrite || changes == other.changes)
    }
}

import Capture
import Causality
import ChangeSets
import Logging
import Oddities

/// Keeps the attached sources: opens them, drains them when they change, and goes on when one of them fails.
///
/// One actor for all, since a captured source may be used from one place at a time, and they share the agent's file.
public actor SourceKeeper {
    private let database: AgentDatabase
    private let site: Text
    private let owner: VerifyingKey
    private let stopping: StopSignal
    private let clock: AgentClock
    private let log: Logger
    private var random = SystemRandomNumberGenerator()
    private var kept: [String: Kept] = [:]
    public let posted: PostedSource
    /// When it last got on.
    public nonisolated let sign: SignOfLife
    /// The hub and this folder do not agree about what was posted (S22).
    private var postedMustRecover = false

    private struct Kept {
        var source: CapturedSource?
        var file: String
        var health: AgentHealth.Source
        var failures: Backoff = Backoff(firstMilliseconds: 1_000, longestMilliseconds: 60_000)
        /// Not read again before this time after a failure.
        var notBefore: Instant = 0
        var lastLook: Instant = 0
        var lastSweep: Instant = 0
        var recovery: RecoveryRequest?
        /// As it was last read: a source that cannot be opened just now still feeds what it fed.
        var mapping: SourceMapping?
    }

    /// What a round of looks came to.
    public struct Round: Sendable {
        /// Something was sealed: the queue grew.
        public var sealed = false
        public var changes = 0
        /// Sources that wait for images of the hub (S15).
        public var recoveries: [RecoveryRequest] = []
    }

    public init(
        database: AgentDatabase, site: String, owner: VerifyingKey, stopping: StopSignal = StopSignal(), clock: AgentClock = .system,
        log: Logger
    ) {
        self.database = database
        posted = PostedSource(database)
        self.site = Text(site)
        self.owner = owner
        self.stopping = stopping
        self.clock = clock
        self.log = log
        sign = SignOfLife(clock.monotonic())
    }

    /// Name and file of every source that is attached; opens those that are not open.
    @discardableResult
    public func open() throws -> [(name: String, file: String)] {
        if try AgentSettings(queue: database.queue).read(.postedMustRecover) ?? false { postedMustRecover = true }
        let entries = try SourceList(database).all().filter { $0.standing != .unfinished }
        for name in kept.keys where !entries.contains(where: { $0.name == name }) { kept[name] = nil }
        for entry in entries where kept[entry.name]?.source == nil {
            var one = kept[entry.name] ?? Kept(file: entry.file, health: AgentHealth.Source(name: entry.name, file: entry.file))
            do {
                one.source = try open(entry)
                one.lastSweep = clock.monotonic()
            } catch { fail(&one, error) }
            kept[entry.name] = one
        }
        return entries.map { ($0.name, $0.file) }
    }

    private func open(_ entry: SourceList.Entry, toDetach: Bool = false) throws -> CapturedSource {
        let list = SourceList(database)
        let stored = try list.mapping(of: entry.name)
        let present = stored.refreshed()
        let mapping: CheckedMapping
        do { mapping = try present.checked(against: entry.file, settings: settings) } catch let error as MappingError {
            throw KeptProblem(.init(mapping: error, noLongerFits: entry.name))
        }
        if present != stored { try list.set(present, of: entry.name) }
        return try CapturedSource.open(
            name: Text(entry.name), site: site, mapping: mapping, store: database, owner: owner, settings: settings, toDetach: toDetach)
    }

    private var settings: CaptureSettings {
        var settings = CaptureSettings()
        let (stopping, sign, clock) = (stopping, sign, clock)
        settings.isStopping = {
            sign.give(clock.monotonic())
            return stopping.isRaised
        }
        settings.reached = { step in
            sign.give(clock.monotonic())
            KillPoints.pass(step.rawValue)
            try stopping.check()
        }
        return settings
    }

    /// Looks at the named sources (all when `nil`), and reads what their applications wrote.
    ///
    /// - Parameter unchangedAfter: sources that look unchanged are left out unless their last look is this old, in milliseconds.
    public func drain(_ names: Set<String>? = nil, unchangedAfter: UInt64 = 0) -> Round {
        var round = Round()
        let now = clock.monotonic()
        defer { sign.begin(nil, clock.monotonic()) }
        for name in kept.keys.sorted(by: { Text($0) < Text($1) }) where names?.contains(name) ?? true && !stopping.isRaised {
            guard var one = kept[name], one.notBefore <= now || names != nil && one.source != nil else { continue }
            sign.begin(name, clock.monotonic())
            if one.source == nil { reopen(name, &one) }
            if let source = one.source, unchangedAfter == 0 || now >= one.lastLook + unchangedAfter || source.looksChanged {
                one.lastLook = now
                look(source, &one, &round) { try $0.drain(now: clock.wall(), random: &random) }
            }
            kept[name] = one
        }
        // What cannot be read now is asked for again at the next round.
        if postedMustRecover, let request = try? posted.request() { round.recoveries.append(request) }
        return round
    }

    /// Compares every row with its image: finds what triggers cannot see.
    public func sweep(_ name: String) throws -> Round {
        guard var one = kept[name] else {
            throw AgentError(.unknownSource, "No source is attached as \(name).", remedy: "See tributary-agent status for the names.")
        }
        sign.begin(name, clock.monotonic())
        defer { sign.begin(nil, clock.monotonic()) }
        if one.source == nil { reopen(name, &one) }
        var round = Round()
        if let source = one.source {
            one.lastSweep = clock.monotonic()
            look(source, &one, &round) { try $0.sweep(now: clock.wall(), random: &random) }
        }
        kept[name] = one
        if let problem = one.health.problem, !round.sealed, one.recovery == nil { throw KeptProblem(problem) }
        return round
    }

    /// Sources whose last sweep is this old, and which nobody wrote for a while.
    public func sweepIdle(olderThan age: UInt64, quietFor quiet: UInt64) -> Round {
        var round = Round()
        let now = clock.monotonic()
        for name in kept.keys.sorted(by: { Text($0) < Text($1) }) {
            // What a sweep finds wrong stands in the source's health.
            guard let one = kept[name], let source = one.source, now >= one.lastSweep + age, now >= one.lastLook + quiet,
                !source.looksChanged,
                let swept = try? sweep(name)
            else { continue }
            round.sealed = round.sealed || swept.sealed
            round.changes += swept.changes
        }
        return round
    }

    public var health: [AgentHealth.Source] {
        kept.values.map(\.health).sorted { Text($0.name) < Text($1.name) }
    }

    /// What the sources map, by name: what the hub is told.
    public func mappings() -> [SourceMapping] {
        for (name, one) in kept { if let source = one.source { kept[name]?.mapping = source.told } }
        return kept.values.compactMap(\.mapping).sorted { Text($0.name) < Text($1.name) }
    }

    private func reopen(_ name: String, _ one: inout Kept) {
        do {
            guard let entry = try SourceList(database).all().first(where: { $0.name == name }) else { return }
            one.source = try open(entry)
        } catch { fail(&one, error) }
    }

    private func look(_ source: CapturedSource, _ one: inout Kept, _ round: inout Round, _ read: (CapturedSource) throws -> DrainOutcome) {
        // A look may seal what an earlier one, killed after its mark, had journalled, or fail after it has sealed: that is to be sent, too.
        // Where the journal cannot be read, the look fails of the same and tells it.
        let before = try? source.writer()
        defer { if let after = try? source.writer(), let before, after != before { round.sealed = true } }
        do {
            let outcome = try read(source)
            one.failures.succeed()
            one.notBefore = 0
            one.health.lastDrain = clock.wall().milliseconds
            one.recovery = nil
            switch outcome {
            case .nothing:
                try source.rest()
                clear(&one)
            case .sealed(let drain, let changes):
                log.info("captured", metadata: ["source": "\(source.name)", "drain": "\(drain)", "changes": "\(changes)"])
                one.health.lastChanges = changes
                round.sealed = true
                round.changes += changes
                clear(&one)
            case .recovery(let request):
                one.recovery = request
                round.recoveries.append(request)
                tell(
                    &one,
                    .init(
                        code: "source-restored",
                        message: "\(source.name) or the agent's folder was restored from a backup; the hub is asked what it knew then.",
                        remedy: "Nothing to do while the hub can be reached; what is sold meanwhile is captured afterwards."))
            case .alarm(let error):
                tell(&one, .init(code: error.code.rawValue, message: error.message, remedy: error.remedy))
                one.notBefore = clock.monotonic() + one.failures.fail(random: &random)
            }
        } catch { fail(&one, error) }
    }

    private func fail(_ one: inout Kept, _ error: any Error) {
        guard !stopping.isRaised else { return }  // given up, not failed
        one.notBefore = clock.monotonic() + one.failures.fail(random: &random)
        tell(&one, AgentHealth.Problem(error))
        // The application may have been updated: the mapping is held against the file again.
        if (error as? CaptureError)?.code == .schemaChanged { one.source = nil }
    }

    private func tell(_ one: inout Kept, _ problem: AgentHealth.Problem) {
        if one.health.problem?.code != problem.code {
            log.error(
                "source: \(problem.message)",
                metadata: ["source": "\(one.health.name)", "code": "\(problem.code)", "remedy": "\(problem.remedy)"])
        }
        one.health.problem = problem
    }

    private func clear(_ one: inout Kept) {
        if one.health.problem != nil { log.notice("source: well again", metadata: ["source": "\(one.health.name)"]) }
        one.health.problem = nil
    }

    /// Takes our tables and triggers out of the file. Works without a mapping that fits, too.
    public func detach(_ name: String) throws {
        try open()
        guard let one = kept[name] else {
            if let interrupted = try SourceList(database).all().first(where: { $0.name == name && $0.standing == .unfinished }) {
                return try open(interrupted, toDetach: true).detach()
            }
            throw AgentError(.unknownSource, "No source is attached as \(name).", remedy: "See tributary-agent status for the names.")
        }
        guard let source = one.source else {
            throw KeptProblem(
                one.health.problem
                    ?? .init(code: "source-failed", message: "\(name) cannot be opened.", remedy: "See tributary-agent status."))
        }
        try source.detach()
        kept[name] = nil
    }

    // MARK: Recovery

    /// The hub and this folder do not agree about the replica: the next drain of its source asks for a recovery.
    ///
    /// - Returns: whether a source writes under it.
    func requireRecovery(of replica: ReplicaID) throws -> Bool {
        if try posted.writer()?.replica == replica {
            postedMustRecover = true
            return true
        }
        guard let source = try kept.values.compactMap(\.source).first(where: { try $0.continues(replica) }) else { return false }
        source.mustRecover()
        return true
    }

    func forgetImages(of request: RecoveryRequest) throws {
        if request.name == PostedSource.name { return try posted.forgetImages() }
        try recovering(request.name.string).forgetImages()
    }

    func stage(_ images: [RecordImage], as kind: StagedImages, isFirst: Bool, of request: RecoveryRequest) throws {
        let name = request.name.string
        if request.name == PostedSource.name { return try posted.stage(images, isFirst: isFirst, of: request.source) }
        try recovering(name).stage(images, as: kind, isFirst: isFirst)
    }

    func recover(_ request: RecoveryRequest, as recovery: Recovery, outbox: Outbox) throws {
        guard request.name == PostedSource.name else {
            let ending = try outbox.ending(recovery, of: request)
            return try recovering(request.name.string).recover(
                following: recovery.follows, abandoning: recovery.distrustsOwnImages, parting: recovery.parts, random: &random,
                beside: ending)
        }
        try posted.recover(
            following: recovery.follows, sharing: recovery.sealed, parting: recovery.parts, random: &random
        ) { replica, counter, db in
            try outbox.take(after: counter, of: replica, at: recovery.behind[replica], in: db)
        } noting: { loss, db in
            try LostChanges.name(loss, in: db)
        }
        try outbox.leaveOthers(recovery)
        try AgentSettings(queue: database.queue).remove(.postedMustRecover)
        postedMustRecover = false
    }

    private func recovering(_ name: String) throws -> CapturedSource {
        guard let source = kept[name]?.source else {
            throw CaptureError(
                .unknownState, "\(name) is not open just now, so it cannot be recovered.",
                remedy: "It is opened again by itself, and says then what it needs.")
        }
        return source
    }

    /// The attached source that moves the stock of a location, or may: whoever else did would count twice (S32).
    ///
    /// One that cannot be opened just now may, too.
    public func mover(of location: Text) throws -> String? {
        try open()
        return kept.filter { $0.value.source?.mayMove(location) ?? true }.keys.min { Text($0) < Text($1) }
    }
}

/// A problem that a command shows as its error.
public struct KeptProblem: Error, CustomStringConvertible, Sendable {
    public var problem: AgentHealth.Problem

    public init(_ problem: AgentHealth.Problem) { self.problem = problem }

    public var description: String { "\(problem.message)\n\(problem.remedy)" }
}

import Capture
import Causality
import ChangeSets
import Foundation
import GRDB
import Synchronization
import TestSupport

@testable import AgentRuntime

/// The agent's parts without their shell: the simulation owns when they run and what their messages meet.
final class SimulatedAgent {
    /// Stops a drain, or a recovery, at a step, as a kill would.
    final class Trap: Sendable {
        struct Killed: Error { var step: Checkpoint }
        private let armed = Mutex<Checkpoint?>(nil)

        func arm(_ step: Checkpoint?) { armed.withLock { $0 = step } }

        func reached(_ step: Checkpoint) throws {
            let isHit = armed.withLock { armed in
                defer { if armed == step { armed = nil } }
                return armed == step
            }
            if isHit { throw Killed(step: step) }
        }
    }

    let store: AgentDatabase
    let source: CapturedSource
    let outbox: Outbox
    let view: LocalReplica
    let own: OwnChanges
    let trap: Trap
    let disk = FaultyDisk()
    var core: SyncCore
    var recovery: RecoveryRequest?
    /// What the recovery that is under way, or was the last one, comes to.
    var opening: Recovery?
    var decisions: DecisionReturn?

    /// Opens the folder, and attaches the till at the first start; one that bears a former agent's mark is taken over.
    init(folder: String, till: String, site: String, key: SigningKey, random: inout some RandomNumberGenerator) throws {
        store = try AgentDatabase(path: folder + "/agent.db")
        try AgentSchema.migrate(store.queue)
        store.queue.add(transactionObserver: disk, extent: .databaseLifetime)
        // A clone's disk has the same paths as the first one's; here they share a disk.
        try store.queue.write { try $0.execute(sql: "UPDATE capture_source SET file = ?", arguments: [till]) }
        trap = Trap()
        var settings = CaptureSettings()
        let (trap, disk) = (trap, disk)
        settings.reached = { step in
            // Of a writer that is open the simulation has to take note.
            if step != .replicaOpened { try disk.tellFailure() }
            try trap.reached(step)
        }
        let mapping = try SimulatedAgent.mapping(of: till)
        if try AttachedSource.all(in: store).isEmpty {
            source = try CapturedSource.attach(
                file: till, name: "till", site: Text(site), mapping: mapping, store: store, owner: key.publicKey,
                takeOver: true, settings: settings, random: &random)
        } else {
            source = try CapturedSource.open(
                name: "till", site: Text(site), mapping: mapping, store: store, owner: key.publicKey, settings: settings)
        }
        let journal = Journal(store)
        outbox = Outbox(queue: store.queue, journal: journal, key: key)
        view = LocalReplica(queue: store.queue)
        own = OwnChanges(queue: store.queue, journal: journal)
        var sync = SyncCore.Settings()
        sync.pullWaitMilliseconds = 2_000
        sync.pushBytesMax = 4 << 10
        sync.backlogChangesMin = 10
        // Checks come often enough for a history to meet them in the middle of everything else.
        sync.firstCheckMilliseconds = 500
        sync.checkMilliseconds = 3_000
        sync.checkRetryMilliseconds = 1_000
        // However small the view is, not everything is loaded anew.
        sync.againEntriesMin = 20
        core = SyncCore(settings: sync)
    }

    private static func mapping(of till: String) throws -> CheckedMapping {
        let schema = try SourceSchema.read(file: till)
        // Whoever keeps the mapping writes what the vendor's update needs before the agent starts again.
        let columns = schema["customers"]?.columns.map(\.name) ?? []
        let phone = SimulatedTill.phoneColumns.first(where: columns.contains) ?? SimulatedTill.phoneColumns[0]
        let yaml = SimulatedTill.mapping(phone: phone, keepsLedger: schema["moves"] != nil)
        return try Mapping.parse(yaml: yaml, file: "simulated-till.yaml").checked(against: schema)
    }

    /// What of the agent's own the hub may not have yet.
    var isSent: Bool {
        get throws { try outbox.standings().allSatisfy { $0.sealed <= $0.acknowledged } }
    }
}

import Oddities
import TestSupport

/// A kind of misfortune, or a rare act.
///
/// Which kinds a history knows is drawn from its seed ("swarm testing", A. Groce and others, 2012): combinations of few come about that
/// all of them at once would hide.
enum Fault: String, Hashable, CaseIterable, Sendable {
    case lineCut = "line-cut"
    case oneWay = "one-way"
    case lateMessages = "late-messages"
    case lateRepeats = "late-repeats"
    case agentKilled = "agent-killed"
    case killedInDrain = "killed-in-drain"
    case powerCut = "power-cut"
    case tillRestored = "till-restored"
    case folderRestored = "folder-restored"
    case machineRestored = "machine-restored"
    case folderLost = "folder-lost"
    case cloned
    case hubKilled = "hub-killed"
    case hubRestored = "hub-restored"
    case hubDiskFull = "hub-disk-full"
    case hubDiskFailing = "hub-disk-failing"
    case wrongClock = "wrong-clock"
    case tableAltered = "table-altered"
    case tableRebuilt = "table-rebuilt"
    case columnRenamed = "column-renamed"
    case fullDisk = "full-disk"
    case failingDisk = "failing-disk"
    case slowDisk = "slow-disk"
    case bitRot = "bit-rot"
    case damagedFile = "damaged-file"
    /// The hub goes back to an earlier version for a while: it passes over members of questions that it does not know.
    case olderHub = "older-hub"
    case hostileAgent = "hostile-agent"
    case decisions
    case collection
    /// The code itself takes rare ways that are as right as the usual ones.
    case oddities

    /// How often it comes, against the others that the seed allows.
    var weight: Int {
        switch self {
        case .killedInDrain, .decisions: 4
        case .lineCut, .hubKilled, .hubRestored: 3
        case .agentKilled, .powerCut, .wrongClock, .tillRestored, .folderRestored, .machineRestored, .fullDisk, .failingDisk: 2
        case .oddities: 0
        case .lateMessages, .folderLost, .cloned, .tableAltered, .tableRebuilt, .columnRenamed, .hostileAgent, .collection, .slowDisk,
            .bitRot, .damagedFile, .olderHub, .oneWay, .lateRepeats, .hubDiskFull, .hubDiskFailing:
            1
        }
    }

    /// A little more than half of them.
    static func drawn(using generator: inout SeededGenerator) -> Set<Fault> {
        Set(allCases.filter { _ in generator.chance(60) })
    }
}

extension SeededGenerator {
    /// One of the faults, by weight; `nil` when there is none.
    mutating func fault(among allowed: Set<Fault>) -> Fault? {
        let faults = Fault.allCases.filter(allowed.contains)
        let weight = faults.reduce(0) { $0 + $1.weight }
        guard weight > 0 else { return nil }
        var place = Int.random(in: 0..<weight, using: &self)
        for fault in faults {
            place -= fault.weight
            if place < 0 { return fault }
        }
        return faults.last
    }
}

/// Rare states that a long run must have been in: a fault that never comes, or never bites, tests nothing.
enum Sometimes {
    static let all = states + places.map(\.rawValue) + Attack.allCases.map(\.rawValue) + Oddity.allCases.map(\.rawValue)

    /// ... and rarer ones, which are told and not asked for.
    static let seldom =
        [
            "sale came back from an outbox alone", "three live siblings",
        ]
        + TokenPlace.allCases.filter { !places.contains($0) }.map(\.rawValue)

    /// Where words about customers are met for certain.
    private static let places: [TokenPlace] = [
        .live, .sibling, .superseded, .deleted, .withdrawn, .queued, .unread, .withinDrain, .takenBack,
    ]

    private static let states = [
        "agent killed", "killed within a drain", "killed within a recovery", "answer lost in a recovery", "power cut", "till restored",
        "agent's folder restored", "machine restored",
        "agent's folder lost", "cloned", "line cut", "line back", "line one-way", "committed on a one-way line", "request doubled",
        "request repeated later", "answer lost after commit", "request lost",
        "answer late", "hub killed", "hub backed up", "hub restored", "hub restored twice", "hub restored from an older backup",
        "hub's disk full", "hub's disk has room", "hub could not commit",
        "gap found", "enrolled again", "clock set", "column added", "table rebuilt",
        "column renamed", "former writer left",
        "disk full", "disk full in a drain", "disk failed in a drain", "disk failed on the line", "disk slow", "bit rot",
        "must recover: outbox-damaged", "write torn", "agent's file salvaged whole", "agent's file salvaged in part",
        "agent's file beyond help", "older hub", "hub updated", "hostile set repeated", "conflict accepted", "customers linked",
        "customers kept apart", "side taken", "operator's own word", "edited customer kept", "edited customer deleted",
        "told history withdrawn",
        "decision undone", "decisions given back", "policy set", "collected", "sends again", "loads anew", "recovery wanted", "recovered",
        "recovered from an old folder", "parted from a clone", "fork", "must recover: agent-folder-restored",
        "doubtful clock", "sealed by a doubtful clock", "read from a slow disk", "older hub asked what it does not know",
        "commit told as failed on the line", "hub's write torn", "view held against the journal", "stock taken", "goods sent",
        "goods taken in", "goods still on their way", "swept", "stock looked up",
        "schema changed", "view damaged", "view differs", "view repaired", "rebases", "commit told as failed in a drain",
        "edit beside a delete",
    ]
}

import Causality
import ChangeSets
import Mutants

/// One reading of a source, as file and journal both name it.
struct DrainName: Hashable, Sendable {
    var number: UInt64
    /// Random: a restored file that reaches the same number again names another drain.
    var nonce: UInt64
}

/// What to do with a source before anything of it is read: S15 and S16 as one table.
///
/// The journal is written before the mark and sealed after it, so a crash leaves one of the first three
/// cases. Everything else means that the file, the agent's folder or both went back in time.
enum RecoveryDecision: Hashable, Sendable {
    /// File and journal agree.
    case goOn
    /// The mark of the journal's last drain never came to be: read again.
    case discardUnsealed
    /// The mark was committed, and only the seal is missing.
    case sealUnsealed
    /// One side was restored: follow the dot that the file names. A source of this agent that its folder has never heard of
    /// is one that a later life of the folder opened: the folder is the one that was restored.
    case recover
    /// The file belongs to another agent.
    case otherOwner(VerifyingKey)
    /// Another file stands at the path, or ours without our tables.
    case replaced(found: SourceID?)
    /// A later version of this program wrote the tables.
    case tooNew(version: Int64)

    /// What the journal knows of the source.
    struct Known: Hashable, Sendable {
        /// The ids under which it wrote this file: the present one, and those before it parted from another disk (S22).
        var sources: Set<SourceID>
        /// The ids of its other files.
        var others: Set<SourceID> = []
        var owner: VerifyingKey
        var sealed: DrainName
        var unsealed: DrainName?
        /// The hub has changes of this replica that the journal never sealed.
        var hubIsAhead: Bool
    }

    static func of(file mark: SourceMark?, journal: Known) -> RecoveryDecision {
        guard let mark else { return .replaced(found: nil) }
        guard mark.version <= SourceMark.versionNow else { return .tooNew(version: mark.version) }
        guard journal.sources.contains(mark.source) else {
            let isOurs = mark.owner == journal.owner && !journal.others.contains(mark.source)
            return isOurs ? .recover : .replaced(found: mark.source)
        }
        guard mark.owner == journal.owner || Mutant.drainsForeignFile.isOn else { return .otherOwner(mark.owner) }
        // What is marked is history, whatever comes of it next.
        if mark.drain == journal.unsealed { return .sealUnsealed }
        if journal.hubIsAhead { return .recover }
        if Mutant.keepsUnnamedDrain.isOn, journal.unsealed != nil { return .sealUnsealed }
        if mark.drain == journal.sealed { return journal.unsealed == nil ? .goOn : .discardUnsealed }
        return .recover
    }
}

import Causality
import ChangeSets
import Mutants

/// Where a change-set belongs in its replica's chain: a repeat, a fork, a gap, or next (S22).
enum ChainPlace: Hashable {
    /// The next link: admit it.
    case next
    /// The same bytes are journaled: nothing to do, and the same receipt.
    case `repeat`
    /// A counter that is journaled with another hash, or another past: a clone or a restored disk.
    case fork
    /// Something before it is missing here; names whose standing the agent must look at.
    case gap(ReplicaID)

    /// - Parameters:
    ///   - header: the set's.
    ///   - hash: the set's chain hash.
    ///   - known: the hub's row of the replica; `nil` or unopened when it has none of its changes.
    ///   - journaled: hash of the journaled set that begins at the header's first counter.
    ///   - followed: the hub's row of the replica that the opening follows.
    init(_ header: ChangeSetHeader, hash: Digest, known: ReplicaRow?, journaled: Digest?, followed: ReplicaRow?) {
        let last = known?.last ?? 0
        if header.first <= last {
            let isRepeat = (journaled == hash || Mutant.takesForkForRepeat.isOn) && !Mutant.takesRepeatForFork.isOn
            self = isRepeat ? .repeat : .fork
        } else if header.first > last + 1, !Mutant.admitsGaps.isOn {
            self = .gap(header.replica)
        } else if header.previous != (known?.hash ?? .zero), !Mutant.ignoresPreviousHash.isOn, !Mutant.admitsGaps.isOn {
            self = .fork
        } else if let follows = header.opening?.follows, !Self.isReached(follows, followed), !Mutant.admitsFollowerFirst.isOn {
            self = .gap(follows.replica)
        } else {
            self = .next
        }
    }

    /// A following replica is admitted only after the followed one reached `follows` or was closed (S5).
    private static func isReached(_ follows: Dot, _ followed: ReplicaRow?) -> Bool {
        guard let followed else { return false }
        return followed.last >= follows.counter || followed.closedAfter != nil
    }
}

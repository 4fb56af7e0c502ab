import Causality
import ChangeSets

/// What one look at a source came to.
public enum DrainOutcome: Hashable, Sendable {
    /// Nothing had changed that the hub should know.
    case nothing
    /// These changes are in the journal and may be sent.
    case sealed(drain: UInt64, changes: Int)
    /// The file or the agent's folder went back in time: nothing is read until `recover` (S15).
    case recovery(RecoveryRequest)
    /// The source is left alone until an operator decides.
    case alarm(CaptureError)
}

/// What is needed to go on with a source that went back in time (S15).
public struct RecoveryRequest: Hashable, Sendable {
    public var source: SourceID
    public var name: Text
    /// The last dot of the drain that the file names: push what is sealed, fetch the images as of it (or as of the
    /// hub's last one of that replica, if that is lower), stage them and call `recover(following:)` with that dot.
    /// `nil`: nothing had been captured then; recover without images.
    public var named: Dot?
    /// The agent's own images do not tell all that was captured after `named`, because its folder was lost or restored, or the
    /// file was restored before and other histories went on from there: stage also what the hub has of these now, as
    /// `.newest`. Without it, rows that were captured after `named` and that the file still holds would be taken for new ones.
    public var wantsNewest: Bool

    /// The file names the drain that this folder sealed last, or, where its disk forgot a mark, an earlier one, so both agree,
    /// and whoever is ahead at the hub is a copy of them. Otherwise the file was written on by a later life of this folder,
    /// and its line is the one to follow.
    public var namesOwnDrain: Bool

    /// All that ever wrote for this source here, by what its folder knows. What they have unsent was told by own images, so it has to
    /// be at the hub before anything follows.
    public var writers: Set<ReplicaID>

    /// What each writer follows, as far as the folder knows.
    public var follows: [ReplicaID: Dot]

    public init(
        source: SourceID, name: Text, named: Dot?, wantsNewest: Bool, namesOwnDrain: Bool, writers: Set<ReplicaID>,
        follows: [ReplicaID: Dot]
    ) {
        self.source = source
        self.name = name
        self.named = named
        self.wantsNewest = wantsNewest
        self.namesOwnDrain = namesOwnDrain
        self.writers = writers
        self.follows = follows
    }

    /// What the writer follows, then what that one follows, and so on.
    public func chain(of writer: ReplicaID) -> [Dot] {
        var chain: [Dot] = []
        var last = writer
        while let next = follows[last], !chain.contains(where: { $0.replica == next.replica }) {
            chain.append(next)
            last = next.replica
        }
        return chain
    }
}

/// What a page of images tells of (S15).
public enum StagedImages: String, Hashable, Sendable {
    /// The source's records as of the dot that `recover` will name.
    case named
    /// The source's records as the hub has them now, by all histories that hold that dot.
    case newest
}

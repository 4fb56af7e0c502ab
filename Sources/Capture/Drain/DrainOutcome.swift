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

    public init(source: SourceID, name: Text, named: Dot?) {
        self.source = source
        self.name = name
        self.named = named
    }
}
